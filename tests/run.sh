#!/bin/sh
# Installs what is missing and runs every test, or the stages named.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/native/lib.sh"
cd "$root"

all='format luacheck shellcheck build unit asan cli scripts engine e2e tour'

usage() {
  cat <<TEXT
usage: sh tests/run.sh [STAGE…]

Installs what is missing (where that takes no password), then runs the stages named, or all:

  format      clang-format finds nothing to change
  luacheck    the Lua sources
  shellcheck  the scripts
  build       build/coder-nvim, as native/install.sh makes it
  unit        unit and conformance tests, debug build
  asan        the same under AddressSanitizer and UndefinedBehaviorSanitizer
  cli         the command line against a mock server
  scripts     the scripts' own tests
  engine      the pinned llama-server serves the tiny model, and is kept by coder-nvim
  e2e         real Neovims (Debian's trixie and sid), the real backend, the real llama-server
  tour        native/try.sh without a terminal, and nothing left running after it

Each stage writes build/logs/STAGE.log. The last line says how many tests passed and failed.
TEXT
}

inside=
stages=
for argument; do
  case $argument in
    -h | --help) usage; exit ;;
    --inside) inside=1 ;; # how it calls itself for one stage, so that set -e holds in there
    format | luacheck | shellcheck | build | unit | asan | cli | scripts | engine | e2e | tour) stages="$stages $argument" ;;
    *) usage >&2; exit 2 ;;
  esac
done

[ -n "$inside" ] || need "$build_needs
libboost-test-dev  -lboost_unit_test_framework
clang-format       clang-format
lua-check          luacheck
shellcheck         shellcheck
ccache             ccache
curl               curl
openssl            openssl
nodejs             node" 'running the tests'

jobs=$(getconf _NPROCESSORS_ONLN)

run_format() {
  find native tests \( -name '*.cc' -o -name '*.h' \) -exec clang-format --dry-run -Werror {} +
}

run_luacheck() {
  find lua plugin native tests -name '*.lua' -exec luacheck --quiet --no-color {} +
}

run_shellcheck() {
  find native tests -name '*.sh' -exec shellcheck --shell=sh {} +
  shellcheck .ci/run
}

run_build() {
  sh native/install.sh
}

run_unit() { run_preset dev; }
run_asan() { run_preset asan; }
run_preset() {
  cmake --preset "$1"
  cmake --build --preset "$1"
  ctest --preset "$1" -j "$jobs" --no-tests=error
}

run_cli() {
  sh native/install.sh
  CODER_BIN=$root/build/coder-nvim node tests/cli/run.mjs
}

run_scripts() {
  sh tests/scripts/run.sh
}

run_engine() {
  sh tests/support/engine_test.sh
  CODER_LLAMA_SERVER=$(sh native/engine.sh --pinned)
  CODER_TINY_MODEL=$(sh tests/support/tiny_model.sh)
  export CODER_LLAMA_SERVER CODER_TINY_MODEL
  cmake --preset dev
  cmake --build --preset dev --target conformance_fim_real
  ctest --preset dev -R '^conformance_fim_real$' --no-tests=error
  sh native/install.sh
  CODER_BIN=$root/build/coder-nvim node tests/cli/engine_real.mjs
}

run_e2e() {
  sh native/install.sh
  CODER_BIN=$root/build/coder-nvim
  CODER_LLAMA_SERVER=$(sh native/engine.sh --pinned)
  CODER_TINY_MODEL=$(sh tests/support/tiny_model.sh)
  export CODER_BIN CODER_LLAMA_SERVER CODER_TINY_MODEL
  code=0
  for suite in trixie sid; do
    CODER_NVIM=$(sh native/neovim.sh "$suite")
    export CODER_NVIM
    "$CODER_NVIM" --version | head -n 1
    timeout 600 "$CODER_NVIM" -l tests/e2e/run.lua || code=$?
  done
  return "$code"
}

run_tour() {
  TMPDIR=$(mktemp -d)
  export TMPDIR
  trap 'rm -rf "$TMPDIR"' EXIT
  sh native/try.sh
  left=$(grep -lF "TMPDIR=$TMPDIR" /proc/[0-9]*/environ 2>/dev/null | grep -v -e "/$$/" -e /self/ || true)
  for entry in $left; do
    # What ran this very search is gone by now.
    [ ! -e "$entry" ] || { echo "left running: $(tr '\0' ' ' <"${entry%environ}cmdline")"; return 1; }
  done
}

# count LOG: sums what a log says of tests as "PASSED FAILED"; 0 0 where it says nothing. ctest has
# its own words; the others end with "N passed, N failed".
count() {
  awk '
    match($0, /[0-9]+ tests? failed out of [0-9]+/) {
      split(substr($0, RSTART, RLENGTH), words, " ")
      failed += words[1]; passed += words[6] - words[1]; next
    }
    match($0, /(^|[^0-9])[0-9]+ passed, [0-9]+ failed/) {
      split(substr($0, RSTART, RLENGTH), words, " ")
      sub(/^[^0-9]+/, "", words[1])
      passed += words[1]; failed += words[3]
    }
    END { print passed + 0, failed + 0 }' "$1"
}

if [ -n "$inside" ]; then
  run_"${stages# }"
  exit
fi

mkdir -p build/logs
passed=0
failed=0
bad=
for stage in ${stages:-$all}; do
  log=build/logs/$stage.log
  printf '== %-11s' "$stage"
  start=$(date +%s)
  code=0
  sh tests/run.sh --inside "$stage" >"$log" 2>&1 </dev/null || code=$?
  # shellcheck disable=SC2046 # two words
  set -- $(count "$log")
  [ "$(($1 + $2))" -gt 0 ] || [ "$code" != 0 ] || set -- 1 0
  [ "$2" -gt 0 ] || [ "$code" = 0 ] || set -- "$1" 1
  passed=$((passed + $1))
  failed=$((failed + $2))
  printf '%5s s  %s passed, %s failed\n' "$(($(date +%s) - start))" "$1" "$2" | sed 's/, 0 failed$//'
  if [ "$2" -gt 0 ]; then
    bad="$bad $stage"
    tail -n 80 "$log" | sed 's/^/   | /'
  fi
done

[ -z "$bad" ] || for stage in $bad; do echo "failed: $stage (build/logs/$stage.log)"; done
echo "$passed passed, $failed failed"
[ -z "$bad" ]
