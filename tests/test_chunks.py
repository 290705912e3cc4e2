from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from buttonup.chunks import in_chunks


@given(st.lists(st.integers()), st.integers(1, 9))
def test_chunks_hold_all_items_in_order_and_only_the_last_is_shorter(
    items: list[int], size: int
) -> None:
    chunks = list(in_chunks(items, size))
    assert [item for chunk in chunks for item in chunk] == items
    assert all(len(chunk) == size for chunk in chunks[:-1])
    assert all(1 <= len(chunk) <= size for chunk in chunks)


def test_no_more_is_read_than_was_asked_for() -> None:
    source = count()
    assert next(in_chunks(source, 3)) == [0, 1, 2]
    assert next(source) == 3
