"""Typed errors of statusmap services, read from gRPC statuses.

A service of statusmap sends each legacy error as a ``google.rpc.ErrorInfo``
whose domain and reason together are the full name of a protobuf enum value. The
enum that you generate from the service's .proto file is therefore all that a
client needs; this package finds the value and reads its options.

Start with :func:`from_rpc_error`.
"""

from statusmap._error import LegacyError, from_rpc_error, from_status

__all__ = ["LegacyError", "from_rpc_error", "from_status"]
