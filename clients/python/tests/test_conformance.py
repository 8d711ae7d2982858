# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Every case of testdata/cases, raised by the real server and read here."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import grpc
import pytest

import statusmap
from clients import Client
from conftest import REPOSITORY
from legacy.apiswitch.v1 import code_pb2 as apiswitch_v1
from legacy.elves.v1 import code_pb2 as elves_v1
from legacy.elves.v2 import code_pb2 as elves_v2
from legacy.esb.v1 import code_pb2 as esb_v1
from legacy.jarvis.v2 import code_pb2 as jarvis_v2
from legacy.job.v1 import code_pb2 as job_v1
from legacy.job.v2 import code_pb2 as job_v2
from statusmap.demo.v1 import demo_pb2

ENUMS = {
    "legacy.apiswitch.v1": apiswitch_v1.Code,
    "legacy.elves.v1": elves_v1.Code,
    "legacy.elves.v2": elves_v2.Code,
    "legacy.esb.v1": esb_v1.Code,
    "legacy.jarvis.v2": jarvis_v2.Code,
    "legacy.job.v1": job_v1.Code,
    "legacy.job.v2": job_v2.Code,
}


def cases() -> list[Any]:
    found = []
    for path in sorted((REPOSITORY / "testdata" / "cases").glob("*.json")):
        file = json.loads(path.read_text("utf-8"))
        for case in file["cases"]:
            name = f"{file['domain']}.{case['reason']}"
            found.append(pytest.param(file["domain"], file["system"], case, id=name))
    return found


@pytest.mark.parametrize(("domain", "system", "case"), cases())
def test_case(clients: list[Client], domain: str, system: str, case: dict[str, Any]) -> None:
    # The generated enum has the code with this name and number, also if it is a success.
    assert ENUMS[domain].Value(case["reason"]) == case["number"]
    request = demo_pb2.RaiseRequest(
        domain=system, reason=case["reason"], metadata=case["arguments"]
    )
    for client in clients:
        error = client.error("Raise", request)
        if case["success"]:
            assert error is None
            continue
        assert error is not None
        assert seen(error, case["messages"]) == {
            "grpc_code": case["grpc_code"],
            "domain": domain,
            "reason": case["reason"],
            "number": case["number"],
            "legacy_code": case["legacy_code"],
            "metadata": case["metadata"],
            "message": case["message"],
            "messages": case["messages"],
            "retry_after": timedelta(seconds=case["retry_after"]) or None,
            "field": case["field"] or None,
            "code_in": {domain: case["number"]},
        }


def seen(error: grpc.RpcError, languages: dict[str, str]) -> dict[str, object]:
    """Return what a client reads of an error."""
    err = statusmap.from_error(error)
    assert err is not None
    codes = {domain: err.code_in(enum) for domain, enum in ENUMS.items()}
    return {
        "grpc_code": err.grpc_code.name,
        "domain": err.domain,
        "reason": err.reason,
        "number": err.number,
        "legacy_code": err.legacy_code,
        "metadata": err.metadata,
        "message": err.message,
        "messages": {language: err.message_in(language) for language in languages},
        "retry_after": err.retry_after,
        "field": err.field,
        "code_in": {domain: code for domain, code in codes.items() if code is not None},
    }


def test_every_system_has_cases() -> None:
    domains = {case.values[0] for case in cases()}
    assert domains == set(ENUMS)


def test_stream(clients: list[Client]) -> None:
    for client in clients:
        error = client.error(
            "Stream",
            demo_pb2.StreamRequest(
                domain="legacy.job.v2", reason="JOB_NOT_FOUND", after=2, metadata={"job_id": "42"}
            ),
        )
        assert error is not None
        err = statusmap.from_error(error)
        assert err is not None
        assert err.code_in(job_v2.Code) == job_v2.JOB_NOT_FOUND
        assert err.message_in("en") == "Job 42 does not exist"


def test_request_id_and_language_of_the_call(clients: list[Client]) -> None:
    request = demo_pb2.RaiseRequest(
        domain="legacy.job.v2", reason="JOB_NOT_FOUND", metadata={"job_id": "42"}
    )
    for client in clients:
        error = client.error(
            "Raise", request, metadata=(("x-request-id", "r1"), ("accept-language", "en-GB"))
        )
        assert error is not None
        err = statusmap.from_error(error)
        assert err is not None
        assert err.request_id == "r1"
        assert err.message == "作业 42 不存在"
        assert err.message_in("en-US") == "Job 42 does not exist"
