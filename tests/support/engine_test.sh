#!/bin/sh
# The pinned llama-server serves the tiny model over a unix socket: chat, streamed and whole,
# fill-in-the-middle, and the same words for the same question.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

server=$(sh "$root/native/engine.sh" --pinned)
model=$(sh "$root/tests/support/tiny_model.sh")
work=$(mktemp -d)
socket=$work/x.sock
"$server" --host "$socket" --model "$model" --ctx-size 4096 --parallel 1 --no-ui --offline >"$work/log" 2>&1 &
pid=$!
trap 'kill -KILL $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

passed=0
failed=0
check() { # WHAT CONDITION…
  what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $what"
  fi
}
ask() { # PATH JSON
  curl --silent --show-error --max-time 30 --unix-socket "$socket" "http://localhost$1" --data "$2"
}
healthy() {
  for _ in $(seq 300); do
    curl --silent --fail --unix-socket "$socket" http://localhost/health >"$work/health" && return
    kill -0 $pid 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

check 'ready within 30 s' healthy

question='"messages":[{"role":"user","content":"What is this?"}],"temperature":0,"max_tokens":60,"cache_prompt":false'
ask /v1/chat/completions "{$question}" | sed 's/.*"content":"\([^"]*\)".*/\1/' >"$work/first"
ask /v1/chat/completions "{$question}" | sed 's/.*"content":"\([^"]*\)".*/\1/' >"$work/second"
ask /v1/chat/completions "{$question,\"stream\":true}" >"$work/stream"
sed -n 's/.*"delta":{"content":"\([^"]*\)".*/\1/p' "$work/stream" | tr -d '\n' >"$work/streamed"
check 'an answer of several words' test "$(wc -w <"$work/first")" -gt 3
check 'the same question twice gives the same words' cmp "$work/first" "$work/second"
check 'streamed, the same words' test "$(cat "$work/streamed")" = "$(cat "$work/first")"
check 'the stream ends with [DONE]' grep -q '^data: \[DONE\]' "$work/stream"

ask /infill '{"input_prefix":"def f(x):\n","input_suffix":"\nprint(f(1))","n_predict":8}' >"$work/infill"
check 'fill-in-the-middle' grep -q '"content":"[^"]' "$work/infill"

[ "$failed" = 0 ] || { echo "-- llama-server's log:"; tail -n 20 "$work/log"; }
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
