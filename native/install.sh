#!/bin/sh
# Builds build/coder-nvim: what a plugin manager runs as its build step.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/native/lib.sh"

usage() {
  cat <<'TEXT'
usage: sh native/install.sh [--engine [--pinned]]

Installs the packages that the build needs where that takes no password (root, or sudo without
one) and otherwise prints the one command that does; then builds build/coder-nvim. Run again, it
only builds what changed.

  --engine   also find or build llama-server, the local engine, for the GPU that is there (see
             native/engine.sh)
  --pinned   with --engine: build the pinned one even if $PATH has a llama-server
TEXT
}

engine=
pinned=
for argument; do
  case $argument in
    --engine) engine=1 ;;
    --pinned) pinned=--pinned ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ -z "$pinned" ] || [ -n "$engine" ] || { usage >&2; exit 2; }

# The grammars come as npm packages; once they are compiled npm is not needed.
[ -d "$(sh "$root/native/grammars.sh" --where)" ] || build_needs="$build_needs
npm npm"
need "$build_needs" 'building coder-nvim'

cd "$root"
lock build/.install.lock 'building coder-nvim'

# A build folder that was configured elsewhere (the plugin was moved) must be configured afresh.
fresh=
if [ -f build/CMakeCache.txt ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" build/CMakeCache.txt; then
  fresh=--fresh
fi
if [ -n "$fresh" ] || [ ! -f build/build.ninja ] || [ -n "$(find CMakePresets.json -newer build/build.ninja)" ]; then
  cmake $fresh --preset release >&2 ||
    die "cmake could not configure the build (see above). If the messages name a package, install it; then run this again."
fi

# The linker removes its output when it fails, so the last good binary is kept aside meanwhile.
keep=build/.coder-nvim.last
restore() {
  if [ -e build/coder-nvim ]; then rm -f $keep; elif [ -e $keep ]; then mv $keep build/coder-nvim; fi
}
[ ! -e build/coder-nvim ] || ln -f build/coder-nvim $keep
trap restore EXIT
trap 'exit 130' INT TERM HUP
if ! cmake --build build --target coder-nvim >&2; then
  restore
  [ -e build/coder-nvim ] && old=' The one built before is still there.' || old=
  die "coder-nvim did not build (see above).$old To start afresh: rm -r '$root/build'"
fi
restore
trap - EXIT
say "ready: $root/build/coder-nvim"

if [ -n "$engine" ]; then
  # shellcheck disable=SC2086 # nothing or one word
  sh native/engine.sh $pinned --gpu auto
fi
