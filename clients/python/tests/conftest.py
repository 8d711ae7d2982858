# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""The real server, its clients, and the line with the conformance figures."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import statusmap

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]

# The generated demo service has the proto package statusmap.demo.v1. It belongs
# to the tests, not to the package.
statusmap.__path__.append(str(HERE / "gen" / "statusmap"))

from clients import CLIENTS, Client  # noqa: E402 - needs statusmap.demo


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server's gRPC address: STATUSMAP_GRPC, or that of a server started here."""
    if "STATUSMAP_GRPC" in os.environ:
        yield os.environ["STATUSMAP_GRPC"]
        return
    folder = tmp_path_factory.mktemp("server")
    binary = folder / "statusmap"
    subprocess.run(
        ["go", "build", "-o", str(binary), "./cmd/statusmap"], cwd=REPOSITORY, check=True
    )
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [str(binary), "serve", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as server,
    ):
        try:
            assert server.stdout is not None
            label, _, target = server.stdout.readline().partition(" ")
            assert label == "gRPC", (folder / "log").read_text()
            yield target.strip()
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def clients(address: str) -> Iterator[list[Client]]:
    """A synchronous and an asyncio client of the server."""
    both: list[Client] = [kind(address) for kind in CLIENTS.values()]
    yield both
    for client in both:
        client.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the tests in known_failures.json to fail; they still run."""
    reasons = json.loads((HERE.parent / "known_failures.json").read_text("utf-8"))
    for item in items:
        if item.name in reasons:
            item.add_marker(pytest.mark.xfail(reason=reasons.pop(item.name), strict=True))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures of the conformance cases."""

    def count(*outcomes: str) -> int:
        return sum(
            "test_conformance.py::test_case[" in report.nodeid
            for outcome in outcomes
            for report in terminalreporter.getreports(outcome)
        )

    cases = count("passed", "failed", "error", "xfailed")
    if cases:
        terminalreporter.write_line(
            f"python: cases {cases}, passed {count('passed')}, known failures {count('xfailed')}"
        )
