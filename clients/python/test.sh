#!/usr/bin/env bash
# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

# Tests this package. Needs Go and Python >= 3.10, and installs the rest into .venv.
# Prints one line per step, and the whole output of a step that fails.
set -euo pipefail
cd "$(dirname "$0")"

log=$(mktemp)
clean=$(mktemp -d)
trap 'rm -rf "$log" "$clean"' EXIT

step() { # NAME COMMAND...
  local name=$1 start=$SECONDS
  shift
  if "$@" >"$log" 2>&1; then
    # Show pytest's figures.
    grep -E '^(python: cases |[0-9]+ passed)' "$log" || true
    echo "python: $name: ok ($((SECONDS - start)) s)"
  else
    cat "$log"
    echo "python: $name: FAILED"
    exit 1
  fi
}

install() {
  if ! cmp -s requirements.txt .venv/requirements.txt; then
    rm -rf .venv
    python3 -m venv .venv
    .venv/bin/pip install --no-deps -r requirements.txt
    cp requirements.txt .venv/requirements.txt # last: marks a complete venv
  fi
}

lint() { .venv/bin/ruff check . && .venv/bin/ruff format --check .; }

package() {
  rm -rf dist
  .venv/bin/python -m build --no-isolation
}

# A user's environment: only the wheel and its dependencies.
wheel() {
  python3 -m venv --without-pip "$clean"
  .venv/bin/pip --python "$clean/bin/python" install -c requirements.txt dist/*.whl
  "$clean/bin/python" -I -c '
import statusmap, statusmap.v1.options_pb2
from importlib import resources
assert resources.files("statusmap").joinpath("py.typed").is_file()
assert statusmap.from_error(ValueError()) is None'
}

step install install
step lint lint
step "mypy --strict" .venv/bin/mypy
step pytest .venv/bin/python -m pytest -q
step "pytest of the reader, protobuf in pure Python" \
  env PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python .venv/bin/python -m pytest -q tests/test_reader.py tests/test_depot.py
step "wheel and sdist" package
step "wheel in a clean environment" wheel
