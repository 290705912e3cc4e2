from __future__ import annotations

from pathlib import Path

from buttonup.formats import exported
from buttonup.formats.openai import render
from buttonup.records import Sample, decode, encode
from buttonup.view import pages
from buttonup.view.pages import Viewed, one
from buttonup.view.sources import open_source


def viewed(path: Path) -> Viewed:
    return pages.viewed(open_source(path))


def test_a_sample_of_a_run_is_shown_with_its_own_verdicts_and_recipe(run: Path) -> None:
    line = (run / "rejected.jsonl").read_bytes().splitlines()[0]
    shown = one.shown(viewed(run), "rejected-1", line)
    assert shown.sample == decode(line, Sample)
    assert shown.about.recipe is not None
    assert shown.about.recipe.n == 24
    assert not shown.foreign


def test_gates_are_asked_of_a_conversation_of_others_when_it_is_shown(run: Path) -> None:
    sample = decode((run / "accepted.jsonl").read_bytes().splitlines()[0], Sample)
    line = encode(render(exported(sample.trajectory)))
    (run.parent / "data.jsonl").write_bytes(line + b"\n")
    shown = one.shown(viewed(run.parent / "data.jsonl"), "1", line)
    assert shown.foreign
    assert shown.sample is not None
    assert {v.gate for v in shown.sample.verdicts} >= {"structure", "provenance"}
    assert shown.lacking["plan"] == "no plan is known"
    assert shown.about.recipe is None


def test_a_line_that_cannot_be_read_is_shown_with_the_reason(run: Path) -> None:
    shown = one.shown(viewed(run), "accepted-3", b"{nonsense")
    assert shown.sample is None
    assert shown.unread is not None
    assert shown.unread.reason == "not_json"
    assert "line 3" in shown.unread.detail


def test_a_recipe_of_another_version_is_no_reason_to_show_nothing(run: Path) -> None:
    (run / "recipe.toml").write_text("colour = 1")
    line = (run / "accepted.jsonl").read_bytes().splitlines()[0]
    assert one.shown(viewed(run), "accepted-1", line).about.recipe is None
