from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.records import Function
from buttonup.tools.definitions.overlay import Words, as_toml, laid_over, read_overlay
from buttonup.tools.source import Tool

PARAMETERS = {"type": "object", "properties": {"kind": {"type": "string"}, "on": {"type": "null"}}}
FIND = Tool(
    function=Function(name="find", description="", parameters=PARAMETERS),
    source="json:tools.json",
    doubts=("no_description", "undescribed:kind", "undescribed:on", "no_responses", "simulated"),
)
SELL = Tool(
    function=Function(name="sell", description="Sells a pet.", parameters={"type": "object"}),
    source="json:tools.json",
)
OVERLAY = """
[find]
description = "Finds pets for sale."
writes = false

[find.parameters]
kind = "What animal."
"""


def test_words_are_laid_over_and_take_their_doubts_away(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text(OVERLAY, "utf-8")
    find, sell = laid_over((FIND, SELL), read_overlay(path), "words.toml")
    assert find.function.description == "Finds pets for sale."
    assert find.function.parameters["properties"] == {
        "kind": {"type": "string", "description": "What animal."},
        "on": {"type": "null"},
    }
    assert find.writes is False
    assert find.doubts == ("undescribed:on", "no_responses", "simulated")
    assert sell == SELL
    assert FIND.function.parameters["properties"]["kind"] == {"type": "string"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[fnd]\ndescription = 'x'", "there is no tool 'fnd'"),
        ("[find.parameters]\nkid = 'x'", "find has no parameter 'kid'"),
        ("[sell.parameters]\nkind = 'x'", "sell has no parameter 'kind'"),
        ("[find]\ndescripton = 'x'", "unknown field `descripton`"),
        ("[find]\nwrites = 'no'", "Expected `bool"),
        ("find = 'x'", "Expected `object`"),
        ("[find", "is not TOML"),
    ],
)
def test_an_overlay_that_does_not_fit_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "words.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=told):
        laid_over((FIND, SELL), read_overlay(path), "words.toml")


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.dictionaries(
        TEXT,
        st.builds(
            Words,
            description=TEXT,
            writes=st.none() | st.booleans(),
            parameters=st.dictionaries(TEXT, TEXT, max_size=3),
        ),
        max_size=4,
    )
)
def test_an_overlay_is_read_back_as_it_was_and_steers_no_terminal(
    tmp_path_factory: pytest.TempPathFactory, overlay: dict[str, Words]
) -> None:
    text = as_toml(overlay)
    assert all(line.isprintable() for line in text.split("\n"))
    assert tomllib.loads(text).keys() == overlay.keys()
    path = tmp_path_factory.getbasetemp() / "words.toml"
    path.write_text(text, "utf-8")
    assert read_overlay(path) == overlay
