"""What a run will ask of models, told before anything is sent.

How many calls a sample takes follows from the recipe and from shares that are assumed. How long
prompts are is measured on real ones: the stages themselves write them, for an example or (truth
first) for blueprints that are drawn from the worlds, and a model that answers nothing keeps them.
What is assumed is listed with its value; a pilot measures it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

from msgspec import structs

from buttonup import topdown
from buttonup.bottomup import text_first, truth_first
from buttonup.bottomup.text_first.seeds import Seed
from buttonup.engine.local import Kept, run
from buttonup.engine.report import Report
from buttonup.errors import Reject
from buttonup.judge import Judging, vote
from buttonup.model.ask import Teacher
from buttonup.model.door import Reply, Request
from buttonup.model.local import content_name
from buttonup.model.prices import Prices, price_of
from buttonup.model.teachers import Teachers
from buttonup.recipe import Recipe, Teaching, asking, pipeline, source
from buttonup.records import (
    Assistant,
    AtomicTask,
    Blueprint,
    Call,
    CompositionalTask,
    Function,
    Record,
    Scenario,
    Tool,
    Tools,
    Trajectory,
    Usage,
    User,
    encode,
)
from buttonup.showing.text import columns
from buttonup.showing.wording import dollars_in_words
from buttonup.tools.simulated import Simulated
from buttonup.topdown.assistant_agent import AssistantAgent
from buttonup.topdown.user_agent import UserAgent
from buttonup.topdown.views import tools_see

# --- what is assumed: ours, from runs with small and middling models ------------------------------

BYTES = 4.0  # of a prompt, a token: English and JSON
ASKS = 1.15  # asks for one thing: some replies do not fit and are asked for again
KEPT = 0.95  # of the items of a stage that asks: the rest is given up
DISTINCT = 0.9  # of scenarios: the rest are near-duplicates
CONSISTENT = 0.7  # of composites: the rest are found inconsistent
PASSED = 0.7  # of conversations acted out by a model: the rest fail a gate
PASSED_PLAN = 0.97  # of those acted out from a plan
JUDGED = 0.9  # of conversations that a judge is asked of: the rest it scores too low
REPLIES = {
    "scenarios": 60, "expand": 60, "atoms": 80, "compose": 190, "deepen": 150, "consistent": 200,
    "functions": 900, "rewrite": 80, "user": 80, "assistant": 120, "tools": 150,
    "judge": 500,
}  # fmt: skip
"""Tokens of a reply."""
DRAWN = 24  # blueprints that truth first is measured on


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
    pipeline(recipe, _teachers(recipe, _Watch()))  # is told what it lacks
    taught = asking(recipe)
    if not taught:
        return Estimate(n=recipe.n)
    if recipe.tools == "simulated":
        asked = await _example_prompts(recipe)
        calls = _text_first_calls(recipe, {name: len(asked[name]) for name in taught})
    else:
        asked, drawn = await _drawn_prompts(recipe)
        calls = _truth_first_calls({name: len(asked[name]) / drawn for name in taught}, recipe)
    lines = (_line(name, k, calls[name], asked[name], prices) for name, k in taught.items())
    return Estimate(n=recipe.n, lines=tuple(lines), assumed=_assumed(recipe, taught))


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


def _assumed(k: Recipe, taught: Mapping[str, Teaching]) -> dict[str, str]:
    """List what the figures rest on, beside the recipe."""
    acted = k.tools == "simulated" or k.simulate.assistant in ("guided", "blind")
    shares = {"conversations that pass every gate": f"{PASSED if acted else PASSED_PLAN:.0%}"}
    if k.tools == "simulated":
        shares |= {
            "composites found consistent": f"{CONSISTENT:.0%}",
            "scenarios that are no near-duplicate": f"{DISTINCT:.0%}",
            "prompts": "those of one example: two or three sub-tasks, a call each",
        }
    else:
        shares["prompts"] = f"those of {DRAWN} blueprints drawn from the worlds"
    if "judge" in taught:
        shares["conversations that the judge lets pass"] = f"{JUDGED:.0%}"
    replies = ", ".join(f"{name} {REPLIES[name]}" for name in taught)
    return {
        **shares,
        "items that a stage keeps": f"{KEPT:.0%}",
        "asks for one thing": f"{ASKS}",
        "bytes a token": f"{BYTES:g}, of a prompt and of the schema sent beside it",
        "tokens a reply": replies,
        "prompt tokens that are cached": "none; where the provider caches, it costs less",
        "not known": "what a reasoning model thinks before it replies: it is billed as output",
    }


# --- prompts, as the stages write them ------------------------------------------------------------


class _Watch:
    """A model that keeps what it is asked and answers nothing, or what it is told to."""

    def __init__(self, reply: str | None = None) -> None:
        self.asked: list[Request] = []
        self._reply = reply

    async def __call__(self, request: Request, /) -> Reply:
        self.asked.append(request)
        if self._reply is None:
            raise Reject("watched")
        return Reply(self._reply)


def _teachers(recipe: Recipe, model: _Watch) -> Teachers:
    taught = asking(recipe).items()
    return Teachers({name: Teacher(model, k.model, tries=1) for name, k in taught})


async def _watched(asks: Awaitable[Any], watch: _Watch) -> list[Request]:
    with suppress(Reject):
        await asks
    return watch.asked


class _Prompts(defaultdict[str, list[Request]]):
    """Stage or role -> what it asked."""

    def __init__(self) -> None:
        super().__init__(list)

    async def by(self, name: str, verb: Any, item: Record, **knobs: Any) -> None:
        """Let a stage ask, and keep what it asks."""
        watch = _Watch()
        teacher = Teacher(watch, name, tries=1)
        self[name] += await _watched(verb(item, teacher=teacher, **knobs), watch)


SETTING = Scenario("Reserving seats on trains for a family visit")
FIRST = AtomicTask(
    "Find the trains from Utrecht Centraal to Antwerp on Friday 14 June that leave after 5 pm.",
    SETTING,
)
SECOND = AtomicTask(
    "Reserve a second-class window seat on the earliest of them for Mara Lindqvist."
)
WHOLE = CompositionalTask(
    "I'm off to Antwerp from Utrecht Centraal on Friday 14 June. Please get Mara Lindqvist a "
    "second-class window seat on the earliest train that leaves after 5 pm.",
    (FIRST, SECOND),
    ((0, 1),),
)


def _described(**kinds: str) -> dict[str, Any]:
    told = {
        n: {"type": k, "description": f"The {n.replace('_', ' ')} of it."} for n, k in kinds.items()
    }
    return {"type": "object", "properties": told, "required": list(told)}


SEARCH = Function(
    "search_trains",
    "List the trains between two stations on a day, with their times and prices.",
    _described(origin="string", destination="string", date="string", departs_after="string"),
    _described(trip_id="string", departs_at="string", arrives_at="string", price="number"),
)
RESERVE = Function(
    "reserve_seat",
    "Reserve a seat on a trip for a passenger, and give the number of the reservation.",
    _described(trip_id="string", passenger_name="string", seat_class="string", position="string"),
    _described(reservation_id="string", coach="string", seat="string"),
)


def _example(k: Recipe) -> Trajectory:
    """Act the example out: two calls, and as many functions shown as the recipe has on average."""
    spare = (k.assemble.least_distractors + k.assemble.most_distractors) // 2
    others = [structs.replace(SEARCH, name=f"search_{i}") for i in range(spare)]
    blueprint = Blueprint(
        task=WHOLE,
        functions=(SEARCH, RESERVE, *others),
        needs=(("search_trains",), ("reserve_seat",)),
        context="Today is Monday, 3 June 2024.",
        tools=Tools(source="simulated"),
    )
    train = {"trip_id": "IC-9251", "departs_at": "17:24", "arrives_at": "19:02", "price": 34.5}
    asked = {
        "origin": "Utrecht Centraal",
        "destination": "Antwerp",
        "date": "2024-06-14",
        "departs_after": "17:00",
    }
    who = {
        "trip_id": "IC-9251",
        "passenger_name": "Mara Lindqvist",
        "seat_class": "second",
        "position": "window",
    }
    done = {"reservation_id": "RS-204418", "coach": "12", "seat": "34A"}
    thought = "The trains that leave after five have to be known first; then the earliest is taken."
    return Trajectory(
        blueprint,
        (
            User(WHOLE.text),
            Assistant(thought, (Call.of("call_1", "search_trains", asked),)),
            Tool("call_1", "search_trains", {"trips": [train] * 4}),
            Assistant(thought, (Call.of("call_2", "reserve_seat", who),)),
            Tool("call_2", "reserve_seat", done),
            Assistant(thought, (), f"{WHOLE.text} It is done: RS-204418, coach 12, seat 34A."),
        ),
    )


async def _example_prompts(k: Recipe) -> _Prompts:
    """Have every stage of text first write its prompts for the example."""
    prompts = _Prompts()
    if k.seeds:
        seed = next(s for s in text_first.read_seeds(Path(k.seeds)) if isinstance(s, Seed))
        await prompts.by("scenarios", text_first.extract, seed)
    await prompts.by("expand", text_first.expand, SETTING, knobs=k.expand)
    await prompts.by("atoms", text_first.atoms, SETTING, knobs=k.atoms)
    await prompts.by("compose", text_first.compose, FIRST, knobs=k.compose)
    await prompts.by("deepen", text_first.deepen, WHOLE, knobs=k.compose)
    await prompts.by("consistent", text_first.consistent, WHOLE)
    await prompts.by("functions", text_first.functions, WHOLE, knobs=k.functions)
    await _conversation_prompts(_example(k), k, prompts)
    return prompts


async def _conversation_prompts(t: Trajectory, k: Recipe, prompts: _Prompts) -> None:
    """Have each role that a model plays write its prompts, turn by turn."""
    taught, guided = asking(k), k.simulate.assistant != "blind"
    if "judge" in taught:
        await prompts.by("judge", vote, t, knobs=k.judge)
    for i, message in enumerate(t.messages):
        before = structs.replace(t, messages=t.messages[:i])
        watch = _Watch()
        teacher = Teacher(watch, "", tries=1)
        match message:
            case User() if "user" in taught:
                asks: Awaitable[Any] = UserAgent(teacher, k.simulate.personas[0])(before)
                prompts["user"] += await _watched(asks, watch)
            case Assistant() if "assistant" in taught:
                asks = AssistantAgent(teacher, guided)(before)
                prompts["assistant"] += await _watched(asks, watch)
            case Tool() if "tools" in taught:
                scene = tools_see(before)
                call = next(c for c in _calls(before) if c.id == message.call_id)
                prompts["tools"] += await _watched(Simulated(teacher)(call, scene), watch)
            case _:
                pass


def _calls(t: Trajectory) -> list[Call]:
    return [call for m in t.messages if isinstance(m, Assistant) for call in m.calls]


async def _drawn_prompts(k: Recipe) -> tuple[_Prompts, int]:
    """Act blueprints out by their plans, and have every role write its prompts on the way."""
    acting = topdown.Simulating(max_turns=64)
    planned = structs.replace(k, rewrite=False, simulate=acting, judge=Judging())
    prompts, drawn = _Prompts(), 0
    tickets = islice(source(k), DRAWN)
    async for event in run(tickets, pipeline(planned, Teachers())[:-1], 1):
        if not isinstance(event, Kept):
            continue
        match event.record:
            case Blueprint() as blueprint if "rewrite" in asking(k):
                await prompts.by("rewrite", truth_first.rewrite, blueprint, knobs=k.rewriting)
            case Trajectory() as trajectory:
                drawn += 1
                await _conversation_prompts(trajectory, k, prompts)
            case _:
                pass
    return prompts, max(drawn, 1)


# --- a pilot --------------------------------------------------------------------------------------


class Measured(Record):
    """What a pilot's figures come to for all samples that are wanted."""

    pilot: int
    """Accepted samples that were measured."""
    n: int
    calls: float
    tokens: float
    dollars: float | None
    spread: float
    """Share of the figures by which they may be off, either way: two standard errors."""


def measured(report: Report, conversations: Sequence[int], n: int) -> Measured | None:
    """Scale what a pilot took to `n` samples; None when it has no accepted sample.

    `conversations` are the tokens of each accepted conversation. The spread has two parts: how
    many conversations it takes until enough are accepted, and how different they are in length.
    """
    pilot = report.accepted
    if not pilot:
        return None
    share = pilot / (pilot + report.rejected)
    length = pstdev(conversations) / fmean(conversations) if any(conversations) else 0.0
    usage = report.usage.values()
    dollars = None if report.dollars is None else report.dollars * n / pilot
    return Measured(
        pilot=pilot,
        n=n,
        calls=sum(u.calls for u in usage) * n / pilot,
        tokens=sum(u.prompt_tokens + u.completion_tokens for u in usage) * n / pilot,
        dollars=dollars,
        spread=2 * math.sqrt((1 - share + length**2) / pilot),
    )


# --- showing --------------------------------------------------------------------------------------


def as_text(estimate: Estimate) -> str:
    """Draw an estimate as a table by stage, with what it assumes."""
    if not estimate.lines:
        return f"No model is asked for these {estimate.n:,} samples: no calls, no tokens, $0."
    n = estimate.n
    rows = [("stage", "model", "calls a sample", "calls", "tokens in", "tokens out", "cost")]
    for line in estimate.lines:
        calls = n * line.calls
        tokens = (f"{calls * line.tokens_in:,.0f}", f"{calls * line.tokens_out:,.0f}")
        cost = dollars_in_words(None if line.dollars is None else n * line.dollars)
        rows.append((line.name, line.model, f"{line.calls:.2f}", f"{calls:,.0f}", *tokens, cost))
    rows.append(_total(estimate))
    assumed = "\n".join(f"  {what}: {value}" for what, value in estimate.assumed.items())
    return (
        f"{columns(rows, 2)}\n\nFor {n:,} accepted samples. Nothing has been sent. It is assumed:\n"
        f"{assumed}\nHalf of it or twice as much would be no surprise; --pilot N measures it."
    )


def _total(estimate: Estimate) -> tuple[str, str, str, str, str, str, str]:
    n, lines = estimate.n, estimate.lines
    known = [line.dollars for line in lines if line.dollars is not None]
    cost = dollars_in_words(n * sum(known) if len(known) == len(lines) else None)
    calls = sum(line.calls for line in lines)
    tokens_in = n * sum(line.calls * line.tokens_in for line in lines)
    tokens_out = n * sum(line.calls * line.tokens_out for line in lines)
    counts = (f"{calls:.2f}", f"{n * calls:,.0f}", f"{tokens_in:,.0f}", f"{tokens_out:,.0f}")
    return ("all", "", *counts, cost)


def pilot_in_words(made: Measured | None) -> str:
    """Say what a pilot's figures come to."""
    if made is None:
        return "The pilot has no accepted sample: there is nothing to scale."
    low, high = max(0.0, 1 - made.spread), 1 + made.spread
    cost = dollars_in_words(made.dollars)
    between = ""
    if made.dollars is not None:
        ends = (dollars_in_words(made.dollars * low), dollars_in_words(made.dollars * high))
        between = f" ({ends[0]} to {ends[1]})"
    return (
        f"Measured on {made.pilot:,} accepted samples, which are the run's first; for {made.n:,}:\n"
        f"  cost    {cost}{between}\n"
        f"  calls   {made.calls:,.0f} ({made.calls * low:,.0f} to {made.calls * high:,.0f})\n"
        f"  tokens  {made.tokens:,.0f} ({made.tokens * low:,.0f} to {made.tokens * high:,.0f})\n"
        "What was begun beyond the pilot counts in it, so it rather says too much."
    )
