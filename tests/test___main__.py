from __future__ import annotations

import subprocess
import sys

from buttonup import __version__


def test_the_package_runs_as_the_command() -> None:
    words = [sys.executable, "-m", "buttonup", "--version"]
    told = subprocess.run(words, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == f"buttonup, version {__version__}"
