# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Reads a google.rpc.Status into a LegacyError."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeVar, overload, runtime_checkable

import grpc
import langcodes
from google.protobuf import any_pb2
from google.protobuf.descriptor import EnumDescriptor, EnumValueDescriptor
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2

from statusmap import _codes, _protovalidate, _text
from statusmap.v1 import options_pb2

_DETAILS_KEY = "grpc-status-details-bin"
_LEGACY_CODE = "legacy_code"
_REQUEST_ID = "request_id"

# What parsing bytes raises. UnicodeDecodeError comes from protobuf in pure Python.
_BROKEN = (DecodeError, UnicodeDecodeError)

_GRPC_CODES: Mapping[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}

_Int = TypeVar("_Int", bound=int)
_Value = TypeVar("_Value", bound=int, covariant=True)
_Message = TypeVar("_Message", bound=Message)


class _MypyProtobufEnum(Protocol[_Value]):
    """The type of a generated enum in mypy-protobuf; in protoc's own pyi it is type[int]."""

    def Value(self, name: str) -> _Value: ...  # noqa: N802


class _Coded:
    """What an error and a violation share: a code, and a message in several languages."""

    message: str
    # The domain and reason of the code.
    _name: tuple[str, str]
    # The message by language.
    _texts: Mapping[str, str]

    @overload
    def code_in(self, enum: type[_Int]) -> _Int | None: ...
    @overload
    def code_in(self, enum: _MypyProtobufEnum[_Value]) -> _Value | None: ...
    def code_in(self, enum: object) -> object:
        """Return the code as a value of a generated enum, or None.

        The result is None if the code is of another enum, even if the numbers are
        equal, and if the server is newer than the enum and the enum does not have the
        code. ``err.code_in(job_v2.Code) == job_v2.JOB_NOT_FOUND`` is true for that one
        code only.

        Args:
            enum: The generated enum, for example ``job_v2.Code``.

        Raises:
            TypeError: enum is not a generated protobuf enum.
        """
        descriptor = getattr(enum, "DESCRIPTOR", None)
        if not isinstance(descriptor, EnumDescriptor):
            raise TypeError(f"{enum!r} is not a generated protobuf enum")
        code = _codes.find(*self._name)
        if code is None or code.type.full_name != descriptor.full_name:
            return None
        return code.number

    def message_in(self, language: str) -> str:
        """Return the message in another language, as sent if no language matches.

        The translations are those that the server sent and those in the enum's
        options; the best match is taken, so ``"en-GB"`` matches ``"en"``.

        Args:
            language: A BCP 47 tag, for example ``"en"`` or ``"zh-Hans-CN"``. A tag that
                is not valid gives the message as sent.
        """
        text = _text.closest(self._texts, language)
        return self.message if text is None else text


@dataclasses.dataclass(frozen=True, repr=False)
class Violation(_Coded):
    """One thing that is wrong with a request, of :attr:`LegacyError.violations`.

    Attributes:
        field: The path of the request field, for example ``"parcels[0].weight_kg"``;
            ``""`` if the violation is of the whole request.
        message: The message as sent. A violation has no arguments of its own, so
            :meth:`message_in` has the enum's translations only if they need none.
        reason: The name of the enum value, for example ``"WEIGHT_TOO_HIGH"``; None if
            the server names none.
        legacy_code: The code as the legacy system writes it, for example ``"111"``;
            None if no enum of the error's system has the reason.
    """

    field: str
    message: str
    reason: str | None
    legacy_code: str | None
    _name: tuple[str, str] = ("", "")
    _texts: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        """Return all but the values of sensitive arguments."""
        field, message = self.field, self.message
        code = _codes.find(*self._name)
        if code is not None:
            options, systems = _codes.options(code), _codes.systems(self._name[0], code)
            field = _text.masked_field(options, field)
            message = _text.masked(options, _codes.all_options(systems), {}, message)
        return (
            f"Violation(field={field!r}, message={message!r}, "
            f"reason={self.reason!r}, legacy_code={self.legacy_code!r})"
        )


class LegacyError(_Coded, Exception):
    """An error with a legacy code, read by :func:`from_error` or :func:`from_status`.

    It is an exception: ``raise err from e`` gives callers the typed error instead of
    the RPC's. ``str`` and ``repr`` have the code's full name and the message, in which
    the arguments that the enum marks as sensitive are ``***``.

    Attributes:
        domain: The enum's package, for example ``"legacy.job.v2"``.
        reason: The name of the enum value, for example ``"JOB_NOT_FOUND"``.
        number: The number of the enum value; None if this program's enums do not
            have the code, for example because the server is newer. Numbers of two
            enums can be equal: compare with :meth:`code_in`.
        legacy_code: The code as the legacy system writes it, for example
            ``"401.1"``, also if the enum does not have it; ``""`` if neither the
            status nor the enum has it.
        metadata: The metadata of the ErrorInfo: the message's arguments by name,
            ``legacy_code``, and ``request_id`` if the server sent one. Sensitive
            arguments have their values.
        request_id: The id of the failed request; None if the server sent none.
        retry_after: How long to wait before the same call may succeed, greater than
            zero; None if the call should not be repeated unchanged.
        violations: What is wrong with the request, in the server's order.
        field: The first request field that a violation names; None if none does.
        help: The URL of a page about the code; None if the server sent none and the
            code's system has none.
        grpc_code: The gRPC code, never OK.
        message: The message as sent, in the language of the legacy system's answers,
            with the values of sensitive arguments; :meth:`message_in` returns
            translations.
        deprecated: Whether the enum value is deprecated.
        replaced_by: The code to use instead: its reason, or its full name if it is of
            another domain; None if there is none.
        explanation: What the error means, in Markdown; None if the enum does not say.
        resolution: What to do about it, in Markdown; None if the enum does not say.
        since: The version of the API that introduced the code; None if the enum does
            not say.
        options: The enum value's options: gRPC and HTTP codes, message templates,
            labels; None if ``number`` is None.
    """

    domain: str
    reason: str
    number: int | None
    legacy_code: str
    metadata: Mapping[str, str]
    request_id: str | None
    retry_after: timedelta | None
    violations: Sequence[Violation]
    field: str | None
    help: str | None
    grpc_code: grpc.StatusCode
    message: str
    deprecated: bool
    replaced_by: str | None
    explanation: str | None
    resolution: str | None
    since: str | None
    options: options_pb2.CodeOptions | None

    def __init__(self, status: status_pb2.Status, info: error_details_pb2.ErrorInfo) -> None:
        """Make an error from a status and the ErrorInfo in it that names the code."""
        self._read_from = status, info
        self.domain = info.domain
        self.reason = info.reason
        self.metadata = dict(info.metadata)
        self.request_id = self.metadata.get(_REQUEST_ID)
        self.grpc_code = _GRPC_CODES.get(status.code, grpc.StatusCode.UNKNOWN)
        self.retry_after = _retry_after(status)
        self.message = status.message

        code = _codes.find(info.domain, info.reason)
        systems = _codes.systems(info.domain, code)
        options = options_pb2.CodeOptions() if code is None else _codes.options(code)
        self.number = None if code is None else code.number
        self.options = None if code is None else options
        self.legacy_code = self.metadata.get(_LEGACY_CODE) or (
            "" if code is None else _codes.legacy_code(code)
        )
        self.deprecated = code is not None and code.GetOptions().deprecated
        self.replaced_by = options.replaced_by or None
        self.explanation = options.explanation or None
        self.resolution = options.resolution or None
        self.since = options.since or None
        self.help = _sent_help(status) or (None if code is None else _own_help(code, systems))
        self.violations = tuple(_violations(status, info.domain, systems))
        self.field = next((v.field for v in self.violations if v.field), None)

        self._name = info.domain, info.reason
        self._texts = {}
        system_options = _codes.all_options(systems)
        if code is not None:
            self._texts = _text.texts(options, system_options, self.metadata, self.message)
        # These override the enum's translations: the server may be newer.
        for localized in _unpack(status, error_details_pb2.LocalizedMessage):
            if langcodes.tag_is_valid(localized.locale):
                self._texts[localized.locale] = localized.message

        # str and repr print it.
        message = _text.masked(options, system_options, self.metadata, self.message)
        super().__init__(f"{self.domain}.{self.reason}: {message}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickling and copying need."""
        return type(self), self._read_from, vars(self)


@runtime_checkable
class _Call(Protocol):
    """The methods that grpc.Call and grpc.aio.AioRpcError share."""

    def code(self) -> grpc.StatusCode | None: ...
    def details(self) -> str | None: ...
    def trailing_metadata(self) -> Iterable[tuple[str, str | bytes]] | None: ...


def from_error(error: BaseException) -> LegacyError | None:
    """Return the legacy error in what an RPC raised, None if there is none.

    It never raises. The result is None if the status has no ErrorInfo with a
    ``legacy_code`` and none of a domain whose enum this program has imported, and if
    the details are broken. A code that the enum does not have gives an error whose
    ``number`` is None.

    Args:
        error: What the call raised: a ``grpc.RpcError`` of a synchronous or an
            asyncio (``grpc.aio``) call. Any other exception gives None.
    """
    if not isinstance(error, grpc.RpcError) or not isinstance(error, _Call):
        return None
    for key, value in error.trailing_metadata() or ():
        if key != _DETAILS_KEY or not isinstance(value, bytes):
            continue
        try:
            status = status_pb2.Status.FromString(value)
        except _BROKEN:
            continue
        # A proxy that rewrites grpc-status or grpc-message does not change the
        # details. Use the call's own code and message; grpc_status would raise.
        code = error.code()
        if code is not None:
            status.code = code.value[0]
        status.message = error.details() or status.message
        return from_status(status)
    return None


def from_status(status: status_pb2.Status) -> LegacyError | None:
    """Return the legacy error in a google.rpc.Status, None if there is none.

    For statuses inside responses, such as those of batches and long-running
    operations. It never raises, and gives None in the same cases as
    :func:`from_error`, and if the status is OK.

    Args:
        status: The status, with its details.
    """
    if status.code == grpc.StatusCode.OK.value[0]:
        return None
    # AIP-193 allows one ErrorInfo, but proxies and libraries add their own.
    infos = list(_unpack(status, error_details_pb2.ErrorInfo))
    for info in infos:
        if _codes.find(info.domain, info.reason) is not None or _codes.is_known(info.domain):
            return LegacyError(status, info)
    for info in infos:
        if info.metadata.get(_LEGACY_CODE):
            return LegacyError(status, info)
    return None


def _unpack(status: status_pb2.Status, kind: type[_Message]) -> Iterator[_Message]:
    """Yield the details of one type, without broken ones."""
    detail: any_pb2.Any
    for detail in status.details:
        message = kind()
        try:
            if detail.Unpack(message):
                yield message
        except _BROKEN:
            continue


def _retry_after(status: status_pb2.Status) -> timedelta | None:
    for info in _unpack(status, error_details_pb2.RetryInfo):
        try:
            delay = info.retry_delay.ToTimedelta()
        except (OverflowError, ValueError):  # not a valid duration
            continue
        if delay > timedelta():
            return delay
    return None


def _violations(
    status: status_pb2.Status, domain: str, systems: Sequence[EnumDescriptor]
) -> Iterator[Violation]:
    for detail in status.details:
        try:
            found = _field_violations(detail)
        except _BROKEN:
            continue
        for violation in found:
            yield _violation(violation, domain, systems)


def _field_violations(
    detail: any_pb2.Any,
) -> Iterable[error_details_pb2.BadRequest.FieldViolation]:
    """Return the violations in a detail, none if it has another type."""
    request = error_details_pb2.BadRequest()
    if detail.Unpack(request):
        return request.field_violations
    if detail.TypeName() == _protovalidate.NAME:
        return _protovalidate.field_violations(detail.value)
    return ()


def _violation(
    sent: error_details_pb2.BadRequest.FieldViolation,
    domain: str,
    systems: Sequence[EnumDescriptor],
) -> Violation:
    code = _codes.find(domain, sent.reason) or _codes.find_in(systems, sent.reason)
    texts = {}
    if code is not None:
        options = _codes.options(code)
        texts = _text.texts(options, _codes.all_options(systems), {}, sent.description)
        # The arguments of a violation are not sent, so a message with arguments cannot be
        # translated here.
        if _text.has_arguments(options.message):
            texts = {tag: text for tag, text in texts.items() if text == sent.description}
    if langcodes.tag_is_valid(sent.localized_message.locale):
        texts[sent.localized_message.locale] = sent.localized_message.message
    return Violation(
        field=sent.field,
        message=sent.description,
        reason=sent.reason or None,
        legacy_code=None if code is None else _codes.legacy_code(code),
        _name=("", "") if code is None else (code.type.file.package, code.name),
        _texts=texts,
    )


def _sent_help(status: status_pb2.Status) -> str | None:
    for help_ in _unpack(status, error_details_pb2.Help):
        if help_.links:
            return help_.links[0].url or None
    return None


def _own_help(code: EnumValueDescriptor, systems: Sequence[EnumDescriptor]) -> str | None:
    """Return the URL in the options of a code's systems, None if two have different ones."""
    domain, reason, legacy_code = code.type.file.package, code.name, _codes.legacy_code(code)
    urls = {
        _text.help_url(system, domain, reason, legacy_code)
        for system in _codes.all_options(systems)
    }
    urls.discard("")
    return urls.pop() if len(urls) == 1 else None
