"""The suite `worlds`: tasks over the shipped worlds, played against the worlds themselves.

Three parts: functions that training data may show (`seen`), functions of families held out
(`unseen_functions`), and whole worlds held out (`held_out`). Final state, answer, restraint and
replies are what `gates.verify` asks; partial credit is by the steps of the plan.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from typing import Literal

from buttonup import __version__
from buttonup.bottomup import truth_first
from buttonup.errors import BadInput, Reject
from buttonup.evaluate.suite import STEPS, Played, Player, Suite, Task
from buttonup.formats import exported
from buttonup.gates.verify import Score
from buttonup.records import Assistant, Blueprint, Conversation, Record, Trajectory, digest
from buttonup.store.settings import filled
from buttonup.tools.own.run import Opens
from buttonup.topdown.episode import Episode
from buttonup.topdown.plan_follower import follow_plan
from buttonup.worlds.splits import Split, unseen, worlds_of

Part = Literal["seen", "unseen_functions", "held_out"]
PARTS: dict[str, Split] = {
    "seen": "train",
    "unseen_functions": "unseen_functions",
    "held_out": "held_out",
}
APART = 10**9  # added to the seed: no run of training data starts from these
EACH = 200  # tasks of a part, unless asked for otherwise: an interval of 7 points either way
HOPELESS = 2000  # tickets in a row that come to nothing: there are no more such tasks. Ours
Make = Callable[[truth_first.Ticket], Awaitable[list[Blueprint]]]
Play = Callable[[Blueprint, Player], Awaitable[Played]]
ASKED = ("state", "answer", "restraint", "replies")


class Tables(Record):
    """How tasks are made: the tables of a recipe that say it (docs/recipes.md)."""

    plan: truth_first.Planning = truth_first.Planning()
    scenes: truth_first.Scenes = truth_first.Scenes()
    wording: truth_first.Wording = truth_first.Wording()
    blueprint: truth_first.Blueprinting = truth_first.Blueprinting()

    @property
    def version(self) -> str:
        """Tell tasks of other tables apart from these."""
        return "" if self == DEFAULT else f" recipe {digest(filled(self))}"


DEFAULT = Tables()


@asynccontextmanager
async def worlds(
    wanted: tuple[str, ...] = (), seed: int = 0, each: int = EACH, tables: Tables = DEFAULT
) -> AsyncIterator[Suite]:
    """Give the suite: so many tasks of each part wanted, or of all.

    Raises  BadInput for an unknown part
    """
    tasks = await drawn(wanted, seed, each, tables, played)
    yield Suite("worlds", f"buttonup {__version__} seed {seed}{tables.version}", tasks)


async def drawn(
    wanted: tuple[str, ...], seed: int, each: int, tables: Tables, play: Play
) -> tuple[Task, ...]:
    """Draw so many tasks of each part wanted, or of all, each played by `play`.

    Raises  BadInput for an unknown part
    """
    if unknown := [name for name in wanted if name not in PARTS]:
        raise BadInput(f"worlds has no {unknown[0]}", f"choose from {', '.join(PARTS)}")
    return tuple(
        [
            task_of(part, index, blueprint, play)
            for part in wanted or PARTS
            async for index, blueprint in planned(_planning(PARTS[part], tables), seed, each)
        ]
    )


def _planning(split: Split, tables: Tables) -> Make:
    return partial(
        truth_first.blueprints,
        worlds=worlds_of(split),
        planning=tables.plan,
        scenes=tables.scenes,
        wording=tables.wording,
        knobs=tables.blueprint,
        must=unseen(split),
    )


async def planned(make: Make, seed: int, each: int) -> AsyncIterator[tuple[int, Blueprint]]:
    """Make so many tasks, each with its number. Raises BadInput where none can be made."""
    left = each
    last = 0
    for index in count():
        if not left:
            return
        if index - last > HOPELESS:
            what = f"only {each - left} tasks can be made"
            raise BadInput(what, "give -n that many, or tools and knobs that allow for more")
        try:
            [blueprint] = await make(truth_first.Ticket(seed=APART + seed, index=index))
        except Reject:
            continue  # no plan came of this ticket
        left, last = left - 1, index
        yield index, blueprint


def task_of(part: str, index: int, blueprint: Blueprint, play: Play) -> Task:
    """Make a task of a blueprint, labelled by what it asks."""
    calls = sum(len(step.calls) for step in blueprint.plan)
    kinds = dict.fromkeys(t.kind for t in blueprint.turns if t.kind not in ("request", "offer"))
    replies = {t.reply for t in blueprint.turns} & {"ask", "decline", "failure"}
    return Task(
        id=f"{part}_{index}",
        labels={
            "part": part,
            "world": "+".join(blueprint.tools.worlds) or blueprint.tools.source,
            "depth": str(min(calls, 8)) if calls < 8 else "8 and more",  # noqa: PLR2004 - a group
            "shape": blueprint.task.shape,
            "turns": "+".join([*kinds, *sorted(replies)]) or "request",
        },
        gold=partial(_gold, blueprint),
        play=partial(play, blueprint),
    )


async def _gold(blueprint: Blueprint, conversation: Conversation) -> Assistant:
    acted = await follow_plan(Trajectory(blueprint, conversation.messages))
    last = acted.messages[-1]
    assert isinstance(last, Assistant)
    return last


async def acted(blueprint: Blueprint, player: Player, own: Opens | None = None) -> Episode:
    """Play all turns of the user against the worlds; it is not over where there was no end.

    `own` opens the user's own tools, for a task over these.
    """
    episode, steps = await Episode.open(blueprint, own), 0
    while not episode.over and steps <= STEPS:
        heard = await player(exported(episode.trajectory))
        await episode.take(heard)
        steps = steps + 1 if heard.calls else 0
    return episode


async def played(blueprint: Blueprint, player: Player, own: Opens | None = None) -> Played:
    """Play a task, and verify what came of it."""
    episode = await acted(blueprint, player, own)
    if not episode.over:
        return Played(False, 0.0, "too_many_steps", episode.messages)
    score = episode.verified()
    return Played(score.passed, score.share, first_wrong(score), episode.messages)


def first_wrong(score: Score) -> str:
    """Name what is wrong first; empty where all is right."""
    return next((f"wrong_{name}" for name in ASKED if not getattr(score, name)), "")
