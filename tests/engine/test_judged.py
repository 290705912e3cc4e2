from __future__ import annotations

from pathlib import Path

import pytest

from buttonup.engine.report import read_report
from buttonup.errors import BadInput
from buttonup.gates import sift
from buttonup.records import (
    Assistant,
    Blueprint,
    CompositionalTask,
    Score,
    Trajectory,
    User,
    encode,
)
from buttonup.showing.text import as_text


def line(*scores: Score) -> bytes:
    t = Trajectory(Blueprint(CompositionalTask("Hi")), (User("Hi"), Assistant(answer="Hello")))
    return encode(sift(Trajectory(t.blueprint, t.messages, scores=scores))) + b"\n"


def plan(*votes: int, at: int | None = None) -> Score:
    return Score("plan", at, votes, "", 3.0)


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    (tmp_path / "identity").write_text("x\n")
    (tmp_path / "recipe.toml").write_text("[judge]\nvotes = 2\n")
    (tmp_path / "accepted.jsonl").write_bytes(
        line(plan(4, 5), plan(2, 2, at=1)) + line(plan(), plan(at=1))
    )
    (tmp_path / "rejected.jsonl").write_bytes(line(plan(1, 3)))
    return tmp_path


def test_scores_are_counted_of_samples_that_failed_too(judged: Path) -> None:
    whole, turns = read_report(judged).judged
    assert (whole.axis, whole.of, whole.scored, whole.unscored) == ("plan", "whole", 2, 1)
    assert (whole.mean, whole.below, whole.share_below) == (3.25, 1, 0.5)
    assert (whole.agreement.units, whole.agreement.within_one) == (2, 0.5)
    assert (turns.of, turns.scored, turns.unscored, turns.below) == ("turns", 1, 1, 1)


def test_the_report_shows_them(judged: Path) -> None:
    report = read_report(judged)
    [row] = [r for r in as_text(report).splitlines() if r.startswith("plan") and "whole" in r]
    assert row.split() == ["plan", "whole", "2", "1", "3.25", "1", "(50.0%)", "0.50", "0.70"]


def test_where_no_judge_was_asked_the_report_has_none(judged: Path) -> None:
    (judged / "recipe.toml").write_text("[judge]\nvotes = 0\n")
    report = read_report(judged)
    assert report.judged == ()
    assert "unscored" not in as_text(report)


def test_a_line_that_is_no_sample_is_told(judged: Path) -> None:
    with (judged / "accepted.jsonl").open("a") as file:
        file.write('{"trajectory": {"scores": [7]}}\n')
    with pytest.raises(BadInput, match=r"accepted\.jsonl"):
        read_report(judged)
