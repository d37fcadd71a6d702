# What the scripts share. To be sourced; works with the bash 3.2 of macOS.

root_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root_dir" || exit 1

target_dir=${CARGO_TARGET_DIR:-target}
case $target_dir in
  /*) ;;
  *) target_dir=$root_dir/$target_dir ;;
esac
program=$target_dir/debug/beschikbaarheidswijzer

say() {
  printf '==> %s\n' "$*" >&2
}

die() {
  printf '==> %s\n' "$*" >&2
  exit 1
}

is_root() {
  [ "$(id -u)" -eq 0 ]
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# Prints the browser to test with: CHROMIUM when set, otherwise the first one found. The shell without a window goes
# first: it draws as the whole browser does, and the tests take a quarter of the time.
find_chromium() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium-headless-shell chrome-headless-shell chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if [ -n "$candidate" ] && have "$candidate"; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

# Prints the folder with the programs of PostgreSQL. Debian and Ubuntu keep initdb outside PATH; when several
# versions are installed, the last one counts.
find_postgres() {
  local folder found=
  if have initdb && have pg_ctl && have psql; then
    dirname "$(command -v initdb)"
    return 0
  fi
  for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin \
    /usr/local/opt/postgresql@*/bin /Applications/Postgres.app/Contents/Versions/latest/bin; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/psql" ]; then
      found=$folder
    fi
  done
  [ -n "$found" ] && printf '%s\n' "$found"
}
