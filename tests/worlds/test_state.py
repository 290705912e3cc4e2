"""State is forked, not copied, and knows what changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.worlds.state import Refused, Row, State, Table, fresh_id, page_of


class Loan(Row):
    loan_id: str
    days: int


@dataclass
class Desk(State):
    loans: Table[Loan]


def desk() -> Desk:
    return Desk(dt.date(2026, 5, 1), Table("loan_id", [Loan("L-1", 7), Loan("L-2", 14)]))


def test_a_fork_writes_without_touching_what_it_was_forked_from() -> None:
    first = desk()
    fork = first.fork()
    fork.loans.put(Loan("L-1", 99))
    fork.loans.remove("L-2")
    assert [row.days for row in first.loans] == [7, 14]
    assert [row.days for row in fork.loans] == [99]


def test_changes_name_new_changed_and_removed_rows_and_nothing_else() -> None:
    fork = desk().fork()
    fork.loans.put(Loan("L-3", 1))
    fork.loans.put(Loan("L-1", 7))
    fork.loans.remove("L-2")
    assert fork.changes() == {"loans": {"L-3": {"loan_id": "L-3", "days": 1}, "L-2": None}}


def test_an_untouched_state_has_no_changes() -> None:
    assert desk().fork().changes() == {}


def test_an_unknown_id_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="There is no loan 'L-9'"):
        desk().loans["L-9"]


def test_a_removed_row_is_gone_for_look_ups_too() -> None:
    table = desk().fork().loans
    table.remove("L-1")
    assert "L-1" not in table
    with pytest.raises(Refused):
        table["L-1"]


def test_a_fresh_id_depends_on_what_it_is_about_and_on_nothing_else() -> None:
    assert fresh_id("X", "a", 1) == fresh_id("X", "a", 1) != fresh_id("X", "a", 2)


@given(st.integers(0, 40), st.integers(1, 12))
def test_the_pages_of_a_list_are_the_list(count: int, size: int) -> None:
    rows = [Loan(f"L-{n}", n) for n in range(count)]
    read, number = list[Loan](), 1
    while True:
        page = page_of(rows, number, size)
        assert page.total == count
        assert len(page.items) <= size
        read += page.items
        if page.next_page is None:
            break
        assert page.next_page == number + 1
        number = page.next_page
    assert read == rows


def test_a_page_beyond_the_last_is_refused_with_the_last_ones_number() -> None:
    rows = [Loan(f"L-{n}", n) for n in range(5)]
    with pytest.raises(Refused, match="There is no page 4; the last one is 3"):
        page_of(rows, 4, 2)
    assert page_of([], 1, 2).next_page is None


def test_rows_come_as_seeded_and_then_as_added() -> None:
    fork = desk().fork()
    fork.loans.put(Loan("L-3", 1))
    fork.loans.put(Loan("L-1", 9))
    assert [row.loan_id for row in fork.loans] == ["L-1", "L-2", "L-3"]
    assert [row.days for row in fork.loans.where(lambda row: row.days < 10)] == [9, 1]
