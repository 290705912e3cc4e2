from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.tools.sources.reset import run_reset


def python(code: str) -> str:
    return f'{sys.executable} -c "{code}"'


def test_a_command_is_run_without_a_shell(tmp_path: Path) -> None:
    there = tmp_path / "a;b $HOME"
    asyncio.run(run_reset(f"touch '{there}'"))
    assert there.exists()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (python("import sys; sys.exit('no\\x1b[2J database')"), "not reset: no[2J database; mend"),
        (python("raise SystemExit(3)"), "not reset: status 3"),
        ("no-such-command", "cannot be reset: .*No such file"),
        ("unclosed '", "cannot be reset: No closing quotation"),
        (" ", "cannot be reset"),
    ],
)  # fmt: skip
def test_one_that_fails_is_told_in_one_line_of_plain_text(command: str, says: str) -> None:
    with pytest.raises(BadInput, match=says.replace("[", r"\[")) as told:
        asyncio.run(run_reset(command))
    assert str(told.value).isprintable()


def test_one_that_hangs_is_ended_with_all_that_it_started() -> None:
    began = time.monotonic()
    with pytest.raises(BadInput, match=r"not reset within 0\.3 s"):
        asyncio.run(run_reset("sh -c 'sleep 60 & sleep 60'", 0.3))
    assert time.monotonic() - began < 10
