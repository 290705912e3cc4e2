from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
