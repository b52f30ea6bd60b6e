#!/bin/sh
# Installs what is missing and opens Neovim with the plugin; without a terminal, plays a tour.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/native/lib.sh"

usage() {
  cat <<'TEXT'
usage: sh native/try.sh [FOLDER]

Builds coder-nvim, brings a Neovim if $PATH has none from 0.10 on, and opens it with the plugin on
FOLDER, or on a small sample project. It uses your ~/.config/coder-nvim/config.toml if there is
one; otherwise it looks for engines on this machine and for keys in the environment, asks which to
use, and keeps the answer in a private folder that is gone when you quit. Your own Neovim
configuration is neither loaded nor touched.

Without a terminal it plays a tour on a tiny random model and prints what the screen showed.
TEXT
}

case ${1:-} in
  -h | --help) usage; exit ;;
  -*) usage >&2; exit 2 ;;
esac
[ $# -le 1 ] || { usage >&2; exit 2; }
folder=
if [ $# = 1 ]; then
  folder=$(cd "$1" 2>/dev/null && pwd) || die "$1 is not a folder"
fi

# This run's own folder: settings, socket, logs. Whatever was started ends with the script; the
# server by SIGKILL, as one told to stop while it generates may wait for itself for ever.
run=$(mktemp -d)
server_pid=
clean_up() {
  [ -z "$server_pid" ] || { kill -KILL "$server_pid" 2>/dev/null; wait "$server_pid" 2>/dev/null; } || true
  rm -rf "$run"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

own_config=${XDG_CONFIG_HOME:-$HOME/.config}/coder-nvim/config.toml
config=$run/config/coder-nvim/config.toml
mkdir -p "$run/config/coder-nvim"

# use_private_folders: from here on, settings, state and data are this run's own.
use_private_folders() {
  export XDG_CONFIG_HOME="$run/config" XDG_STATE_HOME="$run/state" XDG_DATA_HOME="$run/data"
}

# --- Neovim ---

# find_neovim: sets nvim to the one on $PATH if it is new enough, else to Debian's.
find_neovim() {
  minor=$(nvim --version 2>/dev/null </dev/null | sed -n 's/^NVIM v0\.\([0-9]*\).*/\1/p; s/^NVIM v[1-9].*/99/p')
  if [ "${minor:-0}" -ge 10 ]; then
    nvim=nvim
  elif have apt-get; then
    nvim=$(sh "$root/native/neovim.sh" trixie)
  else
    die "coder.nvim needs Neovim 0.10 or newer on \$PATH. Install one, then run this again."
  fi
}

# --- models ---

# Key in the environment, its provider, OpenAI-compatible address, a model to begin with.
providers='
DEEPSEEK_API_KEY    DeepSeek    https://api.deepseek.com/v1                               deepseek-chat
ANTHROPIC_API_KEY   Anthropic   https://api.anthropic.com/v1                              claude-sonnet-4-5
OPENAI_API_KEY      OpenAI      https://api.openai.com/v1                                 gpt-4.1
GEMINI_API_KEY      Gemini      https://generativelanguage.googleapis.com/v1beta/openai   gemini-2.5-flash
MISTRAL_API_KEY     Mistral     https://api.mistral.ai/v1                                 codestral-latest
OPENROUTER_API_KEY  OpenRouter  https://openrouter.ai/api/v1                              deepseek/deepseek-chat
'

# models_at ADDRESS: the models it lists, without embedders. A key comes from $CODER_TRY_KEY, and
# reaches curl on stdin, so that it is in no list of processes.
models_at() {
  printf 'header = "Authorization: Bearer %s"\n' "${CODER_TRY_KEY:-none}" |
    curl --silent --fail --noproxy 127.0.0.1 --connect-timeout 1 --max-time 5 --config - "$1/models" |
    sed 's/[,{]/\n/g' | sed -n 's/^ *"id" *: *"\([A-Za-z0-9._:/@+-]*\)".*/\1/p' | grep -v -i embed || true
}

# find_models: one line for each, of name, lane, address, model and key variable (- for none).
find_models() {
  for port in 8080 8000 8012 11434; do
    model=$(models_at "http://127.0.0.1:$port/v1" | head -n 1)
    [ -z "$model" ] || echo "local-$port local http://127.0.0.1:$port/v1 $model -"
  done
  echo "$providers" | while read -r variable name address model; do
    [ -n "$variable" ] || continue
    eval "value=\${$variable:-}"
    [ -z "$value" ] || echo "$name cloud $address $model $variable"
  done
}

# write_config NAME LANE ADDRESS MODEL KEY_VARIABLE
write_config() {
  {
    printf '[models.%s]\nprovider = "openai"\nbase_url = "%s"\nmodel = "%s"\nlane = "%s"\n' \
      "$(echo "$1" | tr '[:upper:]' '[:lower:]')" "$3" "$4" "$2"
    [ "$5" = - ] || printf 'api_key_env = "%s"\n' "$5"
  } >"$config.part"
  mv "$config.part" "$config"
}

# ask_address: has an address, a key and a model entered.
ask_address() {
  printf 'Address, such as http://10.0.0.42:8000/v1: '
  read -r address
  case $address in
    *[!A-Za-z0-9._:/@%~+=?\&-]* | '') die 'that is not an address' ;;
    http://* | https://*) ;;
    *) die 'an address begins with http:// or https://' ;;
  esac
  address=${address%/}
  printf 'Key (not shown; empty for none): '
  stty -echo
  trap 'stty echo; exit 130' INT TERM HUP
  read -r CODER_TRY_KEY || true
  stty echo
  trap 'exit 130' INT TERM HUP
  echo
  variable=-
  if [ -n "$CODER_TRY_KEY" ]; then
    export CODER_TRY_KEY
    variable=CODER_TRY_KEY
  fi
  models=$(models_at "$address" | head -n 20)
  [ -z "$models" ] || printf 'It has:\n%s\n' "$models"
  first=$(echo "$models" | head -n 1)
  printf 'Model%s: ' "${first:+ [$first]}"
  read -r model
  model=${model:-$first}
  case $model in '' | *[!A-Za-z0-9._:/@+*-]*) die 'that is not the name of a model' ;; esac
  case $address in
    http://127.* | http://localhost* | http://10.* | http://192.168.*) lane=local ;;
    *) lane=cloud ;;
  esac
  write_config entered "$lane" "$address" "$model" "$variable"
}

# start_tiny_model [OPTION…]: a real llama-server with random weights.
start_tiny_model() {
  server=$(sh "$root/native/engine.sh" --pinned)
  model=$(sh "$root/tests/support/tiny_model.sh")
  socket=$run/tiny.sock
  # Should this script be killed, the server goes with it.
  leash=
  ! have setpriv || leash='setpriv --pdeathsig KILL'
  $leash "$server" --host "$socket" --model "$model" --alias tiny --ctx-size 16384 --parallel 1 --no-ui --offline "$@" \
    >"$run/llama-server.log" 2>&1 </dev/null &
  server_pid=$!
  for _ in $(seq 300); do
    if curl --silent --fail --unix-socket "$socket" http://localhost/health >/dev/null; then
      write_config tiny local "unix://$socket" tiny -
      return
    fi
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 5 "$run/llama-server.log" >&2
  die "llama-server did not start (its last words are above)"
}

# choose_model: asks which model to use and writes the settings for it.
choose_model() {
  found=$(find_models)
  tiny_note='builds llama.cpp first, about 10 minutes'
  default=n
  if [ -x "$cache/llama.cpp-$(pinned_version node-llama-cpp)/bin/llama-server" ]; then
    tiny_note='ready'
    default=t
  fi
  echo 'Which model should answer?'
  if [ -n "$found" ]; then
    default=1
    echo "$found" | awk '{
      where = $2 == "local" ? "on this machine, at " $3 : "leaves this machine and costs money; key from $" $5
      printf "  %d  %s, %s (%s)\n", NR, $1, $4, where }'
  fi
  cat <<TEXT
  a  enter an address
  t  a tiny model with random weights: shows how it works, its words are noise ($tiny_note)
  n  none for now: ghost text comes from the repository itself, questions are answered with its best places
TEXT
  printf 'Choice [%s]: ' "$default"
  read -r choice || choice=
  case ${choice:-$default} in
    a) ask_address ;;
    t) start_tiny_model ;;
    n) : >"$config" ;;
    *)
      line=$(echo "$found" | sed -n "$(echo "${choice:-$default}" | tr -cd '0-9')p")
      [ -n "$line" ] || die "there is no choice $choice"
      # shellcheck disable=SC2086 # five words
      write_config $line
      ;;
  esac
}

# --- the project ---

# make_sample: sets folder to a small project, made once; what was done to it since stays.
make_sample() {
  folder=$cache/sample
  [ ! -d "$folder" ] || return 0
  rm -rf "$folder.part"
  mkdir -p "$folder.part"
  cat >"$folder.part/prices.py" <<'TEXT'
"""What things cost, in cents."""

PRICES = {"apple": 40, "bread": 310, "cheese": 650}


def price_of(item):
    """The price of one piece, or a KeyError for what we do not sell."""
    return PRICES[item]
TEXT
  cat >"$folder.part/cart.py" <<'TEXT'
"""A shopping cart."""

from prices import price_of


class Cart:
    def __init__(self):
        self.items = {}

    def add(self, item, count=1):
        self.items[item] = self.items.get(item, 0) + count

    def remove(self, item):
        del self.items[item]

    def total(self, discount=0):
        """The sum in cents, after a discount in per cent."""
        full = sum(price_of(item) * count for item, count in self.items.items())
        return full - full * discount
TEXT
  cat >"$folder.part/test_cart.py" <<'TEXT'
from cart import Cart


def test_total():
    cart = Cart()
    cart.add("apple", 3)
    assert cart.total() == 120


def test_discount():
    cart = Cart()
    cart.add("cheese")
    assert cart.total(discount=10) == 585
TEXT
  git -C "$folder.part" -c init.defaultBranch=main init --quiet
  git -C "$folder.part" add .
  git -C "$folder.part" -c user.name=sample -c user.email=sample@localhost -c commit.gpgsign=false \
    commit --quiet --message 'A shopping cart'
  mv "$folder.part" "$folder"
}

# --- both ways to run ---

sh "$root/native/install.sh"
need 'curl curl' 'looking for models'
find_neovim
export CODER_TRY_ROOT="$root"

if [ ! -t 0 ] || [ ! -t 1 ]; then
  file=native/lib.sh
  if [ -n "$folder" ]; then
    file=$(find "$folder" -type f -not -path '*/.*' | sort | head -n 1)
  else
    folder=$root
  fi
  use_private_folders
  # So small a model is too fast to watch: let it sort its whole vocabulary for each word, and not
  # end before 240.
  start_tiny_model --ignore-eos --predict 240 --threads 1 --top-k 0
  cd "$folder"
  "$nvim" --clean -l "$root/native/tour.lua" "$nvim" "$file" </dev/null
  exit
fi

if [ -e "$own_config" ]; then
  echo "Using your $own_config"
else
  use_private_folders
  choose_model
fi
if [ -z "$folder" ]; then
  make_sample
  set -- cart.py
else
  set -- .
fi
cd "$folder"
"$nvim" --clean --cmd 'lua vim.opt.rtp:prepend(vim.env.CODER_TRY_ROOT)' \
  -c 'lua require("coder").setup({ keymaps = true })' \
  -c 'lua vim.defer_fn(function() print("Try  :CoderAsk is total() right?  then  :CoderStatus") end, 300)' "$@"
if [ -s "$config" ] && [ -z "$server_pid" ]; then
  printf '\nTo keep this model, put this into %s:\n\n' "$own_config"
  cat "$config"
  [ -z "${CODER_TRY_KEY:-}" ] || printf '\nand the key where api_key_env says, or name a command with api_key_cmd.\n'
fi
