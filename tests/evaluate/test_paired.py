"""Figures that are no mean of one value a task are compared task by task all the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.evaluate.measures import Counts, Measure, ratio, share
from buttonup.evaluate.paired import EXACT, differences
from buttonup.evaluate.statistics import sign_flips

STEPS = share("steps", "right", "steps")
F1 = Measure("F1", lambda c: ratio(2 * c.get("both", 0), c.get("made", 0) + c.get("wanted", 0)))


def counts(right: float, steps: float) -> Counts:
    return {"right": right, "steps": steps}


def test_a_share_of_all_steps_is_compared_and_not_a_mean_of_shares() -> None:
    pairs = [(counts(0, 1), counts(1, 1)), (counts(9, 9), counts(8, 9))]
    [found] = differences([STEPS], pairs)
    assert (found.a, found.b, found.difference) == (0.9, 0.9, 0.0)
    assert (found.tasks, found.p) == (2, 1.0)
    assert found.low < 0 < found.high


def test_what_has_nothing_to_count_is_left_out() -> None:
    assert differences([STEPS], [({}, counts(1, 1))]) == ()
    [found] = differences([STEPS], [(counts(0, 1), counts(1, 1)), ({}, {})])
    assert found.tasks == 1


def test_few_tasks_are_exchanged_in_all_ways_and_many_in_drawn_ones() -> None:
    few = [(counts(0, 1), counts(1, 1))] * 5
    assert differences([STEPS], few)[0].p == pytest.approx(2 / 2**5)
    many = [(counts(0, 1), counts(1, 1))] * (EXACT + 20)
    assert differences([STEPS], many)[0].p == pytest.approx(1 / 2001)


def test_where_no_task_differs_about_three_still_may() -> None:
    [found] = differences([STEPS], [(counts(1, 1), counts(1, 1))] * 27)
    assert (found.difference, found.p) == (0.0, 1.0)
    assert (found.low, found.high) == pytest.approx((-0.1, 0.1))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8))
def test_of_tasks_that_weigh_the_same_it_is_the_test_of_signs(right: list[tuple[int, int]]) -> None:
    [found] = differences([STEPS], [(counts(a, 4), counts(b, 4)) for a, b in right])
    assert found.p == pytest.approx(sign_flips([(b - a) / 4 for a, b in right]))
    assert found.low <= found.difference + 1e-9
    assert found.high >= found.difference - 1e-9


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=1, max_size=6))
def test_the_other_way_round_is_the_opposite(found: list[tuple[int, int, int, int]]) -> None:
    pairs = [
        ({"both": min(a, w), "made": a, "wanted": w}, {"both": min(b, w), "made": b, "wanted": w})
        for a, b, w, _ in found
    ]
    there = differences([F1], pairs)
    back = differences([F1], [(b, a) for a, b in pairs])
    assert [d.difference for d in there] == pytest.approx([-d.difference for d in back])
    assert [d.p for d in there] == pytest.approx([d.p for d in back])
