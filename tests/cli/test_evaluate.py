from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buttonup.evaluate.evaluation import evaluate
from buttonup.evaluate.suite import Played, Player, Suite, Task, silent, unknown

Command = Callable[..., Any]


def test_an_evaluation_needs_a_suite_and_a_model(buttonup: Command) -> None:
    assert "--suite is missing" in buttonup("evaluate").told
    lacking = buttonup("evaluate", "--suite", "worlds")
    assert (lacking.status, "--model is missing" in lacking.told) == (2, True)


def test_what_is_no_evaluation_is_not_compared(buttonup: Command, tmp_path: Path) -> None:
    done = buttonup("evaluate", "--compare", str(tmp_path), str(tmp_path))
    assert (done.status, "holds no evaluation" in done.told) == (2, True)


def test_a_suite_that_is_not_installed_says_how(
    buttonup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUTTONUP_BFCL", str(tmp_path / "none"))
    done = buttonup("evaluate", "--suite", "bfcl", "--model", "m", "--out", str(tmp_path / "e"))
    assert (done.status, "evaluate --install bfcl" in done.told) == (2, True)


def played(folder: Path, passes: bool) -> Path:
    """Play one task, which passes or does not."""

    async def play(_player: Player) -> Played:
        return Played(passed=passes, credit=float(passes))

    task = Task("one", {"world": "library"}, unknown, play)
    suite = Suite("worlds", "worlds 1", (task,))
    folder.mkdir()
    asyncio.run(evaluate(suite, lambda _n: silent, folder, model=folder.name, settings={}))
    return folder


def test_what_a_student_of_two_rounds_forgot_is_told(buttonup: Command, tmp_path: Path) -> None:
    one, two = (str(played(tmp_path / name, name == "one")) for name in ("one", "two"))
    done = buttonup("evaluate", "--after-round", one, "--after-round", two, "--by", "world")
    assert done.status == 0
    assert "worlds: world=library" in done.out
    assert "backward transfer   -100.0 points" in done.out
    own = ("--own", "world=library=2")
    again = buttonup("evaluate", "--after-round", one, "--after-round", two, "--by", "world", *own)
    assert "No slice was taught by an earlier round than the last." in again.out


def test_options_about_rounds_that_cannot_be_are_told(buttonup: Command, tmp_path: Path) -> None:
    one = str(played(tmp_path / "one", True))
    for words, told in (
        (("--after-round", one), "one round has forgotten nothing yet"),
        (("--after-round", one, "--after-round", str(tmp_path / "no")), "holds no evaluation"),
        (("--after-round", one, "--after-round", one, "--own", "x"), "is not SLICE=ROUND"),
        (("--after-round", one, "--after-round", one, "--own", "x=2"), "there is no slice 'x'"),
        (("--by", "world"), "--by and --own go with --after-round"),
    ):
        done = buttonup("evaluate", *words)
        assert (done.status, told in done.told) == (2, True), done.told
