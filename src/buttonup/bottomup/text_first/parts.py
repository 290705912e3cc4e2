"""What the teacher replies when asked for functions: the classes that the schema is made from."""

from __future__ import annotations

from typing import Annotated

import msgspec

from buttonup.records import Schema

Name = Annotated[str, msgspec.Meta(max_length=80)]


class FromResult(msgspec.Struct):
    """An argument that an earlier function's result gives."""

    parameter: Annotated[Name, msgspec.Meta(description="Parameter of this function.")]
    function: Annotated[Name, msgspec.Meta(description="The earlier function.")]
    field: Annotated[
        str,
        msgspec.Meta(max_length=200, description="Path in its responses, like trips[].trip_id."),
    ]


class FromRequest(msgspec.Struct):
    """An argument that the request itself says."""

    parameter: Annotated[Name, msgspec.Meta(description="Parameter of this function.")]
    words: Annotated[
        str, msgspec.Meta(max_length=200, description="The value, copied from the request.")
    ]


class Draft(msgspec.Struct):
    """A new function."""

    name: Annotated[Name, msgspec.Meta(description="Verb first, snake_case.")]
    description: Annotated[
        str, msgspec.Meta(max_length=400, description="What it does for anybody, not this request.")
    ]
    parameters: Annotated[
        Schema, msgspec.Meta(description="JSON Schema of type object; each property described.")
    ]
    responses: Annotated[
        Schema, msgspec.Meta(description="JSON Schema (type object) of a successful result.")
    ]
    inputs_from: list[FromResult] = []
    inputs_said: list[FromRequest] = []


class Reuse(msgspec.Struct):
    """A function defined above, called again by this sub-task."""

    name: Name
    inputs_from: list[FromResult] = []
    inputs_said: list[FromRequest] = []


Number = Annotated[int, msgspec.Meta(description="The sub-task's number.")]
Deciding = Annotated[
    list[int],
    msgspec.Meta(
        description="Sub-tasks whose results only decide what this one does, with no argument "
        "taken from them; else []."
    ),
]
Chain = Annotated[
    str, msgspec.Meta(description="The chain: which result field feeds which later argument.")
]


class Part(msgspec.Struct):
    """What one sub-task calls. Both lists are empty when it needs thought alone."""

    subtask: Number
    why: Annotated[str, msgspec.Meta(description="Which outside data or action it needs, if any.")]
    functions: list[Draft]
    reuses: list[Reuse] = []
    decides_on: Deciding = []


class Parts(msgspec.Struct):
    """The functions of all sub-tasks."""

    reasoning: Chain
    parts: list[Part]
