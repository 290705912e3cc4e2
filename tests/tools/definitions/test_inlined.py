from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from buttonup.records import encode
from buttonup.tools.definitions.inlined import LARGEST, inlined


def test_a_reference_is_replaced_by_what_it_refers_to_and_what_stands_beside_it_wins() -> None:
    schema = {
        "type": "object",
        "title": "Sale",
        "properties": {
            "title": {"type": "string", "title": "Title"},
            "by": {"$ref": "#/$defs/a~1b", "description": "who"},
            "of": {"items": {"$ref": "#/$defs/Pet"}},
        },
        "$defs": {
            "a/b": {"type": "string", "description": "somebody"},
            "Pet": {"properties": {"owner": {"$ref": "#/$defs/a~1b"}}},
        },
    }
    assert inlined(schema) == (
        {
            "type": "object",
            "properties": {
                "title": {"type": "string"},
                "by": {"type": "string", "description": "who"},
                "of": {
                    "items": {
                        "properties": {"owner": {"type": "string", "description": "somebody"}}
                    }
                },
            },
        },
        False,
    )


def test_a_schema_that_holds_itself_is_cut_where_it_comes_again() -> None:
    schema = {"properties": {"inner": {"$ref": "#"}}}
    written, cut = inlined(schema)
    assert cut
    assert written == {"properties": {"inner": {"properties": {"inner": {}}}}}


def test_a_reference_elsewhere_or_to_nothing_is_cut() -> None:
    for ref in ("https://example.com/x.json", "#/$defs/None", "other.json#/a", "#/a/0"):
        written, cut = inlined({"items": {"$ref": ref, "type": "string"}, "a": [1]})
        assert cut
        assert written["items"] == {"type": "string"}


def test_data_within_a_schema_is_left_as_it_is() -> None:
    schema = {"enum": [{"$ref": "#/x", "title": "t"}], "default": {"title": "t"}, "const": 1}
    assert inlined(schema) == (schema, False)


def test_what_unfolds_without_end_is_cut() -> None:
    defs: dict[str, Any] = {"d0": {"type": "string"}}
    for n in range(1, 40):
        pair = {"$ref": f"#/$defs/d{n - 1}"}
        defs[f"d{n}"] = {"properties": {"a": pair, "b": pair}}
    written, cut = inlined({"$ref": "#/$defs/d39", "$defs": defs})
    assert cut
    assert len(str(written)) < 100 * LARGEST


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from("$ref $defs title properties items anyOf a b enum".split()),
            inner | st.sampled_from(["#", "#/$defs/a", "#/properties/b"]),
            max_size=4,
        )
    ),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(["$ref", "$defs", "properties", "items", "a"]), JSON))
def test_anything_at_all_is_written_out_without_references(schema: dict[str, Any]) -> None:
    written, _ = inlined(schema)
    stack: list[Any] = [written]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            stack += [v for word, v in node.items() if word not in ("enum", "properties")]
            assert not isinstance(node.get("$ref"), str)
            if isinstance(node.get("properties"), dict):
                stack += node["properties"].values()
        elif isinstance(node, list):
            stack += node


def test_a_schema_that_is_deeper_than_anybody_reads_is_cut() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(2_000):
        schema = {"properties": {"in": schema}}
    written, cut = inlined(schema)
    assert cut
    assert encode(written).count(b"in") < 150
