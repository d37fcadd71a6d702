#!/usr/bin/env bash
# Checks that what is needed is there, and says plainly what is missing and how to get it.
#
#   scripts/needs.sh          for building and running
#   scripts/needs.sh test     also for the tests
#
# Both install what is missing with apt-get, where that can be done without asking anything.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

missing=0

# missing NAME "English" "Nederlands" "Debian/Ubuntu" "Fedora" "macOS"
missing() {
  missing=$((missing + 1))
  {
    printf '\n%s\n' "Missing: $1"
    printf '  %s\n' "EN  $2" "NL  $3"
    printf '  %-16s%s\n' "Debian/Ubuntu:" "$4" "Fedora:" "$5" "macOS:" "$6"
  } >&2
}

# at_least 1.95 1.100.0: compares the first two parts as numbers.
at_least() {
  local want_major=${1%%.*} want_minor=${1#*.} have_major have_minor
  have_major=${2%%.*}
  have_minor=${2#*.}
  have_minor=${have_minor%%.*}
  case $have_major$have_minor in
    '' | *[!0-9]*) return 1 ;;
  esac
  [ "$have_major" -gt "$want_major" ] || { [ "$have_major" -eq "$want_major" ] && [ "$have_minor" -ge "$want_minor" ]; }
}

need_rust() {
  local version how="get it from https://rustup.rs, or if you have rustup: rustup update stable"
  version=$(cargo --version 2>/dev/null | cut -d' ' -f2 || true)
  at_least 1.95 "$version" && return
  missing "Rust 1.95 or newer (found: ${version:-none})" \
    "The program is written in Rust. Most systems have an older one in their packages." \
    "Het programma is geschreven in Rust. De meeste systemen leveren zelf een oudere versie." \
    "$how" "$how" "$how"
}

has_c_compiler() {
  have "${CC:-cc}" || have gcc || have clang
}

need_c_compiler() {
  has_c_compiler && return
  missing "a C compiler" \
    "SQLite, the PostgreSQL client and the cryptography are compiled from C." \
    "SQLite, de PostgreSQL-client en de versleuteling worden uit C gebouwd." \
    "sudo apt-get install build-essential" "sudo dnf install gcc make" "xcode-select --install"
}

node_version() {
  node --version 2>/dev/null | tr -d v || true
}

has_node() {
  at_least 20.0 "$(node_version)" && have npm
}

need_node() {
  local version
  version=$(node_version)
  if ! has_node; then
    missing "Node 20 or newer, with npm (found: ${version:-none})" \
      "It fetches and builds the style sheets, fonts and icons." \
      "Hiermee worden de opmaak, letters en pictogrammen opgehaald en gebouwd." \
      "sudo apt-get install nodejs npm   (older than Debian 13 or Ubuntu 24.10: see https://nodejs.org)" \
      "sudo dnf install nodejs" "brew install node"
  fi
}

need_postgres() {
  find_postgres >/dev/null && return
  missing "PostgreSQL, the server" \
    "The tests run on SQLite and on PostgreSQL. They start a server of their own, next to any other." \
    "De tests draaien op SQLite en op PostgreSQL. Ze starten een eigen server, naast een andere." \
    "sudo apt-get install postgresql" "sudo dnf install postgresql-server" "brew install postgresql@17"
}

need_chromium() {
  find_chromium >/dev/null && return
  missing "Chromium or Chrome" \
    "The browser tests use it. Installed elsewhere? Set CHROMIUM to its path." \
    "De browsertests gebruiken het. Staat het ergens anders? Zet CHROMIUM op het pad." \
    "sudo apt-get install chromium-headless-shell   (Ubuntu: sudo snap install chromium)" \
    "sudo dnf install chromium" "brew install --cask google-chrome"
}

apt_get() {
  local sudo=
  is_root || sudo="sudo -n"
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=120 "$@" >&2
}

# Whether something can be installed without asking anything.
may_install() {
  have apt-get && { is_root || { have sudo && sudo -n true 2>/dev/null; }; }
}

# Installs what building needs. Rust is not among it: the packages of most systems are too old.
install_for_building() {
  may_install || return 0
  has_c_compiler || install build-essential || true
  have node || install nodejs || true
  have npm || install npm || true
}

# Installs what the tests need.
install_for_tests() {
  may_install || return 0
  find_postgres >/dev/null || install postgresql || true
  have chromium-headless-shell || install chromium-headless-shell || find_chromium >/dev/null || install chromium || true
}

# install PACKAGE: the list of packages may be absent or old, as on a fresh machine.
install() {
  say "Installing $1 with apt-get (takes a minute or so)"
  apt_get install --no-install-recommends "$1" || { apt_get update && apt_get install --no-install-recommends "$1"; }
}

need_nextest() {
  cargo nextest --version >/dev/null 2>&1 && return
  say "Installing cargo-nextest, which runs the Rust tests (once, takes about 5 minutes)"
  cargo install --locked cargo-nextest
}

need_rust
install_for_building
need_c_compiler
need_node
if [ "${1:-}" = test ]; then
  install_for_tests
  need_postgres
  need_chromium
fi
if [ "$missing" -gt 0 ]; then
  printf '\n' >&2
  die "Install what is missing above, then try again. / Installeer wat hierboven ontbreekt en probeer het opnieuw."
fi
if [ "${1:-}" = test ]; then
  need_nextest
fi
