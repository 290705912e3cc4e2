from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.tools.source import Tool, opened

FIND = {
    "name": "find_pets",
    "description": "Finds pets that are for sale.",
    "parameters": {
        "type": "object",
        "properties": {"kind": {"type": "string", "description": "What animal."}},
        "required": ["kind"],
    },
}


def read(path: Path) -> tuple[Tool, ...]:
    async def main() -> tuple[Tool, ...]:
        async with opened(f"json:{path}") as source:
            assert await source.call("find_pets", {}) == {
                "error": "There is only a definition of 'find_pets', which cannot be run."
            }
            await source.reset()
            return source.tools

    return asyncio.run(main())


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "tools.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


@pytest.mark.parametrize(
    "content",
    [[FIND], [{"type": "function", "function": FIND}], {"tools": [FIND]}],
    ids=["bare", "wrapped", "under a key"],
)
def test_definitions_are_read_however_they_are_wrapped(tmp_path: Path, content: Any) -> None:
    (tool,) = read(written(tmp_path, content))
    assert tool.function.name == "find_pets"
    assert tool.function.parameters == FIND["parameters"]
    assert (tool.runs, tool.writes) == (False, None)
    assert tool.doubts == ("no_responses", "simulated")


def test_a_schema_of_results_and_whether_it_writes_may_stand_beside(tmp_path: Path) -> None:
    responses = {"type": "array", "items": {"type": "string"}}
    (tool,) = read(written(tmp_path, [{**FIND, "responses": responses, "writes": False}]))
    assert tool.function.responses == responses
    assert (tool.writes, tool.doubts) == (False, ("simulated",))


def test_references_are_written_out_and_names_made_fit_and_clear(tmp_path: Path) -> None:
    parameters = {
        "type": "object",
        "properties": {"pet": {"$ref": "#/$defs/Pet"}},
        "$defs": {"Pet": {"type": "object", "properties": {"mother": {"$ref": "#/$defs/Pet"}}}},
    }
    one = {"name": "find pets", "parameters": parameters}
    first, second = read(written(tmp_path, [one, {"name": "find pets"}]))
    assert first.function.parameters["properties"] == {
        "pet": {"type": "object", "properties": {"mother": {}}}
    }
    assert {"recursive:parameters", "renamed:find pets"} <= set(first.doubts)
    assert second.function.name == "tools_find_pets"
    assert second.function.parameters == {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "has no list of tools"),
        ("{}", "has no list of tools"),
        ("3", "has no list of tools"),
        ("[3]", "tool 1 is no function with a name"),
        ('[{"name": "a"}, {"name": 3}]', "tool 2 is no function with a name"),
        ('[{"name": "a", "description": 3}]', "tool 1 has a description that is no text"),
        ('[{"name": "a", "writes": "yes"}]', "`writes` that is no bool"),
        ('[{"name": "a", "parameters": []}]', "`parameters` is no JSON Schema"),
        ('[{"name": "a", "parameters": {"type": "objekt"}}]', "`parameters`: the schema is unus"),
        ('[{"name": "a", "parameters": {"type": "array"}}]', "are not of type object"),
        ('[{"name": "a", "parameters": {"properties": 3}}]', "`parameters`"),
        ('[{"name": "a", "parameters": {"properties": {"b": true}, "required": 3}}]', "`param"),
    ],
)
def test_what_is_no_such_file_is_told_with_its_place(
    tmp_path: Path, content: str, told: str
) -> None:
    path = tmp_path / "tools.json"
    path.write_text(content, "utf-8")
    with pytest.raises(BadInput, match=told):
        read(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot read .*: No such file"):
        read(tmp_path / "none.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from("name function parameters properties type $ref tools items".split())
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.lists(st.fixed_dictionaries({"name": JSON}, optional={"parameters": JSON}), max_size=3))
def test_any_json_is_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: Any
) -> None:
    path = written(tmp_path_factory.getbasetemp(), content)
    try:
        tools, told = read(path), ""
    except BadInput as bad:
        tools, told = (), str(bad)
    assert "\n" not in told
    assert all(tool.function.parameters.get("type") == "object" for tool in tools)
