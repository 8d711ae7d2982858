# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""The mistakes of backends, as the real server sends them."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest

import statusmap
from clients import CLIENTS, Client
from statusmap.demo.v1 import demo_pb2
from test_conformance import ENUMS

SECRET = "hunter2"

# The gRPC code that the fault code_out_of_range sends. In the system that has this
# number it is read as that system's code.
LEGACY_NUMBER = 20210
# ESB is not a system: JOB includes its enum.
SYSTEMS = [domain for domain in ENUMS if domain != "legacy.esb.v1"]

# Fault → the gRPC code that a client gets; None: each system's own, that of its
# code for internal errors.
FAULTS: dict[str, grpc.StatusCode | None] = {
    "code_out_of_range": grpc.StatusCode.UNKNOWN,
    "deadline": grpc.StatusCode.DEADLINE_EXCEEDED,
    "go_error": grpc.StatusCode.INTERNAL,
    "huge": None,
    "invalid_utf8": None,
    "panic": grpc.StatusCode.INTERNAL,
    "plain_status": grpc.StatusCode.NOT_FOUND,
    "unavailable": grpc.StatusCode.UNAVAILABLE,
    "unknown_detail": None,
    "unknown_reason": grpc.StatusCode.NOT_FOUND,
}


def raised(client: Client, domain: str, fault: str) -> tuple[grpc.RpcError, statusmap.LegacyError]:
    error = client.error("Fault", demo_pb2.FaultRequest(domain=domain, fault=fault))
    assert error is not None
    err = statusmap.from_error(error)
    assert err is not None
    return error, err


def texts(error: grpc.RpcError, err: statusmap.LegacyError) -> str:
    """Return all text that a client sees, and the trailers as sent."""
    assert isinstance(error, (grpc.Call, grpc.aio.AioRpcError))
    return " ".join(
        [
            str(error),
            repr(error),
            str(list(error.initial_metadata() or ())),
            str(list(error.trailing_metadata() or ())),
            str(err),
            repr(err),
            err.message_in("en"),
            err.message_in("zh-CN"),
            str(err.metadata),
        ]
    )


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("domain", SYSTEMS)
def test_fault(clients: list[Client], domain: str, fault: str) -> None:
    for client in clients:
        error, err = raised(client, domain, fault)
        assert err.domain == domain
        assert err.message
        if fault == "unknown_reason":
            assert err.reason == "NEWER_THAN_THE_GATEWAY"
            assert (err.number, err.legacy_code, err.options) == (None, "9999999", None)
            assert err.code_in(ENUMS[domain]) is None
        else:
            assert err.number == ENUMS[domain].Value(err.reason) == err.code_in(ENUMS[domain])
            assert err.options is not None
            assert err.legacy_code == (err.options.legacy_code or str(err.number))
            if fault == "code_out_of_range" and LEGACY_NUMBER in ENUMS[domain].values():
                assert err.number == LEGACY_NUMBER
            else:
                expected = FAULTS[fault] or err.grpc_code
                assert err.grpc_code is expected
        if fault == "invalid_utf8":
            _, internal = raised(client, domain, "go_error")
            assert err.message == internal.message
        if fault != "unknown_detail":
            assert SECRET not in texts(error, err)


def test_unknown_detail_stays_raw(clients: list[Client]) -> None:
    # The server passes a detail of an unknown type on. The reader shows none of it.
    for client in clients:
        _, err = raised(client, "legacy.job.v2", "unknown_detail")
        shown = [str(err), err.message_in("en"), err.message_in("zh-CN"), str(err.metadata)]
        assert SECRET not in " ".join(shown)


@pytest.fixture(params=CLIENTS)
def small_client(request: pytest.FixtureRequest, address: str) -> Iterator[Client]:
    """A client that accepts at most 8 KiB of headers."""
    client = CLIENTS[request.param](
        address,
        [("grpc.max_metadata_size", 8192), ("grpc.absolute_max_metadata_size", 8192)],
    )
    yield client
    client.close()


@pytest.mark.parametrize("domain", SYSTEMS)
def test_huge_in_8_kib(small_client: Client, clients: list[Client], domain: str) -> None:
    _, unlimited = raised(clients[0], domain, "huge")
    _, err = raised(small_client, domain, "huge")
    assert vars(err) == vars(unlimited)
    assert err.number is not None
    _, internal = raised(small_client, domain, "go_error")
    assert err.message == internal.message
    assert err.metadata["dump"].startswith("转储")


def test_too_large_for_the_client(small_client: Client) -> None:
    # Raise does not limit its arguments. The stack drops a status that is too large.
    error = small_client.error(
        "Raise",
        demo_pb2.RaiseRequest(
            domain="legacy.job.v2", reason="JOB_NOT_FOUND", metadata={"job_id": "4" * 10000}
        ),
    )
    assert error is not None
    assert statusmap.from_error(error) is None
