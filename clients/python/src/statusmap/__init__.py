# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Typed errors for clients of statusmap servers.

A statusmap server sends each legacy error as a ``google.rpc.ErrorInfo`` whose domain
and reason together are the full name of a protobuf enum value. A client needs only the
enums that you generate from the server's .proto files: this package finds the value and
reads its options.

Start with :func:`from_error`.
"""

from statusmap._error import LegacyError, Violation, from_error, from_status

__all__ = ["LegacyError", "Violation", "from_error", "from_status"]
