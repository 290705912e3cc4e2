"""The table says what a reader needs to judge a score by."""

from __future__ import annotations

from buttonup.evaluate.summary import Figure, Group, Summary
from buttonup.evaluate.table import as_text
from buttonup.records import Usage

FIGURE = Figure(value=0.5, low=0.4, high=0.6, ceiling=1.0, floor=0.0)
NOTHING = Figure(value=None, low=0.0, high=1.0, ceiling=None, floor=None)


def group(name: str, score: float | None = 0.25) -> Group:
    return Group(
        name=name,
        tasks=8,
        faults=2,
        score=score,
        low=0.1,
        high=0.5,
        credit=score,
        pass_k=(0.25,),
        ceiling=1.0,
        floor=0.125,
        measures={"steps": FIGURE, "nothing": NOTHING},
    )


def told(*groups: Group) -> str:
    return as_text(
        Summary(
            suite="sums",
            version="1",
            tasks="x",
            model="m",
            settings={"calls": "native"},
            trials=1,
            groups=groups,
            reasons={"no_call": 6},
            usage=Usage(calls=8, prompt_tokens=80, completion_tokens=16),
            seconds=3.0,
        )
    )


def test_score_interval_ceiling_floor_errors_tokens_and_time_are_told() -> None:
    lines = told(group("all")).splitlines()
    assert lines[3].split() == [
        "all",
        "8",
        "25.0",
        "10.0",
        "to",
        "50.0",
        "25.0",
        "100.0",
        "12.5",
        "2",
    ]
    assert lines[-2] == "not passed: 6 no_call"
    assert lines[-1] == "8 replies, 80 tokens read and 16 written, 3 s of playing"


def test_measures_are_told_of_all_and_by_the_first_label() -> None:
    text = told(group("all"), group("part=a"), group("world=b"))
    lines = [line.split() for line in text.splitlines() if "steps" in line]
    assert [line[0] for line in lines] == ["all", "part=a"]
    assert lines[0][1:] == ["steps", "50.0", "40.0", "to", "60.0", "100.0", "0.0"]
    assert "nothing" not in text


def test_where_nothing_was_answered_there_is_no_score() -> None:
    assert told(group("all", None)).splitlines()[3].split()[2] == "-"


def test_a_name_that_data_gave_stays_on_its_line() -> None:
    text = told(group("all"), group("language=\x1b[2J\nde"))
    assert "\x1b" not in text
    assert len(text.splitlines()) == len(told(group("all"), group("language=de")).splitlines())
