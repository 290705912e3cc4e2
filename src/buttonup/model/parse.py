"""Find the one JSON value in a reply: bare, fenced, with prose around it, or slightly broken."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import json_repair
import msgspec

from buttonup.records import Json

FENCE = re.compile(r"```[a-zA-Z]*[ \t]*\n(.*?)```", re.DOTALL)
DEEPEST = 100  # levels; deeper than any schema asks for, and far from the interpreter's limit


def only_json(text: str) -> Json:
    """Give the JSON object or list that a reply holds.

    A reply that is JSON is taken as it is. Else the last fenced block that is, else what stands
    between the outermost brackets, mended by a library where that is nearly JSON.

    Raises  ValueError, in words for the model, when nothing of the kind is there
    """
    for candidate in _candidates(text):
        try:
            return _sound(msgspec.json.decode(candidate))
        except (msgspec.DecodeError, RecursionError):
            continue
    return _mended(text)


def _candidates(text: str) -> Iterator[str]:
    yield text
    yield from reversed(FENCE.findall(text))
    if inner := _bracketed(text):
        yield inner


def _bracketed(text: str) -> str:
    """Cut from the first opening bracket to the last closing one."""
    start = min((i for i in (text.find("{"), text.find("[")) if i >= 0), default=-1)
    end = max(text.rfind("}"), text.rfind("]"))
    return text[start : end + 1] if 0 <= start < end else ""


def _mended(text: str) -> Json:
    inner = _bracketed(text)
    if not inner:
        raise ValueError("the reply holds no JSON; answer with one JSON object and nothing else")
    if _depth(inner) > DEEPEST:
        raise ValueError("the reply is nested too deeply")
    mended = json_repair.loads(inner, skip_json_loads=True)
    if not mended or not isinstance(mended, dict | list):
        raise ValueError("the reply is not JSON; answer with one JSON object and nothing else")
    return _sound(mended)


def _depth(text: str) -> int:
    deepest = level = 0
    for c in text:
        level += (c in "{[") - (c in "}]")
        deepest = max(deepest, level)
    return deepest


def _sound(value: Json) -> Json:
    """Refuse what is no JSON object or list, and numbers that JSON does not have."""
    if not isinstance(value, dict | list):
        raise ValueError("the reply must be a JSON object")  # noqa: TRY004 - the model's fault
    waiting: list[Json] = [value]
    while waiting:
        match waiting.pop():
            case dict() as d:
                waiting += d.values()
            case list() as items:
                waiting += items
            case float() as number if not math.isfinite(number):
                raise ValueError("NaN and Infinity are not JSON numbers")
    return value
