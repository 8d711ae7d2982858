# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Runs the README's commands and code."""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
import sys
from pathlib import Path

import grpc
import pytest

import statusmap
from conftest import HERE, REPOSITORY
from statusmap.demo.v1 import demo_pb2, demo_pb2_grpc
from test_depot import cases
from test_reader import FakeError

README = (HERE.parent / "README.md").read_text("utf-8")
COMMANDS = re.findall(r"^python -m (grpc_tools\.protoc .*)$", README, re.MULTILINE)
WITH_PACKAGE, WITH_ASYNCIO, WITH_VIOLATIONS, WITHOUT_PACKAGE = re.findall(
    r"```python\n(.*?)```\n\n```\n(.*?)```", README, re.DOTALL
)

GET_JOB = """
import grpc
from statusmap.demo.v1 import demo_pb2, demo_pb2_grpc

def get_job(job_id):
    request = demo_pb2.RaiseRequest(
        domain="legacy.job.v2", reason="JOB_NOT_FOUND", metadata={"job_id": job_id}
    )
    with grpc.insecure_channel(ADDRESS) as channel:
        return demo_pb2_grpc.DemoServiceStub(channel).Raise(request)
"""


def test_with_the_package(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def get_job_async(job_id: str) -> None:
        request = demo_pb2.RaiseRequest(
            domain="legacy.job.v2", reason="JOB_NOT_FOUND", metadata={"job_id": job_id}
        )
        async with grpc.aio.insecure_channel(address) as channel:
            await demo_pb2_grpc.DemoServiceStub(channel).Raise(request)

    names = {"ADDRESS": address, "get_job_async": get_job_async}
    code, output = WITH_PACKAGE
    exec(GET_JOB + code, names)  # noqa: S102
    assert capsys.readouterr().out == output

    code, output = WITH_ASYNCIO
    exec(code, names)  # noqa: S102
    asyncio.run(names["show"]())  # type: ignore[operator]
    assert capsys.readouterr().out == output


def test_violations(capsys: pytest.CaptureFixture[str]) -> None:
    (status,) = [case["status"] for case in cases() if case["name"] == "two violations"]

    def place_order() -> None:
        raise FakeError([("grpc-status-details-bin", base64.b64decode(status))])

    code, output = WITH_VIOLATIONS
    exec(code, {"grpc": grpc, "statusmap": statusmap, "place_order": place_order})  # noqa: S102
    assert capsys.readouterr().out == output


def test_without_the_package(address: str, tmp_path: Path) -> None:
    gen = tmp_path / "gen"
    gen.mkdir()
    (tmp_path / "proto").symlink_to(REPOSITORY / "proto")
    assert len(COMMANDS) == 2
    for command in COMMANDS:
        subprocess.run([sys.executable, "-m", *command.split()], cwd=tmp_path, check=True)

    code, output = WITHOUT_PACKAGE
    program = f"ADDRESS = {address!r}\n{GET_JOB}\n{code}\nimport statusmap._error"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": f"{gen}:{HERE / 'gen'}", "PYTHONIOENCODING": "utf-8"},
    )
    assert ran.stdout == output, ran.stderr
    # The program ran without the package.
    assert "No module named 'statusmap._error'" in ran.stderr
