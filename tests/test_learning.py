"""Learning about a user's tools, and what a model adds, from the recipe to the file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

import buttonup
from buttonup import learning
from buttonup.errors import BadInput
from buttonup.learning import Lesson
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.recipe import read_recipe
from buttonup.tools.learning.learned import read_learned
from buttonup.tools.sources.scripted import Scripted as Kit

SHOP = "python:shop.py"
Kits = dict[str, Kit]
Json = Any

WORDS: dict[str, Json] = {
    "get_order": {
        "ask": ["tell me how {order_id} stands", "check on {order_id}", "look {order_id} up"],
        "say": ["{order_id} is {status}.", "It is {status} ({order_id}).", "{status}: {order_id}."],
        "tell": ["order_id", "status"],
        "noun": "purchase",
        "plural": "purchases",
        "name": "{order_id}",
        "item": "{order_id} ({status})",
    }
}


def model() -> Scripted:
    """Propose words for get_order, one voucher that there is and one that there is not."""

    def script(request: Request) -> str:
        line = request.messages[1].content.partition("BEGIN FUNCTION-----\n")[2].splitlines()[0]
        name = json.loads(line)["name"]
        if request.prompt == "wording":
            return json.dumps(WORDS.get(name, {}))
        values = [{"parameter": "code", "values": ["SPRING", "NONE"], "why": "a code"}]
        said = values if name == "get_voucher" else []
        return json.dumps({"reasoning": "", "feeds": [], "values": said})

    return Scripted(script)


def learned(out: Path, model: Scripted | None = None, **more: Any) -> Lesson:
    settings = {"tools": SHOP, **({"teacher.model": "m"} if model else {}), **more}
    over = settings.pop("over", False)
    recipe = read_recipe(None, settings)
    return asyncio.run(learning.learned(recipe, out, over=over, model=model))


@pytest.fixture
def vouchers(own_tools: Kits) -> Kits:
    """Let the shop have a function of which nobody knows a value."""

    def get_voucher(_state: Json, code: str) -> Json:
        if code != "SPRING":
            raise ValueError(f"no voucher {code}")
        return {"code": code, "percent": 10}

    own_tools[SHOP].add(get_voucher, "Get a voucher.", {"code": {"type": "string"}})
    return own_tools


@pytest.mark.usefixtures("own_tools")
def test_what_is_learned_is_a_file_that_a_run_goes_by(tmp_path: Path) -> None:
    out = tmp_path / "learned.toml"
    lesson = learned(out)
    assert read_learned(out) == lesson.learned
    assert "8 functions: 6 read" in learning.as_text(lesson)
    recipe = read_recipe(None, {"tools": SHOP, "own.learned": str(out), "n": 3})
    assert asyncio.run(buttonup.make(recipe, tmp_path / "run")).report.accepted == 3


def test_values_that_a_model_proposes_make_a_function_callable(
    vouchers: Kits, tmp_path: Path
) -> None:
    assert "no_values:code" in learned(tmp_path / "a.toml").learned.functions["get_voucher"].doubts
    lesson = learned(tmp_path / "b.toml", model())
    mine = read_learned(tmp_path / "b.toml").functions["get_voucher"]
    assert (mine.parameters["code"].values, mine.parameters["code"].proposed) == (("SPRING",), True)
    assert (mine.gives, mine.doubts) == ("one", ())
    assert any("NONE" in line for line in lesson.dropped)
    assert ("get_voucher", {"code": "NONE"}) in vouchers[SHOP].calls


@pytest.mark.usefixtures("own_tools")
def test_words_that_a_model_proposes_are_those_of_the_samples(tmp_path: Path) -> None:
    out = tmp_path / "words.toml"
    lesson = learned(out, model())
    assert lesson.learned.functions["get_order"].proposed
    assert {"list_orders", "get_product"} <= lesson.refused.keys()  # their words were no good
    asked = {
        "tools": SHOP, "own.learned": str(out), "own.include": ["get_order"], "n": 8,
        "wording.registers": {"plain": 1.0},
    }  # fmt: skip
    made = asyncio.run(buttonup.make(read_recipe(None, asked), tmp_path / "run"))
    assert made.report.wordings == {"proposed": 8}
    said = " ".join(
        turn.says
        for sample in buttonup.accepted(tmp_path / "run")
        for turn in sample.trajectory.blueprint.turns
    )
    assert any(way in said for way in ("how order ID", "check on", "how order"))


@pytest.mark.usefixtures("own_tools")
def test_a_file_that_is_there_is_not_written_over_unasked(tmp_path: Path) -> None:
    out = tmp_path / "learned.toml"
    out.write_text("mine")
    with pytest.raises(BadInput, match="exists"):
        learned(out)
    assert out.read_text() == "mine"
    learned(out, over=True)
    assert "[functions.get_order]" in out.read_text()


@pytest.mark.usefixtures("own_tools")
def test_a_budget_ends_the_asking_and_what_was_answered_is_paid_once(tmp_path: Path) -> None:
    prices, out = tmp_path / "prices.toml", tmp_path / "learned.toml"
    prices.write_text("[m]\ninput = 1.0\noutput = 1.0\n")
    poor = learned(out, model(), budget=0.02, prices=str(prices))
    assert poor.short
    assert poor.calls > 0
    rest = model()
    whole = learned(out, rest, over=True, budget=9.0, prices=str(prices))
    assert not whole.short
    free = model()
    learned(tmp_path / "free.toml", free)
    assert len(rest.asked) == len(free.asked) - poor.calls
    assert not list(tmp_path.glob("*.sqlite*"))
