#!/bin/sh
# Finds or builds llama-server and prints its path.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/native/lib.sh"

usage() {
  cat <<'TEXT'
usage: sh native/engine.sh [--pinned]

Prints the path of a llama-server that coder.nvim can drive. One on $PATH is taken if it is new
enough; otherwise the pinned llama.cpp is built once (about 10 minutes on two cores) and kept in
${XDG_CACHE_HOME:-~/.cache}/coder-nvim.

  --pinned   take the pinned llama.cpp even if $PATH has a llama-server
TEXT
}

pinned=
for argument; do
  case $argument in
    --pinned) pinned=1 ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
  esac
done

# Every option coder.nvim may start llama-server with. "New enough" means that --help knows them.
engine_options='--host --port --model --alias --ctx-size --parallel --n-gpu-layers --flash-attn
--cache-type-k --cache-type-v --cache-reuse --cache-ram --slot-prompt-similarity --spec-type
--metrics --slots --no-ui --offline --api-key --jinja --sleep-idle-seconds --log-jsonl'

# lacks SERVER: names the first option that its --help does not know.
lacks() {
  help=$("$1" --help 2>/dev/null </dev/null) || { echo --help; return; }
  for option in $engine_options; do
    printf '%s\n' "$help" | grep -q -E -e "(^|[ ,])$option([ ,]|\$)" || { echo "$option"; return; }
  done
}

if [ -z "$pinned" ] && found=$(command -v llama-server); then
  unknown=$(lacks "$found")
  if [ -z "$unknown" ]; then
    say "using $found from \$PATH"
    echo "$found"
    exit
  fi
  say "$found is too old (it has no $unknown); taking the pinned llama.cpp"
fi

# home/bin/llama-server is moved into place last: if it is there, everything is.
home=$cache/llama.cpp-$(pinned_version node-llama-cpp)
server=$home/bin/llama-server
if [ ! -x "$server" ]; then
  lock "$home.lock" "building llama.cpp"
fi
if [ ! -x "$server" ]; then
  need 'cmake cmake
ninja-build ninja
g++ c++
git git' 'building llama.cpp'
  work=$home/work
  mkdir -p "$work"
  if [ ! -d "$work/src" ]; then
    fetch node-llama-cpp "$work/package"
    rm -rf "$work/src.part"
    quiet git clone "$work/package/llama/gitRelease.bundle" "$work/src.part"
    mv "$work/src.part" "$work/src"
    rm -rf "$work/package"
  fi
  say "building llama.cpp in $work; this takes minutes, and goes on where it was if interrupted"
  # Not for this processor alone: a cached build may move between machines.
  cmake -G Ninja -S "$work/src" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DGGML_NATIVE=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
    -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF -DGGML_CCACHE=ON \
    -DGGML_OPENMP=OFF >&2
  cmake --build "$work/build" --target llama-server ggml-base >&2 ||
    die "llama.cpp did not build (see above). To start afresh: rm -r '$home'"

  # What tests/support/tiny_model.sh needs comes along: libggml's gguf writer and a vocabulary.
  stage=$work/stage
  rm -rf "$stage" "${home:?}/lib" "${home:?}/include" "${home:?}/share" "${home:?}/bin"
  mkdir -p "$stage/bin" "$stage/lib" "$stage/include" "$stage/share"
  cp "$work/build/bin/llama-server" "$stage/bin/"
  cp "$work/build/ggml/src/libggml-base.a" "$stage/lib/"
  cp "$work/src/ggml/include/"*.h "$stage/include/"
  cp "$work/src/models/ggml-vocab-qwen2.gguf" "$stage/share/"
  unknown=$(lacks "$stage/bin/llama-server")
  [ -z "$unknown" ] || die "the llama-server just built has no $unknown: native/engine.sh and native/deps.lock disagree"
  mv "$stage/lib" "$stage/include" "$stage/share" "$home/"
  mv "$stage/bin" "$home/"
  rm -rf "$work"
  say "built $server"
fi
echo "$server"
