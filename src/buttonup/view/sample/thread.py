"""The conversation as people read chats: turns, with each call beside the result that it got."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from buttonup.engine.lengths import CHARACTERS_A_TOKEN
from buttonup.gates.seen import CONTEXT, Made, is_error, seen
from buttonup.records import (
    Assistant,
    Function,
    Json,
    Message,
    Score,
    Tool,
    Trajectory,
    User,
    UserTurn,
    Verdict,
    encode,
)
from buttonup.view.sample.graph import steps_of
from buttonup.view.sample.sources import Sources
from buttonup.view.sample.tree import Node, lines, summary, tree
from buttonup.view.sample.visible import NOTHING, legible, shown, visible

SHORT = 12
"""Lines of a result that is shown unfolded; ours: two of them and a thought fit on a screen."""

MET = {
    "ask": "to be asked back",
    "decline": "to be declined",
    "failure": "to be told of a failure",
}
"""What the assistant's reply is to be, where it is neither an answer nor chat, in words."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a call gave."""

    at: int
    error: bool
    summary: str
    tree: Node
    open: bool
    """Whether it is short enough to be shown at once."""
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Called:
    """A call as it is shown."""

    nth: int
    name: Markup
    id: str
    arguments: Node | None
    """None where they are no JSON object; `raw` has what was emitted."""
    raw: Markup
    step: int | None
    """The sub-task that it is made for."""
    result: Result | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A message as it is shown."""

    at: int
    role: str
    """"user", "assistant", or "result": one that answers no call of the turn before."""
    words: Markup = NOTHING
    thought: Markup = NOTHING
    calls: tuple[Called, ...] = ()
    result: Result | None = None
    name: str = ""
    """Whose result it is, where it is one."""
    offers: tuple[Function, ...] = ()
    number: int = 0
    """Which turn of the user it is, counted from 1."""
    kind: str = ""
    """What the user's turn is for, and how it is to be replied to."""
    masked: bool = False
    again: str = ""
    """Why the turn was asked for again, where it was."""
    verdicts: tuple[Verdict, ...] = ()
    scores: tuple[Score, ...] = ()
    tokens: int = 0
    """About how many it has."""


def thread(t: Trajectory, verdicts: Sequence[Verdict], found: Sources) -> tuple[Turn, ...]:
    """Give the turns of a conversation; results stand with the calls that they answer."""
    return tuple(_turns(t, verdicts, found))


def context(t: Trajectory, found: Sources) -> Markup:
    """Give the system prompt's own words, with what of them is a source."""
    return shown(t.blueprint.context, found.words.get((CONTEXT, "content"), ()))


def _turns(t: Trajectory, verdicts: Sequence[Verdict], found: Sources) -> Iterator[Turn]:
    index, steps = seen(t), steps_of(t)
    made: dict[int, list[Made]] = {}
    for one in index.calls:
        made.setdefault(one.at, []).append(one)
    answers = {one.answered for one in index.calls}
    failing: dict[int, list[Verdict]] = {}
    for v in verdicts:
        for at in v.at if not v.passed else ():
            failing.setdefault(at, []).append(v)
    number = 0
    for at, message in enumerate(t.messages):
        mine = tuple(failing.get(at, ()))
        match message:
            case User():
                number += 1
                yield _said(t, at, message, number, found, mine)
            case Assistant():
                calls = tuple(
                    _called(one, steps[one.nth], found, _result(t, one.answered, found, failing))
                    for one in made.get(at, ())
                )
                yield _acted(t, at, message, calls, found, mine)
            case Tool() if at not in answers:
                result = _result(t, at, found, failing)
                yield Turn(at, "result", result=result, name=legible(message.name))


def _said(
    t: Trajectory, at: int, m: User, number: int, found: Sources, verdicts: tuple[Verdict, ...]
) -> Turn:
    turns = t.blueprint.turns
    return Turn(
        at,
        "user",
        shown(m.content, found.words.get((at, "content"), ())),
        number=number,
        kind=_kind(turns[number - 1]) if number <= len(turns) else "",
        offers=m.offers,
        verdicts=verdicts,
        tokens=about_tokens(m),
    )


def _kind(turn: UserTurn) -> str:
    told = turn.kind.replace("_", " ")
    return f"{told}, {MET[turn.reply]}" if turn.reply in MET else told


def _acted(
    t: Trajectory,
    at: int,
    m: Assistant,
    calls: tuple[Called, ...],
    found: Sources,
    verdicts: tuple[Verdict, ...],
) -> Turn:
    repair = t.repair if t.repair and t.repair.at == at else None
    return Turn(
        at,
        "assistant",
        shown(m.answer, found.words.get((at, "answer"), ())),
        shown(m.thought, found.words.get((at, "thought"), ())),
        calls,
        masked=m.masked,
        again=f"{repair.gate}: {repair.reason}" if repair else "",
        verdicts=verdicts,
        scores=tuple(score for score in t.scores if score.at == at),
        tokens=about_tokens(m),
    )


def _called(made: Made, step: int | None, found: Sources, result: Result | None) -> Called:
    call = made.call
    arguments = None
    if call.arguments is not None:
        arguments = tree(call.arguments, traces=found.traces.get(made.nth))
    return Called(
        made.nth, visible(call.name), legible(call.id), arguments, shown(call.raw), step, result
    )


def _result(
    t: Trajectory, at: int | None, found: Sources, failing: dict[int, list[Verdict]]
) -> Result | None:
    message = t.messages[at] if at is not None else None
    if at is None or not isinstance(message, Tool):
        return None
    value: Json = message.result
    error = is_error(value)
    return Result(
        at,
        error,
        summary(value),
        tree(_told(value), found.results.get(at)),
        error or lines(value, SHORT + 1) <= SHORT,
        tuple(failing.get(at, ())),
    )


def _told(value: Json) -> Json:
    """Give the words alone of an error that has nothing else."""
    alone = isinstance(value, dict) and list(value) == ["error"]
    return value["error"] if alone and isinstance(value["error"], str) else value


def about_tokens(message: Message) -> int:
    """Estimate the tokens of a message by its characters, as the report does."""
    try:
        return -(-len(encode(message)) // CHARACTERS_A_TOKEN)
    except (ValueError, OverflowError, RecursionError):
        return 0
