"""Tools that an LLM plays: it knows the definition, the request and the session so far.

The same call gets the same answer without asking again, and every answer fits the function's
response schema or is an error.
"""

from __future__ import annotations

from dataclasses import dataclass

from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.records import Call, Function, Json, Schema, encode
from buttonup.tools.door import ERROR, Ran, Scene, misfit, refusal, unusable

PROMPT = "tool"


@dataclass(frozen=True, slots=True)
class Simulated:
    """A door behind which a teacher plays every function."""

    teacher: Teacher

    async def __call__(self, call: Call, scene: Scene, /) -> Json:
        """Answer as the function would.

        Rejects  "unusable_schema" when no answer can fit; what the teacher rejects
        """
        if (settled := _settled(call, scene)) is not None:
            return settled.result
        function = next(f for f in scene.functions if f.name == call.name)
        schema = reply_schema(function)
        if wrong := unusable(schema):
            raise Reject("unusable_schema", f"{function.name}: {wrong}")
        slots = {
            "name": function.name,
            "description": function.description,
            "parameters": encode(function.parameters).decode(),
            "request": scene.request,
            "context": scene.context,
            "ran": [_told(ran) for ran in scene.ran],
            "arguments": call.raw,
        }
        return await self.teacher.ask_json(PROMPT, schema, slots)


def reply_schema(function: Function) -> Schema:
    """Give the schema of what a call may give: what the function responds with, or an error."""
    if not function.responses:
        return {}
    responses = dict(function.responses)
    shared: Schema = {k: responses.pop(k) for k in ("$defs", "definitions") if k in responses}
    return {"anyOf": [responses, ERROR], **shared}


def _settled(call: Call, scene: Scene) -> Ran | None:
    """Answer a call that needs no asking: it cannot run, or it has been answered before."""
    if (refused := refusal(call, scene.functions)) is not None:
        return Ran(call, refused)
    if (same := next((r for r in scene.ran if _same(r.call, call)), None)) is not None:
        return same
    function = next(f for f in scene.functions if f.name == call.name)
    if wrong := misfit(call.arguments, function.parameters):
        return Ran(call, {"error": f"Invalid arguments: {wrong}."})
    return None


def _same(one: Call, other: Call) -> bool:
    return one.name == other.name and encode(one.arguments) == encode(other.arguments)


def _told(ran: Ran) -> dict[str, str]:
    return {"name": ran.call.name, "arguments": ran.call.raw, "result": encode(ran.result).decode()}
