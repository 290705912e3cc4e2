from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.model.parse import only_json
from buttonup.records import encode

Json = Any

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
plain = st.text("abcdefgh XYZ_-.", max_size=8)
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | numbers | texts


def trees(words: st.SearchStrategy[str], leaf: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    inner = st.recursive(
        leaf,
        lambda deeper: st.lists(deeper, max_size=4) | st.dictionaries(words, deeper, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(words, inner, max_size=4) | st.lists(inner, max_size=4)


values = trees(texts, leaves)
plain_objects = st.dictionaries(
    st.from_regex(r"[a-z]{1,6}", fullmatch=True),
    trees(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.integers(-999, 999) | plain),
    min_size=1,
    max_size=4,
)
prose = st.text("abc xyz,.:;!?()-\n'", max_size=60)


@given(values, st.sampled_from([None, 1, 4]))
def test_bare_json_is_taken_as_it_is(value: Json, indent: int | None) -> None:
    assert only_json(json.dumps(value, indent=indent)) == value
    assert only_json(f"\n {json.dumps(value, ensure_ascii=False)}\n") == value


@given(values, prose, prose, st.sampled_from(["json", "", "JSON", "python"]))
def test_fenced_json_is_found_in_prose(value: Json, before: str, after: str, name: str) -> None:
    text = f"{before}\n```{name}\n{json.dumps(value, indent=1)}\n```\n{after}"
    assert only_json(text) == value


@given(values.filter(bool), prose, prose)
def test_unfenced_json_is_found_in_prose(value: Json, before: str, after: str) -> None:
    assert only_json(f"{before}\n{json.dumps(value)}\n{after}") == value


def with_trailing_commas(value: Json) -> str:
    match value:
        case dict() if value:
            pairs = (f"{json.dumps(k)}: {with_trailing_commas(v)}" for k, v in value.items())
            return "{" + ", ".join(pairs) + ",}"
        case list() if value:
            return "[" + ", ".join(map(with_trailing_commas, value)) + ", ]"
        case _:
            return json.dumps(value)


@given(plain_objects)
def test_trailing_commas_are_mended(value: Json) -> None:
    assert only_json(with_trailing_commas(value)) == value
    assert only_json(f"Here you are:\n```json\n{with_trailing_commas(value)}\n```") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': 'b', 'c': None, 'd': True}", {"a": "b", "c": None, "d": True}),
        ('{"a": {"b": 1}', {"a": {"b": 1}}),
        ('See [the note]: {"a": 1}', {"a": 1}),
        ('As {so}: {"a": 1} (see {x})', {"a": 1}),
        ('Source [1] says so. {"a": 1}', {"a": 1}),
        ('First {"a": 1}\n```json\n{"b": 2}\n```', {"b": 2}),
        ('```json\n{"a": 1}\n```\nbetter:\n```json\n{"b": 2}\n```', {"b": 2}),
        ('{"a": "```"}', {"a": "```"}),
        ('```json\n{"a": "x ``` y"}\n```', {"a": "x ``` y"}),
        ("{}", {}),
        ("[]", []),
        ('"done"', "done"),
        (" 42 ", 42),
    ],
)
def test_what_is_meant_is_found(text: str, value: Json) -> None:
    assert only_json(text) == value


@given(st.text("abcXYZ \n\t.,:;!?'\"0123456789(){}[]<>*_`é…", max_size=80))
def test_a_value_is_never_made_up(text: str) -> None:
    try:
        value = only_json(text)
    except ValueError:
        return
    assert encode(value)
    if value in ({}, []):
        assert "{}" in "".join(text.split()) or "[]" in "".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "I cannot help with that.",
        "I cannot {do that}, sorry.",
        "Sorry {",
        "(see [note])",
        "{",
        "}",
        "] [",
        "```json\n```",
        "{{ slot }}",
        "[-]",
        "[{]",
        "[[} ",
        "0 and 1",
    ],
)
def test_prose_without_json_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"JSON"):
        only_json(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": [1, NaN,],}',
        '{"a": 1e999,}',
        '{"a": ' + "9" * 400 + "}",
        '{"a": ' + "9" * 5000 + ",}",
        'so: {"a": Infinity} ok',
    ],
)
def test_numbers_that_json_does_not_have_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        only_json(text)


def test_what_is_taken_can_be_written_again() -> None:
    """Hostile numbers and half characters must not crash a run when they are journalled."""
    for text in ('{"a": 123456789012345678901234567890}', '{"a": "\\ud800",}', '{"\\udc00": 1,}'):
        try:
            value = only_json(text)
        except ValueError:
            continue
        assert encode(value)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000,
        "[" * 10_000 + "]" * 10_000,
        '{"a":' * 10_000,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        "so: " + "[" * 10_000 + "]" * 10_000 + " ok",
        '{"a": "' + "]" * 9_000 + '", "b": ' + "[" * 5_000 + "]" * 5_000 + ",}",
        "[" * 500 + "]" * 500,
    ],
)
def test_ten_thousand_levels_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        only_json(text)


def test_a_long_runaway_reply_is_refused_and_not_worked_on_for_minutes() -> None:
    with pytest.raises(ValueError, match="too long"):
        only_json("[" + '"a" b ' * 15_000 + "]")


def test_brackets_in_a_string_do_not_end_the_value() -> None:
    deep = "[" * 5_000 + "]" * 5_000
    with pytest.raises(ValueError, match="nested"):
        only_json('{"a": "}", "b": ' + deep + ",}")


@pytest.mark.parametrize(
    "text", ['{"a": [1, 2], "b": "x', '{"a": [1, 2], "b":', '{"a": [{"b": 1}, {"b"', '[{"a": 1},']
)
def test_what_is_cut_off_is_not_completed(text: str) -> None:
    with pytest.raises(ValueError, match="cut off"):
        only_json(text)
