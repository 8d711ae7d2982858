"""The reader: google.rpc.Status in, LegacyError out."""

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

# What parsing bytes raises: protobuf in pure Python lets the second one through.
_BROKEN = (DecodeError, UnicodeDecodeError)

_GRPC_CODES: Mapping[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}

# How far a text's language may be from the one asked for. The library's default,
# 25, would give who asks for zh-TW English in place of zh-CN: another script of
# the same language is 54.
_MAX_DISTANCE = 60

_Int = TypeVar("_Int", bound=int)
_Value = TypeVar("_Value", bound=int, covariant=True)
_Message = TypeVar("_Message", bound=Message)


class _MypyProtobufEnum(Protocol[_Value]):
    """A generated enum in the eyes of mypy-protobuf; protoc's own pyi says type[int]."""

    def Value(self, name: str) -> _Value: ...  # noqa: N802


class LegacyError(Exception):
    """An error with a legacy code, as :func:`from_rpc_error` reads it.

    It is an exception, so that ``raise err from e`` gives callers the typed error
    in place of the RPC's.

    Attributes:
        domain: The legacy system, for example ``"legacy.job.v2"``.
        reason: The name of the enum value, for example ``"JOB_NOT_FOUND"``.
        number: The number of the enum value; None where this program's enum
            does not have it, as when the server is newer. Numbers of two systems
            can be equal: compare with :meth:`code_in`.
        legacy_code: The code as the legacy system writes it, for example
            ``"401.1"``, also where the enum does not have it; ``""`` where
            neither the status nor the enum tells.
        metadata: All metadata of the ErrorInfo: the message's arguments by name,
            ``legacy_code`` and, where there is one, ``request_id``.
        request_id: The id of the failed request; None where it has none.
        retry_after: How long to wait before the same call may succeed; None where
            it should not be repeated as it is.
        field: The request field at fault; None where it is no field.
        grpc_code: The gRPC code.
        options: What the enum says of the code: its gRPC and HTTP codes, message
            templates, labels; None where ``number`` is None.
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
    options: options_pb2.Code | None

    def __init__(self, status: status_pb2.Status, info: error_details_pb2.ErrorInfo) -> None:
        """Read a status whose details hold info; :func:`from_status` chooses it."""
        # Exception pickles and copies by these arguments.
        super().__init__(status, info)
        self.domain = info.domain
        self.reason = info.reason
        self.metadata = dict(info.metadata)
        self.request_id = self.metadata.get(_REQUEST_ID)
        self.grpc_code = _GRPC_CODES.get(status.code, grpc.StatusCode.UNKNOWN)
        self.retry_after = _retry_after(status)
        self.field = _field(status)

        self.number, self.options, own_legacy_code = None, None, ""
        # The message by language. What the server itself wrote in a language
        # stands above the enum's translation: the server may be newer.
        self._texts: dict[str, str] = {}
        value = _find_value(info.domain, info.reason)
        if value is not None:
            self.number = value.number
            self.options = value.GetOptions().Extensions[options_pb2.code]
            own_legacy_code = self.options.legacy_code or str(value.number)
            for language, template in self.options.translations.items():
                self._texts[language] = _render(template, self.metadata)
            self._texts[value.type.GetOptions().Extensions[options_pb2.system].language] = (
                status.message
            )
        for localized in _unpack(status, error_details_pb2.LocalizedMessage):
            if langcodes.tag_is_valid(localized.locale):
                self._texts[localized.locale] = localized.message
        self._text = status.message
        self.legacy_code = self.metadata.get(_LEGACY_CODE) or own_legacy_code

    @overload
    def code_in(self, enum: type[_Int]) -> _Int | None: ...
    @overload
    def code_in(self, enum: _MypyProtobufEnum[_Value]) -> _Value | None: ...
    def code_in(self, enum: object) -> object:
        """Return the code as a value of a generated enum, None if it is none.

        ``err.code_in(job_v2.Code) == job_v2.JOB_NOT_FOUND`` is true for that
        one error: an error of another system gives None, whatever its number.

        Args:
            enum: The generated enum, for example ``job_v2.Code``.
        """
        descriptor = getattr(enum, "DESCRIPTOR", None)
        if not isinstance(descriptor, EnumDescriptor):
            raise TypeError(f"code_in takes a generated protobuf enum, not {enum!r}")
        value = _find_value(self.domain, self.reason)
        if value is None or value.type.full_name != descriptor.full_name:
            return None
        return value.number

    def message(self, lang: str | None = None) -> str:
        """Return the message: as sent, or in another language.

        Args:
            lang: A BCP 47 tag, for example ``"en"`` or ``"zh-Hans-CN"``. Where the
                code has no text that fits it, and where the tag is none, the
                message is the one that was sent.
        """
        if lang is None or not self._texts:
            return self._text
        try:
            language, _ = langcodes.closest_match(lang, list(self._texts), _MAX_DISTANCE)
        except LanguageTagError:
            return self._text
        return self._texts.get(language, self._text)

    def __str__(self) -> str:
        """Return the code's full name and the message as sent."""
        return f"{self.domain}.{self.reason}: {self._text}"


@runtime_checkable
class _Call(Protocol):
    """What a failed call tells: grpc.Call and grpc.aio.AioRpcError alike."""

    def code(self) -> grpc.StatusCode | None: ...
    def details(self) -> str | None: ...
    def trailing_metadata(self) -> Iterable[tuple[str, str | bytes]] | None: ...


def from_rpc_error(error: BaseException) -> LegacyError | None:
    """Return the legacy error that a failed RPC carries, None if it is not ours.

    An error is ours where its details hold an ErrorInfo of a domain whose enum
    this program has imported, or one with a ``legacy_code``. A code that the enum
    does not have is ours too, with its ``legacy_code`` and without ``number``.

    Missing, foreign and broken details give None; nothing is raised.

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
        # A proxy that rewrites grpc-status or grpc-message leaves the details
        # behind. What the call itself reports counts; grpc_status would raise.
        code = error.code()
        if code is not None:
            status.code = code.value[0]
        status.message = error.details() or status.message
        return from_status(status)
    return None


def from_status(status: status_pb2.Status) -> LegacyError | None:
    """Return the legacy error in a google.rpc.Status, None if it is not ours.

    For statuses inside responses, such as those of batches and long-running
    operations; :func:`from_rpc_error` says which are ours.

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
    """Yield the details of a type, without those whose bytes are broken."""
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
        except (OverflowError, ValueError):  # not a delay: the wire allows any number
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
    """Tell whether this program has the enum of an ErrorInfo's domain."""
    if _find_value(info.domain, info.reason) is not None:
        return True
    # The pool finds packages by no means, only what is in them. So a reason that
    # the enum does not have is recognized by the enum's customary name.
    try:
        enum = descriptor_pool.Default().FindEnumTypeByName(f"{info.domain}.Code")
    except KeyError:
        return False
    return _is_system(enum)


def _is_system(enum: EnumDescriptor) -> bool:
    return enum.GetOptions().HasExtension(options_pb2.system)


_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def _render(template: str, arguments: Mapping[str, str]) -> str:
    """Fill in {name}; {{ and }} are braces. What is missing stays as it stands."""

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0][0]
        return arguments.get(name, match[0])

    return _PLACEHOLDER.sub(replace, template)
