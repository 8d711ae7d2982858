# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Servers that send broken details over the network, read by the real gRPC stacks."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent import futures

import grpc
import pytest
from google.rpc import status_pb2

import statusmap
from clients import CLIENTS, Client
from legacy.job.v2 import code_pb2 as job_v2
from statusmap.demo.v1 import demo_pb2
from test_reader import error_info, status_of

NOT_FOUND = grpc.StatusCode.NOT_FOUND
KEY = "grpc-status-details-bin"


class WrongServer(grpc.GenericRpcHandler):
    """Answers every RPC with one status and trailers, also if they contradict each other."""

    def __init__(self) -> None:
        self.text = ""
        self.trailers: tuple[tuple[str, str | bytes], ...] = ()

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[bytes, bytes]:
        return grpc.unary_unary_rpc_method_handler(self.answer)

    def answer(self, _: bytes, context: grpc.ServicerContext) -> bytes:
        context.set_trailing_metadata(self.trailers)
        context.abort(NOT_FOUND, self.text)

    def send(self, *statuses: status_pb2.Status | bytes, text: str = "") -> None:
        self.text = text
        self.trailers = tuple(
            (KEY, status if isinstance(status, bytes) else status.SerializeToString())
            for status in statuses
        )


@pytest.fixture(scope="module")
def wrong() -> WrongServer:
    return WrongServer()


@pytest.fixture(scope="module")
def wrong_address(wrong: WrongServer) -> Iterator[str]:
    server = grpc.server(futures.ThreadPoolExecutor(1), handlers=[wrong])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture(scope="module", params=CLIENTS)
def client(request: pytest.FixtureRequest, wrong_address: str) -> Iterator[Client]:
    made = CLIENTS[request.param](wrong_address)
    yield made
    made.close()


def read(client: Client) -> statusmap.LegacyError | None:
    error = client.error("Raise", demo_pb2.RaiseRequest())
    assert error is not None
    return statusmap.from_error(error)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xff\xff",
        b"garbage",
        bytes(range(256)) * 8,
        status_of().SerializeToString(),
        status_of(error_info()).SerializeToString()[:-3],
        status_of(error_info("googleapis.com", "SERVICE_DISABLED", {})).SerializeToString(),
    ],
    ids=["empty", "ff", "text", "long", "no details", "cut off", "foreign domain"],
)
def test_not_ours(wrong: WrongServer, client: Client, raw: bytes) -> None:
    wrong.send(raw, text="x")
    assert read(client) is None


def test_no_trailers(wrong: WrongServer, client: Client) -> None:
    wrong.send(text="x")
    assert read(client) is None


def test_mismatching_code(wrong: WrongServer, client: Client) -> None:
    # grpc_status.rpc_status.from_call raises ValueError in this case.
    wrong.send(status_of(error_info(), code=13), text="作业 42 不存在")
    err = read(client)
    assert err is not None
    assert err.code_in(job_v2.Code) == job_v2.JOB_NOT_FOUND
    assert err.grpc_code is NOT_FOUND


def test_details_that_say_ok(wrong: WrongServer, client: Client) -> None:
    wrong.send(status_of(error_info(), code=0), text="x")
    err = read(client)
    assert err is not None
    assert err.grpc_code is NOT_FOUND


def test_mismatching_message(wrong: WrongServer, client: Client) -> None:
    # grpc_status.rpc_status.from_call raises ValueError in this case.
    wrong.send(status_of(error_info()), text="rewritten by a proxy")
    err = read(client)
    assert err is not None
    assert err.message == "rewritten by a proxy"
    assert err.message_in("en") == "Job 42 does not exist"


def test_message_only_in_the_details(wrong: WrongServer, client: Client) -> None:
    wrong.send(status_of(error_info()))
    err = read(client)
    assert err is not None
    assert err.message == "作业 42 不存在"


def test_two_error_infos(wrong: WrongServer, client: Client) -> None:
    wrong.send(status_of(error_info("googleapis.com", "SERVICE_DISABLED", {}), error_info()))
    err = read(client)
    assert err is not None
    assert err.code_in(job_v2.Code) == job_v2.JOB_NOT_FOUND


def test_two_trailers(wrong: WrongServer, client: Client) -> None:
    wrong.send(b"\xff\xff", status_of(error_info()))
    err = read(client)
    assert err is not None
    assert err.code_in(job_v2.Code) == job_v2.JOB_NOT_FOUND


def test_unknown_reason(wrong: WrongServer, client: Client) -> None:
    wrong.send(status_of(error_info(reason="NEWER", metadata={"legacy_code": "9"})))
    err = read(client)
    assert err is not None
    assert (err.reason, err.number, err.legacy_code) == ("NEWER", None, "9")


@pytest.mark.parametrize("kind", CLIENTS)
def test_server_that_is_gone(kind: str) -> None:
    client = CLIENTS[kind]("127.0.0.1:1")
    assert read(client) is None
    client.close()
