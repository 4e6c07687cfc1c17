#!/usr/bin/env bash
# Makes this machine ready to build (`setup.sh build`) or to build and test (`setup.sh`, `setup.sh all`).
#
# Safe to run any number of times; a machine that is ready is left alone, and nothing is asked of the network.
# What is missing is installed on Debian when run as root. Elsewhere the script says what to install and exits 1:
# it never guesses at a package manager it has not been tried on.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly go_needed=1.26 node_needed=20.19
readonly go_advice="Go $go_needed or newer (https://go.dev/dl/), with 'go' on the PATH"
readonly node_advice="Node.js $node_needed or newer with npm (https://nodejs.org/), with 'node' on the PATH"

packages=() # Debian packages to install
advice=()   # the same wants in words, for a machine we may not change

want() { # want PACKAGE WORDS…
  packages+=("$1")
  advice+=("${*:2}")
}

at_least() { # at_least FOUND NEEDED — compares versions, not strings
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

have_go() { command -v go >/dev/null && at_least "$(go env GOVERSION | sed 's/^go//')" "$go_needed"; }
have_node() { command -v node >/dev/null && command -v npm >/dev/null && at_least "$(node -p process.versions.node)" "$node_needed"; }
have_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }
have_chromium() { command -v "${CHROMIUM:-/usr/bin/chromium}" >/dev/null; }
have_cjk_font() { command -v fc-list >/dev/null && [ -n "$(fc-list ':lang=zh-cn' family)" ]; }
have_cc() { command -v "${CC:-cc}" >/dev/null || command -v gcc >/dev/null; }

check_build() {
  have_go || want golang-go "$go_advice"
  have_node || want "nodejs npm" "$node_advice"
}

check_test() {
  have_cc || want "gcc libc6-dev" "a C compiler (Go's race detector needs one)"
  have_postgres || want postgresql "the PostgreSQL server, 15 or newer (initdb, pg_ctl); it need not be running"
  have_chromium || want chromium "Chromium, as /usr/bin/chromium or named by CHROMIUM (browser tests)"
  have_cjk_font || want "fontconfig fonts-noto-cjk" "a Chinese font, for example Noto Sans CJK (screenshots and print)"
  command -v pdftotext >/dev/null || want poppler-utils "poppler's pdftotext and pdftoppm (tests read back what is printed)"
}

explain_and_stop() {
  printf 'Qunyan needs, and does not find here:\n' >&2
  printf '  - %s\n' "$@" >&2
  printf 'Please install that and run the same command again.\n' >&2
  exit 1
}

install_packages() {
  if [ ! -e /etc/debian_version ] || [ "$(id -u)" -ne 0 ]; then
    explain_and_stop "${advice[@]}" "(on Debian: apt-get install ${packages[*]})"
  fi
  echo "Installing: ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # A freshly started machine is often still installing something of its own: wait for its locks.
  local tries=0
  until apt-get -q update; do
    tries=$((tries + 1))
    [ "$tries" -lt 10 ] || explain_and_stop "${advice[@]}"
    sleep 15
  done
  # Word splitting is wanted: one entry may name two packages.
  # shellcheck disable=SC2068
  apt-get -q -o DPkg::Lock::Timeout=900 install -y --no-install-recommends ${packages[@]}
}

install_web_modules() {
  local stamp=web/node_modules/.package-lock.json
  if [ ! -e "$stamp" ] || [ web/package-lock.json -nt "$stamp" ]; then
    echo "Installing the web modules named in web/package-lock.json"
    npm --prefix web ci --no-audit --no-fund
    touch "$stamp" # npm keeps an older time when nothing changed, and we would ask it again every time
  fi
}

mode=${1:-all}
case $mode in
  build) check_build ;;
  all) check_build && check_test ;;
  *) echo "usage: setup.sh [build|all]" >&2 && exit 2 ;;
esac

if [ "${#packages[@]}" -gt 0 ]; then
  install_packages
  # A distribution may well ship an older Go or Node than we need; say so instead of failing later inside a build.
  packages=() advice=()
  check_build
  [ "${#advice[@]}" -eq 0 ] || explain_and_stop "${advice[@]}"
fi
install_web_modules
