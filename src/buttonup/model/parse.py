"""Find the one JSON value in a reply: bare, fenced, with prose around it, or slightly broken."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator

import json_repair
import msgspec

from buttonup.records import Json

FENCE = re.compile(r"```[a-zA-Z]*[ \t]*\r?\n(.*?)```", re.DOTALL)
OPENS = re.compile(r"[{[]")
BEGINS = re.compile(r"""\{\s*(?:["'}]|\w+\s*:)|\[\s*(?:[]"'{[]|-?\d)""")
"""An opening bracket that begins JSON, sound or not; any other one belongs to the prose."""
OUTSIDE_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}]', re.DOTALL)
"""Brackets; whole strings are taken at once, so that the brackets in them are not."""
GOES_ON = re.compile(r"""\s*(?:,|:|["'{[])""")
"""What follows the last closing bracket of JSON that was cut off."""
NO_NUMBER = re.compile(r"[:,[]\s*-?(?:NaN\b|Infinity\b|\d{309})")

CUT_OFF = "the reply is cut off; answer with the whole JSON, if need be in fewer words"
DEEPEST = 100  # levels; deeper than any schema asks for, and far from the interpreter's limit
LARGEST = sys.float_info.max  # a greater integer is no value that anything could use
LONGEST = 20_000  # characters; the mending library took 1 s for the worst 9,000, 50 s for 45,000

_strict = json.JSONDecoder(strict=True)


def only_json(text: str) -> Json:
    """Give the JSON value of a reply.

    A reply, or a fenced block in it (the last one), that is JSON is taken as it is. Else it is the
    longest object in the prose (a list where there is no object), mended where it is nearly JSON:
    a trailing comma, single quotes, a missing last bracket. A value is never made up.

    Raises  ValueError, in words for the model, when nothing of the kind is there
    """
    for whole in (text, *reversed(FENCE.findall(text))):
        try:
            return _sound(msgspec.json.decode(whole))
        except (msgspec.DecodeError, RecursionError):
            continue
    found = list(_in_prose(text))
    if not found:
        raise ValueError("the reply holds no JSON; answer with one JSON value and nothing else")
    chosen = max(found, key=lambda span: (span.startswith("{"), len(span)))
    try:
        return _sound(msgspec.json.decode(chosen))
    except (msgspec.DecodeError, RecursionError):
        return _sound(_mended(chosen))


def _in_prose(text: str) -> Iterator[str]:
    """Cut out what is JSON; where something only begins like JSON, all the rest with it."""
    at = 0
    while bracket := OPENS.search(text, at):
        start = bracket.start()
        try:
            _, at = _strict.raw_decode(text, start)
        except (ValueError, RecursionError):
            if BEGINS.match(text, start):
                yield text[start:]
                return
            at = start + 1
        else:
            yield text[start:at]


def _mended(text: str) -> Json:
    """Mend what is nearly JSON and starts at the first bracket."""
    end = max(text.rfind("}"), text.rfind("]")) + 1
    if not end or GOES_ON.match(text, end):
        raise ValueError(CUT_OFF)
    if NO_NUMBER.search(text, 0, end):
        raise ValueError("NaN, Infinity and numbers without end are not JSON")
    deepest, closed = _levels(text[:end])
    if end > LONGEST or deepest > DEEPEST:
        raise ValueError("the reply is too long or nested too deeply to be JSON that is meant")
    for stop in (end, closed or end):  # the second, where a bracket stands in prose that follows
        try:
            made = json_repair.loads(text[:stop], skip_json_loads=True, strict=True)
        except (ValueError, RecursionError):
            continue
        if made and isinstance(made, dict | list):  # what was mended to nothing was nothing
            return made
    raise ValueError("the reply is not JSON; answer with one JSON value and nothing else")


def _levels(text: str) -> tuple[int, int]:
    """Count how deep brackets nest, and where the first one is closed (0: never)."""
    deepest = level = closed = 0
    for bracket in OUTSIDE_STRINGS.finditer(text):
        level += (bracket[0] in "{[") - (bracket[0] in "}]")
        deepest = max(deepest, level)
        closed = closed or (bracket.end() if level == 0 else 0)
    return deepest, closed


def _sound(value: Json) -> Json:
    """Refuse what could not be written as JSON again, or nests too deeply to be worked on."""
    level, waiting = 0, [value]
    while waiting:
        if (level := level + 1) > DEEPEST:
            raise ValueError("the reply is nested too deeply")
        waiting = [inner for outer in waiting for inner in _inside(outer)]
    return value


def _inside(value: Json) -> Iterator[Json]:
    match value:
        case dict():
            yield from value
            yield from value.values()
        case list():
            yield from value
        case int() | float() if not abs(value) <= LARGEST:
            raise ValueError("a number is NaN, infinite or far too large")
        case str() if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise ValueError("a string holds half a surrogate pair") from error
