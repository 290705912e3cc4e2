from __future__ import annotations

from pathlib import Path

from tests.view.conftest import ACCEPTED
from tests.view.pages.conftest import indexed

from buttonup.view.pages import live
from buttonup.view.rendering import rendered


def test_a_run_that_goes_on_shows_how_far_it_is_and_the_newest_first(run: Path) -> None:
    (run / "report.json").unlink()
    (run / "accepted.jsonl").touch()
    page = live.page(indexed(run))
    assert page["standing"].state == "running"
    assert page["accepted"] == ACCEPTED
    assert page["newest"][0][0] == f"accepted-{ACCEPTED}"
    told = rendered("live.html", {"viewed": indexed(run), "in_list": False, **page})
    assert f"{ACCEPTED} of {ACCEPTED} accepted" in told
    assert "/sample/accepted-24" in told
    short = rendered("live.html", {"viewed": indexed(run), "in_list": True, **page})
    assert "/sample/" not in short


def test_of_what_has_ended_nothing_is_news(run: Path) -> None:
    (run / "report.json").touch()
    page = live.page(indexed(run))
    assert (page["standing"].state, page["newest"]) == ("ended", [])
    assert "<p" not in rendered("live.html", {"viewed": indexed(run), "in_list": True, **page})


def test_a_dataset_has_no_progress_but_its_index(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text('{"messages":[]}\n')
    page = live.page(indexed(file))
    assert page["standing"] is None
    assert page["progress"].done
