# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Reads statuses that are made here: known codes, unknown codes, other errors."""

from __future__ import annotations

import copy
import pickle
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2 as details_pb2
from google.rpc import status_pb2

import statusmap
from legacy.apiswitch.v1 import code_pb2 as apiswitch_v1
from legacy.elves.v2 import code_pb2 as elves_v2
from legacy.jarvis.v2 import code_pb2 as jarvis_v2
from legacy.job.v1 import code_pb2 as job_v1
from legacy.job.v2 import code_pb2 as job_v2
from statusmap import _text
from statusmap.v1 import options_pb2

NOT_FOUND = 5


def error_info(
    domain: str = "legacy.job.v2",
    reason: str = "JOB_NOT_FOUND",
    metadata: Mapping[str, str] | None = None,
) -> details_pb2.ErrorInfo:
    if metadata is None:
        metadata = {"job_id": "42", "legacy_code": "1233106"}
    return details_pb2.ErrorInfo(domain=domain, reason=reason, metadata=metadata)


def status_of(*details: Message, code: int = NOT_FOUND) -> status_pb2.Status:
    status = status_pb2.Status(code=code, message="作业 42 不存在")
    for detail in details:
        status.details.add().Pack(detail)
    return status


def read(*details: Message) -> statusmap.LegacyError:
    err = statusmap.from_status(status_of(*details))
    assert err is not None
    return err


class FakeError(grpc.RpcError):
    """An error as users' tests raise it instead of a real call's error."""

    def __init__(self, trailers: Any, code: Any = grpc.StatusCode.NOT_FOUND) -> None:
        super().__init__()
        self._trailers = trailers
        self._code = code

    def code(self) -> Any:
        return self._code

    def details(self) -> str:
        return ""

    def trailing_metadata(self) -> Any:
        return self._trailers


def test_all_attributes() -> None:
    err = read(
        error_info(metadata={"job_id": "42", "legacy_code": "1233106", "request_id": "r1"}),
        details_pb2.RetryInfo(retry_delay=Duration(seconds=1, nanos=500_000_000)),
        details_pb2.BadRequest(
            field_violations=[{"field": "job_id", "description": "作业 42 不存在"}]
        ),
    )
    assert err.domain == "legacy.job.v2"
    assert err.reason == "JOB_NOT_FOUND"
    assert err.number == job_v2.JOB_NOT_FOUND == 1233106
    assert err.legacy_code == "1233106"
    assert err.metadata == {"job_id": "42", "legacy_code": "1233106", "request_id": "r1"}
    assert err.request_id == "r1"
    assert err.retry_after == timedelta(seconds=1.5)
    assert err.field == "job_id"
    assert err.violations == (statusmap.Violation("job_id", "作业 42 不存在", None, None),)
    assert err.grpc_code is grpc.StatusCode.NOT_FOUND
    assert err.options is not None
    assert err.options.labels["source"] == "JOB"
    assert err.message == "作业 42 不存在"
    assert str(err) == "legacy.job.v2.JOB_NOT_FOUND: 作业 42 不存在"


def test_what_is_left_out_is_none() -> None:
    err = read(error_info())
    assert (err.request_id, err.retry_after, err.field, err.help) == (None,) * 4
    assert (err.violations, err.deprecated) == ((), False)
    assert (err.replaced_by, err.explanation, err.resolution, err.since) == (None,) * 4


def test_equal_numbers_of_two_systems_are_told_apart() -> None:
    err = read(error_info("legacy.apiswitch.v1", "ILLEGAL_PARAMETER", {"legacy_code": "10001"}))
    assert err.number == jarvis_v2.SKEY_GRANTED == 10001
    assert err.code_in(apiswitch_v1.Code) == apiswitch_v1.ILLEGAL_PARAMETER
    assert err.code_in(jarvis_v2.Code) is None


def test_same_reason_of_two_versions_is_told_apart() -> None:
    err = read(error_info("legacy.job.v1", "JOB_NOT_FOUND"))
    assert err.code_in(job_v1.Code) == job_v1.JOB_NOT_FOUND
    assert err.code_in(job_v2.Code) is None


def test_match_statement() -> None:
    match read(error_info()).code_in(job_v2.Code):
        case job_v2.BUSINESS_NOT_FOUND:
            pytest.fail("another code")
        case job_v2.JOB_NOT_FOUND:
            pass
        case _:
            pytest.fail("no code")


def test_code_in_takes_only_enums() -> None:
    with pytest.raises(TypeError, match="is not a generated protobuf enum"):
        read(error_info()).code_in(int)


def test_legacy_code_of_the_enum_if_the_server_left_it_out() -> None:
    assert read(error_info(metadata={})).legacy_code == "1233106"
    assert read(error_info("legacy.elves.v2", "SIGN_MISMATCH", {})).legacy_code == "401.5"
    assert elves_v2.SIGN_MISMATCH == 40105


@pytest.mark.parametrize(
    ("domain", "reason", "metadata", "legacy_code"),
    [
        ("legacy.job.v2", "FROM_THE_FUTURE", {"legacy_code": "9999999"}, "9999999"),
        ("legacy.job.v2", "FROM_THE_FUTURE", {}, ""),
        ("legacy.job.v2", "CODE_UNSPECIFIED", {"legacy_code": "0"}, "0"),
        ("legacy.unheard.v7", "JOB_NOT_FOUND", {"legacy_code": "7.7"}, "7.7"),
        ("legacy.job", "v2.JOB_NOT_FOUND", {"legacy_code": "1"}, "1"),
        ("", "legacy.job.v2.JOB_NOT_FOUND", {"legacy_code": "1"}, "1"),
        ("google.rpc", "ErrorInfo", {"legacy_code": "1"}, "1"),
        ("statusmap.v1", "NOT_FOUND", {"legacy_code": "1"}, "1"),
        ("", "", {"legacy_code": "1"}, "1"),
        ("\0", "\0", {"legacy_code": "1"}, "1"),
    ],
)
def test_unknown_code(domain: str, reason: str, metadata: dict[str, str], legacy_code: str) -> None:
    err = read(error_info(domain, reason, metadata))
    assert (err.domain, err.reason, err.legacy_code) == (domain, reason, legacy_code)
    assert (err.number, err.options) == (None, None)
    assert err.code_in(job_v2.Code) is None
    assert err.message == err.message_in("en") == "作业 42 不存在"


@pytest.mark.parametrize(
    "status",
    [
        status_of(),
        status_of(error_info("googleapis.com", "SERVICE_DISABLED", {"service": "x"})),
        status_of(error_info("legacy.unheard.v7", "JOB_NOT_FOUND", {})),
        status_of(error_info("legacy.unheard.v7", "JOB_NOT_FOUND", {"legacy_code": ""})),
        status_of(error_info("google.rpc", "ErrorInfo", {})),
        status_of(error_info("statusmap.v1", "NOT_FOUND", {})),
        status_of(details_pb2.DebugInfo(detail="x")),
        status_of(error_info(), code=0),
    ],
    ids=str,
)
def test_not_ours(status: status_pb2.Status) -> None:
    assert statusmap.from_status(status) is None


def test_two_error_infos() -> None:
    foreign = error_info("googleapis.com", "SERVICE_DISABLED", {})
    unknown = error_info("legacy.unheard.v7", "X_Y", {"legacy_code": "1"})
    newer = error_info("legacy.job.v2", "FROM_THE_FUTURE", {"legacy_code": "2"})
    known = error_info()
    other = error_info("legacy.job.v1", "JOB_NOT_FOUND")
    assert read(foreign, known).reason == "JOB_NOT_FOUND"
    assert read(known, foreign).reason == "JOB_NOT_FOUND"
    assert read(unknown, known).reason == "JOB_NOT_FOUND"
    assert read(foreign, unknown).reason == "X_Y"
    assert read(unknown, newer).reason == "FROM_THE_FUTURE"
    assert read(known, other).domain == "legacy.job.v2"
    assert read(other, known).domain == "legacy.job.v1"


def test_broken_details_change_nothing() -> None:
    status = status_of(error_info())
    for type_url in ("google.rpc.ErrorInfo", "google.rpc.RetryInfo", "google.rpc.BadRequest"):
        broken = status.details.add(type_url=f"type.googleapis.com/{type_url}", value=b"\xff\xff")
        status.details.insert(0, broken)
    status.details.add(type_url="no slash", value=b"x")
    err = statusmap.from_status(status)
    assert err is not None
    assert err.code_in(job_v2.Code) == job_v2.JOB_NOT_FOUND


def test_text_that_is_not_utf8() -> None:
    status = status_of()
    # domain "legacy.job.v2", reason b"\xff\xfe"
    value = b"\x0a\x02\xff\xfe\x12\x0dlegacy.job.v2"
    status.details.add(type_url="type.googleapis.com/google.rpc.ErrorInfo", value=value)
    assert statusmap.from_status(status) is None


@pytest.mark.parametrize(
    "delay",
    [
        Duration(),
        Duration(seconds=-1),
        Duration(nanos=-5),
        Duration(seconds=2**62),
        Duration(seconds=-(2**63), nanos=-(2**31)),
    ],
)
def test_no_delay(delay: Duration) -> None:
    assert read(error_info(), details_pb2.RetryInfo(retry_delay=delay)).retry_after is None


def test_violation_without_a_field() -> None:
    request = details_pb2.BadRequest(field_violations=[{"description": "x"}, {"field": "b"}])
    assert read(error_info(), request).field == "b"
    assert read(error_info(), details_pb2.BadRequest()).field is None


@pytest.mark.parametrize("code", [17, 20210, -1, 2**31 - 1])
def test_code_that_grpc_does_not_have(code: int) -> None:
    err = statusmap.from_status(status_of(error_info(), code=code))
    assert err is not None
    assert err.grpc_code is grpc.StatusCode.UNKNOWN


ENGLISH, CHINESE = "Job 42 does not exist", "作业 42 不存在"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", ENGLISH),
        ("EN", ENGLISH),
        ("en-GB", ENGLISH),
        ("en_US", ENGLISH),
        ("zh-CN", CHINESE),
        ("zh", CHINESE),
        ("zh-Hans-CN", CHINESE),
        ("fr", CHINESE),
        ("", CHINESE),
        ("*", CHINESE),
        ("no tag!", CHINESE),
        ("x" * 10000, CHINESE),
    ],
)
def test_message_in(language: str, text: str) -> None:
    assert read(error_info()).message_in(language) == text


@pytest.mark.parametrize("language", ["zh", "zh-CN", "zh-TW", "zh-Hant-HK"])
def test_message_in_another_script(language: str) -> None:
    err = read(error_info("legacy.elves.v2", "SIGN_MISMATCH", {"legacy_code": "401.5"}))
    assert err.message_in(language) == "签名错误"
    assert err.message_in("de") == err.message


def test_message_that_lacks_an_argument() -> None:
    assert read(error_info(metadata={})).message_in("en") == "Job {job_id} does not exist"


def test_message_that_the_server_translated() -> None:
    french = details_pb2.LocalizedMessage(locale="fr", message="La tâche n'existe pas")
    broken = details_pb2.LocalizedMessage(locale="!", message="x")
    err = read(error_info(), broken, french)
    assert err.message_in("fr-CA") == french.message
    assert err.message_in("en") == ENGLISH
    assert err.message == CHINESE
    # It also works for codes that the enum does not have.
    newer = read(error_info(reason="FROM_THE_FUTURE"), french)
    assert newer.message_in("fr") == french.message
    assert newer.message_in("en") == CHINESE


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{a}{b}{a}", "121"),
        ("{{a}}", "{a}"),
        ("{{{a}}}", "{1}"),
        ("{c} {} {a", "{c} {} {a"),
        ("} {{ }} {", "} { } {"),
        (r"\1 \g<0> %s $a", r"\1 \g<0> %s $a"),
        ("", ""),
    ],
)
def test_template(template: str, text: str) -> None:
    assert _text.render(template, {"a": "1", "b": "2"}) == text


def test_arguments_are_not_templates() -> None:
    assert _text.render("{a} {b}", {"a": "{b}", "b": r"\1"}) == r"{b} \1"


def test_enum_of_another_name_and_a_value_without_options() -> None:
    file = descriptor_pb2.FileDescriptorProto(
        name="acme/v1/errors.proto",
        package="acme.v1",
        syntax="proto3",
        dependency=["statusmap/v1/options.proto"],
    )
    enum = file.enum_type.add(name="Failure")
    enum.options.Extensions[options_pb2.system].language = "en"
    enum.value.add(name="FAILURE_UNSPECIFIED", number=0)
    enum.value.add(name="LATE_ERROR", number=7).options.Extensions[
        options_pb2.code
    ].message = "late"
    enum.value.add(name="BARE_ERROR", number=8)
    descriptor_pool.Default().AddSerializedFile(file.SerializeToString())

    assert read(error_info("acme.v1", "LATE_ERROR", {})).number == 7
    bare = read(error_info("acme.v1", "BARE_ERROR", {"legacy_code": "8"}))
    assert (bare.number, bare.legacy_code) == (None, "8")


def test_legacy_error_is_an_exception() -> None:
    err = read(error_info())
    for twin in (pickle.loads(pickle.dumps(err)), copy.copy(err)):  # noqa: S301
        assert isinstance(twin, statusmap.LegacyError)
        assert str(twin) == str(err)
        assert twin.message_in("en") == ENGLISH
        assert twin.code_in(job_v2.Code) == job_v2.JOB_NOT_FOUND
    with pytest.raises(statusmap.LegacyError) as caught:
        raise err from FakeError(())
    assert isinstance(caught.value.__cause__, FakeError)


GOOD = status_of(error_info()).SerializeToString()


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no RPC"),
        KeyboardInterrupt(),
        grpc.RpcError(),
        FakeError(None),
        FakeError(()),
        FakeError([("grpc-status-details-bin", b"")]),
        FakeError([("grpc-status-details-bin", b"\xff\xff\xff")]),
        FakeError([("grpc-status-details-bin", "text")]),
        FakeError([("other-bin", GOOD)]),
        FakeError([("grpc-status-details-bin", GOOD)], grpc.StatusCode.OK),
    ],
    ids=repr,
)
def test_error_that_is_not_ours(error: BaseException) -> None:
    assert statusmap.from_error(error) is None


def test_error_as_users_fake_it() -> None:
    err = statusmap.from_error(FakeError([("grpc-status-details-bin", GOOD)], None))
    assert err is not None
    assert err.grpc_code is grpc.StatusCode.NOT_FOUND
    assert err.message == CHINESE


def test_any_bytes() -> None:
    """The reader never raises, for any bytes that a server sends."""
    good = status_of(
        error_info(),
        details_pb2.RetryInfo(retry_delay=Duration(seconds=10)),
        details_pb2.BadRequest(field_violations=[{"field": "job_id", "reason": "JOB_NOT_FOUND"}]),
        details_pb2.LocalizedMessage(locale="fr", message="x"),
        details_pb2.Help(links=[{"url": "https://errors.example.com"}]),
    )
    # {violations: {field: {elements: {field_name: "a", string_key: "k"}}, message: "m"}}
    good.details.add(
        type_url="type.googleapis.com/buf.validate.Violations",
        value=b"\x0a\x0d\x2a\x08\x0a\x06\x12\x01aR\x01k\x1a\x01m",
    )
    err = statusmap.from_status(good)
    assert err is not None
    assert [v.field for v in err.violations] == ["job_id", 'a["k"]']
    good_bytes = good.SerializeToString()
    dice = random.Random(1207101)
    ours = 0
    for _ in range(20_000):
        raw = bytearray(good_bytes)
        for _ in range(dice.randint(1, 2)):
            at = dice.randrange(len(raw))
            match dice.randrange(3):
                case 0:
                    raw[at] = dice.randrange(256)
                case 1:
                    del raw[at : at + dice.randint(1, 8)]
                case _:
                    raw[at:at] = dice.randbytes(dice.randint(1, 8))
        err = statusmap.from_error(FakeError([("grpc-status-details-bin", bytes(raw))]))
        if err is not None:
            ours += 1
            assert err.code_in(job_v2.Code) in (None, job_v2.JOB_NOT_FOUND)
            assert isinstance(err.message_in("en"), str)
            assert isinstance(repr(err.violations), str)
    assert ours > 1000  # enough of the changed statuses can still be read
