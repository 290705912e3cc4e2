"""From a Python function to its definition, and from the arguments of a call to the function's own.

Types are pydantic's matter (`typed.py`); docstrings (Google, NumPy, reST, Epytext) are read by
docstring-parser.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Annotated, Any, get_args, get_origin

import docstring_parser
from docstring_parser.common import Docstring
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from buttonup.records import Json, Schema
from buttonup.tools.sources.isolated.typed import Adapter, made, typed, with_default

SAID: Mapping[str, Any] = {
    "str": str, "string": str, "int": int, "integer": int, "float": float, "bool": bool,
    "boolean": bool, "list": list, "dict": dict,
}  # fmt: skip
"""Types that a docstring names, for parameters that have no annotation."""

PLAIN = (bool, int, float, str)
"""Types that a default shows, for parameters that have neither. It may take others too."""

EXAMPLE = re.compile(r"(?m)^\s*>>> .*(?:\n(?!\s*$).*)*\n?")
"""A doctest, up to the next empty line."""

EMPTY = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter, and how JSON becomes a value of it."""

    kind: Any
    """As `inspect.Parameter.kind`."""
    schema: Schema
    adapter: Adapter
    required: bool
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Defined:
    """A function that is ready to be called with JSON."""

    function: Callable[..., Any]
    description: str
    slots: Mapping[str, Slot] = field(default_factory=dict)
    responses: Schema = field(default_factory=dict)
    doubts: tuple[str, ...] = ()

    @property
    def parameters(self) -> Schema:
        """The schema of the arguments object."""
        required = [name for name, slot in self.slots.items() if slot.required]
        return {
            "type": "object",
            "properties": {name: slot.schema for name, slot in self.slots.items()},
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }

    def call(self, arguments: dict[str, Json]) -> Any:
        """Call the function. Raises Unfit, and whatever the function raises."""
        first: list[Any] = []
        named: dict[str, Any] = {}
        for name, slot in self.slots.items():
            if name not in arguments:
                continue
            value = made(name, arguments[name], slot.adapter)
            match slot.kind:
                case inspect.Parameter.POSITIONAL_ONLY:
                    first.append(value)
                case inspect.Parameter.VAR_POSITIONAL:
                    first += value
                case _:
                    named[name] = value
        return self.function(*first, **named)


def defined(function: Callable[..., Any]) -> Defined:
    """Define a function by its signature, its type hints and its docstring."""
    doc = _parsed(_doc(function))
    told = {p.arg_name.lstrip("*"): p for p in doc.params}
    parts = (doc.short_description or "", EXAMPLE.sub("", doc.long_description or ""))
    description = "\n\n".join(part.strip() for part in parts if part.strip())
    try:
        signature = inspect.signature(function)
    except ValueError:  # it is written in C, and does not tell
        return Defined(function, description, doubts=("no_signature",))
    slots: dict[str, Slot] = {}
    doubts: list[str] = []
    for p in signature.parameters.values():
        if p.kind is p.VAR_KEYWORD:
            doubts.append(f"left_out:{p.name}")
            continue
        slots[p.name] = slot = _slot(function, p, told.get(p.name))
        doubts += [f"{slot.doubt}:{p.name}"] * bool(slot.doubt)
    said = doc.returns.description if doc.returns else ""
    responses, doubt = _responses(function, signature.return_annotation, said or "")
    return Defined(function, description, slots, responses, (*doubts, *doubt))


def _parsed(text: str) -> Docstring:
    try:
        return docstring_parser.parse(text)
    except docstring_parser.ParseError:  # in no known style: it is read as words
        doc = Docstring()
        doc.short_description = text
        return doc


def _doc(function: Any) -> str:
    if not inspect.isroutine(function) and not hasattr(function, "__wrapped__"):
        function = getattr(function, "func", None) or type(function).__call__  # a partial; another
    return inspect.getdoc(function) or ""


def _slot(function: Callable[..., Any], p: inspect.Parameter, told: Any) -> Slot:
    hint, default = _hint(function, p.name, p.annotation), p.default
    if isinstance(default, FieldInfo):  # as FastAPI and pydantic's `validate_call` have it
        hint, default = Annotated[hint, default], default.get_default()
        default = EMPTY if default is PydanticUndefined else default
    if hint is Any and told is not None:
        hint = SAID.get((told.type_name or "").partition(",")[0].strip(), Any)
    guessed = hint is Any and type(default) in PLAIN
    hint = type(default) if guessed else hint
    if p.kind is p.VAR_POSITIONAL:
        hint = list.__class_getitem__(hint)
    schema, adapter, doubt = typed(hint, "validation")
    words = _annotated_words(hint) or (told.description if told is not None else None) or ""
    if words.strip() and not schema.get("description"):
        schema = {**schema, "description": words.strip()}
    if default is not EMPTY and adapter is not None:
        schema = with_default(schema, adapter, default)
    required = default is EMPTY and p.kind is not p.VAR_POSITIONAL
    return Slot(p.kind, schema, adapter, required, "guessed" if guessed else doubt)


def _hint(function: Any, name: str, annotation: Any) -> Any:
    """Evaluate one annotation where the function was written; Any where that cannot be done."""
    if annotation is EMPTY:
        return Any
    inner = inspect.unwrap(getattr(function, "func", function))
    where = getattr(getattr(inner, "__func__", inner), "__globals__", {})
    try:
        alone: Any = SimpleNamespace(__annotations__={name: annotation})
        return typing.get_type_hints(alone, where, include_extras=True)[name]
    except Exception:  # noqa: BLE001 - a name that only type checkers import, or no type at all
        return Any


def _annotated_words(hint: Any) -> str:
    """Give what `Annotated[T, "words"]` or `Annotated[T, Doc("words")]` (PEP 727) says."""
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    words = (e if isinstance(e, str) else getattr(e, "documentation", None) for e in extras)
    return next((w for w in words if isinstance(w, str)), "")


def _responses(
    function: Callable[..., Any], annotation: Any, said: str
) -> tuple[Schema, tuple[str, ...]]:
    """Give the schema of what a function returns, {} where that is not told; and doubts."""
    hint = _hint(function, "return", annotation)
    if hint is Any:
        return {}, ()
    schema, _, doubt = typed(hint, "serialization")
    if schema and said.strip() and "description" not in schema:
        schema = {**schema, "description": said.strip()}
    return schema, (f"{doubt}:return",) if doubt else ()
