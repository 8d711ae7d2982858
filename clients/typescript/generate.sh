#!/bin/sh
# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

# Generates the TypeScript code: google.rpc, protovalidate's violations and the options
# into src/gen, which is part of the package; the same, the legacy enums, those of
# testdata/depot and the demo service into test/gen, as a user of the package would
# generate them.
#
#   ./generate.sh [DIR]    DIR: the folder to write to; default: this folder
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$here/../.."

buf() {
	GOWORK=off go tool -modfile=tools/go.mod buf generate --template clients/typescript/buf.gen.yaml "$@"
}

rm -rf "$out/src/gen" "$out/test/gen"
buf . --path proto/statusmap/v1 -o "$out/src/gen"
buf clients/typescript/proto -o "$out/src/gen"
buf . -o "$out/test/gen"
buf clients/typescript/proto -o "$out/test/gen"
buf . -o "$out/test/gen" --path testdata/depot/legacy \
	--config '{"version":"v2","modules":[{"path":"proto"},{"path":"testdata/depot"}]}'
