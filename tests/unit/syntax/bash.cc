#include "outline_text.h"

using namespace coder;
using syntax::Language;

BOOST_AUTO_TEST_CASE(bash_definitions_and_uses) {
  test::check(Language::bash, R"text(#!/bin/bash
# Header.
set -eu
. "$DIR/lib.sh"
source ./env.sh
LIMIT=10
export PATH="$HOME/bin:$PATH"
readonly NAMES=(a b)

# Builds.
build() {
  local target=$1 mode
  mode=$(detect "$target")
  FOO=1 cmake --build "$target" && log "$LIMIT $mode"
  for f in *.c; do compile "$f"; done
}
function clean { rm -rf "$OUT"; build; }
build all | tee log
trap clean EXIT
)text",
              {R"out(
6-6 constant LIMIT | LIMIT=10
7-7 constant PATH | PATH="$HOME/bin:$PATH"
8-8 constant NAMES | NAMES=(a b)
10-16 function build | build()
17-17 function clean | function clean
)out",
               R"out(
: call:set name:DIR name:HOME name:PATH call:build call:tee call:trap
build: call:detect call:cmake call:log name:LIMIT call:compile
clean: call:rm name:OUT call:build
)out",
               "$DIR/lib.sh, ./env.sh"});
}
