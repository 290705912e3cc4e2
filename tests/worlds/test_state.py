"""State is forked, not copied, and knows what changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from buttonup.worlds.state import Refused, Row, State, Table, fresh_id


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
