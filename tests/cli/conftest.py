"""The command, run in this process or in one of its own; a run to use it on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from buttonup import cli


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """The one line on stderr."""
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("buttonup: "), self.err
        return self.err


Command = Callable[..., Done]


@pytest.fixture
def buttonup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run the command in this process, in the test's folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "PROXY_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["buttonup", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, out, err)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Command:
    """Run the command as a process of its own, in the test's folder."""

    def run(*words: object, env: dict[str, str] | None = None) -> Done:
        told = subprocess.run(
            [sys.executable, "-m", "buttonup", *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )
        return Done(told.returncode, told.stdout, told.stderr)

    return run


@pytest.fixture
def files() -> Callable[[Path], dict[str, bytes]]:
    """Read all files of a folder, by name."""

    def read(folder: Path) -> dict[str, bytes]:
        there = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in there}

    return read


@pytest.fixture
def made(buttonup: Command, tmp_path: Path) -> Path:
    """Make a run of five samples, in the folder `run`."""
    assert buttonup("run", "-n", 5, "-q", "--out", "run").status == 0
    return tmp_path / "run"


@pytest.fixture
def chats() -> Callable[..., Path]:
    """Write a dataset, a row a request."""

    def write(path: Path, *requests: str) -> Path:
        rows = [{"messages": [{"role": "user", "content": r}], "tools": []} for r in requests]
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        return path

    return write
