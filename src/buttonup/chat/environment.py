"""Jinja as chat templates know it, without transformers: a template is a stranger's program.

Source: transformers 5.24.0, `utils/chat_template_utils.py` (what a template may call, and how
whitespace is trimmed); jinja2's sandbox.
"""

from __future__ import annotations

import functools
import json
from datetime import date
from typing import Any, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from buttonup.errors import BadInput
from buttonup.records import Json

TODAY = date(2026, 1, 1)  # what templates are told that ask for the date: same rows on every day
STRANGE = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What somebody else's template may raise."""


class Generation(Extension):
    """`{% generation %} … {% endgeneration %}`: its body as it stands; spans do not need it."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> nodes.Node:
        """Give the body in a scope of its own, as transformers does."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller: Any) -> str:
        return str(caller())


@functools.lru_cache(maxsize=256)
def compiled(source: str) -> jinja2.Template:
    """Compile a chat template. Raises BadInput when it is not Jinja."""
    try:
        return _environment().from_string(source)
    except (jinja2.TemplateError, RecursionError, ValueError) as error:
        told = " ".join(str(error).split())[:200]
        raise BadInput(
            f"the chat template cannot be read: {told}", "give a Jinja template"
        ) from error


@functools.cache
def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    made.filters["tojson"] = _tojson
    made.globals["raise_exception"] = _raise
    made.globals["strftime_now"] = TODAY.strftime
    return made


def _tojson(
    value: Json,
    ensure_ascii: bool = False,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _raise(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)
