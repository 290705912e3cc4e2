"""Lengths are counted as a person would count them."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from buttonup.engine.lengths import Lengths, LengthTally, in_ranges


def test_a_sample_is_measured_by_messages_turns_words_characters_and_tokens() -> None:
    tally = LengthTally()
    tally.add(messages=4, answers=["", "It is hired."], characters=41, asked=900)
    tally.add(messages=2, answers=["No."], characters=40, asked=0)
    lengths = tally.lengths()
    assert lengths.messages.counts == {"2": 1, "4": 1}
    assert lengths.assistant_turns.counts == {"1": 1, "2": 1}
    assert lengths.answer_words.counts == {"1": 1, "3": 1}
    assert (lengths.characters.median, lengths.characters.most) == (40, 41)
    assert (lengths.tokens.median, lengths.tokens.most) == (10, 11)  # rounded up
    assert lengths.asked_tokens.counts == {"900": 1}


def test_nothing_counted_is_no_histogram() -> None:
    assert LengthTally().lengths() == Lengths()


@given(st.lists(st.integers(0, 10**7), min_size=1))
def test_ranges_hold_every_value_once(values: list[int]) -> None:
    h = in_ranges(Counter(values))
    assert sum(h.counts.values()) == len(values)
    for start, count in h.counts.items():
        inside = [v for v in values if int(start) <= v < int(start) + h.step]
        assert len(inside) == count


def test_one_that_is_far_out_does_not_make_all_others_fall_into_one_bar() -> None:
    h = in_ranges(Counter({**dict.fromkeys(range(100, 150), 10), 1_000_000: 1}))
    assert h.step == 5
    assert len(h.counts) == 11
