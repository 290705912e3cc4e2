from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., Any]


def test_a_report_is_a_page_in_the_folder_of_the_run_or_where_it_is_wanted(
    buttonup: Command, made: Path, tmp_path: Path
) -> None:
    assert buttonup("report", "run", "--html").out == "run/report.html\n"
    assert buttonup("report", "run", "--html", "mailed.html").status == 0
    page = (tmp_path / "mailed.html").read_bytes()
    assert page == (made / "report.html").read_bytes()
    assert b"<!doctype html>" in page
    assert "give one of them" in buttonup("report", "run", "--html", "--json").told
    assert "cannot write" in buttonup("report", "run", "--html", "nowhere/at/all.html").told


def test_a_report_is_for_people_and_for_programs(buttonup: Command, made: Path) -> None:
    text = buttonup("report", "run")
    assert text.status == 0
    assert "5 of 5 wanted accepted" in text.out
    told = json.loads(buttonup("report", "run", "--json").out)
    assert told["accepted"] == 5
    assert told["ending"]["wanted"] == 5
