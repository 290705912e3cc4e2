from __future__ import annotations

import asyncio
from typing import Any

from buttonup.estimating.assumed import DRAWN
from buttonup.estimating.prompts import drawn_prompts, example_prompts
from buttonup.recipe import read_recipe

TALKING = {"teacher.model": "m", "simulate.user": "llm", "simulate.assistant": "blind"}


def test_every_role_of_drawn_blueprints_writes_its_prompts_and_the_same_each_time() -> None:
    recipe = read_recipe(None, TALKING)
    (asked, drawn), (again, _) = (asyncio.run(drawn_prompts(recipe)) for _ in range(2))
    assert 0 < drawn <= DRAWN
    assert asked.keys() == {"rewrite", "user", "assistant"}
    assert asked == again


def test_what_the_assistant_is_asked_grows_with_the_functions_that_are_shown() -> None:
    def size(**knobs: Any) -> int:
        given = {"tools": "simulated", "embedder": "lexical", **TALKING, **knobs}
        asked = asyncio.run(example_prompts(read_recipe(None, given)))
        return sum(len(turn.content) for r in asked["assistant"] for turn in r.messages)

    few = size(**{"assemble.least_distractors": 0, "assemble.most_distractors": 0})
    assert size(**{"assemble.least_distractors": 9, "assemble.most_distractors": 9}) > few
