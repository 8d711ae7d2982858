#!/bin/bash
# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

# Generates the Java code from the protos, with the versions that pom.xml names:
#
#   ./generate.sh          into src/main/generated (the options, part of the jar)
#                          and src/test/generated (what a user would generate)
#   ./generate.sh --check  fails if the generated code is not up to date
#
# Needs Go (for buf), a JDK and Maven.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x86_64 ;;
  Linux-aarch64) platform=linux-aarch_64 ;;
  Darwin-x86_64) platform=osx-x86_64 ;;
  Darwin-arm64) platform=osx-aarch_64 ;;
  *) echo "generate.sh: there is no protoc for $(uname -s) $(uname -m)" >&2; exit 1 ;;
esac
mvn -q -B dependency:copy@generators -Dprotoc.platform="$platform"
chmod +x target/tools/*

out=$here/src
if [ "${1:-}" = --check ]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
fi
rm -rf "$out/main/generated" "$out/test/generated"
cd ../..
buf() { GOWORK=off go tool -modfile=tools/go.mod buf generate --template clients/java/buf.gen.yaml "$@"; }
buf --path proto/statusmap/v1 -o "$out/main/generated"
buf --path proto/legacy --path proto/statusmap/demo -o "$out/test/generated"
# testdata/depot is not in buf.yaml.
buf --config '{"version": "v2", "modules": [{"path": "proto"}, {"path": "testdata/depot"}]}' \
  --path testdata/depot/legacy -o "$out/test/generated"

if [ "${1:-}" = --check ]; then
  for set in main test; do
    if ! diff -r "$out/$set/generated" "$here/src/$set/generated" >"$out/diff"; then
      head -20 "$out/diff" >&2
      echo "generate.sh: src/$set/generated is not up to date: run ./generate.sh" >&2
      exit 1
    fi
  done
fi
