from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.estimating import Estimate, as_text, estimated
from buttonup.model.prices import Price
from buttonup.recipe import asking, read_recipe

PRICES = {"m": Price(Decimal(2), Decimal(8))}
TEXT_FIRST = {"tools": "simulated", "embedder": "lexical", "teacher.model": "m"}


def estimate(**overrides: Any) -> Estimate:
    given = {key.replace("__", "."): value for key, value in overrides.items()}
    return asyncio.run(estimated(read_recipe(None, given), PRICES))


def calls(**overrides: Any) -> dict[str, float]:
    given = {key.replace(".", "__"): value for key, value in TEXT_FIRST.items()}
    return {line.name: line.calls for line in estimate(**{**given, **overrides}).lines}


ALL_OF_TEXT_FIRST = {
    **TEXT_FIRST, "compose.deeper": 1, "simulate.user": "llm", "seeds": "seeds.jsonl",
    "judge.votes": 1, "models.judge.model": "m", "judge.same_model": True
}  # fmt: skip
ALL_OF_TRUTH_FIRST = {
    "teacher.model": "m", "simulate.user": "llm", "simulate.assistant": "blind",
    "judge.votes": 1, "judge.same_model": True
}  # fmt: skip


@pytest.mark.parametrize("overrides", [ALL_OF_TEXT_FIRST, ALL_OF_TRUTH_FIRST])
def test_every_stage_and_role_that_asks_has_a_line_with_calls_tokens_and_cost(
    overrides: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seeds.jsonl").write_text('{"query": "Find me a train to Antwerp."}\n')
    monkeypatch.chdir(tmp_path)
    recipe = read_recipe(None, overrides)
    lines = asyncio.run(estimated(recipe, PRICES)).lines
    assert [line.name for line in lines] == list(asking(recipe))
    for line in lines:
        assert line.calls > 0.1, line.name
        assert line.tokens_in > 100, line.name
        paid = line.calls * (line.tokens_in * 2 + line.tokens_out * 8) / 1e6
        assert line.dollars == pytest.approx(paid, rel=1e-3), line.name


def test_the_recipe_shows_in_the_calls() -> None:
    plain = calls()
    assert calls(compose__deeper=2)["deepen"] > plain["compose"]
    assert calls(atoms__per_scenario=4)["expand"] == pytest.approx(plain["expand"] / 4)
    assert calls(expand__per_scenario=0).keys() == plain.keys() - {"expand"}
    assert calls(compose__strategies=["sequential"])["atoms"] == pytest.approx(2 * plain["atoms"])


def test_a_judge_is_asked_once_a_vote_of_what_passes_and_more_has_to_be_begun() -> None:
    judged = {**TEXT_FIRST, "models.judge.model": "j"}
    plain, three = calls(), calls(**{**judged, "judge.votes": 3})
    assert three["judge"] == pytest.approx(3 * calls(**{**judged, "judge.votes": 1})["judge"])
    assert three["functions"] > plain["functions"]
    worlds = estimate(rewrite=False, judge__votes=2, judge__turns=True, teacher__model="m")
    assert [(line.name, line.calls > 2, line.tokens_in > 1000) for line in worlds.lines] == [
        ("judge", True, True)
    ]
    assert "conversations that the judge lets pass" in as_text(worlds)


def test_what_a_run_would_refuse_is_refused() -> None:
    with pytest.raises(BadInput, match="needs a model to ask"):
        estimate(tools="simulated")
