# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""The checked-in generated code is up to date."""

from __future__ import annotations

import subprocess
from pathlib import Path

from conftest import HERE

PACKAGE = HERE.parent


def generated(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for tree in ("src", "tests/gen")
        for path in (folder / tree).rglob("*_pb2*.py*")
        if path.suffix != ".pyc"
    }


def test_generated_code_is_up_to_date(tmp_path: Path) -> None:
    subprocess.run([str(PACKAGE / "generate.sh"), str(tmp_path)], check=True)
    want, got = generated(tmp_path), generated(PACKAGE)
    assert sorted(got) == sorted(want)
    outdated = [name for name in want if got[name] != want[name]]
    assert not outdated, "run ./generate.sh"
