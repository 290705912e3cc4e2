"""Learns about a user's tools and writes it down, without making a sample; a model may propose.

What a model is asked is kept beside the file until all is done: killed and started again, it is
paid for once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from msgspec import json
from msgspec.structs import replace

from buttonup.engine.cores import cores
from buttonup.errors import OVER, BadInput, OverBudget, Reject
from buttonup.formats.export import refuse_taken
from buttonup.model.alone import Alone, asked_alone, forget
from buttonup.model.ask import Teacher
from buttonup.model.door import Model
from buttonup.owned import joined_for
from buttonup.recipe import Recipe, own_specs, worlds_beside
from buttonup.records import Record, encode, leaves
from buttonup.showing.learned import learned_as_text, to_look_at
from buttonup.showing.wording import many, plain
from buttonup.store.settings import filled
from buttonup.store.whole import put
from buttonup.tools.learning.learned import Learned, written
from buttonup.tools.learning.shape import is_date
from buttonup.tools.own.answers import Answers
from buttonup.tools.own.run import learned_of
from buttonup.tools.own.world import OwnWorld
from buttonup.tools.proposals.feeding import Notes, proposed
from buttonup.tools.proposals.phrasing import Worded, worded
from buttonup.tools.proposals.trying import Trying


class Lesson(Record):
    """What was learned of tools, and what came of asking a model."""

    learned: Learned
    out: str
    newest: str = ""
    """The last day that results tell of, YYYY-MM-DD; "" where they tell of none."""
    kept: tuple[str, ...] = ()
    """Proposals that were taken, each with how it was tried."""
    dropped: tuple[str, ...] = ()
    """Proposals that did not work."""
    refused: dict[str, str] = {}
    """Function -> why nothing is proposed for it."""
    dollars: float = 0.0
    calls: int = 0
    """Replies of the model."""

    @property
    def short(self) -> bool:
        """Say whether the budget ended the asking."""
        return any(why.startswith(OVER) for why in self.refused.values())


async def learned(
    recipe: Recipe, out: Path, *, over: bool = False, model: Model | None = None
) -> Lesson:
    """Learn about the tools of a recipe, have its teacher propose where it has one, and write it.

    `over` says that a file that is there may be replaced. `model` stands in for the endpoint.
    Raises  BadInput for tools that cannot be read, a model that cannot be asked, a file that is
            there already
    """
    if not own_specs(recipe) or worlds_beside(recipe):
        raise BadInput("only tools of your own are learned", "name python:FILE, openapi:FILE, …")
    refuse_taken(out, replace=over)
    async with joined_for(recipe) as source:
        found = await learned_of(source, recipe.own, recipe.seed)
        trying, notes = Trying(source, found, recipe.own.sample_all), Notes()
        lesson = Lesson(found, str(out))
        if recipe.teacher.model:
            async with asked_alone(_alone(recipe), out, cores(), model) as (teacher, purse):
                taught = await _taught(trying, teacher, notes, recipe)
            lesson = replace(
                lesson,
                learned=replace(taught, given=found.given),
                kept=tuple(notes.kept),
                dropped=tuple(notes.dropped),
                refused=notes.refused,
                dollars=float(purse.spent),
                calls=purse.calls,
            )
            if not lesson.short:
                forget(out)
        lesson = replace(lesson, newest=max([d async for d in _days(trying)], default=""))
    put(out, written(lesson.learned).encode())
    return lesson


def _alone(recipe: Recipe) -> Alone:
    k = recipe.teacher
    return Alone(
        model=k.model,
        base_url=k.base_url,
        key_env=k.key_env,
        temperature=k.temperature,
        max_tokens=k.max_tokens,
        tries=k.tries,
        timeout=k.timeout,
        in_flight=k.concurrency or recipe.concurrency,
        seed=recipe.seed,
        budget=recipe.budget,
        prices=recipe.prices,
    )


def as_json(lesson: Lesson) -> str:
    """Write it as one JSON object."""
    return json.format(encode(filled(lesson)), indent=1).decode()


def as_text(lesson: Lesson) -> str:
    """Tell what was learned, what came of proposals, and what to look at in the file."""
    known = lesson.learned
    reads = [f for f in known.functions.values() if not f.writes]
    calls = sum(f.called for f in reads)
    writes = len(known.functions) - len(reads)
    counted = (
        f"{many(len(known.functions), 'function')}: {len(reads)} read ({many(calls, 'call')}), "
        f"{writes} write (none called); {many(len(known.feeds), 'feed')}"
    )
    told = [learned_as_text(known), "", counted]
    worded = sum(f.proposed for f in known.functions.values())
    if lesson.calls:
        told.append(f"Proposed: words for {many(worded, 'function')}, and")
    told += [f"  taken    {plain(line, 160)}" for line in lesson.kept]
    told += [f"  dropped  {plain(line, 160)}" for line in lesson.dropped]
    look = to_look_at(known, lesson.newest)
    told += ["Look at:", *(f"  {line}" for line in look)] if look else []
    return "\n".join([*told, f"Written to {plain(lesson.out)}; a run goes by it with --learned."])


async def _taught(trying: Trying, teacher: Teacher, notes: Notes, recipe: Recipe) -> Learned:
    """Have feeds and values proposed, learn with them, and have all that can be called worded."""
    given = await proposed(trying, teacher, notes)
    again = await learned_of(trying.source, recipe.own, recipe.seed, given)
    trying.learned = again
    world = OwnWorld(trying.source.tools, again, Answers(trying.source))
    names = [name for name in world.own if again.functions[name].phrases is None]
    told = await asyncio.gather(*(_worded(trying, world, name, teacher) for name in names))
    functions = dict(again.functions)
    for name, words in zip(names, told, strict=True):
        if isinstance(words, Reject):
            notes.refused[name] = str(words)
            continue
        entity, said = words.entity, functions[name].parameters
        functions[name] = replace(
            functions[name],
            proposed=True,
            parameters={
                p: replace(known, says=known.says or words.says.get(p, ""))
                for p, known in said.items()
            },
            noun=entity.noun,
            plural=entity.plural,
            phrases=words.phrases,
            entity=entity,
        )
    return replace(again, functions=functions)


async def _worded(trying: Trying, world: OwnWorld, name: str, teacher: Teacher) -> Worded | Reject:
    looks = await trying.results(name)
    example = {"arguments": looks[0][0], "gave": looks[0][1]} if looks else None
    try:
        return await worded(world.own[name], world.book, example, teacher)
    except Reject as rejected:
        return rejected
    except OverBudget as over:
        return Reject(OVER, str(over))


async def _days(trying: Trying) -> AsyncIterator[str]:
    """Give the days that results tell of."""
    for name in trying.learned.functions:
        for _, result in await trying.results(name):
            for day in _in(result):
                yield day


def _in(result: object) -> Iterator[str]:
    return (v[:10] for _, v in leaves(result) if isinstance(v, str) and is_date(v[:10]))
