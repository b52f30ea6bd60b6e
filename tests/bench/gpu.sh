#!/bin/sh
# What only a machine with an NVIDIA GPU can show: llama-server built with CUDA there, a model of
# random weights in the shape of Qwen3-Coder-30B-A3B (17 GB; LAYERS=4 for a quick look), speeds
# through coder-nvim beside plain curl, and what the doctor makes of real failures. Everything it
# makes is kept in WORK (a folder of the temporary ones, unless it is set).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
layers=${LAYERS:-48}
work=${WORK:-${TMPDIR:-/tmp}/coder-gpu}
mkdir -p "$work"

nvidia-smi --query-gpu=name,driver_version,compute_cap,memory.total,memory.free --format=csv
sh native/install.sh
CODER_BIN=$root/build/coder-nvim
CODER_LLAMA_SERVER=$(sh native/engine.sh --pinned --gpu cuda)
export CODER_BIN CODER_LLAMA_SERVER
home=${CODER_LLAMA_SERVER%/bin/llama-server}

model=$work/shape-$layers.gguf
if [ ! -f "$model" ]; then
  "${CXX:-c++}" -std=c++20 -O2 -I"$home/include" tests/bench/shape_model.cc "$home/lib/libggml-base.a" \
    -pthread -o "$work/shape_model"
  "$work/shape_model" "$home/share/ggml-vocab-qwen2.gguf" "$model.part" "$layers"
  mv "$model.part" "$model"
fi

echo '## speeds'
node tests/bench/engine.mjs --model "$model" --runs "${RUNS:-30}" --tokens 256

# diagnosed NAME COMMAND…: lets it fail, at most a minute, and shows what the doctor says of its log.
diagnosed() {
  name=$1
  shift
  echo "## $name"
  timeout 60 "$@" >"$work/$name.log" 2>&1 </dev/null || true
  "$CODER_BIN" engine doctor --log "$work/$name.log"
}
serve="$CODER_LLAMA_SERVER --model $model --host $work/trial.sock --offline --no-ui"
rm -f "$work/trial.sock"
# shellcheck disable=SC2086 # words
diagnosed out-of-memory $serve --n-gpu-layers 999 --ctx-size 33554432 --parallel 1 --fit off
# shellcheck disable=SC2086 # words
diagnosed no-gpu env CUDA_VISIBLE_DEVICES= $serve --n-gpu-layers 999 --ctx-size 4096 --list-devices
