from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.gates import sift
from buttonup.judge.measure import Case
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.recipe import read_recipe
from buttonup.store.lines import read_records
from buttonup.trial import Trial, as_text, drawn, trial_of, try_judge

AXES = ("realism", "coherence", "naturalness", "plan", "usefulness")


def vote(score: int) -> str:
    return json.dumps({"reading": "r", **{a: {"why": "w", "score": score} for a in AXES}})


def hasty(request: Request) -> str:
    """Find fault with whatever says at once that it is done, and with nothing else."""
    [calls] = [request.messages[-1].content.count('"calls"')]
    return vote(1 if calls <= 1 else 5)


def tried(folder: Path, model: Any, each: int | None = 2, **given: Any) -> Trial:
    keys = {"n": 3, "tools": "worlds:library,bike_hire", "teacher.model": "j", **given}
    recipe = read_recipe(None, {k.replace("__", "."): v for k, v in keys.items()})
    return asyncio.run(try_judge(recipe, folder, each, model=model))


def cases(folder: Path) -> list[Case]:
    return list(read_records(folder / "records" / "cases.jsonl", Case))


def test_gold_and_spoilt_are_scored_and_counted(tmp_path: Path) -> None:
    told = tried(tmp_path / "t", Scripted(lambda _: vote(1)))
    assert (told.figures.gold, told.figures.spoilt, told.figures.unscored) == (3, 6, 0)
    assert (told.figures.recall.count, told.figures.false_alarms.count) == (6, 3)
    assert told.figures.precision.share == pytest.approx(6 / 9)
    assert told.spent.usage.calls == 9


def test_the_figures_are_those_of_the_replies(tmp_path: Path) -> None:
    told = tried(tmp_path / "t", Scripted(hasty), each=None)
    few = [c for c in cases(tmp_path / "t") if sum(_calls(c)) <= 1]
    assert told.figures.recall.count == sum(bool(c.spoilt) for c in few)
    assert told.figures.false_alarms.count == sum(not c.spoilt for c in few)


def _calls(case: Case) -> list[bool]:
    return [bool(getattr(m, "calls", ())) for m in case.trajectory.messages]


def test_a_spoilt_twin_has_just_its_mistake_and_the_judge_is_not_told(tmp_path: Path) -> None:
    model = Scripted(lambda _: vote(4))
    tried(tmp_path / "t", model, each=None)
    kinds = set()
    for case in cases(tmp_path / "t"):
        failures = {v.gate for v in sift(case.trajectory).failures}
        assert len(failures) == bool(case.spoilt)
        kinds.add(case.spoilt)
    assert len(kinds) > 4
    for request in model.asked:
        assert not re.search("|".join(filter(None, kinds)), request.encoded.decode())


def test_mistakes_are_spread_evenly_over_the_twins() -> None:
    recipe = trial_of(read_recipe(None, {"n": 14, "teacher.model": "j"}))
    counts = {"": 0}
    for case in asyncio.run(drawn(recipe, 1)):
        counts[case.spoilt] = counts.get(case.spoilt, 0) + 1
    assert counts.pop("") == 14
    assert len(counts) == 7
    assert max(counts.values()) - min(counts.values()) <= 2


def test_a_trial_that_is_started_again_asks_for_nothing_twice(tmp_path: Path) -> None:
    first = tried(tmp_path / "t", Scripted(lambda _: vote(2)))
    before = (tmp_path / "t" / "records" / "cases.jsonl").read_bytes()

    def nobody(_request: Request) -> str:
        raise AssertionError("asked again")

    assert tried(tmp_path / "t", Scripted(nobody)) == first
    (tmp_path / "t" / "trial.json").unlink()
    assert tried(tmp_path / "t", Scripted(nobody)) == first
    longer = tried(tmp_path / "t", Scripted(lambda _: vote(2)), n=4)
    assert (longer.figures.gold, longer.spent.usage.calls) == (4, 12)
    assert (tmp_path / "t" / "records" / "cases.jsonl").read_bytes().startswith(before)


def test_a_folder_of_another_trial_is_refused(tmp_path: Path) -> None:
    tried(tmp_path / "t", Scripted(lambda _: vote(2)))
    with pytest.raises(BadInput, match="another recipe"):
        tried(tmp_path / "t", Scripted(lambda _: vote(2)), judge__below=4)


def test_a_judge_that_cannot_be_read_is_unscored_and_flags_nothing(tmp_path: Path) -> None:
    told = tried(tmp_path / "t", Scripted(lambda _: "Lovely!"), teacher__tries=1)
    assert told.figures.unscored == 9
    assert told.figures.recall.count == told.figures.false_alarms.count == 0
    assert "9 unscored" in as_text(told)
    assert told.figures.precision.share is None


def test_without_a_model_it_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--teacher MODEL"):
        tried(tmp_path / "t", Scripted(lambda _: ""), teacher__model="")
    assert not (tmp_path / "t").exists()


@pytest.mark.parametrize("tools", ["simulated", "python:shop.py"])
def test_the_judge_of_a_recipe_without_worlds_is_tried_on_these_and_nobody_else_is_asked(
    tools: str,
) -> None:
    given = {"tools": tools, "teacher.model": "m", "models.judge.model": "j"}
    k = trial_of(read_recipe(None, {**given, "judge.votes": 3, "models.tools.model": "t"}))
    assert (k.tools, k.judge.votes, set(k.models)) == ("worlds", 3, {"judge"})
    assert k.models["judge"].model == "j"


def test_a_budget_that_is_used_up_tells_what_was_judged(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text("[j]\ninput = 1.0\noutput = 1.0\n")
    given: dict[str, Any] = {"prices": str(prices), "budget": 0.018, "teacher.max_tokens": 1000}
    told = tried(tmp_path / "t", Scripted(lambda _: vote(2)), concurrency=1, **given)
    assert 0 < told.figures.gold + told.figures.spoilt < 9
    assert told.short.endswith("is left")
    assert f"{told.figures.gold + told.figures.spoilt} of 9 conversations" in told.short


def test_the_table_has_precision_recall_and_the_mistakes(tmp_path: Path) -> None:
    text = as_text(tried(tmp_path / "t", Scripted(lambda _: vote(1)), judge__votes=2))
    assert re.search(r"precision: spoilt, of the flagged +0.67 +0.35 to 0.88 +6/9", text)
    assert re.search(r"plan +1.00 +0.67", text)
    assert "2 votes each" in text
    assert "18 calls" in text
