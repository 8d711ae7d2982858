# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Clients of the demo service, synchronous and asyncio, with one interface."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import grpc
import grpc.aio
from google.protobuf.message import Message

from statusmap.demo.v1 import demo_pb2_grpc

Options = Sequence[tuple[str, Any]]
TIMEOUT = 20  # seconds


class Client(Protocol):
    """Calls the demo service and returns what the call raises."""

    def error(
        self, rpc: str, request: Message, metadata: Sequence[tuple[str, str]] = ()
    ) -> grpc.RpcError | None:
        """Return what the RPC raised, None if it succeeded."""

    def close(self) -> None:
        """Close the channel."""


class SyncClient:
    """A Client over grpc."""

    def __init__(self, address: str, options: Options = ()) -> None:
        self._channel = grpc.insecure_channel(address, options)
        self._stub = demo_pb2_grpc.DemoServiceStub(self._channel)

    def error(
        self, rpc: str, request: Message, metadata: Sequence[tuple[str, str]] = ()
    ) -> grpc.RpcError | None:
        try:
            response = getattr(self._stub, rpc)(request, metadata=metadata, timeout=TIMEOUT)
            if rpc == "Stream":
                list(response)
        except grpc.RpcError as e:
            return e
        return None

    def close(self) -> None:
        self._channel.close()


class AioClient:
    """A Client over grpc.aio, with a separate event loop."""

    def __init__(self, address: str, options: Options = ()) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._open(address, options))

    async def _open(self, address: str, options: Options) -> None:
        self._channel = grpc.aio.insecure_channel(address, options)
        self._stub = demo_pb2_grpc.DemoServiceStub(self._channel)

    def error(
        self, rpc: str, request: Message, metadata: Sequence[tuple[str, str]] = ()
    ) -> grpc.RpcError | None:
        return self._loop.run_until_complete(self._error(rpc, request, metadata))

    async def _error(
        self, rpc: str, request: Message, metadata: Sequence[tuple[str, str]]
    ) -> grpc.RpcError | None:
        try:
            call = getattr(self._stub, rpc)(request, metadata=metadata, timeout=TIMEOUT)
            if rpc == "Stream":
                async for _ in call:
                    pass
            else:
                await call
        except grpc.aio.AioRpcError as e:
            return e
        return None

    def close(self) -> None:
        self._loop.run_until_complete(self._channel.close())
        self._loop.close()


CLIENTS: dict[str, type[SyncClient] | type[AioClient]] = {"sync": SyncClient, "aio": AioClient}
