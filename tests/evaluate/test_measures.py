"""Measures are of sums over tasks, and their intervals keep what belongs to a task together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.evaluate.measures import interval, share, summed
from buttonup.intervals import wilson

RIGHT = share("right", "right", "steps")


def counts(*pairs: tuple[float, float]) -> list[dict[str, float]]:
    return [{"right": right, "steps": steps} for right, steps in pairs]


def test_a_share_is_of_all_steps_and_not_the_mean_of_tasks() -> None:
    assert RIGHT.of(summed(counts((1, 1), (0, 9)))) == pytest.approx(0.1)


def test_of_nothing_there_is_no_share() -> None:
    assert RIGHT.of(summed([])) is None
    assert RIGHT.of(summed(counts((0, 0)))) is None
    assert interval(RIGHT, counts((0, 0))) == (0.0, 1.0)


def test_none_of_thirty_is_not_certainly_none() -> None:
    assert interval(RIGHT, counts(*[(0, 2)] * 30)) == wilson(0, 30)
    assert interval(RIGHT, [*counts(*[(0, 2)] * 30), {}]) == wilson(0, 30)


def test_steps_of_one_task_count_as_one_when_they_agree() -> None:
    alone = interval(RIGHT, counts(*[(1, 1)] * 50, *[(0, 1)] * 50))
    together = interval(RIGHT, counts(*[(10, 10)] * 5, *[(0, 10)] * 5))
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(3, 4)), min_size=1, max_size=30))
def test_an_interval_lies_between_0_and_1_and_is_the_same_each_time(
    pairs: list[tuple[int, int]],
) -> None:
    made = counts(*pairs)
    low, high = interval(RIGHT, made)
    assert 0 <= low <= high <= 1
    assert interval(RIGHT, made) == (low, high)
