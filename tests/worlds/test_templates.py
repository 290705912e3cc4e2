"""Templates are text with slots, filled with words and nothing cleverer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.worlds.templates import fill, slots_of

NAMES = st.from_regex(r"[a-z_]{1,6}(?:\.[a-z]{1,4})?", fullmatch=True)
PLAIN = st.text(st.characters(exclude_characters="{}"), max_size=8)
PARTS = st.lists(st.tuples(NAMES, PLAIN), max_size=5)


def built(head: str, parts: list[tuple[str, str]]) -> str:
    return head + "".join(f"{{{slot}}}{text}" for slot, text in parts)


@given(PLAIN, PARTS, st.text())
def test_every_slot_is_replaced_and_all_else_stays(
    head: str, parts: list[tuple[str, str]], word: str
) -> None:
    words = {slot: f"{word}{n}" for n, (slot, _) in enumerate(parts)}
    said = head + "".join(words[slot] + text for slot, text in parts)
    assert fill(built(head, parts), words) == said


@given(PLAIN, PARTS)
def test_slots_are_listed_once_each_in_their_order(head: str, parts: list[tuple[str, str]]) -> None:
    found = slots_of(built(head, parts))
    assert list(found) == list(dict.fromkeys(slot for slot, _ in parts))
    assert slots_of(head) == ()


@given(st.text())
def test_what_is_put_in_is_never_taken_for_a_template(word: str) -> None:
    assert fill("<{x}>", {"x": word}) == f"<{word}>"


def test_a_dotted_slot_is_one_name_and_the_empty_one_is_the_only_value() -> None:
    assert fill("in {address.city}", {"address.city": "Cork"}) == "in Cork"
    assert fill("station {}", {"": "ST-03"}) == "station ST-03"


def test_words_that_are_missing_are_named_and_those_to_spare_do_no_harm() -> None:
    with pytest.raises(KeyError, match="y"):
        fill("{x} and {y}", {"x": "a"})
    assert fill("{x}", {"x": "a", "z": "b"}) == "a"
