#!/bin/sh
# Brings the Neovim of a Debian suite without installing it, and prints the path of its program.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/native/lib.sh"

usage() {
  cat <<'TEXT'
usage: sh native/neovim.sh trixie|sid

Unpacks Neovim from that Debian suite, with the libraries it needs, into
${XDG_CACHE_HOME:-~/.cache}/coder-nvim and prints the path of a program that runs it. trixie has
at least 0.10, sid at least 0.12.
TEXT
}

case ${1:-} in
  trixie) least=10 ;;
  sid) least=12 ;;
  -h | --help) usage; exit ;;
  *) usage >&2; exit 2 ;;
esac
suite=$1

# home/nvim is written last: if it is there, everything is.
home=$cache/neovim-$suite
if [ ! -x "$home/nvim" ]; then
  lock "$home.lock" "unpacking Neovim from $suite"
fi
if [ ! -x "$home/nvim" ]; then
  need 'mmdebstrap mmdebstrap
patchelf patchelf' "unpacking Neovim from $suite"
  say "unpacking Neovim from $suite"
  rm -rf "$home" "$home.part"
  mkdir -p "$home.part"
  # The release files of an archive's snapshot may be past their date.
  quiet mmdebstrap --variant=extract --include=neovim --aptopt='Acquire::Check-Valid-Until "false"' \
    "$suite" "$home.part/root" ||
    die "mmdebstrap could not unpack Neovim from $suite (its words are above). Check the network, then run this again."

  # Its program gets its own loader and libraries written in, so that it runs on an older system
  # and the server that its TUI starts (a copy of itself) does too.
  loader=$(cd "$home.part" && echo root/usr/lib/*/ld-linux-*.so.*)
  patchelf --force-rpath --set-rpath "$home/${loader%/*}" --set-interpreter "$home/$loader" "$home.part/root/usr/bin/nvim"
  rm -rf "$home.part/root/usr/share/locale" "$home.part/root/usr/share/doc" "$home.part/root/var"
  mv "$home.part" "$home"

  cat >"$home/nvim.part" <<TEXT
#!/bin/sh
VIMRUNTIME='$home/root/usr/share/nvim/runtime' exec '$home/root/usr/bin/nvim' "\$@"
TEXT
  chmod +x "$home/nvim.part"
  minor=$("$home/nvim.part" --version | sed -n 's/^NVIM v0\.\([0-9]*\).*/\1/p')
  parsers=$("$home/nvim.part" --clean --headless +'lua io.write(#vim.api.nvim_get_runtime_file("parser/markdown.so", true))' +q)
  if [ "${minor:-0}" -lt "$least" ] || [ "$parsers" != 1 ]; then
    die "the Neovim of $suite is 0.${minor:-?} with ${parsers:-?} markdown parsers; wanted 0.$least or newer with one. It is in $home"
  fi
  mv "$home/nvim.part" "$home/nvim"
fi
echo "$home/nvim"
