"""Prompts are files: `prompts/NAME.md` holds the system part, a line `=====`, the user part."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
from collections.abc import Mapping

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from buttonup.records import Record

SPLIT = "\n=====\n"

_JINJA = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,
)
_JINJA.globals.clear()  # no template uses any, and each rendering would copy them


class Prompt(Record):
    """A rendered prompt, ready to be sent."""

    name: str
    system: str
    user: str
    """Empty where a conversation follows instead."""
    digest: str
    """Of the template's text: 16 hex digits."""


def render(name: str, slots: Mapping[str, object]) -> Prompt:
    """Fill the slots of a template.

    A slot's text is never read as a template. Raises jinja2.UndefinedError when one is missing.
    """
    system, user = (part.render(slots).strip() for part in _templates(name))
    return Prompt(name=name, system=system, user=user, digest=digest_of(name))


@functools.cache
def digest_of(name: str) -> str:
    """Address the text of a template: 16 hex digits of sha256."""
    return hashlib.sha256(_text(name).encode()).hexdigest()[:16]


@functools.cache
def _templates(name: str) -> tuple[Template, Template]:
    system, _, user = _text(name).partition(SPLIT)
    return _JINJA.from_string(system), _JINJA.from_string(user)


@functools.cache
def _text(name: str) -> str:
    return (importlib.resources.files("buttonup.prompts") / f"{name}.md").read_text("utf-8")
