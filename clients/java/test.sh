#!/bin/bash
# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

# Checks the Java client: the generated code, the compiler's lint, the tests at
# the real server, the jars. Needs Go, a JDK (17 or newer) and Maven.
set -euo pipefail
cd "$(dirname "$0")"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

mvn=(mvn --batch-mode --no-transfer-progress -Dstyle.color=never)

# step NAME COMMAND… runs a command and prints one line. If the command fails, it
# also prints the command's output.
step() {
  local name=$1
  shift
  if "$@" >"$log" 2>&1; then
    echo "java: $name"
  else
    cat "$log"
    echo "java: FAILED: $name" >&2
    exit 1
  fi
}

step "generated code is up to date" ./generate.sh --check
step "compiles with -Xlint:all -Werror" "${mvn[@]}" clean test-compile
step "tests pass" "${mvn[@]}" surefire:test
grep -E '^java: cases|^\[INFO\] Tests run: [0-9, A-Za-z:]+$' "$log"
step "jars are built" "${mvn[@]}" package -DskipTests
ls target/*.jar
