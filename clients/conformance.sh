#!/usr/bin/env bash
# Runs every client's own test command, one after the other: each raises every
# case of testdata/cases at the real server and reads it back. A client's
# test.sh installs what it needs, and works alone from its folder.
set -uo pipefail
cd "$(dirname "$0")"

failed=0
for language in python typescript java; do
  log=$(mktemp)
  start=$SECONDS
  if (cd "$language" && ./test.sh) >"$log" 2>&1; then
    printf '%-10s ok, %d s\n' "$language" $((SECONDS - start))
    grep -E "^$language: cases " "$log"
  else
    failed=1
    printf '%-10s FAILED, %d s\n' "$language" $((SECONDS - start))
    cat "$log"
  fi
  rm -f "$log"
done
exit "$failed"
