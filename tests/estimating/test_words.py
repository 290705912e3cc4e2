from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from buttonup.estimating import Estimate, as_text, estimated
from buttonup.model.prices import Price
from buttonup.recipe import read_recipe

PRICES = {"m": Price(Decimal(2), Decimal(8))}


def estimate(**overrides: Any) -> Estimate:
    given = {key.replace("__", "."): value for key, value in overrides.items()}
    return asyncio.run(estimated(read_recipe(None, given), PRICES))


def test_a_run_without_a_model_asks_for_nothing_and_says_so() -> None:
    nothing = estimate(n=7)
    assert nothing.lines == ()
    assert as_text(nothing) == "No model is asked for these 7 samples: no calls, no tokens, $0."


def test_every_assumption_is_shown_with_its_value_and_what_is_not_known_too() -> None:
    shown = as_text(estimate(n=1000, tools="simulated", embedder="lexical", teacher__model="m"))
    for told in ("asks for one thing: 1.15", "bytes a token: 4", "functions 900", "not known:"):
        assert told in shown
    assert "For 1,000 accepted samples. Nothing has been sent." in shown


def test_a_model_without_a_price_has_none_and_so_has_the_whole() -> None:
    lines = as_text(estimate(teacher__model="m", models__rewrite__model="mine"))
    assert [line.split()[-2:] for line in lines.splitlines()[1:3]] == [["no", "price"]] * 2
