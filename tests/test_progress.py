from __future__ import annotations

import contextlib
import os
import pty
import re
from pathlib import Path

import pytest

from buttonup import progress
from buttonup.progress import shown

HALF = (5, 10, "2 failed a gate, 1 given up")
ALL = (10, 10, "2 failed a gate, 3 given up")


def test_elsewhere_than_on_a_terminal_progress_is_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with shown("accepted", quiet=False) as tell:
        tell(*HALF)
        tell(*ALL)
    out, err = capsys.readouterr()
    half, whole = err.splitlines()
    assert half.startswith("5/10 accepted, 2 failed a gate, 1 given up, ")
    assert whole.startswith("10/10 accepted, 2 failed a gate, 3 given up, ")
    assert re.search(r"/s, \d+ s left$", half)
    assert out == ""


def test_plain_lines_come_now_and_then_and_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    with shown("accepted", quiet=False) as tell:
        for accepted in range(11):
            tell(accepted, 10)
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_nothing_accepted_yet_says_no_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with shown("accepted", quiet=False) as tell:
        tell(0, 10)
    assert "left" not in capsys.readouterr().err


def test_what_has_not_changed_is_told_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with shown("judged", quiet=False) as tell:
        for told in ("", "", "slow"):
            tell(5, 10, told)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("5/10 judged, ")
    assert second.startswith("5/10 judged, slow, ")


def test_quiet_is_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    with shown("accepted", quiet=True) as tell:
        tell(*HALF)
        tell(*ALL)
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
        with shown("accepted", quiet=False) as tell:
            tell(*HALF)
            tell(*ALL)
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
        with shown("accepted", quiet=False) as tell:
            tell(5, 10, told)
    assert told in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", all_of(ours))
