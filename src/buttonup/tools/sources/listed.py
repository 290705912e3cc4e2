"""Tools that are only told of: a file with a JSON list of definitions. Nothing runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Function, Json, Schema
from buttonup.tools.definitions.doubts import doubts_of
from buttonup.tools.definitions.inlined import inlined
from buttonup.tools.definitions.names import clear
from buttonup.tools.door import unusable
from buttonup.tools.source import Limits, Source, Tool

FORM = 'it must hold a list of {"type": "function", "function": {"name": …, "parameters": …}}'
NO_PARAMETERS: Schema = {"type": "object", "properties": {}}


@asynccontextmanager
async def opening(spec: str, _limits: Limits, _env: Sequence[str]) -> AsyncIterator[Source]:
    """Open "json:FILE": OpenAI's tools, wrapped or bare, in a list or under the key "tools".

    A schema of results may stand beside `parameters`, as `responses`; the format has no place
    for it. Whether a call changes something may stand there too, as `writes`.
    Source  OpenAI's API reference, `tools` of chat completions
    Raises  BadInput for what is no such file, with the place of what is wrong
    """
    path = Path(spec.removeprefix("json:"))
    yield Listed(_read(path, spec))


class Listed:
    """A source of which nothing can be run."""

    def __init__(self, tools: tuple[Tool, ...]) -> None:
        self.tools = tools
        self.losses = 0

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:  # noqa: ARG002
        """Say that there is nothing to run."""
        return {"error": f"There is only a definition of {name!r}, which cannot be run."}

    async def reset(self) -> None:
        """Do nothing: there is nothing to change."""


def _read(path: Path, spec: str) -> tuple[Tool, ...]:
    try:
        found = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}", "write json:FILE") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{path} is not JSON: {error}", FORM) from error
    if isinstance(found, dict):
        found = found.get("tools")
    if not isinstance(found, list) or not found:
        raise BadInput(f"{path} has no list of tools", FORM)
    tools: dict[str, Tool] = {}
    for number, one in enumerate(found, 1):
        where = f"{path}: tool {number}"
        tool = _tool(one, spec, tools, where)
        tools[tool.function.name] = tool
    return tuple(tools.values())


def _tool(one: Json, spec: str, taken: dict[str, Tool], where: str) -> Tool:
    body = one.get("function", one) if isinstance(one, dict) else one
    if not isinstance(body, dict) or not isinstance(body.get("name"), str):
        raise BadInput(f"{where} is no function with a name", FORM)
    description, writes = body.get("description") or "", body.get("writes")
    if not isinstance(description, str) or not isinstance(writes, bool | None):
        raise BadInput(f"{where} has a description that is no text, or `writes` that is no bool")
    parameters, cut = _schema(body.get("parameters"), NO_PARAMETERS, f"{where}: `parameters`")
    parameters = {"type": "object", **parameters}
    if parameters["type"] != "object":
        raise BadInput(f"{where}: `parameters` are not of type object", FORM)
    responses, _ = _schema(body.get("responses"), {}, f"{where}: `responses`")
    name = clear(body["name"], spec, taken)
    function = Function(
        name=name, description=description, parameters=parameters, responses=responses
    )
    more = (
        "simulated",
        *["recursive:parameters"] * cut,
        *[f"renamed:{body['name']}"] * (name != body["name"]),
    )
    return Tool(
        function=function,
        source=spec,
        writes=writes,
        doubts=(*doubts_of(function), *more),
        runs=False,
    )


def _schema(found: Json, absent: Schema, where: str) -> tuple[Schema, bool]:
    """Read a schema without references. Raises BadInput where it is none."""
    if found is None:
        return absent, False
    if not isinstance(found, dict):
        raise BadInput(f"{where} is no JSON Schema", "give an object")
    schema, cut = inlined(found)
    if wrong := unusable(schema):
        raise BadInput(f"{where}: {wrong}", "see json-schema.org")
    return schema, cut
