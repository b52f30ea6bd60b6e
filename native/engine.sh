#!/bin/sh
# Finds or builds llama-server and prints its path.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/native/lib.sh"

usage() {
  cat <<'TEXT'
usage: sh native/engine.sh [--pinned] [--gpu auto|cuda|vulkan|none]

Prints the path of a llama-server that coder.nvim can drive. One on $PATH is taken if it is new
enough; otherwise the pinned llama.cpp is built once (about 10 minutes on two cores, with CUDA half
an hour for each GPU architecture) and kept in ${XDG_CACHE_HOME:-~/.cache}/coder-nvim.

  --pinned   take the pinned llama.cpp even if $PATH has a llama-server
  --gpu      auto (the default): with CUDA where nvcc is found, else with Vulkan where glslc and its
             headers are, else for the processor alone. With --pinned the default is none.

CODER_CUDA_ARCHITECTURES says which GPUs CUDA is compiled for, as "86;90"; by itself those of the
GPUs present, or a usual set where there are none.
TEXT
}

pinned=
gpu=
while [ $# -gt 0 ]; do
  case $1 in
    --pinned) pinned=1 ;;
    --gpu) gpu=${2:-}; shift ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
[ -n "$gpu" ] || gpu=${pinned:+none}
case ${gpu:=auto} in
  auto | cuda | vulkan | none) ;;
  *) usage >&2; exit 2 ;;
esac

# Every option coder.nvim may start llama-server with. "New enough" means that --help knows them.
engine_options='--host --port --model --alias --ctx-size --parallel --n-gpu-layers --flash-attn
--cache-type-k --cache-type-v --cache-reuse --cache-ram --slot-prompt-similarity --spec-type
--metrics --slots --no-ui --offline --api-key-file --jinja --sleep-idle-seconds --log-jsonl'

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

nvcc=$(command -v nvcc || true)
[ -n "$nvcc" ] || [ ! -x "${CUDA_HOME:-/usr/local/cuda}/bin/nvcc" ] || nvcc=${CUDA_HOME:-/usr/local/cuda}/bin/nvcc
has_vulkan() { have glslc && echo '#include <vulkan/vulkan.h>' | "${CXX:-c++}" -E -x c++ - >/dev/null 2>&1; }

# With what it is built, and why.
case $gpu in
  auto)
    if [ -n "$nvcc" ]; then
      gpu=cuda
    elif has_vulkan; then
      gpu=vulkan
      why='there is no nvcc, but the Vulkan SDK'
    else
      gpu=none
      why='neither nvcc nor the Vulkan SDK (glslc and its headers) is found'
    fi
    ;;
  cuda) [ -n "$nvcc" ] || die 'nvcc is neither on the PATH nor in /usr/local/cuda/bin: install the CUDA toolkit' ;;
  vulkan)
    has_vulkan || die 'there is no glslc or no vulkan/vulkan.h: install the Vulkan SDK'
    why='as wanted'
    ;;
  none) why='as wanted' ;;
esac

# The compute capabilities of the GPUs present, as CMake wants them: "86;90". Else those of today's
# GPUs that this nvcc knows.
cuda_architectures() {
  present=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | tr -cd '0-9\n' |
    sort -un | paste -sd ';' -) || true
  if [ -n "${CODER_CUDA_ARCHITECTURES:-}" ]; then
    echo "$CODER_CUDA_ARCHITECTURES"
  elif [ -n "$present" ]; then
    echo "$present"
  else
    known=$("$nvcc" --list-gpu-arch | tr -cd '0-9\n')
    for one in 75 80 86 89 90 120; do
      if printf '%s\n' "$known" | grep -qx "$one"; then echo "$one"; fi
    done | paste -sd ';' -
  fi
}

flags=
case $gpu in
  cuda)
    architectures=$(cuda_architectures)
    [ -n "$architectures" ] || die "$nvcc does not say which GPUs it compiles for"
    flags="-DGGML_CUDA=ON -DCMAKE_CUDA_COMPILER=$nvcc -DCMAKE_CUDA_ARCHITECTURES=$architectures"
    why="$nvcc is there; for compute capability $architectures"
    ;;
  vulkan) flags=-DGGML_VULKAN=ON ;;
esac

# home/bin/llama-server is moved into place last: if it is there, everything is.
home=$cache/llama.cpp-$(pinned_version node-llama-cpp)
[ "$gpu" = none ] || home=$home-$gpu
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
  case $gpu in
    none) say "building for the processor alone: $why" ;;
    *) say "building with $gpu: $why" ;;
  esac
  say "building llama.cpp in $work; this takes minutes, and goes on where it was if interrupted"
  # Not for this processor alone: a cached build may move between machines.
  # shellcheck disable=SC2086 # flags are words
  cmake -G Ninja -S "$work/src" -B "$work/build" $flags -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
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
