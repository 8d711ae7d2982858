# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Reads a google.rpc.Status into a LegacyError."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Protocol, TypeVar, overload, runtime_checkable

import grpc
import langcodes
from google.protobuf import any_pb2, descriptor_pool
from google.protobuf.descriptor import EnumDescriptor, EnumValueDescriptor
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2
from langcodes.tag_parser import LanguageTagError

from statusmap.v1 import options_pb2

_DETAILS_KEY = "grpc-status-details-bin"
_LEGACY_CODE = "legacy_code"
_REQUEST_ID = "request_id"

# What parsing bytes raises. UnicodeDecodeError comes from protobuf in pure Python.
_BROKEN = (DecodeError, UnicodeDecodeError)

_GRPC_CODES: Mapping[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}

# The greatest distance between the language of a text and the one asked for. With
# the library's default, 25, a caller who asks for zh-TW would get English instead of
# zh-CN: the distance to another script of the same language is 54.
_MAX_DISTANCE = 60

_Int = TypeVar("_Int", bound=int)
_Value = TypeVar("_Value", bound=int, covariant=True)
_Message = TypeVar("_Message", bound=Message)


class _MypyProtobufEnum(Protocol[_Value]):
    """The type of a generated enum in mypy-protobuf; in protoc's own pyi it is type[int]."""

    def Value(self, name: str) -> _Value: ...  # noqa: N802


class LegacyError(Exception):
    """An error with a legacy code, read by :func:`from_error` or :func:`from_status`.

    It is an exception: ``raise err from e`` gives callers the typed error instead of
    the RPC's.

    Attributes:
        domain: The legacy system, for example ``"legacy.job.v2"``.
        reason: The name of the enum value, for example ``"JOB_NOT_FOUND"``.
        number: The number of the enum value; None if this program's enum does not
            have the code, for example because the server is newer. Numbers of two
            systems can be equal: compare with :meth:`code_in`.
        legacy_code: The code as the legacy system writes it, for example
            ``"401.1"``, also if the enum does not have it; ``""`` if neither the
            status nor the enum has it.
        metadata: The metadata of the ErrorInfo: the message's arguments by name,
            ``legacy_code``, and ``request_id`` if the server sent one.
        request_id: The id of the failed request; None if the server sent none.
        retry_after: How long to wait before the same call may succeed, greater than
            zero; None if the call should not be repeated unchanged.
        field: The request field at fault; None if the server names none.
        grpc_code: The gRPC code, never OK.
        message: The message as sent, in the legacy system's language;
            :meth:`message_in` returns translations.
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
    field: str | None
    grpc_code: grpc.StatusCode
    message: str
    options: options_pb2.CodeOptions | None

    def __init__(self, status: status_pb2.Status, info: error_details_pb2.ErrorInfo) -> None:
        """Make an error from a status and the ErrorInfo in it that names the code."""
        # Pickling and copying use these arguments.
        super().__init__(status, info)
        self.domain = info.domain
        self.reason = info.reason
        self.metadata = dict(info.metadata)
        self.request_id = self.metadata.get(_REQUEST_ID)
        self.grpc_code = _GRPC_CODES.get(status.code, grpc.StatusCode.UNKNOWN)
        self.retry_after = _retry_after(status)
        self.field = _field(status)
        self.message = status.message

        self.number, self.options, own_legacy_code = None, None, ""
        # The message by language. The server's own LocalizedMessage overrides the
        # enum's translation: the server may be newer.
        self._texts: dict[str, str] = {}
        value = _find_value(info.domain, info.reason)
        if value is not None:
            self.number = value.number
            self.options = value.GetOptions().Extensions[options_pb2.code]
            own_legacy_code = self.options.legacy_code or str(value.number)
            for language, template in self.options.translations.items():
                self._texts[language] = _render(template, self.metadata)
            own_language = value.type.GetOptions().Extensions[options_pb2.system].language
            self._texts[own_language] = self.message
        for localized in _unpack(status, error_details_pb2.LocalizedMessage):
            if langcodes.tag_is_valid(localized.locale):
                self._texts[localized.locale] = localized.message
        self.legacy_code = self.metadata.get(_LEGACY_CODE) or own_legacy_code

    @overload
    def code_in(self, enum: type[_Int]) -> _Int | None: ...
    @overload
    def code_in(self, enum: _MypyProtobufEnum[_Value]) -> _Value | None: ...
    def code_in(self, enum: object) -> object:
        """Return the code as a value of a generated enum, or None.

        The result is None if the error is of another system, even if the numbers are
        equal, and if the server is newer than the enum and the enum does not have the
        code. ``err.code_in(job_v2.Code) == job_v2.JOB_NOT_FOUND`` is true for that one
        error only.

        Args:
            enum: The generated enum, for example ``job_v2.Code``.

        Raises:
            TypeError: enum is not a generated protobuf enum.
        """
        descriptor = getattr(enum, "DESCRIPTOR", None)
        if not isinstance(descriptor, EnumDescriptor):
            raise TypeError(f"{enum!r} is not a generated protobuf enum")
        value = _find_value(self.domain, self.reason)
        if value is None or value.type.full_name != descriptor.full_name:
            return None
        return value.number

    def message_in(self, language: str) -> str:
        """Return the message in another language, as sent if no language matches.

        The translations are those that the server sent and those in the enum's
        options; the best match is taken, so ``"en-GB"`` matches ``"en"``.

        Args:
            language: A BCP 47 tag, for example ``"en"`` or ``"zh-Hans-CN"``. A tag that
                is not valid gives the message as sent.
        """
        if not self._texts:
            return self.message
        try:
            best, _ = langcodes.closest_match(language, list(self._texts), _MAX_DISTANCE)
        except LanguageTagError:
            return self.message
        return self._texts.get(best, self.message)

    def __str__(self) -> str:
        """Return the code's full name and the message as sent."""
        return f"{self.domain}.{self.reason}: {self.message}"


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
        if _is_known(info):
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


def _field(status: status_pb2.Status) -> str | None:
    for request in _unpack(status, error_details_pb2.BadRequest):
        for violation in request.field_violations:
            if violation.field:
                return violation.field
    return None


def _find_value(domain: str, reason: str) -> EnumValueDescriptor | None:
    """Return the annotated enum value of this name, if the program has it."""
    try:
        file = descriptor_pool.Default().FindFileContainingSymbol(f"{domain}.{reason}")
    except KeyError:
        return None
    if file.package != domain:
        return None
    for enum in file.enum_types_by_name.values():
        value = enum.values_by_name.get(reason)
        if value is not None and _is_system(enum):
            return value if value.GetOptions().HasExtension(options_pb2.code) else None
    return None


def _is_known(info: error_details_pb2.ErrorInfo) -> bool:
    """Report whether this program has the enum of an ErrorInfo's domain."""
    if _find_value(info.domain, info.reason) is not None:
        return True
    # The pool finds values and enums but not packages. If the enum does not have the
    # reason, look for an enum with the customary name.
    try:
        enum = descriptor_pool.Default().FindEnumTypeByName(f"{info.domain}.Code")
    except KeyError:
        return False
    return _is_system(enum)


def _is_system(enum: EnumDescriptor) -> bool:
    return enum.GetOptions().HasExtension(options_pb2.system)


_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def _render(template: str, arguments: Mapping[str, str]) -> str:
    """Fill in {name}; {{ and }} are braces. A missing argument stays as {name}."""

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0][0]
        return arguments.get(name, match[0])

    return _PLACEHOLDER.sub(replace, template)
