#!/bin/sh
# Makes the tiny random model that tests run llama-server with (tiny_model.cc says what it is) and
# prints its path. Made once per version of its source, then kept in the cache folder.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/native/lib.sh"

engine=$(sh "$root/native/engine.sh" --pinned)
engine=${engine%/bin/llama-server}
source=$root/tests/support/tiny_model.cc
model=$cache/tiny-$(cat "$source" "$root/native/deps.lock" | cksum | cut -d' ' -f1).gguf
if [ ! -f "$model" ]; then
  lock "$cache/tiny.lock" 'making the tiny model'
fi
if [ ! -f "$model" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  "${CXX:-c++}" -std=c++20 -O2 -I"$engine/include" "$source" "$engine/lib/libggml-base.a" -pthread -o "$work/tiny_model"
  "$work/tiny_model" "$engine/share/ggml-vocab-qwen2.gguf" "$model.part"
  mv "$model.part" "$model"
fi
echo "$model"
