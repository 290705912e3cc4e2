from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.tools.definitions.names import clear, fit, word_of


@pytest.mark.parametrize(
    ("name", "fitting"),
    [("find", "find"), ("find pets", "find_pets"), ("desk.book", "desk_book"), ("größe", "gr_e"),
     ("", "tool"), ("寿司", "tool"), ("a" * 90, "a" * 64), ("<b>x</b>", "b_x_b")],
)  # fmt: skip
def test_a_name_is_made_fit_for_a_chat_api(name: str, fitting: str) -> None:
    assert fit(name) == fitting


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("python:shop.py", "shop"),
        ("python:stores/shop.py:find,sell", "shop"),
        ("python:stores.shop", "shop"),
        ("json:tools.json", "tools"),
        ("mcp:npx -y @x/server-memory", "mcp"),
        ("mcp:http://127.0.0.1/mcp", "mcp"),
    ],
)
def test_a_source_has_a_word(source: str, word: str) -> None:
    assert word_of(source) == word


def test_a_name_that_is_taken_gets_its_sources_word_and_then_a_number() -> None:
    taken: set[str] = set()
    for wanted in ("find", "shop_find", "shop_find_2", "shop_find_3"):
        made = clear("find", "python:shop.py", taken)
        assert made == wanted
        taken.add(made)


@given(st.lists(st.tuples(st.text(), st.text()), max_size=30))
def test_any_names_become_fit_ones_that_differ(pairs: list[tuple[str, str]]) -> None:
    taken: set[str] = set()
    for name, source in pairs:
        made = clear(name, source, taken)
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", made)
        assert made not in taken
        taken.add(made)
