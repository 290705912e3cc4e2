"""The stage "judge": a model scores what has passed every gate in code.

Source: single-answer grading by a model, Zheng et al. (arXiv 2306.05685), section 3.1. The rubric,
the several votes, and that a reply which cannot be read is no vote at all are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec
from msgspec.structs import replace

from buttonup import gates
from buttonup.errors import BadInput, Reject
from buttonup.judge.ballot import Vote, slots, spoken, vote_class
from buttonup.judge.rubric import Axis, of_turns, rubric
from buttonup.model.ask import Teacher
from buttonup.model.tally import tally
from buttonup.prompts.render import digest_of
from buttonup.records import Record, Sample, Score, Trajectory, Usage, digest

PROMPT = "judge"
EVERY: tuple[Axis, ...] = tuple(rubric())


class Judging(Record, omit_defaults=False):
    """How a judge is asked, and what it takes to pass."""

    votes: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0
    """Replies asked for each conversation; 0 for no judge."""
    axes: Annotated[tuple[Axis, ...], msgspec.Meta(min_length=1)] = EVERY
    below: Annotated[float, msgspec.Meta(ge=1, le=5)] = 3.0
    """A sample fails where the median of the votes on an axis is below this."""
    turns: bool = False
    """Whether each turn of the assistant is scored too."""
    same_model: bool = False
    """Whether the judge may be a model that also wrote the samples."""

    def __post_init__(self) -> None:
        """Refuse an axis that is named twice."""
        for axis in self.axes:
            if self.axes.count(axis) > 1:
                raise BadInput(f"judge.axes names {axis} twice", "name it once")


async def judge(
    trajectory: Trajectory,
    teacher: Teacher,
    knobs: Judging,
    sift: Callable[[Trajectory], Sample] = gates.sift,
) -> list[Trajectory]:
    """Have a trajectory scored that passes every gate in code; another goes on as it is."""
    if not sift(trajectory).accepted:
        return [trajectory]
    return [await scored(trajectory, teacher, knobs)]


async def scored(trajectory: Trajectory, teacher: Teacher, knobs: Judging) -> Trajectory:
    """Give a trajectory with the scores of a judge; without a vote that can be read, unscored."""
    with tally() as taken:  # one after another: one request in flight, and what it shares is cached
        replies = [await vote(trajectory, teacher, knobs, n) for n in range(knobs.votes)]
    votes = [reply for reply in replies if reply is not None]
    usage = {m: trajectory.usage.get(m, Usage()) + taken[m] for m in taken}
    return replace(
        trajectory,
        scores=(*_of_whole(votes, knobs), *_of_turns(votes, trajectory, knobs)),
        usage=trajectory.usage | usage,
        prompts=trajectory.prompts | {PROMPT: prompt_digest()},
    )


def prompt_digest() -> str:
    """Address what a judge is told: the template, and the rubric that fills it."""
    return digest([digest_of(PROMPT), list(rubric().values())])


async def vote(t: Trajectory, teacher: Teacher, knobs: Judging, number: int = 0) -> Vote | None:
    """Ask for one vote; None when no reply can be used. Each number is a draw of its own."""
    asked_of = len(spoken(t.messages))

    def check(reply: Vote) -> None:
        if knobs.turns and [turn.line for turn in reply.turns] != list(range(1, asked_of + 1)):
            raise ValueError(f"`turns` must have each A line once, in order: 1 to {asked_of}")

    want = vote_class(knobs.axes, knobs.turns)
    shown = slots(t, knobs.axes, knobs.turns)
    try:
        return await teacher.ask(PROMPT, want, shown, check=check, draw=number)
    except Reject:  # asked as often as anything is; what cannot be read is no opinion
        return None


def _of_whole(votes: Sequence[Vote], knobs: Judging) -> list[Score]:
    marks = {axis: [getattr(vote, axis) for vote in votes] for axis in knobs.axes}
    return [
        _score(axis, None, [(m.score, m.why) for m in marks[axis]], knobs) for axis in knobs.axes
    ]


def _of_turns(votes: Sequence[Vote], t: Trajectory, knobs: Judging) -> list[Score]:
    if not knobs.turns:
        return []
    return [
        _score(axis, at, [(getattr(v.turns[n], axis), v.turns[n].why) for v in votes], knobs)
        for n, at in enumerate(spoken(t.messages))
        for axis in of_turns(knobs.axes)
    ]


def _score(axis: Axis, at: int | None, marks: list[tuple[int, str]], knobs: Judging) -> Score:
    lowest = min(marks, default=(0, ""), key=lambda mark: mark[0])
    return Score(
        axis=axis,
        at=at,
        votes=tuple(score for score, _ in marks),
        why=lowest[1],
        below=knobs.below,
    )
