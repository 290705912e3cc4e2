from __future__ import annotations

from typing import get_args

from buttonup.judge.rubric import Axis, of_turns, rubric


def test_the_rubric_has_every_axis_with_what_its_ends_mean() -> None:
    assert tuple(rubric()) == get_args(Axis)
    for axis in rubric().values():
        assert len({axis.asks, axis.high, axis.middle, axis.low}) == 4
        assert all((axis.asks, axis.high, axis.middle, axis.low))


def test_a_turn_is_not_asked_what_only_the_whole_can_tell() -> None:
    assert of_turns(("realism", "plan", "usefulness")) == ("plan",)
