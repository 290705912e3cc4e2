from __future__ import annotations

import contextlib
import os
import pty
import re
from dataclasses import replace
from pathlib import Path

import pytest

from buttonup import progress
from buttonup.dataset import Progress
from buttonup.model.batching import Standing
from buttonup.progress import shown

HALF = Progress(accepted=5, wanted=10, failed=2, rejected=1)
ALL = Progress(accepted=10, wanted=10, failed=2, rejected=3)


def test_elsewhere_than_on_a_terminal_progress_is_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with shown(quiet=False) as watch:
        watch(HALF)
        watch(ALL)
    out, err = capsys.readouterr()
    half, whole = err.splitlines()
    assert half.startswith("5/10 accepted, 2 failed a gate, 1 given up, ")
    assert whole.startswith("10/10 accepted, 2 failed a gate, 3 given up, ")
    assert re.search(r"/s, \d+ s left$", half)
    assert out == ""


def test_plain_lines_come_now_and_then_and_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(quiet=False) as watch:
        for accepted in range(11):
            watch(Progress(accepted=accepted, wanted=10))
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_nothing_accepted_yet_says_no_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with shown(quiet=False) as watch:
        watch(Progress(accepted=0, wanted=10))
    assert "left" not in capsys.readouterr().err


def test_batches_on_their_way_are_told_as_the_provider_counts_them_and_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with shown(quiet=False) as watch:
        for done in (10, 10, 20):
            watch(replace(HALF, standing=Standing(batches=2, requests=50, done=done, failed=3)))
        watch(replace(HALF, standing=Standing()))
    first, second, third = capsys.readouterr().err.splitlines()
    assert "1 given up, 2 batches out (10 of 50 requests done, 3 failed), " in first
    assert "(20 of 50 requests done" in second
    assert "batch" not in third


def test_what_is_the_matter_with_an_endpoint_is_told_while_it_lasts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with shown(quiet=False) as watch:
        watch(replace(HALF, trouble="503 gone fishing; next try in 8 s"))
        watch(HALF)
    during, after = capsys.readouterr().err.splitlines()
    assert "1 given up; 503 gone fishing; next try in 8 s, " in during
    assert "fishing" not in after


def test_quiet_is_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    with shown(quiet=True) as watch:
        watch(HALF)
        watch(ALL)
    assert capfd.readouterr() == ("", "")


def all_of(terminal: int) -> str:
    """Read a terminal that is closed on its other side to the end: one read gives what is there."""
    parts = []
    with os.fdopen(terminal, "rb", buffering=0) as screen, contextlib.suppress(OSError):
        while part := screen.read(1 << 16):
            parts.append(part)
    return b"".join(parts).decode()


def test_a_terminal_shows_a_bar_that_leaves_it_tidy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        with shown(quiet=False) as watch:
            watch(HALF)
            watch(ALL)
    screen = all_of(ours)
    assert "10/10" in screen
    assert "2 failed a gate, 3 given up" in screen
    hidden, given_back = screen.count("\x1b[?25l"), screen.count("\x1b[?25h")
    assert hidden == given_back


@pytest.mark.parametrize("told", ["[/oops] 503", "[bold]503[/bold]", "\\[x] 503"])
def test_a_terminal_shows_the_words_of_an_endpoint_as_they_are(
    told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        with shown(quiet=False) as watch:
            watch(replace(HALF, trouble=told))
    assert told in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", all_of(ours))
