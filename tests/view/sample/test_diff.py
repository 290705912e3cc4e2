from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from buttonup.records import Assistant, Call
from buttonup.view.sample.diff import MOST, beside, words

from .test_visible import read

WORDS = st.lists(st.sampled_from(["book", " ", "the", "<b>", "room", "\u202e", "7"])).map("".join)


@given(WORDS, WORDS)
def test_both_sides_hold_their_whole_text(a: str, b: str) -> None:
    left, right = words(a, b)
    assert (read(left).text, read(right).text) == (a, b)
    assert set(read(left).tags) <= {"ins", "span"}
    assert set(read(right).tags) <= {"del", "span"}


def test_only_the_words_that_differ_are_marked_and_the_chosen_ones_as_right() -> None:
    left, right = words("pay ACC-1 now", "pay ACC-2 now")
    assert (left, right) == ("pay ACC-<ins>1</ins> now", "pay ACC-<del>2</del> now")


def test_calls_stand_beside_calls_and_words_beside_words() -> None:
    call, other = Call.of("c", "find", {"n": 1}), Call.of("c", "find", {"n": 2})
    rows = beside(
        [Assistant("I look.", (call,))],
        [Assistant("I look.", (other,)), Assistant(answer="Sorry.")],
    )
    assert [(row.part, row.same) for row in rows] == [
        ("thought", True),
        ("call", False),
        ("answer", False),
    ]
    assert rows[2].left == ""


def test_texts_too_long_to_compare_stand_as_they_are() -> None:
    left, _ = words("a " * MOST, "b " * MOST)
    assert "<ins>" not in left
