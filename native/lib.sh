# What the scripts in native/ and tests/ share: messages, packages, pinned downloads, locks.
# A script sources it after it set $root to the plugin's folder. Messages go to stderr, so that
# stdout stays free for answers.
# shellcheck disable=SC2034,SC2154 # set here and used there, or the other way round

case ${XDG_CACHE_HOME:-} in
  /*) cache=$XDG_CACHE_HOME/coder-nvim ;;
  *) cache=${HOME:?set HOME or XDG_CACHE_HOME}/.cache/coder-nvim ;;
esac

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# quiet COMMAND…: runs it without input or output; when it fails, shows the end of what it said.
quiet() {
  quiet_log=$(mktemp)
  if "$@" >"$quiet_log" 2>&1 </dev/null; then
    rm -f "$quiet_log"
  else
    set -- $?
    tail -n 20 "$quiet_log" >&2
    rm -f "$quiet_log"
    return "$1"
  fi
}

# lock FILE WHAT: holds FILE until this shell takes another lock or ends. The kernel drops it when
# the holder dies, so a stale one cannot exist. Without flock (macOS) nothing is locked.
lock() {
  mkdir -p "${1%/*}"
  exec 9>"$1"
  have flock || return 0
  flock -n 9 || { say "waiting for another run to finish $2"; flock 9; }
}

# Debian package, what shows that it is there (a command, a C++ header, a library as -lNAME), its
# pkg-config module.
build_needs='
cmake                 cmake
ninja-build           ninja
g++                   c++
git                   git
pkg-config            pkg-config
ca-certificates       -
libmsgpack-cxx-dev    <msgpack.hpp>
libuv1-dev            <uv.h>                libuv
libcurl4-openssl-dev  <curl/curl.h>         libcurl
nlohmann-json3-dev    <nlohmann/json.hpp>   nlohmann_json
libtomlplusplus-dev   <toml++/toml.h>       tomlplusplus
libsqlite3-dev        <sqlite3.h>           sqlite3
'

# missing TABLE: names the packages of a table like the one above that are not there. Probes for
# the things themselves, so it is right on any distribution; `-` cannot be probed and comes along
# only when something else is missing.
missing() {
  found=$(printf '%s\n' "$1" | while read -r package probe _; do
    case $probe in
      '' | - | '<'*) ;;
      -l*)
        case $("${CXX:-c++}" -print-file-name="lib${probe#-l}.so" 2>/dev/null) in
          */*) ;;
          *) printf '%s ' "$package" ;;
        esac
        ;;
      *) have "$probe" || printf '%s ' "$package" ;;
    esac
  done)
  headers=$(printf '%s\n' "$1" | awk '$2 ~ /^</ { print "#if !__has_include(" $2 ")\nmissing " $1 "\n#endif" }')
  if have "${CXX:-c++}"; then
    include_flags=$(printf '%s\n' "$1" | while read -r _ _ module; do
      [ -z "$module" ] || pkg-config --cflags-only-I "$module" 2>/dev/null || true
    done)
    # shellcheck disable=SC2086 # flags are words
    headers=$(printf '%s\n' "$headers" | "${CXX:-c++}" -E -P -x c++ $include_flags -)
  fi
  found="$found$(printf '%s\n' "$headers" | awk '$1 == "missing" { printf "%s ", $2 }')"
  [ -z "$found" ] || found="$found$(printf '%s\n' "$1" | awk '$2 == "-" { printf "%s ", $1 }')"
  printf '%s' "${found% }"
}

# need TABLE WHAT: installs the packages that WHAT lacks where that takes no password, else says
# how to and ends the script.
need() {
  packages=$(missing "$1")
  [ -n "$packages" ] || return 0
  have apt-get || die "$2 needs more than is here; Debian's names for it: $packages. README.md names the packages for dnf, pacman and brew. Install them, then run this again."
  if [ "$(id -u)" = 0 ]; then
    sudo=
  elif have sudo && sudo -n true 2>/dev/null; then
    sudo='sudo -n'
  else
    die "$2 needs packages, and installing them takes root. Run this, then start again:
  sudo apt-get install -y --no-install-recommends $packages"
  fi
  say "installing $packages"
  install="$sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120"
  # shellcheck disable=SC2086 # words on purpose
  { $install install -y -qq --no-install-recommends $packages >/dev/null 2>&1 </dev/null ||
    { quiet $install update -qq && quiet $install install -y -qq --no-install-recommends $packages; }; } ||
    die "apt-get could not install $packages (its words are above). Mend that, then run this again."
  packages=$(missing "$1")
  [ -z "$packages" ] || die "installed, but still not found: $packages. Is \$PATH or \$CXX set to something unusual?"
}

# pinned_version NAME, pinned_sha512 NAME: what native/deps.lock says of an npm package.
pinned_version() { pinned "$1" 2; }
pinned_sha512() { pinned "$1" 3; }
pinned() {
  awk -v name="$1" -v field="$2" '$1 == name { print $field; found = 1 } END { exit !found }' "$root/native/deps.lock" ||
    die "native/deps.lock does not pin $1; restore that file (git checkout native/deps.lock)"
}

# sha512 FILE
sha512() {
  if have sha512sum; then sha512sum "$1"; else shasum -a 512 "$1"; fi | cut -d' ' -f1
}

# fetch NAME FOLDER: unpacks the pinned npm package NAME into FOLDER, which it creates, once its
# tarball has the pinned hash. Nothing inside the package is run.
fetch() {
  version=$(pinned_version "$1")
  expected=$(pinned_sha512 "$1")
  need 'npm npm' "fetching $1"
  rm -rf "$2.part"
  mkdir -p "$2.part/tarball" "$2.part/unpacked"
  say "fetching $1 $version"
  quiet npm pack "$1@$version" --ignore-scripts --pack-destination "$2.part/tarball" ||
    die "npm could not fetch $1@$version (its words are above). Check the network and npm's registry and proxy settings, then run this again."
  tarball=$(echo "$2.part/tarball"/*)
  actual=$(sha512 "$tarball")
  if [ "$actual" != "$expected" ]; then
    rm -rf "$2.part"
    die "$1@$version is not what native/deps.lock pins, so it was thrown away and nothing was changed.
  expected sha512 $expected
  got      sha512 $actual
Something between here and the npm registry (a mirror, a cache, a proxy) altered it: try 'npm cache clean --force', or another network."
  fi
  tar -xzf "$tarball" -C "$2.part/unpacked" --strip-components 1
  rm -rf "$2"
  mv "$2.part/unpacked" "$2"
  rm -rf "$2.part"
}
