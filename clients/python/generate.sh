#!/usr/bin/env bash
# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

# Generates the Python code: the vocabulary into the package, and what a user
# would generate (enums and demo service) into the tests.
#
#   ./generate.sh [DIR]    DIR: the folder to write to; default: this folder
#
# Needs Go and the .venv that test.sh makes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath -m "${1:-$here}")
cd "$here/../.."
# buf.yaml has only the first module.
modules='{"version":"v2","modules":[{"path":"proto"},{"path":"testdata/depot"}]}'

buf() { GOWORK=off go tool -modfile=tools/go.mod buf "$@"; }
generate() { # FOLDER PROTO-PATH...
  local folder=$1 paths=()
  shift
  for path in "$@"; do paths+=(--path "$path"); done
  buf generate --config "$modules" --template clients/python/buf.gen.yaml -o "$out/$folder" "${paths[@]}"
}

mkdir -p "$out/src" "$out/tests/gen"
find "$out/src" "$out/tests/gen" -name '*_pb2*.py*' -delete
generate src proto/statusmap/v1
generate tests/gen proto/legacy proto/statusmap/demo testdata/depot/legacy
# The service's stub without buf: grpcio-tools has the generator inside protoc, and
# buf does not support it.
buf build --as-file-descriptor-set -o - |
  clients/python/.venv/bin/python -m grpc_tools.protoc --descriptor_set_in=/dev/stdin \
    --plugin=protoc-gen-mypy_grpc=clients/python/.venv/bin/protoc-gen-mypy_grpc \
    --grpc_python_out="$out/tests/gen" --mypy_grpc_out="quiet:$out/tests/gen" \
    statusmap/demo/v1/demo.proto
