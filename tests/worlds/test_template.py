"""The template of docs/worlds.md, put in its place as the page says, is a world."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import buttonup
from buttonup.engine.report import read_report

PACKAGE = Path(buttonup.__file__).parent
TEMPLATE = PACKAGE.parents[1] / "docs" / "template"


def test_the_template_put_in_its_place_makes_samples_that_pass_every_gate(tmp_path: Path) -> None:
    there = tmp_path / "src" / "buttonup"
    shutil.copytree(PACKAGE, there, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TEMPLATE / "tea_shop.py", there / "worlds")
    shutil.copy(TEMPLATE / "tea_shop.toml", there / "worlds" / "phrases" / "en")
    catalogue = there / "worlds" / "catalogue.py"
    text = catalogue.read_text("utf-8")
    text = text.replace('"restaurants",\n', '"restaurants",\n        "tea_shop",\n', 1)
    catalogue.write_text(text, "utf-8")
    run = tmp_path / "run"
    command = [sys.executable, "-m", "buttonup", "run", "--tools", "worlds:tea_shop"]
    done = subprocess.run(
        [*command, "-n", "60", "-q", "--out", str(run)],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = read_report(run)
    assert (report.accepted, report.rejected) == (60, 0)
    assert set(report.functions) == {
        "find_teas",
        "get_tea",
        "list_tea_orders",
        "order_tea",
        "cancel_tea_order",
    }
