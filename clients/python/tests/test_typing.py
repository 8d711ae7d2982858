# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""The types that users see, checked by mypy --strict with the other files.

Each "type: ignore" is a mistake that mypy must find: it also reports unused ones.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from legacy.elves.v2 import code_pb2 as elves_v2
from legacy.job.v2 import code_pb2 as job_v2
from statusmap import LegacyError, Violation
from test_reader import error_info, read

if TYPE_CHECKING:
    from typing_extensions import assert_type

    class ProtocCode(int, metaclass=EnumTypeWrapper):
        """An enum as in protoc's own pyi; the others are as in mypy-protobuf's."""

    def checked(err: LegacyError) -> None:
        assert_type(err.code_in(job_v2.Code), job_v2.Code.ValueType | None)
        assert_type(err.code_in(ProtocCode), ProtocCode | None)
        assert_type(err.retry_after, timedelta | None)
        assert_type(err.metadata["job_id"], str)
        assert_type(err.help, str | None)
        for violation in err.violations:
            assert_type(violation, Violation)
            assert_type(violation.code_in(job_v2.Code), job_v2.Code.ValueType | None)
            violation.field = "x"  # type: ignore[misc]
        err.legacy_code = 7  # type: ignore[assignment]


def test_codes_of_two_systems_do_not_compare() -> None:
    err = read(error_info())
    assert err.code_in(job_v2.Code) == job_v2.JOB_NOT_FOUND
    assert err.code_in(job_v2.Code) != elves_v2.SIGN_MISMATCH  # type: ignore[comparison-overlap]
