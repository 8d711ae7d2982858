# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""Fills in the templates of the options, and chooses among texts by language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import langcodes
from langcodes.tag_parser import LanguageTagError

from statusmap.v1 import options_pb2

# The greatest distance between the language of a text and the one asked for. With
# the library's default, 25, a caller who asks for zh-TW would get English instead of
# zh-CN: the distance to another script of the same language is 54.
_MAX_DISTANCE = 60

# What is printed instead of a sensitive argument.
_MASK = "***"

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def render(template: str, arguments: Mapping[str, str]) -> str:
    """Fill in {name}; {{ and }} are braces. A missing argument stays as {name}."""

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0][0]
        return arguments.get(name, match[0])

    return _PLACEHOLDER.sub(replace, template)


def has_arguments(template: str) -> bool:
    """Report whether a template has placeholders."""
    return any(match[1] is not None for match in _PLACEHOLDER.finditer(template))


def texts(
    code: options_pb2.CodeOptions,
    systems: Sequence[options_pb2.SystemOptions],
    arguments: Mapping[str, str],
    sent: str,
) -> dict[str, str]:
    """Return a code's message by language, with sent as the text in its own language.

    Args:
        code: The code's options.
        systems: The options of the systems that the code belongs to.
        arguments: The message's arguments.
        sent: The message that the server sent.
    """
    filled = {language: render(text, arguments) for language, text in code.translations.items()}
    if not systems:
        return filled
    filled[systems[0].language] = render(code.message, arguments)
    own, _ = _default(code, systems)
    # The table of an older server may not have a translation into the default language.
    if sent == filled[systems[0].language]:
        own = systems[0].language
    filled[own] = sent
    return filled


def _default(
    code: options_pb2.CodeOptions, systems: Sequence[options_pb2.SystemOptions]
) -> tuple[str, str]:
    """Return the language and the template in which the systems of a code answer."""
    # Systems that include the same enum have the same language, but they may have different
    # default languages.
    language = systems[0].language if systems else ""
    defaults = {system.default_language or language for system in systems}
    default = defaults.pop() if len(defaults) == 1 else language
    template = code.translations.get(default)
    return (language, code.message) if template is None else (default, template)


def closest(texts: Mapping[str, str], language: str) -> str | None:
    """Return the text whose language matches a BCP 47 tag best, None if none matches."""
    if not texts:
        return None
    try:
        best, _ = langcodes.closest_match(language, list(texts), _MAX_DISTANCE)
    except LanguageTagError:
        return None
    return texts.get(best)


def masked(
    code: options_pb2.CodeOptions,
    systems: Sequence[options_pb2.SystemOptions],
    arguments: Mapping[str, str],
    sent: str,
) -> str:
    """Return the message to print: as sent, unless the code has sensitive arguments."""
    hidden = _masks(code)
    if not hidden:
        return sent
    _, template = _default(code, systems)
    return render(template, {**arguments, **hidden})


def masked_field(code: options_pb2.CodeOptions, sent: str) -> str:
    """Return the field to print: as sent, unless fields of the code name sensitive arguments."""
    hidden = _masks(code)
    named = any(render(field, hidden) != render(field, {}) for field in code.fields)
    return _MASK if named else sent


def _masks(code: options_pb2.CodeOptions) -> dict[str, str]:
    return {name: _MASK for name, arg in code.args.items() if arg.sensitive}


def help_url(system: options_pb2.SystemOptions, domain: str, reason: str, code: str) -> str:
    """Return the URL of the page about a code, "" if the system has none."""
    # Go's url.PathEscape leaves the same characters.
    values = {"domain": domain, "reason": reason, "code": code}
    return render(
        system.help, {name: quote(value, safe="$&+=:@") for name, value in values.items()}
    )
