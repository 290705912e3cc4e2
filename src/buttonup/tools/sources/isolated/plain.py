"""What a tool gives, as JSON: converted plainly where there is one way to do so, else refused."""

from __future__ import annotations

import inspect
import json
from collections.abc import ItemsView, KeysView, Mapping, ValuesView
from typing import Any

from pydantic_core import to_jsonable_python

VIEWS = (range, KeysView, ValuesView, ItemsView, memoryview)


class TooLarge(ValueError):  # noqa: N818 - of a result, not of the program
    """A result is larger than it may be."""


def as_json(value: Any, most: int) -> bytes:
    """Write a value as JSON of at most so many bytes.

    Dates are ISO 8601, sets and tuples lists, dataclasses and their like objects, bytes base64,
    decimals strings, NaN and the infinities null; what has words of its own (`__str__`) is them.
    Raises  TooLarge; ValueError for what holds itself or is too deep; TypeError for any other thing
    """
    plain = to_jsonable_python(value, bytes_mode="base64", inf_nan_mode="null", fallback=_plainer)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    told = text.encode("utf-8", "replace")  # half a character (a lone surrogate) is no UTF-8
    if len(told) > most:
        raise TooLarge(f"the result has {len(told):,} bytes; {most:,} is the most it may have")
    return told


def _plainer(value: Any) -> Any:
    """Take one step towards JSON with a value of which pydantic knows nothing."""
    kind: Any = type(value)
    if hasattr(value, "tolist"):  # numpy's arrays and numbers, and what follows them
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, VIEWS):
        return list(value)
    for fields in (getattr(kind, "__struct_fields__", None), _attrs(kind)):
        if fields is not None:  # msgspec, attrs
            return {name: getattr(value, name) for name in fields}
    if kind.__str__ is object.__str__ or inspect.iscoroutine(value):
        raise TypeError(f"the result holds a {kind.__name__}, which is nothing in JSON")
    return str(value)


def _attrs(kind: type) -> list[str] | None:
    made = getattr(kind, "__attrs_attrs__", None)
    return None if made is None else [each.name for each in made]
