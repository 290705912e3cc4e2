"""Prompts of a run, as its stages and roles write them, with nobody to answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import structs

from buttonup import topdown
from buttonup.bottomup import text_first, truth_first
from buttonup.bottomup.text_first.seeds import Seed
from buttonup.engine.local import Kept, run
from buttonup.errors import Reject
from buttonup.estimating.assumed import DRAWN
from buttonup.estimating.example import FIRST, SETTING, WHOLE, example
from buttonup.judge.stage import Judging, vote
from buttonup.model.ask import Teacher
from buttonup.model.door import Reply, Request
from buttonup.model.teachers import Teachers
from buttonup.recipe import Recipe, asking, pipeline, source
from buttonup.records import (
    Assistant,
    Blueprint,
    Call,
    Record,
    Tool,
    Trajectory,
    User,
)
from buttonup.tools.simulated import Simulated
from buttonup.topdown.assistant_agent import AssistantAgent
from buttonup.topdown.user_agent import UserAgent
from buttonup.topdown.views import tools_see


class Watched:
    """A model that keeps what it is asked and answers nothing, or what it is told to."""

    def __init__(self, reply: str | None = None) -> None:
        self.asked: list[Request] = []
        self._reply = reply

    async def __call__(self, request: Request, /) -> Reply:
        """Keep what is asked."""
        self.asked.append(request)
        if self._reply is None:
            raise Reject("watched")
        return Reply(self._reply)


def teachers(recipe: Recipe, model: Watched) -> Teachers:
    """Give one model to all stages and roles that ask."""
    taught = asking(recipe).items()
    return Teachers({name: Teacher(model, k.model, tries=1) for name, k in taught})


async def _watched(asks: Awaitable[Any], watch: Watched) -> list[Request]:
    with suppress(Reject):
        await asks
    return watch.asked


class Prompts(defaultdict[str, list[Request]]):
    """Stage or role -> what it asked."""

    def __init__(self) -> None:
        super().__init__(list)

    async def by(self, name: str, verb: Any, item: Record, **knobs: Any) -> None:
        """Let a stage ask, and keep what it asks."""
        watch = Watched()
        teacher = Teacher(watch, name, tries=1)
        self[name] += await _watched(verb(item, teacher=teacher, **knobs), watch)


async def example_prompts(k: Recipe) -> Prompts:
    """Have every stage of text first write its prompts for the example."""
    prompts = Prompts()
    if k.seeds:
        seed = next(s for s in text_first.read_seeds(Path(k.seeds)) if isinstance(s, Seed))
        await prompts.by("scenarios", text_first.extract, seed)
    await prompts.by("expand", text_first.expand, SETTING, knobs=k.expand)
    await prompts.by("atoms", text_first.atoms, SETTING, knobs=k.atoms)
    await prompts.by("compose", text_first.compose, FIRST, knobs=k.compose)
    await prompts.by("deepen", text_first.deepen, WHOLE, knobs=k.compose)
    await prompts.by("consistent", text_first.consistent, WHOLE)
    await prompts.by("functions", text_first.functions, WHOLE, knobs=k.functions)
    await _conversation_prompts(example(k), k, prompts)
    return prompts


async def _conversation_prompts(t: Trajectory, k: Recipe, prompts: Prompts) -> None:
    """Have each role that a model plays write its prompts, turn by turn."""
    taught, guided = asking(k), k.simulate.assistant != "blind"
    if "judge" in taught:
        await prompts.by("judge", vote, t, knobs=k.judge)
    for i, message in enumerate(t.messages):
        before = structs.replace(t, messages=t.messages[:i])
        watch = Watched()
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


async def drawn_prompts(k: Recipe) -> tuple[Prompts, int]:
    """Act blueprints out by their plans, and have every role write its prompts on the way."""
    acting = topdown.Simulating(max_turns=64)
    planned = structs.replace(k, rewrite=False, simulate=acting, judge=Judging())
    prompts, drawn = Prompts(), 0
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
