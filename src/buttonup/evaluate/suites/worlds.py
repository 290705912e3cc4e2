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
    tasks = await drawn(wanted, seed, each, tables, _play)
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
            _task(f"{part}_{index}", part, blueprint, play)
            for part in wanted or PARTS
            async for index, blueprint in _blueprints(PARTS[part], seed, each, tables)
        ]
    )


async def _blueprints(
    split: Split, seed: int, each: int, tables: Tables
) -> AsyncIterator[tuple[int, Blueprint]]:
    there, must, left = worlds_of(split), unseen(split), each
    for index in count():
        if not left:
            return
        try:
            [blueprint] = await truth_first.blueprints(
                truth_first.Ticket(seed=APART + seed, index=index),
                there,
                tables.plan,
                tables.scenes,
                tables.wording,
                tables.blueprint,
                must,
            )
        except Reject:
            continue  # no plan came of this ticket
        left -= 1
        yield index, blueprint


def _task(id: str, part: str, blueprint: Blueprint, play: Play) -> Task:
    calls = sum(len(step.calls) for step in blueprint.plan)
    kinds = dict.fromkeys(t.kind for t in blueprint.turns if t.kind not in ("request", "offer"))
    replies = {t.reply for t in blueprint.turns} & {"ask", "decline", "failure"}
    return Task(
        id=id,
        labels={
            "part": part,
            "world": "+".join(blueprint.tools.worlds),
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


async def acted(blueprint: Blueprint, player: Player) -> Episode:
    """Play all turns of the user against the worlds; it is not over where there was no end."""
    episode, steps = await Episode.open(blueprint), 0
    while not episode.over and steps <= STEPS:
        heard = await player(exported(episode.trajectory))
        await episode.take(heard)
        steps = steps + 1 if heard.calls else 0
    return episode


async def _play(blueprint: Blueprint, player: Player) -> Played:
    """Play a task, and verify what came of it."""
    episode = await acted(blueprint, player)
    if not episode.over:
        return Played(False, 0.0, "too_many_steps", episode.messages)
    score = episode.verified()
    return Played(score.passed, score.share, first_wrong(score), episode.messages)


def first_wrong(score: Score) -> str:
    """Name what is wrong first; empty where all is right."""
    return next((f"wrong_{name}" for name in ASKED if not getattr(score, name)), "")
