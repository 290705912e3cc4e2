from __future__ import annotations

import msgspec

from buttonup.formats import FORMATS, exported
from buttonup.records import Assistant, Sample, Trajectory, encode
from buttonup.view.sample.blueprint import functions, kept_back, leaves_as, subtasks

from .conftest import edited


def test_a_sub_task_tells_what_the_plan_made_of_it(bikes: Trajectory) -> None:
    first, second, third = subtasks(bikes)
    assert [call.function for call in first.calls] == ["find_bikes"]
    assert second.finding == "BK-2077 is the cheapest."
    assert third.after == (2,)
    assert third.calls[0].comes == (
        ("bike_id", "sub-task 2: /bike_id"),
        ("dock", "sub-task 2: /dock"),
        ("member_id", "the user's words"),
    )


def test_distractors_are_told_from_what_is_needed_and_come_last(bikes: Trajectory) -> None:
    assert [(f.function.name, f.part, f.called) for f in functions(bikes)] == [
        ("find_bikes", "needed", 1),
        ("unlock", "needed", 1),
        ("get_weather", "distractor", 0),
    ]


def test_where_no_sub_task_says_what_it_needs_nothing_is_called_a_distractor(
    foreign: Trajectory,
) -> None:
    assert {f.part for f in functions(foreign)} == {""}


def test_what_is_kept_and_what_leaves_have_no_field_in_common(sample: Sample) -> None:
    kept = kept_back(sample)
    assert {"task", "plan", "goal", "needs"} <= kept["blueprint"].keys()
    assert not {"functions", "context", "parallel"} & kept["blueprint"].keys()
    assert "messages" not in kept


def test_an_export_is_shown_as_the_export_writes_it(bikes: Trajectory) -> None:
    for name, one in FORMATS.items():
        row, refused = leaves_as(bikes, name)
        assert refused or encode(row) == encode(one.render(exported(bikes)))


def test_why_a_format_leaves_it_out_is_said(bikes: Trajectory) -> None:
    turn = bikes.messages[1]
    assert isinstance(turn, Assistant)
    masked = edited(bikes, {1: msgspec.structs.replace(turn, masked=True)})
    row, refused = leaves_as(masked, "trl")
    assert row is None
    assert refused.startswith("masked_turn")
