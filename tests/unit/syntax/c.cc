#include "outline_text.h"

using namespace coder;
using syntax::Language;

BOOST_AUTO_TEST_CASE(c_definitions_and_uses) {
  test::check(Language::c, R"text(/* File comment. */
#include <stdio.h>
#include "util/list.h"

#define MAX_LEN 80
#define SQUARE(x) ((x) * mult(x))
#define LOG(fmt, ...) \
    do { fprintf(stderr, fmt, __VA_ARGS__); \
    } while (0)

typedef struct node node_t;
typedef struct {
    int x, y;       /* place */
    /* Next one. */
    struct node *next;
    void (*visit)(struct node *n, int depth);
} point_t;
typedef enum color { RED, GREEN = 4 } color;
typedef int (*handler_fn)(point_t *p);

struct node {
    unsigned flag : 1;
    color tint;
};

extern int counter;
static const char *const names[] = {
    "a",
    "b",
};
static int a, *b = &counter;

int node_init(struct node *n, size_t len);

/* Adds. */
static inline point_t *
point_add(point_t *p, int dx)
{
    struct node tmp = {0}, *q;
    int total = compute(p->x + dx, MAX_LEN);
    for (int i = 0; i < total; i++) {
        handler_fn cb = table[i].run;
        cb(p);
        node_init(&tmp, sizeof(struct node));
    }
    if (counter == RED) goto out;
out:
    return p;
}

int main(argc, argv) int argc; char **argv; { return 0; }
)text",
              {R"out(
5-5 macro MAX_LEN | #define MAX_LEN 80
6-6 macro SQUARE | #define SQUARE(x) ((x) * mult(x))
7-9 macro LOG | #define LOG(fmt, ...)
11-11 type node_t | typedef struct node node_t;
12-17 type point_t | typedef struct
13-13 field point_t.x | int x, y;
13-13 field point_t.y | int x, y;
14-15 field point_t.next | struct node *next;
16-16 field point_t.visit | void (*visit)(struct node *n, int depth);
18-18 type color | typedef enum color
18-18 field color.RED | RED
18-18 field color.GREEN | GREEN = 4
19-19 type handler_fn | typedef int (*handler_fn)(point_t *p);
21-24 type node | struct node
22-22 field node.flag | unsigned flag : 1;
23-23 field node.tint | color tint;
26-26 constant counter | extern int counter;
27-30 constant names | static const char *const names[] =
31-31 constant a | static int a, *b = &counter;
31-31 constant b | static int a, *b = &counter;
33-33 function node_init | int node_init(struct node *n, size_t len);
35-49 function point_add | static inline point_t * point_add(point_t *p, int dx)
51-51 function main | int main(argc, argv) int argc; char **argv;
)out",
               R"out(
: name:counter
SQUARE: call:mult
LOG: call:fprintf name:stderr
node_t: type:node
point_t: type:node*2
handler_fn: type:point_t
node: type:color
node_init: type:node
point_add: type:point_t*2 type:node*2 call:compute attribute:x name:MAX_LEN type:handler_fn name:table attribute:run call:node_init name:counter name:RED
main: name:argc name:argv
)out",
               "stdio.h, util/list.h"});
}
