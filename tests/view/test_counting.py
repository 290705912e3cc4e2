from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tests.view.conftest import ACCEPTED

from buttonup.dataset.folder import report
from buttonup.records import Rejection, encode
from buttonup.view.counting import Counting


def ago(folder: Path, seconds: float, *names: str) -> None:
    """Say that files were written some time ago."""
    for name in names:
        os.utime(folder / name, (time.time() - seconds,) * 2)


def test_a_run_that_has_ended_shows_the_report_that_it_left(run: Path) -> None:
    (run / "report.json").touch()
    counting = Counting(run)
    left = counting.report()
    assert left is not None
    assert left.accepted == ACCEPTED
    assert counting.standing(ACCEPTED).state == "ended"


def test_a_run_that_goes_on_is_counted_in_a_process_of_its_own(run: Path) -> None:
    (run / "report.json").unlink()
    counting = Counting(run)
    assert counting.report() is None
    told = wait(counting)
    assert told == report(run)


def test_a_run_that_cannot_be_counted_says_why(run: Path) -> None:
    (run / "report.json").unlink()
    with (run / "rejected.jsonl").open("a") as file:
        file.write("nonsense\n")
    counting = Counting(run)
    counting.report()
    for _ in range(1200):
        if counting.trouble:
            break
        time.sleep(0.1)
    assert "rejected.jsonl:9 is not a Sample" in counting.trouble


def test_a_run_runs_while_it_writes_and_has_stopped_when_it_has_not_for_a_while(
    run: Path,
) -> None:
    (run / "report.json").unlink()
    (run / "accepted.jsonl").touch()
    assert Counting(run).standing(0).state == "running"
    ago(run, 600, "accepted.jsonl", "rejected.jsonl")
    assert Counting(run).standing(0).state == "stopped"


def test_rate_and_time_left_follow_from_what_came_lately(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run / "report.json").unlink()
    (run / "accepted.jsonl").touch()
    counting, now = Counting(run), [100.0]
    monkeypatch.setattr("buttonup.view.counting.time.monotonic", lambda: now[0])
    assert counting.standing(4).rate == 0.0
    now[0] = 110.0
    standing = counting.standing(14)
    assert standing.rate == 1.0
    assert standing.wanted == ACCEPTED
    assert standing.left == ACCEPTED - 14


def test_items_given_up_are_counted_as_they_come(run: Path) -> None:
    (run / "report.json").unlink()
    counting = Counting(run)
    assert counting.standing(0).given_up == 0
    with (run / "rejections.jsonl").open("ab") as file:
        file.write(encode(Rejection("word", "echo")) + b"\n")
    assert counting.standing(0).given_up == 1


def wait(counting: Counting) -> object:
    for _ in range(1200):
        if found := counting.report():
            return found
        time.sleep(0.1)
    raise AssertionError("it was never counted")
