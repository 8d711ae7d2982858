# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Finds codes and their systems among the enums that the program has imported."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Iterator

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import EnumDescriptor, EnumValueDescriptor, FileDescriptor

from statusmap.v1 import options_pb2


def find(domain: str, reason: str) -> EnumValueDescriptor | None:
    """Return the code with the full name domain + "." + reason."""
    try:
        file = descriptor_pool.Default().FindFileContainingSymbol(f"{domain}.{reason}")
    except KeyError:
        return None
    if file.package != domain:
        return None
    for enum in file.enum_types_by_name.values():
        value = _code(enum, reason)
        if value is not None:
            return value
    return None


def is_known(domain: str) -> bool:
    """Report whether the program has an enum with codes of this domain."""
    return any(enum.file.package == domain for enum in _enums())


def systems(domain: str, code: EnumValueDescriptor | None) -> list[EnumDescriptor]:
    """Return the systems that a code belongs to: that of its enum, or all that include it.

    Args:
        domain: The code's domain.
        code: The code; None if the program's enums do not have it. Any code of the domain
            is assumed then.
    """
    if code is not None and is_system(code.type):
        return [code.type]
    known = [enum for enum in _enums() if is_system(enum)]
    if code is not None:
        return [system for system in known if code.type.full_name in _includes(system)]
    own = [system for system in known if system.file.package == domain]
    return own or [
        system
        for system in known
        if any(name.rpartition(".")[0] == domain for name in _includes(system))
    ]


def find_in(systems: Iterable[EnumDescriptor], reason: str) -> EnumValueDescriptor | None:
    """Return the code with a reason, of the systems or of the enums that they include.

    If two systems have different codes with the reason, there is no telling which one is
    meant, and the result is None.
    """
    found: dict[str, EnumValueDescriptor] = {}
    for system in systems:
        for enum in (system, *_included(system)):
            code = _code(enum, reason)
            if code is not None:
                found[enum.full_name] = code
    return found.popitem()[1] if len(found) == 1 else None


def options(code: EnumValueDescriptor) -> options_pb2.CodeOptions:
    """Return the options of a code."""
    return code.GetOptions().Extensions[options_pb2.code]


def all_options(systems: Iterable[EnumDescriptor]) -> list[options_pb2.SystemOptions]:
    """Return the options of systems."""
    return [system.GetOptions().Extensions[options_pb2.system] for system in systems]


def legacy_code(code: EnumValueDescriptor) -> str:
    """Return the legacy code that the enum gives a code."""
    return options(code).legacy_code or str(code.number)


def is_code(value: EnumValueDescriptor) -> bool:
    """Report whether an enum value is a code."""
    return value.GetOptions().HasExtension(options_pb2.code)


def is_system(enum: EnumDescriptor) -> bool:
    """Report whether an enum is a system, rather than only included by systems."""
    return enum.GetOptions().HasExtension(options_pb2.system)


def _code(enum: EnumDescriptor, reason: str) -> EnumValueDescriptor | None:
    value = enum.values_by_name.get(reason)
    return value if value is not None and is_code(value) else None


def _includes(system: EnumDescriptor) -> list[str]:
    return list(system.GetOptions().Extensions[options_pb2.system].includes)


def _included(system: EnumDescriptor) -> Iterator[EnumDescriptor]:
    for name in _includes(system):
        try:
            yield descriptor_pool.Default().FindEnumTypeByName(name)
        except KeyError:  # the program has not imported it
            continue


def _enums() -> Iterator[EnumDescriptor]:
    """Yield the annotated enums of the generated modules that the program has imported."""
    # The pool finds a file by name but cannot list its files.
    for name, module in list(sys.modules.items()):
        if name.endswith("_pb2"):
            file = getattr(module, "DESCRIPTOR", None)
            if isinstance(file, FileDescriptor):
                yield from _annotated(file)


@functools.cache  # a program can have thousands of files; they never change
def _annotated(file: FileDescriptor) -> tuple[EnumDescriptor, ...]:
    return tuple(
        enum
        for enum in file.enum_types_by_name.values()
        if is_system(enum) or any(map(is_code, enum.values))
    )
