#include "outline_text.h"

using namespace coder;
using syntax::Language;

BOOST_AUTO_TEST_CASE(go_definitions_and_uses) {
  test::check(Language::go, R"text(// Package doc.
package server

import (
	"fmt"
	log "github.com/sirupsen/logrus"
)
import "net/http"

// Max.
const Max = 10

const (
	// A doc
	A Kind = iota
	B
)

var (
	ErrX = errors.New("x")
	m, n = 1, 2
)
var table = map[string]int{
	"a": 1,
}

// Server serves.
type Server struct {
	*http.Server
	// Addr is it.
	Addr, Name string `json:"addr"`
	mu   sync.Mutex
}

type (
	// Handler handles.
	Handler interface {
		Serve(w http.ResponseWriter, r *Request) error
		fmt.Stringer
	}
	ID = string
)

type List[T any] struct{ items []T }

// New makes.
func New(addr string, opts ...Option) (*Server, error) {
	s := &Server{Addr: addr, Name: defaultName}
	for i, opt := range opts {
		opt(s, i)
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("bad: %w", err)
	}
	go func(x int) { s.loop(x, Max) }(1)
	return s, nil
}

// Start it.
func (s *Server) Start(ctx context.Context) error { return http.ListenAndServe(s.Addr, nil) }
func (l List[T]) Len() int                          { return len(l.items) }
func (o *Other) Go()                                 {}
func Map[T, U any](xs []T, f func(T) U) []U {
	var out []U
	switch v := any(xs).(type) {
	case []Server:
		use(v)
	}
	return out
}
)text",
              {R"out(
10-11 constant Max | const Max = 10
14-15 constant A | A Kind = iota
16-16 constant B | B
20-20 constant ErrX | ErrX = errors.New("x")
21-21 constant m | m, n = 1, 2
21-21 constant n | m, n = 1, 2
23-25 constant table | var table =
27-33 type Server | type Server struct
30-31 field Server.Addr | Addr, Name string `json:"addr"`
30-31 field Server.Name | Addr, Name string `json:"addr"`
32-32 field Server.mu | mu sync.Mutex
36-40 type Handler | Handler interface
38-38 method Handler.Serve | Serve(w http.ResponseWriter, r *Request) error
41-41 type ID | ID = string
44-44 type List | type List[T any] struct
44-44 field List.items | items []T
46-57 function New | func New(addr string, opts ...Option) (*Server, error)
59-60 method Server.Start | func (s *Server) Start(ctx context.Context) error
61-61 method List.Len | func (l List[T]) Len() int
62-62 method Go | func (o *Other) Go()
63-70 function Map | func Map[T, U any](xs []T, f func(T) U) []U
)out",
               R"out(
: import:fmt import:logrus import:http type:Kind name:errors call:New type:string type:int
Server: name:http type:Server type:string name:sync type:Mutex
Handler: name:fmt type:Stringer
Handler.Serve: name:http type:ResponseWriter type:Request type:error
ID: type:string
List: type:any
New: type:string type:Option type:Server*2 type:error attribute:Addr attribute:Name name:defaultName call:check name:fmt call:Errorf type:int call:loop name:Max
Server.Start: type:Server name:context type:Context type:error name:http call:ListenAndServe attribute:Addr
List.Len: type:List type:T type:int call:len attribute:items
Go: type:Other
Map: type:any call:any type:Server call:use
)out",
               "fmt, github.com/sirupsen/logrus, net/http"});
}
