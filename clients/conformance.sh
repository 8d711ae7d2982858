#!/usr/bin/env bash
# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

# Runs the test.sh of every client, one after the other. Each raises every case of
# testdata/cases at the real server and reads it back. A test.sh installs what it
# needs and can be run alone.
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
