"""How many calls a run takes, of how many tokens, told before anything is sent.

How many calls a sample takes follows from the recipe and from shares that are assumed. How long
prompts are is measured on real ones: the stages themselves write them, for an example or (truth
first) for blueprints that are drawn from the worlds, and a model that answers nothing keeps them.
What is assumed is listed with its value; a pilot measures it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from buttonup.estimating.assumed import (
    ASKS,
    BYTES,
    CONSISTENT,
    DISTINCT,
    JUDGED,
    KEPT,
    PASSED,
    PASSED_PLAN,
    REPLIES,
    assumed,
)
from buttonup.estimating.prompts import Watched, drawn_prompts, example_prompts, teachers
from buttonup.model.door import Request
from buttonup.model.local import content_name
from buttonup.model.prices import Prices, price_of
from buttonup.recipe import Recipe, Teaching, asking, pipeline
from buttonup.records import (
    Record,
    Usage,
    encode,
)


class Line(Record):
    """What one stage or role will ask, for one accepted sample."""

    name: str
    model: str
    calls: float
    tokens_in: float
    """A call."""
    tokens_out: float
    """A call."""
    dollars: float | None
    """None where the model has no price."""


class Estimate(Record):
    """What a run will take. Without lines, no model is asked."""

    n: int
    lines: tuple[Line, ...] = ()
    assumed: dict[str, str] = {}


async def estimated(recipe: Recipe, prices: Prices) -> Estimate:
    """Estimate a run without sending anything. Raises BadInput as the run would."""
    pipeline(recipe, teachers(recipe, Watched()))  # is told what it lacks
    taught = asking(recipe)
    if not taught:
        return Estimate(n=recipe.n)
    if recipe.tools == "simulated":
        asked = await example_prompts(recipe)
        calls = _text_first_calls(recipe, {name: len(asked[name]) for name in taught})
    else:
        asked, drawn = await drawn_prompts(recipe)
        calls = _truth_first_calls({name: len(asked[name]) / drawn for name in taught}, recipe)
    lines = (_line(name, k, calls[name], asked[name], prices) for name, k in taught.items())
    return Estimate(n=recipe.n, lines=tuple(lines), assumed=assumed(recipe, taught))


def _line(name: str, k: Teaching, calls: float, asked: Sequence[Request], prices: Prices) -> Line:
    tokens_in = fmean(map(_bytes, asked)) / BYTES if asked else 0.0
    tokens_out = min(REPLIES[name], k.max_tokens)
    calls *= ASKS
    price = price_of(content_name(k.model), prices)
    million = Usage(
        prompt_tokens=round(1e6 * calls * tokens_in),
        completion_tokens=round(1e6 * calls * tokens_out),
    )
    return Line(
        name=name,
        model=k.model,
        calls=calls,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        dollars=None if price is None else float(price.of(million)) / 1e6,
    )


def _bytes(request: Request) -> int:
    """Give the size of a prompt, with the schema that is sent beside it and billed like it."""
    said = sum(len(turn.content.encode()) for turn in request.messages)
    return said + len(encode(request.schema))


def _text_first_calls(k: Recipe, prompts: Mapping[str, int]) -> dict[str, float]:
    """Count calls for an accepted sample, from the last stage up."""
    judged = _judged(k)
    begun = judged / (PASSED * KEPT)
    functions = begun / KEPT
    consistent = functions / CONSISTENT
    composites = consistent / KEPT**k.compose.deeper
    compose = composites / KEPT
    atoms = compose / len(k.compose.strategies) / KEPT
    settings = atoms / k.atoms.per_scenario / DISTINCT
    first = settings / (1 + k.expand.per_scenario * KEPT)
    per_conversation = {
        name: begun * prompts.get(name, 0) for name in ("user", "assistant", "tools")
    }
    return {
        "scenarios": first / DISTINCT / KEPT,
        "expand": first * k.expand.per_scenario,
        "atoms": atoms,
        "compose": compose,
        "deepen": composites * k.compose.deeper,
        "consistent": consistent,
        "functions": functions,
        **per_conversation,
        "judge": judged * k.judge.votes,
    }


def _truth_first_calls(prompts: Mapping[str, float], k: Recipe) -> dict[str, float]:
    judged = _judged(k)
    begun = judged / (PASSED if k.simulate.assistant in ("guided", "blind") else PASSED_PLAN)
    calls = {
        name: count * begun / (KEPT if name == "rewrite" else 1) for name, count in prompts.items()
    }
    return calls | {"judge": judged * k.judge.votes}


def _judged(k: Recipe) -> float:
    """Count the conversations that reach the judge, where there is one, for an accepted sample."""
    return 1 / JUDGED if k.judge.votes else 1.0
