#!/bin/sh
# shellcheck disable=SC2119
# Tests of native/*.sh: each runs in a throw-away copy of them with a small CMake project to build,
# an empty cache folder, and stand-ins on $PATH for what must not really happen.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# set_up: a plugin folder (with a space in its name), a cache folder and a folder of stand-ins.
set_up() {
  plugin="$work/$1/a plugin"
  XDG_CACHE_HOME=$work/$1/cache
  PATH=$work/$1/bin:$PATH
  export XDG_CACHE_HOME PATH
  mkdir -p "$plugin/native" "$XDG_CACHE_HOME" "$work/$1/bin"
  bin=$work/$1/bin
  log=$work/$1/log
  cp "$root"/native/*.sh "$root/native/deps.lock" "$plugin/native/"
  cat >"$plugin/CMakeLists.txt" <<'TEXT'
cmake_minimum_required(VERSION 3.20)
project(sample CXX)
add_executable(coder-nvim main.cc)
TEXT
  cat >"$plugin/CMakePresets.json" <<'TEXT'
{ "version": 3, "configurePresets": [
  { "name": "release", "generator": "Ninja", "binaryDir": "${sourceDir}/build" } ] }
TEXT
  echo 'int main() { return 0; }' >"$plugin/main.cc"
}

# stand_in NAME: a program on $PATH whose text is on stdin.
stand_in() {
  { echo '#!/bin/sh'; cat; } >"$bin/$1"
  chmod +x "$bin/$1"
}

# only_without NAME…: $PATH becomes everything there is but these.
only_without() {
  mkdir "$bin.all"
  ln -s /bin/* /usr/bin/* /usr/local/bin/* "$bin.all/" 2>/dev/null || true
  for name; do rm -f "$bin.all/$name"; done
  PATH=$bin:$bin.all
}

# shellcheck disable=SC2120
install() { sh "$plugin/native/install.sh" "$@" >"$log" 2>&1; }
# shellcheck disable=SC2120
engine() { sh "$plugin/native/engine.sh" "$@" >"$log" 2>&1; }

says() { grep -qF -e "$1" "$log" || { echo "expected words: $1"; cat "$log"; return 1; }; }
fails() { if "$@"; then echo "expected to fail: $*"; return 1; fi; }
cache_is_empty() { test -z "$(find "$XDG_CACHE_HOME" -type f ! -name '*.lock')"; }
milliseconds() { echo "$(($(date +%s%N) / 1000000))"; }

test_install_builds_from_any_folder() {
  cd /
  install
  "$plugin/build/coder-nvim"
}

test_install_again_is_a_no_op_within_a_second() {
  install
  before=$(stat -c %y "$plugin/build/coder-nvim")
  start=$(milliseconds)
  install
  took=$(($(milliseconds) - start))
  echo "second run: $took ms"
  [ "$took" -lt 1000 ]
  [ "$before" = "$(stat -c %y "$plugin/build/coder-nvim")" ]
}

test_a_failing_compiler_or_linker_leaves_the_last_binary() {
  install
  sleep 0.01
  echo 'int main() { return missing(); }' >"$plugin/main.cc"
  fails install
  says 'still there'
  "$plugin/build/coder-nvim"
  echo 'int missing(); int main() { return missing(); }' >"$plugin/main.cc"
  fails install
  says 'still there'
  "$plugin/build/coder-nvim"
}

test_a_moved_plugin_builds_again() {
  install
  mv "$plugin" "$plugin moved"
  plugin="$plugin moved"
  echo 'int main() { return 7; }' >"$plugin/main.cc"
  install
  code=0
  "$plugin/build/coder-nvim" || code=$?
  [ "$code" = 7 ]
}

test_two_at_once_take_turns() {
  stand_in cmake <<'TEXT'
mkdir "$XDG_CACHE_HOME/busy" || { echo overlapping; exit 1; }
sleep 0.3
/usr/bin/cmake "$@"
code=$?
rmdir "$XDG_CACHE_HOME/busy"
exit $code
TEXT
  sh "$plugin/native/install.sh" >"$log.first" 2>&1 &
  first=$!
  sleep 0.1
  install
  wait $first
  says 'waiting for another run'
}

test_without_root_it_prints_the_one_command() {
  only_without ninja sudo
  stand_in id <<'TEXT'
echo 1000
TEXT
  stand_in apt-get <<TEXT
touch "$work/called"
TEXT
  fails install
  says 'sudo apt-get install -y --no-install-recommends ninja-build ca-certificates'
  [ "$(grep -c apt-get "$log")" = 1 ]
  [ ! -e "$work/called" ]
  [ ! -e "$plugin/build" ]
}

test_sudo_that_wants_a_password_is_not_used() {
  only_without ninja
  stand_in id <<'TEXT'
echo 1000
TEXT
  stand_in sudo <<'TEXT'
[ "$1" = -n ] || { echo 'asked for a password'; exit 0; }
exit 1
TEXT
  stand_in apt-get </dev/null
  fails install
  says 'sudo apt-get install'
}

test_elsewhere_than_debian_it_points_at_the_readme() {
  only_without ninja apt-get
  fails install
  says 'README.md names the packages'
  says 'ninja-build'
}

test_elsewhere_than_debian_it_builds_when_all_is_there() {
  only_without apt-get dpkg dpkg-query
  install
  "$plugin/build/coder-nvim"
}

test_a_missing_header_is_named_by_its_package() {
  only_without apt-get
  sed 's/<uv.h>/<no_such_header.h>/' "$root/native/lib.sh" >"$plugin/native/lib.sh"
  fails install
  says 'names for it: libuv1-dev ca-certificates.'
}

test_a_wrong_download_changes_nothing() {
  stand_in npm <<'TEXT'
while [ $# -gt 1 ]; do [ "$1" = --pack-destination ] && folder=$2; shift; done
mkdir -p package/llama && echo evil >package/llama/gitRelease.bundle
tar -czf "$folder/node-llama-cpp-3.22.1.tgz" package
TEXT
  cd "$work"
  fails engine --pinned
  says 'is not what native/deps.lock pins'
  says "npm cache clean"
  cache_is_empty
}

test_an_altered_lock_file_changes_nothing() {
  stand_in npm <<'TEXT'
echo 'must not be asked' >&2
exit 1
TEXT
  sed -i '/^node-llama-cpp/d' "$plugin/native/deps.lock"
  fails engine --pinned
  says 'git checkout native/deps.lock'
  cache_is_empty
}

test_a_fetched_package_is_replaced_whole_or_not_at_all() {
  stand_in npm <<'TEXT'
while [ $# -gt 1 ]; do [ "$1" = --pack-destination ] && folder=$2; shift; done
cp "$XDG_CACHE_HOME/made.tgz" "$folder/"
TEXT
  made=$bin.made
  mkdir -p "$made/package"
  echo new >"$made/package/file"
  tar -czf "$XDG_CACHE_HOME/made.tgz" -C "$made" package
  echo "made 1.0.0 $(sha512sum "$XDG_CACHE_HOME/made.tgz" | cut -d' ' -f1)" >"$plugin/native/deps.lock"
  fetch_made="root='$plugin'; . '$plugin/native/lib.sh'; fetch made '$made/here'"
  sh -euc "$fetch_made" >"$log" 2>&1
  [ "$(cat "$made/here/file")" = new ]
  echo 'made 1.0.0 0123' >"$plugin/native/deps.lock"
  fails sh -euc "$fetch_made" >"$log" 2>&1
  says 'expected sha512 0123'
  [ "$(cat "$made/here/file")" = new ]
  [ ! -e "$made/here.part" ]
}

test_without_network_it_says_so() {
  stand_in npm <<'TEXT'
echo 'getaddrinfo ENOTFOUND' >&2
exit 1
TEXT
  fails engine --pinned
  says 'ENOTFOUND'
  says 'Check the network'
  cache_is_empty
}

test_a_new_enough_llama_server_on_the_path_is_used() {
  options=$(sed -n "/^engine_options='/,/'\$/p" "$plugin/native/engine.sh" | grep -oE -e '--[a-z-]+')
  stand_in llama-server <<TEXT
cat <<'HELP'
$(echo "$options" | sed 's/.*/-x, & VALUE  what it does/')
HELP
TEXT
  engine
  says "using $bin/llama-server"
  [ "$(tail -n 1 "$log")" = "$bin/llama-server" ]

  stand_in npm <<'TEXT'
exit 1
TEXT
  fails engine --pinned
  sed -i 's/--sleep-idle-seconds/--something-else/' "$bin/llama-server"
  fails engine
  says 'is too old (it has no --sleep-idle-seconds)'
}

# An engine whose build is begun with what is there, as cmake is told it.
test_the_engine_is_built_for_the_gpu_that_is_there() {
  made=$bin.made
  mkdir -p "$made/package/llama"
  echo bundle >"$made/package/llama/gitRelease.bundle"
  tar -czf "$work/made.tgz" -C "$made" package
  sed -i '/^node-llama-cpp/d' "$plugin/native/deps.lock"
  echo "node-llama-cpp 3.22.1 $(sha512sum "$work/made.tgz" | cut -d' ' -f1)" >>"$plugin/native/deps.lock"
  stand_in npm <<TEXT
while [ \$# -gt 1 ]; do [ "\$1" = --pack-destination ] && folder=\$2; shift; done
cp "$work/made.tgz" "\$folder/node-llama-cpp-3.22.1.tgz"
TEXT
  stand_in git <<'TEXT'
for last; do :; done
mkdir -p "$last"
TEXT
  stand_in cmake <<'TEXT'
echo "cmake $*"
case $* in --build*) exit 1 ;; esac
TEXT
  stand_in nvcc <<'TEXT'
printf 'compute_75\ncompute_86\ncompute_90\ncompute_110\n'
TEXT
  stand_in nvidia-smi <<'TEXT'
exit 9
TEXT
  cd "$work"
  fails engine --gpu
  fails engine --gpu metal
  fails engine --pinned
  says 'building for the processor alone: as wanted'
  fails engine --pinned --gpu auto
  says "building with cuda: $bin/nvcc is there; for compute capability 75;86;90"
  says '-DGGML_CUDA=ON'
  says '-DCMAKE_CUDA_ARCHITECTURES=75;86;90'
  stand_in nvidia-smi <<'TEXT'
printf '9.0\n8.6\n9.0\n'
TEXT
  fails engine --pinned --gpu cuda
  says 'for compute capability 86;90'
  CODER_CUDA_ARCHITECTURES=120 fails engine --pinned --gpu cuda
  says '-DCMAKE_CUDA_ARCHITECTURES=120'
  rm "$bin/nvcc"
  only_without glslc nvcc
  CUDA_HOME=$work/none fails engine --pinned --gpu cuda
  says 'install the CUDA toolkit'
  CUDA_HOME=$work/none fails engine --pinned --gpu auto
  says 'building for the processor alone: neither nvcc nor the Vulkan SDK'
  CUDA_HOME=$work/none fails engine --pinned --gpu vulkan
  says 'install the Vulkan SDK'
}

# small_grammars: every tree-sitter package is one small tarball that holds what all of them need.
small_grammars() {
  made=$bin.made
  mkdir -p "$made/package/vendor/tree-sitter/lib/src" "$made/package/vendor/tree-sitter/lib/include/tree_sitter"
  echo '#include <tree_sitter/api.h>' >"$made/package/vendor/tree-sitter/lib/src/lib.c"
  echo 'typedef int TSSymbol;' >"$made/package/vendor/tree-sitter/lib/include/tree_sitter/api.h"
  echo 'free software' >"$made/package/LICENSE"
  for folder in . typescript tsx; do
    mkdir -p "$made/package/$folder/src"
    echo "${1:-static int table;}" >"$made/package/$folder/src/parser.c"
  done
  tar -czf "$XDG_CACHE_HOME.tgz" -C "$made" package
  hash=$(sha512sum "$XDG_CACHE_HOME.tgz" | cut -d' ' -f1)
  awk -v hash="$hash" '$1 ~ /tree-sitter/ { print $1, $2, hash }' "$root/native/deps.lock" >"$plugin/native/deps.lock"
  stand_in npm <<TEXT
echo "\$2" >>"$work/npm.calls"
while [ \$# -gt 1 ]; do [ "\$1" = --pack-destination ] && folder=\$2; shift; done
cp "$XDG_CACHE_HOME.tgz" "\$folder/"
TEXT
}
grammars() { sh "$plugin/native/grammars.sh" "$@" 2>"$log"; }

test_grammars_are_compiled_once() {
  small_grammars
  rm -f "$work/npm.calls"
  folder=$(grammars)
  [ "$folder" = "$(grammars --where)" ]
  [ -f "$folder/include/tree_sitter/api.h" ]
  [ "$(ar t "$folder/lib/libcoder-grammars.a" | grep -c parser.o)" = 12 ]
  [ "$(grep -c . "$work/npm.calls")" = 12 ]
  grep -qx '@tree-sitter-grammars/tree-sitter-lua@.*' "$work/npm.calls"
  test -z "$(find "$XDG_CACHE_HOME" -name '*.c' -o -name '*.o' -o -name '*.work')"
  stand_in npm <<'TEXT'
exit 1
TEXT
  [ "$folder" = "$(grammars)" ]
}

test_other_pins_get_a_library_of_their_own() {
  small_grammars
  first=$(grammars)
  small_grammars 'static int other;'
  second=$(grammars)
  [ "$first" != "$second" ]
  [ -d "$first" ]
  [ -d "$second" ]
}

test_two_that_want_the_grammars_compile_them_once() {
  small_grammars
  rm -f "$work/npm.calls"
  grammars >"$log.first" & first=$!
  sh "$plugin/native/grammars.sh" >"$log.second" 2>"$log.words"
  wait $first
  [ "$(cat "$log.first")" = "$(cat "$log.second")" ]
  [ "$(grep -c . "$work/npm.calls")" = 12 ]
}

test_grammars_that_do_not_compile_leave_nothing() {
  small_grammars 'no C at all'
  fails grammars
  says 'the grammars did not compile'
  test -z "$(find "$XDG_CACHE_HOME/coder-nvim" -type f ! -name '*.lock')" # ccache may keep its own
}

test_a_wrong_grammar_changes_nothing() {
  small_grammars
  sed -i '/^tree-sitter-go /s/ [0-9a-f]*$/ 0123/' "$plugin/native/deps.lock"
  fails grammars
  says 'tree-sitter-go@'
  says 'is not what native/deps.lock pins'
  cache_is_empty
}

test_install_names_npm_with_what_else_is_missing() {
  only_without npm ninja apt-get
  fails install
  says 'names for it: ninja-build npm ca-certificates.'
  XDG_CACHE_HOME=$XDG_CACHE_HOME sh "$plugin/native/grammars.sh" --where >"$log.where"
  mkdir -p "$(cat "$log.where")"
  fails install
  says 'names for it: ninja-build ca-certificates.'
}

test_help_and_wrong_arguments() {
  for script in install engine grammars neovim try; do
    sh "$plugin/native/$script.sh" --help >"$log" 2>&1
    says "usage: sh native/$script.sh"
    code=0
    sh "$plugin/native/$script.sh" --no-such-option >"$log" 2>&1 || code=$?
    [ "$code" = 2 ]
  done
  cache_is_empty
}

# try_in_a_terminal INPUT: runs try.sh with a Neovim that only shows its settings, and a curl that
# knows one engine.
try_in_a_terminal() {
  stand_in nvim <<'TEXT'
[ "${1:-}" = --version ] && { echo 'NVIM v0.11.0'; exit; }
echo "nvim ran in $(pwd)"
cat "$XDG_CONFIG_HOME/coder-nvim/config.toml"
TEXT
  stand_in curl <<TEXT
echo "curl \$*" >>"$log.curl"
cat >>"$log.keys"
case "\$*" in *:8000/v1/models*) echo '{"object":"list","data":[{"id":"bge-embed"},{"id":"qwen3-coder","object":"model"}]}' ;; *) exit 7 ;; esac
TEXT
  cd "$work"
  # shellcheck disable=SC2059 # lines
  printf "$1" | script --quiet --return --command "sh '$plugin/native/try.sh'" /dev/null >"$log" 2>&1
}

no_model_around() {
  unset DEEPSEEK_API_KEY ANTHROPIC_API_KEY OPENAI_API_KEY GEMINI_API_KEY MISTRAL_API_KEY OPENROUTER_API_KEY
  export XDG_CONFIG_HOME="$XDG_CACHE_HOME/config"
}

test_try_offers_the_engine_it_finds_first() {
  no_model_around
  export DEEPSEEK_API_KEY=sesame
  try_in_a_terminal '\n'
  says 'local-8000, qwen3-coder (on this machine, at http://127.0.0.1:8000/v1)'
  says 'DeepSeek, deepseek-chat (leaves this machine and costs money; key from'
  says 'base_url = "http://127.0.0.1:8000/v1"'
  says 'lane = "local"'
  says "nvim ran in $XDG_CACHE_HOME/coder-nvim/sample"
  [ ! -e "$XDG_CONFIG_HOME" ]
}

test_try_names_the_key_and_never_shows_it() {
  no_model_around
  export DEEPSEEK_API_KEY=sesame
  try_in_a_terminal '2\n'
  says 'api_key_env = "DEEPSEEK_API_KEY"'
  says 'lane = "cloud"'
  fails grep -q sesame "$log" "$log.curl"
}

test_try_takes_an_address_and_a_key() {
  no_model_around
  try_in_a_terminal 'a\nhttp://10.0.0.42:8000/v1/\nsesame\n\n'
  says 'base_url = "http://10.0.0.42:8000/v1"'
  says 'model = "qwen3-coder"'
  says 'api_key_env = "CODER_TRY_KEY"'
  grep -q sesame "$log.keys"
  fails grep -q sesame "$log.curl"
}

test_try_uses_the_settings_there_are() {
  no_model_around
  mkdir -p "$XDG_CONFIG_HOME/coder-nvim"
  echo 'mode = "local"' >"$XDG_CONFIG_HOME/coder-nvim/config.toml"
  try_in_a_terminal ''
  says "Using your $XDG_CONFIG_HOME/coder-nvim/config.toml"
  fails says 'Which model' >/dev/null
}

passed=0
failed=0
# shellcheck disable=SC2046 # names, given or all there are
[ $# -gt 0 ] || set -- $(sed -n 's/^\(test_[a-z_]*\)().*/\1/p' "$0")
for name; do
  # A child shell of its own, so that set -e holds in the test; its output shows when it fails.
  (set_up "$name"; "$name") >"$work/$name.out" 2>&1 & wait $! && code=0 || code=$?
  if [ "$code" = 0 ]; then
    passed=$((passed + 1))
    echo "ok      $name $(grep -h ' ms$' "$work/$name.out" || true)"
  else
    failed=$((failed + 1))
    echo "FAILED  $name"
    tail -n 30 "$work/$name.out" "$work/$name/log" 2>/dev/null | sed 's/^/        /'
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
