# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Reads the statuses of testdata/depot: included enums, violations, help, masked arguments."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import subprocess
import sys
import traceback
from types import ModuleType
from typing import Any, cast

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.message import Message
from google.rpc import error_details_pb2 as details_pb2
from google.rpc import status_pb2

import statusmap
from conftest import HERE, REPOSITORY
from legacy.depot.v1 import auth_pb2, code_pb2
from legacy.gate.v1 import code_pb2 as gate_pb2
from statusmap import _codes, _text
from statusmap.v1 import options_pb2
from test_reader import error_info, status_of

DEPOT, GATE = "legacy.depot.v1", "legacy.gate.v1"
SECRET = "s3cret-7a"


def read(*details: Message, message: str) -> statusmap.LegacyError:
    status = status_of(*details)
    status.message = message
    err = statusmap.from_status(status)
    assert err is not None
    return err


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (REPOSITORY / "testdata" / "depot" / "cases.json").read_text("utf-8")
    )
    assert found, "testdata/depot/cases.json has no cases"
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_depot_case(case: dict[str, Any]) -> None:
    status = status_pb2.Status.FromString(base64.b64decode(case["status"]))
    err = statusmap.from_status(status)
    assert err is not None
    seen = {
        "name": case["name"],
        "status": case["status"],
        "domain": err.domain,
        "reason": err.reason,
        "legacy_code": err.legacy_code,
        "grpc_code": err.grpc_code.name,
        "message": err.message,
        "metadata": err.metadata,
        "retry_after": err.retry_after.total_seconds() if err.retry_after else 0,
        "help": err.help or "",
        "replaced_by": err.replaced_by or "",
        "explanation": err.explanation or "",
        "violations": [
            {
                "field": v.field,
                "reason": v.reason or "",
                "legacy_code": v.legacy_code or "",
                "message": v.message,
            }
            for v in err.violations
        ],
        "printed": str(err),
    }
    assert seen == case


def test_included_enums() -> None:
    err = read(error_info(DEPOT, "TOKEN_EXPIRED", {}), message="x")
    assert err.code_in(auth_pb2.AuthCode) == auth_pb2.TOKEN_EXPIRED == err.number
    assert err.code_in(code_pb2.Code) is None
    assert err.legacy_code == "201"
    assert err.help == "https://errors.example.com/legacy.depot.v1/TOKEN_EXPIRED"

    err = read(error_info(GATE, "GATE_CLOSED", {"gate": "3"}), message="gate 3 is closed")
    assert err.code_in(gate_pb2.GateCode) == gate_pb2.GATE_CLOSED
    assert err.legacy_code == "G-1"
    assert err.help == "https://errors.example.com/legacy.gate.v1/GATE_CLOSED"


def test_unknown_code_of_an_included_domain() -> None:
    closed = {"reason": "GATE_CLOSED", "description": "gate 3 is closed"}
    heavy = {"reason": "WEIGHT_TOO_HIGH", "description": "40 kg is too heavy"}
    request = details_pb2.BadRequest(field_violations=[closed, heavy])
    for domain in (DEPOT, GATE):
        err = read(error_info(domain, "NEWER", {}), request, message="x")
        assert (err.number, err.legacy_code, err.help) == (None, "", None)
        assert [v.legacy_code for v in err.violations] == ["G-1", "111"]
    assert statusmap.from_status(status_of(error_info("legacy.dock.v1", "NEWER", {}))) is None


def test_included_enum_without_its_system() -> None:
    # This program imports the included enum only: another process, because this one has
    # imported the system.
    program = f"""
import base64, statusmap
from google.rpc import error_details_pb2, status_pb2
from legacy.gate.v1 import code_pb2
for reason in "GATE_CLOSED", "NEWER":
    status = status_pb2.Status(code=14, message="gate 3 is closed")
    request = error_details_pb2.BadRequest(field_violations=[dict(reason="WEIGHT_TOO_HIGH")])
    status.details.add().Pack(error_details_pb2.ErrorInfo(domain="{GATE}", reason=reason))
    status.details.add().Pack(request)
    err = statusmap.from_status(status)
    print(err, err.number, err.legacy_code, err.help, err.message_in("en"), err.violations)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": f"{HERE.parent / 'src'}:{HERE / 'gen'}"},
    )
    heavy = "Violation(field='', message='', reason='WEIGHT_TOO_HIGH', legacy_code=None)"
    assert ran.stdout.splitlines() == [
        f"{GATE}.GATE_CLOSED: gate 3 is closed 301 G-1 None gate 3 is closed ({heavy},)",
        f"{GATE}.NEWER: gate 3 is closed None  None gate 3 is closed ({heavy},)",
    ]


def test_documentation_of_a_code() -> None:
    err = read(error_info(DEPOT, "PARCEL_NOT_FOUND", {"parcel_id": "42"}), message="x")
    assert not err.deprecated
    assert err.replaced_by is None
    assert err.explanation == "The parcel was delivered more than a year ago, or it never existed."
    assert err.resolution == "Ask the archive, `GET /archive/{id}`."
    assert err.since == "1.2"

    err = read(error_info(DEPOT, "PARCEL_LOST", {}), message="parcel lost")
    assert err.deprecated
    assert err.replaced_by == "PARCEL_NOT_FOUND"
    assert (err.explanation, err.resolution, err.since) == (None, None, None)

    err = read(error_info(DEPOT, "NEWER", {"legacy_code": "1"}), message="x")
    assert not err.deprecated
    assert (err.replaced_by, err.explanation, err.resolution, err.since) == (None,) * 4


def test_received_legacy_code() -> None:
    # The option reads of the code: the server received 101.7 from an older system.
    err = read(error_info(DEPOT, "PARCEL_NOT_FOUND", {"legacy_code": "101.7"}), message="x")
    assert (err.legacy_code, err.number) == ("101.7", code_pb2.PARCEL_NOT_FOUND)


@pytest.mark.parametrize(
    ("links", "url"),
    [
        ([{"url": "https://a.example/x"}, {"url": "https://b.example/x"}], "https://a.example/x"),
        ([{"description": "no URL"}], "https://errors.example.com/legacy.depot.v1/PARCEL_LOST"),
        ([], "https://errors.example.com/legacy.depot.v1/PARCEL_LOST"),
    ],
)
def test_help(links: list[dict[str, str]], url: str) -> None:
    err = read(error_info(DEPOT, "PARCEL_LOST", {}), details_pb2.Help(links=links), message="x")
    assert err.help == url


def test_no_help() -> None:
    assert read(error_info(), message="x").help is None


def test_url_of_help_is_escaped() -> None:
    system = options_pb2.SystemOptions(help="https://x.example/{domain}/{reason}?{{c={code}")
    url = _text.help_url(system, "a/b", "C D", "4?1#ä+%&=:@$;,'")
    # As Go's url.PathEscape.
    assert url == "https://x.example/a%2Fb/C%20D?{c=4%3F1%23%C3%A4+%25&=:@$%3B%2C%27"


HEAVY = {
    "field": "weight_kg",
    "reason": "WEIGHT_TOO_HIGH",
    "description": "40 kg is too heavy",
    "localized_message": {"locale": "de", "message": "40 kg ist zu schwer"},
}


def test_violations() -> None:
    request = details_pb2.BadRequest(
        field_violations=[
            HEAVY,
            {"reason": "GATE_CLOSED", "description": "gate 3 is closed"},
            {"field": "x", "reason": "JOB_NOT_FOUND", "description": "of another system"},
            {"description": "without a code", "localized_message": {"locale": "!"}},
        ]
    )
    more = details_pb2.BadRequest(field_violations=[{"reason": "TOKEN_EXPIRED"}])
    err = read(error_info(DEPOT, "ORDER_INVALID", {}), request, more, message="x")
    heavy, closed, foreign, bare, expired = err.violations

    assert heavy == statusmap.Violation(
        "weight_kg", "40 kg is too heavy", "WEIGHT_TOO_HIGH", "111", (DEPOT, "WEIGHT_TOO_HIGH")
    )
    assert heavy.code_in(code_pb2.Code) == code_pb2.WEIGHT_TOO_HIGH
    assert heavy.message_in("de-AT") == "40 kg ist zu schwer"
    assert heavy.message_in("en") == heavy.message_in("fr") == "40 kg is too heavy"

    assert (closed.field, closed.legacy_code) == ("", "G-1")
    assert closed.code_in(gate_pb2.GateCode) == gate_pb2.GATE_CLOSED
    assert closed.code_in(code_pb2.Code) is None

    assert (foreign.reason, foreign.legacy_code) == ("JOB_NOT_FOUND", None)
    assert foreign.code_in(code_pb2.Code) is None
    assert (bare.field, bare.reason, bare.legacy_code) == ("", None, None)
    assert bare.message_in("en") == bare.message == "without a code"
    assert expired.code_in(auth_pb2.AuthCode) == auth_pb2.TOKEN_EXPIRED
    assert err.field == "weight_kg"


def test_violation_that_cannot_be_translated() -> None:
    # Its arguments are not sent.
    request = details_pb2.BadRequest(field_violations=[HEAVY])
    request.field_violations[0].ClearField("localized_message")
    err = read(error_info(DEPOT, "ORDER_INVALID", {"weight_kg": "7"}), request, message="x")
    assert err.violations[0].message_in("de") == "40 kg is too heavy"


def test_violations_of_protovalidate() -> None:
    # {violations: {rule_id, message, field: {elements: …}}}, written by hand: the tests do
    # not have protovalidate's package either.
    def field(number: int, value: bytes | int) -> bytes:
        if isinstance(value, int):
            low = bytearray()
            while value > 127:
                low.append(value & 127 | 128)
                value >>= 7
            return bytes([number << 3, *low, value])
        return bytes([number << 3 | 2, len(value), *value])

    def element(name: bytes, subscript: bytes = b"") -> bytes:
        return field(1, field(2, name) + subscript)

    path = (
        element(b"a")
        + element(b"b", field(6, 300))
        + element(b"c", field(7, 1))
        + element(b"d", field(8, 2**64 - 5))
        + element(b"e", field(9, 2**63))
        + element(b"f", field(10, 'k"ü'.encode()))
    )
    first = field(1, field(5, path) + field(2, b"string.min_len") + field(3, b"too short"))
    second = field(1, field(2, b"PARCEL_LOST"))
    status = status_of(error_info(DEPOT, "ORDER_INVALID", {}))
    status.details.add(type_url="x/buf.validate.Violations", value=first + second)
    request = details_pb2.BadRequest(field_violations=[{"field": "z"}])
    status.details.add().Pack(request)
    for broken in (b"\xff", first[:-1], field(1, field(3, b"\xff"))):
        status.details.add(type_url="x/buf.validate.Violations", value=broken)
    status.details.add(type_url="no slash", value=first)
    err = statusmap.from_status(status)
    assert err is not None
    assert err.violations == (
        statusmap.Violation(
            'a.b[300].c[true].d[-5].e[9223372036854775808].f["k\\"ü"]',
            "too short",
            "string.min_len",
            None,
        ),
        statusmap.Violation("", "", "PARCEL_LOST", "102", (DEPOT, "PARCEL_LOST")),
        statusmap.Violation("z", "", None, None),
    )


def test_sensitive_arguments_are_masked() -> None:
    message = f"the token {SECRET} of ana has expired"
    request = details_pb2.BadRequest(
        field_violations=[{"reason": "TOKEN_EXPIRED", "description": message}]
    )
    info = error_info(DEPOT, "TOKEN_EXPIRED", {"token": SECRET, "user": "ana"})
    err = read(info, request, message=message)
    masked = "legacy.depot.v1.TOKEN_EXPIRED: the token *** of ana has expired"
    assert str(err) == masked
    assert repr(err) == f"LegacyError({masked!r})"
    assert repr(err.violations) == (
        "(Violation(field='', message='the token *** of {user} has expired', "
        "reason='TOKEN_EXPIRED', legacy_code='201'),)"
    )
    for twin in (err, copy.copy(err), pickle.loads(pickle.dumps(err))):  # noqa: S301
        printed = f"{twin} {twin!r} {twin.args} {twin.violations}"
        printed += "".join(traceback.format_exception(twin))
        assert SECRET not in printed
        # What the program works with is as sent.
        assert twin.message == twin.message_in("en") == message
        assert twin.metadata == {"token": SECRET, "user": "ana"}
        assert twin.violations[0].message == message
        assert vars(twin) == vars(err)


class Table:
    """A .proto file that is made here."""

    def __init__(self, package: str) -> None:
        self.file = descriptor_pb2.FileDescriptorProto(
            name=f"{package}.proto",
            package=package,
            syntax="proto3",
            dependency=["statusmap/v1/options.proto"],
        )

    def enum(self, name: str, **codes: options_pb2.CodeOptions) -> options_pb2.SystemOptions:
        """Add an enum. Return the options that make it a system, to be filled in."""
        enum = self.file.enum_type.add(name=name)
        enum.value.add(name=f"{name.upper()}_UNSPECIFIED", number=0)
        for number, (reason, code) in enumerate(codes.items(), 1):
            value = enum.value.add(name=reason, number=number)
            value.options.Extensions[options_pb2.code].CopyFrom(code)
        return enum.options.Extensions[options_pb2.system]

    def load(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Add the file to the pool, as a generated module that the program has imported."""
        pool = descriptor_pool.Default()
        pool.AddSerializedFile(self.file.SerializeToString())
        module = ModuleType("made_pb2")
        vars(module)["DESCRIPTOR"] = pool.FindFileByName(self.file.name)
        monkeypatch.setitem(sys.modules, f"{self.file.package}.made_pb2", module)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system whose default language is not that of its messages, with an included enum."""
    table = Table("shop.v1")
    table.enum(
        "Shared",
        EMPTY=options_pb2.CodeOptions(
            message="没有{what}", translations={"en": "no {what}", "de": "kein {what}"}
        ),
        CLOSED=options_pb2.CodeOptions(message="关门", translations={"en": "closed"}),
        LEAKY=options_pb2.CodeOptions(
            message="泄漏{name}",
            translations={"en": "leaks {name}"},
            fields=["headers.{name}"],
            args={"name": options_pb2.CodeOptions.Arg(sensitive=True)},
        ),
    )
    system = table.enum("Code")
    system.language, system.default_language = "zh-CN", "en"
    system.includes.extend(["shop.v1.Shared", "shop.v1.NotImported"])
    system.help = "https://shop.example/{code}"
    table.load(monkeypatch)
    # What is in sys.modules if an import is forbidden.
    monkeypatch.setitem(sys.modules, "forbidden_pb2", cast("ModuleType", None))


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("sent", "chinese", "english"),
    [
        ("no ink", "没有ink", "no ink"),  # in the default language
        ("没有ink", "没有ink", "no ink"),  # an older server has no translation
        ("nothing there", "没有ink", "nothing there"),  # a newer server has another text
    ],
)
def test_default_language(sent: str, chinese: str, english: str) -> None:
    err = read(error_info("shop.v1", "EMPTY", {"what": "ink"}), message=sent)
    assert err.message == err.message_in("fr") == sent
    assert err.message_in("zh") == chinese
    assert err.message_in("en-GB") == english
    assert err.message_in("de") == "kein ink"
    assert err.help == "https://shop.example/1"


@pytest.mark.usefixtures("shop")
def test_violation_without_arguments_is_translated() -> None:
    request = details_pb2.BadRequest(
        field_violations=[{"reason": "CLOSED", "description": "closed"}]
    )
    (closed,) = read(error_info("shop.v1", "NEWER", {}), request, message="x").violations
    assert closed.message_in("zh") == "关门"
    assert closed.message_in("en") == closed.message_in("fr") == "closed"


@pytest.mark.usefixtures("shop")
def test_masked_message_is_in_the_default_language() -> None:
    err = read(error_info("shop.v1", "LEAKY", {"name": SECRET}), message=f"泄漏{SECRET}")
    assert str(err) == "shop.v1.LEAKY: leaks ***"
    assert err.message == err.message_in("zh") == f"泄漏{SECRET}"
    assert err.message_in("en") == f"leaks {SECRET}"


@pytest.mark.usefixtures("shop")
def test_field_with_a_sensitive_argument_is_masked() -> None:
    request = details_pb2.BadRequest(
        field_violations=[{"reason": "LEAKY", "field": f"headers.{SECRET}", "description": SECRET}]
    )
    (leaky,) = read(error_info("shop.v1", "NEWER", {}), request, message="x").violations
    assert leaky.field == f"headers.{SECRET}"
    assert repr(leaky) == (
        "Violation(field='***', message='leaks ***', reason='LEAKY', legacy_code='3')"
    )


def test_several_systems_that_include_an_enum(monkeypatch: pytest.MonkeyPatch) -> None:
    for package, default in (("malls.v1", ""), ("malls.v2", "de")):
        table = Table(package)
        system = table.enum("Code", MALL_CLOSED=options_pb2.CodeOptions(message="closed"))
        system.language, system.help = "en", f"https://{package}.example/{{reason}}"
        system.default_language = default
        system.includes.extend(["legacy.gate.v1.GateCode", "mall.common.v1.Shared"])
        table.load(monkeypatch)
    assert len(_codes.systems(GATE, _codes.find(GATE, "GATE_CLOSED"))) == 3

    request = details_pb2.BadRequest(
        field_violations=[{"reason": r} for r in ("GATE_CLOSED", "PARCEL_LOST", "MALL_CLOSED")]
    )
    info = error_info(GATE, "GATE_CLOSED", {"gate": "3"})
    err = read(info, request, message="gate 3 is closed")
    # The status does not say which system sent it: each has another page about the code, and
    # two have a code MALL_CLOSED.
    assert err.help is None
    assert [v.legacy_code for v in err.violations] == ["G-1", "102", None]
    assert err.message_in("en") == "gate 3 is closed"

    # They have different default languages, so the message is in their common language.
    common = Table("mall.common.v1")
    common.enum("Shared", FULL=options_pb2.CodeOptions(message="full", translations={"de": "voll"}))
    common.load(monkeypatch)
    err = read(error_info("mall.common.v1", "FULL", {}), message="full, says a newer server")
    assert err.message_in("en") == "full, says a newer server"
    assert err.message_in("de") == "voll"
