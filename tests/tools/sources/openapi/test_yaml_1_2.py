from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.tools.sources.openapi.document import parsed

yaml = pytest.importorskip("yaml", reason="the extra `openapi` is not installed")


def read(text: str) -> Any:
    return parsed(text.encode(), "api.yaml")


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("[NO, no, yes, on, off, y]", ["NO", "no", "yes", "on", "off", "y"]),
        ("[true, False, null, ~]", [True, False, None, None]),
        ("2026-05-04", "2026-05-04"),
        ("12:30:45", "12:30:45"),
        ("[0o17, 0x1f, 017, -3]", [15, 31, 17, -3]),
        ("[1.5, .5, 1e3, 1.]", [1.5, 0.5, 1000.0, 1.0]),
        ("1_000", "1_000"),
        ("{200: a, on: b, 2.0: c}", {"200": "a", "on": "b", "2.0": "c"}),
        ("{base: &b {x: 1}, more: {<<: *b, y: 2}}", {"base": {"x": 1}, "more": {"x": 1, "y": 2}}),
        ("", None),
    ],
)
def test_words_are_what_yaml_1_2_says_they_are(text: str, means: Any) -> None:
    assert read(text) == means


@pytest.mark.parametrize(
    "text",
    ["a: [", "!!python/object/apply:os.system [ls]", "!!binary aGk=", "!!set {a}", "a: \t b: c"],
)
def test_what_is_no_plain_yaml_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is neither JSON nor YAML"):
        read(text)


def test_an_alias_that_holds_itself_is_refused() -> None:
    with pytest.raises(BadInput, match="holds itself"):
        read("a: &a {b: *a}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(alphabet="abYNo0:- #~"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet="aN0"), inner),
)


@given(JSON)
def test_yaml_that_is_written_out_reads_as_what_it_was(value: Any) -> None:
    written = yaml.safe_dump(value, default_style='"')  # every word quoted, every tag told
    assert read("# YAML\n" + written) == json.loads(json.dumps(value))
