#!/usr/bin/env bash
# Everything that must be green, in the order that finds a mistake soonest. `make test` and CI run this.
# Each step prints a heading and how long it took; the closing table repeats every suite's own count.
set -euo pipefail
cd "$(dirname "$0")/.."

logs=$(mktemp -d "${TMPDIR:-/tmp}/qunyan-test.XXXXXX")
trap 'rm -rf "$logs"' EXIT
declare -a table=()
declare -A counted=() # by make target

duration() { printf '%dm%02ds' $(($1 / 60)) $(($1 % 60)); }

# The line in which the suite counts its tests, without colours; nothing if it prints none.
count_line() {
  sed -E 's/\x1b\[[0-9;]*[A-Za-z]//g' "$1" | grep -E "$2" | tail -n 3 | sed -E 's/^ +//' | paste -sd ' ' || true
}

step() { # step TITLE MAKE-TARGET PATTERN-OF-ITS-COUNT-LINE
  local title=$1 target=$2 pattern=$3 begun=$SECONDS log=$logs/$2 count
  printf '\n===== %s (make %s) =====\n' "$title" "$target"
  if ! "${MAKE:-make}" --no-print-directory "$target" 2>&1 | tee "$log"; then
    printf '\n===== FAILED: %s after %s =====\n' "$title" "$(duration $((SECONDS - begun)))"
    exit 1
  fi
  printf '===== done: %s in %s =====\n' "$title" "$(duration $((SECONDS - begun)))"
  count=$(count_line "$log" "$pattern")
  table+=("$(printf '%-20s %7s   %s' "$title" "$(duration $((SECONDS - begun)))" "$count")")
  counted[$target]=${count%%;*}
}

step 'Lint' lint '^lint: '
step 'Web' test-web '^ *Tests +[0-9]'
step 'Build' build '^built '
step 'Go on PostgreSQL' test-pg '^go test: '
step 'Go on SQLite, race' test-go '^go test: '
step 'Browser' test-e2e '^ *[0-9]+ (passed|failed|flaky|skipped|did not run)'

printf '\n===== All green =====\n'
printf '%s\n' "${table[@]}"
# One last line that says it all, for a reader who sees only that.
printf 'ALL GREEN in %s | PostgreSQL, %s | SQLite with race, %s | Playwright: %s\n' \
  "$(duration $SECONDS)" "${counted[test-pg]}" "${counted[test-go]}" "${counted[test-e2e]}"
