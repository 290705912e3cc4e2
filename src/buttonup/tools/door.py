"""Where calls run: one call in, its result out, errors as data.

A door answers every call. What the world, a Python function or a simulated service refuses comes
back as `{"error": "..."}`: the assistant reads it and goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import jsonschema_rs

from buttonup.model.schemas import checker
from buttonup.records import Call, Function, Json, Record, Schema

ERROR: Schema = {
    "type": "object",
    "properties": {"error": {"type": "string", "minLength": 1}},
    "required": ["error"],
}
"""What a failed call gives."""


class Ran(Record):
    """A call and the result it gave."""

    call: Call
    result: Json


class Scene(Record):
    """All that whoever runs the tools may know of a conversation."""

    functions: tuple[Function, ...] = ()
    request: str = ""
    """What the user said."""
    context: str = ""
    """What the system prompt tells, such as today's date."""
    ran: tuple[Ran, ...] = ()
    """The calls so far, in order."""


class Door(Protocol):
    """Anything that runs calls. Give the calls of a conversation in order."""

    async def __call__(self, call: Call, scene: Scene, /) -> Json:
        """Answer a call."""
        ...


def failed(result: Json) -> bool:
    """Say whether a result tells of a call that failed."""
    return isinstance(result, dict) and "error" in result


def refusal(call: Call, functions: Sequence[Function]) -> Json | None:
    """Answer a call that cannot run at all: unknown, or malformed; None when it can."""
    if call.name not in [f.name for f in functions]:
        return {"error": f"There is no function {call.name!r}."}
    if call.arguments is None:
        return {"error": "The arguments are not a JSON object."}
    return None


def misfit(value: Json, schema: Schema) -> str:
    """Say in words where a value does not fit a schema; "" when it fits.

    Nothing fits an unusable schema.
    """
    if wrong := unusable(schema):
        return wrong
    first = next(checker(schema).iter_errors(value), None)
    if first is None:
        return ""
    place = ".".join(str(step) for step in first.instance_path)
    return f"{place}: {first.message}" if place else first.message


def unusable(schema: Schema) -> str:
    """Say in words why a schema cannot be used; "" when it can. A `$ref` elsewhere cannot."""
    try:
        checker(schema)
    except jsonschema_rs.ValidationError as wrong:
        return f"the schema is unusable: {wrong.message}"
    return ""
