from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.judge.measure import Case, figures, share
from buttonup.records import Blueprint, CompositionalTask, Score, Trajectory


def case(spoilt: str, of: str, at: int | None = None, *scores: Score) -> Case:
    return Case(Trajectory(Blueprint(CompositionalTask(of)), scores=scores), spoilt, at, of)


def plan(*votes: int, at: int | None = None) -> Score:
    return Score("plan", at, votes, "why", 3.0)


CASES = [
    case("", "a", None, plan(5)),
    case("wrong_argument", "a", 1, plan(1), plan(5, at=1), plan(2, at=3)),
    case("unneeded_call", "a", 3, plan(2), plan(1, at=3)),
    case("", "b", None, plan(2)),
    case("wrong_argument", "b", 1, plan(4)),
    case("unneeded_call", "b", 1, plan()),
]


def test_precision_recall_and_false_alarms_are_counted_from_the_votes() -> None:
    f = figures(CASES)
    assert (f.gold, f.spoilt, f.unscored) == (2, 4, 1)
    assert (f.precision.count, f.precision.of) == (2, 3)
    assert (f.recall.count, f.recall.of) == (2, 4)
    assert (f.false_alarms.count, f.false_alarms.of) == (1, 2)
    assert (f.accuracy.count, f.accuracy.of) == (3, 6)


def test_recall_is_told_for_each_mistake() -> None:
    told = {name: (s.count, s.of) for name, s in figures(CASES).corruptions.items()}
    assert told == {"unneeded_call": (1, 2), "wrong_argument": (1, 2)}


def test_what_is_unscored_is_not_flagged_and_is_in_no_axis() -> None:
    [below_3] = [at for at in figures(CASES).axes if at.below == 3]
    assert (below_3.caught.count, below_3.caught.of) == (2, 3)
    assert (below_3.accuracy.count, below_3.accuracy.of) == (3, 5)


def test_a_higher_threshold_catches_more_and_is_less_precise() -> None:
    [strict] = [at for at in figures(CASES).axes if at.below == 5]
    assert (strict.caught.count, strict.right.count, strict.right.of) == (3, 3, 4)


def test_a_spoilt_one_is_ranked_against_the_gold_one_that_it_was_made_from() -> None:
    ranked = figures(CASES).ranked
    assert (ranked.count, ranked.of) == (2, 3)


def test_a_mistake_is_located_where_its_own_turn_is_low() -> None:
    located = figures(CASES).located
    assert (located.count, located.of) == (1, 2)


def test_of_nothing_there_is_no_share() -> None:
    f = figures([])
    assert (f.precision.share, f.recall.share, f.agreement) == (None, None, {})


def test_the_interval_is_wilsons() -> None:
    """8 of 10: 0.490 to 0.943, in Brown, Cai and DasGupta's formula (4)."""
    assert (share(8, 10).low, share(8, 10).high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


@given(st.integers(0, 400), st.integers(1, 400))
def test_an_interval_holds_its_share_and_stays_between_nothing_and_all(count: int, of: int) -> None:
    told = share(min(count, of), of)
    assert 0 <= told.low <= round(told.count / of, 4) + 1e-4
    assert round(told.count / of, 4) - 1e-4 <= told.high <= 1
