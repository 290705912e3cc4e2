"""The suite `feedback`: tasks over the worlds, tried for some rounds; what failed is told.

The sub-tasks and the four things that `gates.verify` asks are the requirements of a task. Of those
that failed the model is told which they are, in words that hold no result and no gold value; then
the worlds are set back, and the user says the same again. A round's score is strict (all
requirements are met, in this round or before) and soft (the share that is).
Source  strict and soft are the hard and the soft satisfaction rate of FollowBench (arXiv
        2310.20410), of requirements in place of constraints; requirements and rounds are ours
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial

from msgspec.structs import replace

from buttonup import __version__
from buttonup.errors import Reject
from buttonup.evaluate.measures import Measure, share
from buttonup.evaluate.suite import Played, Player, Suite
from buttonup.evaluate.suites.worlds import DEFAULT, EACH, Tables, acted, drawn, first_wrong
from buttonup.gates.verify import Score
from buttonup.records import Assistant, Blueprint, Conversation, Message, User

ROUNDS = 3
AGAIN = (
    "That did not do. These requirements were not met:\n{failed}\n\nEverything has been set back "
    "to how it was. I say it all once more, as if for the first time.\n\n"
)
WHOLE = {
    "state": "In the end just that has changed which was asked for.",
    "answer": "All that was asked for is told, and was looked up before it is told.",
    "restraint": "Nothing else is changed, and little else is looked up.",
    "replies": "Each message gets the reply it calls for: an answer, a question where something "
    "is missing, or an honest word where it cannot be done.",
}


@asynccontextmanager
async def feedback(
    wanted: tuple[str, ...] = (),
    seed: int = 0,
    each: int = EACH,
    rounds: int = ROUNDS,
    tables: Tables = DEFAULT,
) -> AsyncIterator[Suite]:
    """Give the suite: the tasks of `worlds`, each tried for so many rounds at most.

    Raises  BadInput for an unknown part
    """
    tasks = await drawn(wanted, seed, each, tables, partial(_play, rounds))
    version = f"buttonup {__version__} seed {seed} rounds {rounds}{tables.version}"
    yield Suite("feedback", version, tasks, measures(rounds))


def measures(rounds: int) -> tuple[Measure, ...]:
    """Give what is counted of so many rounds."""
    return tuple(
        share(f"{kind}, round {n}", f"{kind}_{n}", "tasks")
        for kind in ("strict", "soft", "not asked")
        for n in range(1, rounds + 1)
        if (kind, n) != ("not asked", 1)
    )


def requirements(blueprint: Blueprint, score: Score) -> Iterator[tuple[str, bool]]:
    """Give each requirement of a task in words, and whether it is met.

    The words are those of the sub-tasks, which name what is not known yet by what it is ("the
    cheapest of them"); of one that a condition rules out, nothing says that it does.
    """
    for task, step, credit in zip(
        blueprint.task.subtasks, blueprint.plan, score.credits, strict=True
    ):
        words = f"Mind the condition on this: {task.text}" if step.avoided else task.text
        yield words, credit == 1
    for name, words in WHOLE.items():
        yield words, bool(getattr(score, name))


async def _play(rounds: int, blueprint: Blueprint, player: Player) -> Played:
    """Play a task until it passes or the rounds are over.

    A round that could not be asked, as a conversation grows too long, brings nothing new: what was
    not met stays so. In the first round that is an inference error like any.
    """
    messages: tuple[Message, ...] = ()
    counts, told, passed, met, reason = {"tasks": 1.0}, "", False, 0.0, ""
    speaks = player
    for n in range(1, rounds + 1):
        if not passed and not reason.startswith("not_asked"):
            try:
                episode = await acted(blueprint, speaks)
            except Reject as reject:
                if n == 1:
                    raise
                reason = f"not_asked_{reject.reason}"
            else:
                score = episode.verified()
                asked = list(requirements(blueprint, score))
                passed, reason = score.passed, first_wrong(score)
                met = 1.0 if passed else sum(ok for _, ok in asked) / len(asked)
                messages = _continued(messages, told, episode.messages)
                told = AGAIN.format(failed="\n".join(f"- {w}" for w, ok in asked if not ok))
                speaks = _after(messages, told, player)
        counts |= {f"strict_{n}": float(passed), f"soft_{n}": met}
        counts[f"not asked_{n}"] = float(reason.startswith("not_asked"))
    return Played(passed, met, reason, messages, counts)


def _after(before: tuple[Message, ...], told: str, player: Player) -> Player:
    """Show a player what was before, and what of it failed, ahead of what is said now."""

    async def again(now: Conversation) -> Assistant:
        return await player(replace(now, messages=_continued(before, told, now.messages)))

    return again


def _continued(
    before: tuple[Message, ...], told: str, now: tuple[Message, ...]
) -> tuple[Message, ...]:
    """Join two rounds; functions that were offered before are offered anew, or not."""
    if not before:
        return now
    first, *rest = now
    assert isinstance(first, User)
    said = (User(m.content) if isinstance(m, User) else m for m in before)
    return (*said, User(told + first.content, first.offers), *rest)
