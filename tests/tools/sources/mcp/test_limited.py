from __future__ import annotations

import os
import subprocess
import sys

import pytest

from buttonup.tools.sources.mcp import limited


def started(*command: str, megabytes: int = 200) -> subprocess.CompletedProcess[str]:
    file = limited.__file__ or ""
    words = [sys.executable, file, str(os.getpid()), str(megabytes), *command]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_the_command_takes_its_place() -> None:
    ran = started(sys.executable, "-c", "print('hi'); raise SystemExit(4)")
    assert (ran.stdout, ran.returncode) == ("hi\n", 4)


@pytest.mark.skipif(sys.platform != "linux", reason="no other system limits it")
@pytest.mark.parametrize(("megabytes", "fits"), [(50, True), (400, False)])
def test_memory_is_limited(megabytes: int, fits: bool) -> None:
    ran = started(sys.executable, "-c", f"bytearray({megabytes} * 2**20)")
    assert (ran.returncode == 0) is fits


def test_a_command_that_is_not_there_is_told() -> None:
    ran = started("no-such-command")
    assert ran.returncode == limited.NOT_FOUND
    assert ran.stderr == "no-such-command: No such file or directory\n"
