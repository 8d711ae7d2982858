# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Calls gRPC methods, and prints the raw statuses.

    client.py [raised]

Each line of the input is ADDRESS METHOD REQUEST, each line of the output
MESSAGES CODE MESSAGE DETAILS, with the number of messages that came before the
error. REQUEST, MESSAGE and DETAILS are base64, - if empty.
"""

import base64
import sys

import grpc

options = []
if sys.argv[1:] == ["raised"]:
    options = [
        ("grpc.max_metadata_size", 64 << 10),
        ("grpc.absolute_max_metadata_size", 64 << 10),
    ]

channels = {}


def encode(value: bytes) -> str:
    return base64.b64encode(value).decode() or "-"


for line in sys.stdin:
    address, method, request = line.split()
    if address not in channels:
        channels[address] = grpc.insecure_channel(address, options=options)
    messages = 0
    try:
        # Reads unary responses, too.
        for _ in channels[address].unary_stream(method)(base64.b64decode(request), timeout=20):
            messages += 1
        print(messages, 0, "-", "-", flush=True)
    except grpc.RpcError as e:
        trailer = dict(e.trailing_metadata() or ())
        details = trailer.get("grpc-status-details-bin", b"")
        print(messages, e.code().value[0], encode(e.details().encode()), encode(details), flush=True)
