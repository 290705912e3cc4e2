"""From the words of a command to an evaluation: which suite, which model, which folder."""

from __future__ import annotations

import math
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeAlias

from buttonup import __version__
from buttonup.chat import Template
from buttonup.engine.cores import cores
from buttonup.errors import BadInput
from buttonup.evaluate.evaluation import Watch, evaluate
from buttonup.evaluate.likeness import likeness_by
from buttonup.evaluate.players import ModelPlayer, Sampling
from buttonup.evaluate.suite import Suite
from buttonup.evaluate.suites import bfcl as bfcl_suite
from buttonup.evaluate.suites import tau2 as tau2_suite
from buttonup.evaluate.suites.bfcl import bfcl
from buttonup.evaluate.suites.feedback import ROUNDS, feedback
from buttonup.evaluate.suites.gta import gta
from buttonup.evaluate.suites.gta_tools import tools_at
from buttonup.evaluate.suites.languages import languages
from buttonup.evaluate.suites.tau2 import tau2
from buttonup.evaluate.suites.tool_query import tool_query
from buttonup.evaluate.suites.tools import tools
from buttonup.evaluate.suites.worlds import EACH, Tables, worlds
from buttonup.evaluate.summary import Summary
from buttonup.evaluate.ways import way_of
from buttonup.model import prices
from buttonup.model.door import Model
from buttonup.model.gguf import chat_template
from buttonup.model.journaled import Journaled
from buttonup.model.local import content_name, hosted, is_local, model_file
from buttonup.model.metered import FREE, Purse
from buttonup.model.stack import Way, reached
from buttonup.records import Record, digest
from buttonup.store.journal import read_usage
from buttonup.store.rundir import open_run
from buttonup.store.settings import as_toml
from buttonup.tools.own.run import Own

SUITES = ("worlds", "feedback", "tools", "bfcl", "tau2", "gta", "tool-query", "languages")
PACKAGES = {p.name: p for p in (bfcl_suite.PACKAGE, tau2_suite.PACKAGE)}
"""What suites install for themselves."""
GRACE = 30.0  # seconds that what is on its way may still take when all ends early


class Order(Record):
    """An evaluation, as it is asked for."""

    suite: str
    """NAME, or NAME:PART,PART for some of its parts."""
    model: str
    base_url: str = "https://api.openai.com/v1"
    key_env: str = "OPENAI_API_KEY"
    calls: str | None = None
    """A way of ways.NAMES. None: template where one is given; else native at an endpoint, hermes
    for a local model, whose template may drop tools."""
    template: str = ""
    """Chat template of the model, as a file or its tokenizer's folder; a GGUF carries its own."""
    each: int | None = None
    """Tasks of each part; None for all, and 200 of worlds, feedback and tools."""
    seed: int = 0
    trials: int = 1
    rounds: int = ROUNDS
    """Tries of a task of the suite feedback."""
    tables: Tables = Tables()
    """How the tasks of worlds, feedback and tools are made."""
    temperature: float = 0.0
    max_tokens: int = 1024
    concurrency: int = 16
    data: str = ""
    """Path of the data that a suite has not of its own."""
    tools: str = ""
    """Address of the server that runs the tools of gta:end_to_end."""
    sentences: str = ""
    """Folder of the sentence model by which gta scores answers that are like others."""
    budget: float | None = None
    prices: str = ""

    @property
    def written(self) -> str:
        """How the model is to write its calls."""
        unsaid = "hermes" if is_local(self.model) else "native"
        return self.calls or ("template" if self.template else unsaid)


Opening: TypeAlias = AbstractAsyncContextManager[Own]
"""Opens a user's own tools for as long as the context lasts."""


async def run(order: Order, folder: Path, watch: Watch, own: Opening | None = None) -> Summary:
    """Evaluate into a folder, or go on there; `own` are the tools of the suite `tools`.

    Raises  BadInput for what cannot be evaluated, Fault when the model stays away, OverBudget when
            the budget ends it
    """
    if not (math.isfinite(order.temperature) and math.isfinite(order.budget or 0)):
        raise BadInput("a temperature or a budget is no number", "give one")
    name = content_name(order.model)
    template = _template(order)
    way = way_of(order.written, template)
    k = Sampling(order.written, order.temperature, order.max_tokens, order.seed)
    async with AsyncExitStack() as stack:
        suite = await _suite(order, stack, own)
        settings = {
            "calls": k.calls,
            "temperature": f"{k.temperature:g}",
            "max tokens": str(k.max_tokens),
            "seed": str(k.seed),
            **({"sentences": Path(order.sentences).name} if order.sentences else {}),
            **({"template": f"{template.name} {digest(template)}"} if template else {}),
        }
        tasks = [t.id for t in suite.tasks]
        identity = digest([suite.version, tasks, name, settings, order.trials, __version__])
        opened = stack.enter_context(open_run(folder, as_toml(order), identity))
        journal, purse = opened.journal(), _purse(order, name)
        purse.begin(read_usage(folder / "journal.sqlite"), journal.lose)
        door = Journaled(await stack.enter_async_context(_door(order, purse)), journal)
        try:
            return await evaluate(
                suite,
                partial(ModelPlayer, door, name, way, k),
                folder,
                model=order.model,
                settings=settings,
                trials=order.trials,
                at_once=order.concurrency,
                watch=watch,
            )
        finally:
            await door.ended(GRACE)


def _template(order: Order) -> Template | None:
    """Load the template that is given, or that a local model carries where it is asked for."""
    if order.template:
        return Template.load(Path(order.template))
    if order.written != "template" or not is_local(order.model):
        return None
    return Template(content_name(order.model), *chat_template(model_file(order.model)))


async def _suite(order: Order, stack: AsyncExitStack, own: Opening | None) -> Suite:
    """Open the suite for as long as the stack is."""
    name, _, parts = order.suite.partition(":")
    wanted = tuple(dict.fromkeys(part.strip() for part in parts.split(",") if part.strip()))
    each = EACH if order.each is None else order.each
    opened = stack.enter_async_context
    match name:
        case "worlds":
            return await opened(worlds(wanted, order.seed, each, order.tables))
        case "feedback":
            return await opened(feedback(wanted, order.seed, each, order.rounds, order.tables))
        case "tools":
            theirs = await opened(_opening(own))
            return await opened(tools(theirs, wanted, order.seed, each, order.tables))
        case "bfcl":
            return _some_of(await opened(bfcl(wanted)), order)
        case "tau2":
            return _some_of(await opened(tau2(wanted)), order)
        case "gta":
            likeness = likeness_by(order.sentences) if order.sentences else None
            server = await opened(tools_at(order.tools)) if order.tools else None
            return _some_of(await opened(gta(wanted, _data(order), likeness, server)), order)
        case "languages":
            return _some_of(await opened(languages(wanted, _data(order))), order)
        case "tool-query":
            if wanted:
                raise BadInput("tool-query has no parts", "it is scored by difficulty anyway")
            return _some_of(await opened(tool_query(_data(order))), order)
        case _:
            raise BadInput(f"there is no suite {name!r}", f"choose from {', '.join(SUITES)}")


def _opening(own: Opening | None) -> Opening:
    if own is None:
        what = "the suite tools is over the tools of a run"
        raise BadInput(what, "name its folder: --data RUN (docs/tools.md)")
    return own


def _data(order: Order) -> Path:
    if not order.data:
        what = f"the suite {order.suite} has no data of its own"
        raise BadInput(what, "give its path with --data (docs/evaluate.md)")
    return Path(order.data)


def _some_of(suite: Suite, order: Order) -> Suite:
    """Draw so many tasks of each part, by the seed; all where none are asked for."""
    by_part: dict[str, list[int]] = {}
    for n, task in enumerate(suite.tasks):
        by_part.setdefault(next(iter(task.labels.values())), []).append(n)
    drawn = {
        n
        for part, places in by_part.items()
        for n in Random(f"{order.seed} {part}").sample(
            places, len(places) if order.each is None else min(order.each, len(places))
        )
    }
    return replace(suite, tasks=tuple(suite.tasks[n] for n in sorted(drawn)))


def _purse(order: Order, name: str) -> Purse:
    own = prices.read_prices(Path(order.prices)) if order.prices else {}
    known = {**prices.shipped(), **own}
    price = FREE if is_local(order.model) else prices.price_of(order.model, known)
    if order.budget is None:
        return Purse({} if price is None else {name: price})
    if price is None:
        what = f"a budget needs prices, and there is none for {order.model}"
        raise BadInput(what, "give it in a file: --prices FILE (docs/money.md)")
    return Purse({name: price}, Decimal(str(order.budget)))


@asynccontextmanager
async def _door(order: Order, purse: Purse) -> AsyncIterator[Model]:
    """Open the way to the model: limited, retried and paid for as any other."""
    key = os.environ.get(order.key_env)
    way = Way(order.base_url, key, order.key_env, in_flight=order.concurrency)
    if is_local(order.model):
        async with hosted(order.model, way, cores(), purse) as model:
            yield model
    else:
        async with reached(way, purse) as model:
            yield model
