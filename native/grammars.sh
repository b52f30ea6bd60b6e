#!/bin/sh
# Compiles tree-sitter and its grammars into one static library, once, and prints the folder it is in.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/native/lib.sh"

usage() {
  cat <<'TEXT'
usage: sh native/grammars.sh [--where]

Prints a folder with include/tree_sitter/api.h and lib/libcoder-grammars.a: tree-sitter's core and
the grammars of the languages that coder.nvim reads, as native/deps.lock pins them. Built once (a
minute or two) and kept in ${XDG_CACHE_HOME:-~/.cache}/coder-nvim; all builds share it.

  --where   only print the folder, whether it is there or not
TEXT
}

where=
for argument; do
  case $argument in
    --where) where=1 ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
  esac
done

# npm package, the folders in it that hold a grammar's src/.
grammars='
tree-sitter-python                        .
tree-sitter-rust                          .
tree-sitter-c                             .
tree-sitter-cpp                           .
@tree-sitter-grammars/tree-sitter-lua     .
tree-sitter-javascript                    .
tree-sitter-typescript                    typescript tsx
tree-sitter-go                            .
tree-sitter-java                          .
tree-sitter-ruby                          .
tree-sitter-bash                          .
'

# The generated parsers are large tables; what runs is small, and -O2 is all it takes. The core asks
# for POSIX names of the C library.
flags='-std=c11 -O2 -DNDEBUG -fPIC -fvisibility=hidden -w -D_POSIX_C_SOURCE=200112L -D_DEFAULT_SOURCE'

# Named by all that its content follows from: other pins, flags or machines get a folder of their own.
pins=$(grep -E '^(@tree-sitter-grammars/)?tree-sitter' "$root/native/deps.lock") || pins=
recipe=$(mktemp)
printf '%s\n' "$pins" "$grammars" "$flags" "$(uname -sm)" >"$recipe"
home=$cache/grammars-$(sha512 "$recipe" | cut -c1-16)
rm -f "$recipe"
library=lib/libcoder-grammars.a

if [ -n "$where" ] || [ -f "$home/$library" ]; then
  echo "$home"
  exit
fi

lock "$home.lock" 'compiling the grammars'
if [ -f "$home/$library" ]; then
  echo "$home"
  exit
fi

if [ -z "${CC:-}" ]; then
  need 'g++ cc' 'compiling the grammars'
  CC=cc
fi
have ccache && launcher=ccache || launcher=

work=$home.work
rm -rf "$work"
mkdir -p "$work/objects" "$work/stage/include" "$work/stage/lib"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
start=$(date +%s)

fetch tree-sitter "$work/core"
printf '%s\n' "$grammars" | while read -r package folders; do
  [ -z "$package" ] || fetch "$package" "$work/${package##*/}" </dev/null
done

# One line for each file to compile: object, source, folder of its headers. The largest first, so that
# the last ones to end are small.
cd "$work"
sources() {
  echo 'core core/vendor/tree-sitter/lib/src/lib.c core/vendor/tree-sitter/lib/include'
  printf '%s\n' "$grammars" | while read -r package folders; do
    for folder in $folders; do
      source=${package##*/}/$folder/src
      for name in parser scanner; do
        [ ! -f "$source/$name.c" ] || echo "${package##*/}-${folder%.}-$name $source/$name.c $source"
      done
    done
  done
}
sources | while read -r object source headers; do
  echo "$(($(wc -c <"$source"))) $object $source $headers"
done | sort -rn | cut -d' ' -f2- >order

say "compiling tree-sitter and $(grep -c -- '-parser ' order) grammars"
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
# shellcheck disable=SC2016 # for the inner shell
quiet sh -c 'xargs -n 3 -P "$1" sh -c "$2" compile <order' jobs "$jobs" \
  "$launcher $CC $flags -I\"\$3\" -c \"\$2\" -o \"objects/\$1.o\" || exit 255" ||
  die "the grammars did not compile (see above). Does '$CC' compile C11? \$CC names another compiler."
"${AR:-ar}" rcs "stage/$library" objects/*.o
cp -R core/vendor/tree-sitter/lib/include/tree_sitter stage/include/
mkdir -p stage/share
for package in core tree-sitter-*; do cp "$package"/LICENSE* "stage/share/${package#tree-sitter-}.license"; done

# Moved into place last: if the library is there, everything is.
cd "$root"
rm -rf "$home"
mv "$work/stage" "$home"
say "compiled the grammars in $(($(date +%s) - start)) s"
echo "$home"
