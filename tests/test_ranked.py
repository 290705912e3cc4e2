from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from buttonup.ranked import ranked


@given(st.lists(st.text("abc", min_size=1, max_size=2)))
def test_the_most_frequent_is_first_whatever_the_order_of_counting(words: list[str]) -> None:
    told = ranked(Counter(words))
    assert told == ranked(Counter(words[::-1]))
    assert dict(told) == Counter(words)
    counts = [count for _, count in told]
    assert counts == sorted(counts, reverse=True)
