# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Reads buf.validate.Violations without protovalidate's package.

Its messages cannot be generated here: they would collide with those of users who have it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from google.protobuf.empty_pb2 import Empty
from google.protobuf.unknown_fields import UnknownFieldSet
from google.rpc.error_details_pb2 import BadRequest

NAME = "buf.validate.Violations"


def field_violations(raw: bytes) -> list[BadRequest.FieldViolation]:
    """Return the violations in a serialized buf.validate.Violations; reasons are rule ids.

    Raises:
        DecodeError: raw is not such a message.
        UnicodeDecodeError: a text is not UTF-8.
    """
    return [_violation(entry) for entry in _entries(raw)]


def _violation(raw: bytes) -> BadRequest.FieldViolation:
    found = BadRequest.FieldViolation()
    for number, value in _fields(raw):
        match number, value:
            case 2, bytes(rule_id):
                found.reason = rule_id.decode()
            case 3, bytes(message):
                found.description = message.decode()
            case 5, bytes(path):
                found.field = _path(path)
    return found


def _path(raw: bytes) -> str:
    """Return a buf.validate.FieldPath as protovalidate prints it: ``a.b[0].c["key"]``."""
    return ".".join(_element(entry) for entry in _entries(raw))


def _element(raw: bytes) -> str:
    name, subscript = "", ""
    for number, value in _fields(raw):
        match number, value:
            case 2, bytes(text):
                name = text.decode()
            case ((6 | 9), int(index)):
                subscript = f"[{index}]"
            case 7, int(key):
                subscript = "[true]" if key else "[false]"
            case 8, int(key):
                subscript = f"[{key - (1 << 64) if key >> 63 else key}]"
            case 10, bytes(key):
                subscript = f"[{json.dumps(key.decode(), ensure_ascii=False)}]"
    return name + subscript


def _entries(raw: bytes) -> Iterator[bytes]:
    """Yield the messages in field 1, the only field of a message that is a list."""
    for number, value in _fields(raw):
        if number == 1 and isinstance(value, bytes):
            yield value


def _fields(raw: bytes) -> Iterator[tuple[int, object]]:
    """Yield the number and value of each field of a message."""
    fields = UnknownFieldSet(Empty.FromString(raw))
    for i in range(len(fields)):
        yield fields[i].field_number, fields[i].data
