"""The shape of a conversation: roles, calls and results in their places, shown functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from buttonup.gates.order import needed_first
from buttonup.gates.seen import Made, Problem, seen, verdict
from buttonup.records import Assistant, Message, Tool, Trajectory, User, Verdict


def structure(trajectory: Trajectory) -> Verdict:
    """Roles alternate, every call has one result in its turn, and an answer ends it."""
    return verdict("structure", _structure(trajectory.messages))


def functions(trajectory: Trajectory) -> Verdict:
    """Only functions that were shown are called, and no two of them share a name."""
    return verdict("functions", _functions(trajectory))


def parallel(trajectory: Trajectory) -> Verdict:
    """Calls share a turn only where that is allowed, and only when independent of each other.

    A value that only a result of the same turn holds is for the provenance gate to find.
    """
    return verdict("parallel", _parallel(trajectory))


def _structure(messages: tuple[Message, ...]) -> Iterator[Problem]:
    if not messages:
        yield "no_messages", "there is no message"
        return
    if not isinstance(messages[0], User):
        yield "starts_wrong", f"the first message is the {_role(messages[0])}'s"
    ids = Counter(c.id for m in messages if isinstance(m, Assistant) for c in m.calls)
    yield from (("duplicate_id", f"{n} calls have the id {id!r}") for id, n in ids.items() if n > 1)
    waiting: dict[str, str] = {}
    before: Message | None = None
    for i, message in enumerate(messages):
        yield from ((reason, f"message {i}: {words}") for reason, words in _shape(message))
        if isinstance(message, Tool):
            yield from _answered(i, message, waiting)
            continue
        yield from (("unanswered", f"call {id!r} has no result in its turn") for id in waiting)
        if before is not None and not _may_follow(message, before):
            yield "turn_order", f"message {i}: {_role(message)} after {_role(before)}"
        waiting = {c.id: c.name for c in message.calls} if isinstance(message, Assistant) else {}
        before = message
    yield from (("unanswered", f"call {id!r} has no result in its turn") for id in waiting)
    if not (isinstance(messages[-1], Assistant) and messages[-1].answer):
        yield "ends_wrong", f"it ends with the {_role(messages[-1])}, not with an answer"


def _shape(message: Message) -> Iterator[Problem]:
    match message:
        case User(content=content) if not content.strip():
            yield "blank", "the user says nothing"
        case Assistant(calls=calls, answer=answer) if calls and answer:
            yield "calls_and_answer", "calls and an answer at once"
        case Assistant(calls=calls, answer=answer) if not calls and not answer:
            yield "blank", "neither a call nor an answer"


def _answered(i: int, message: Tool, waiting: dict[str, str]) -> Iterator[Problem]:
    """Take a result off those that are waited for."""
    if message.call_id not in waiting:
        yield "stray_result", f"message {i}: no call of its turn waits for {message.call_id!r}"
    elif (name := waiting.pop(message.call_id)) != message.name:
        yield "wrong_name", f"message {i}: a result of {message.name!r} for a call of {name!r}"


def _may_follow(message: Message, before: Message) -> bool:
    """Say who may speak after whom, results left out: they belong to the calls before them."""
    if isinstance(message, User):
        return isinstance(before, Assistant) and not before.calls
    return isinstance(before, User) or (isinstance(before, Assistant) and bool(before.calls))


def _role(message: Message) -> str:
    return type(message).__name__.lower()


def _functions(trajectory: Trajectory) -> Iterator[Problem]:
    index = seen(trajectory)
    if len(index.functions) < len(trajectory.functions):
        names = Counter(f.name for f in trajectory.functions)
        for name, times in names.items():
            if times == 1:
                continue
            yield "duplicate_function", f"{name!r} is shown {times} times"
    offered = {
        f.name: i
        for i, m in enumerate(trajectory.messages)
        if isinstance(m, User)
        for f in m.offers
    }
    for made in index.calls:
        if made.call.name not in index.functions:
            yield "unknown_function", f"message {made.at}: {made.call.name!r} was not shown"
        elif offered.get(made.call.name, -1) > made.at:
            yield "not_offered_yet", f"message {made.at}: {made.call.name!r} is offered later"


def _parallel(trajectory: Trajectory) -> Iterator[Problem]:
    turns: dict[int, list[Made]] = {}
    for made in seen(trajectory).calls:
        turns.setdefault(made.at, []).append(made)
    for at, turn in turns.items():
        if len(turn) == 1:
            continue
        if trajectory.blueprint.parallel is False:
            yield "not_allowed", f"message {at}: {len(turn)} calls, where one at a time is asked"
        for same, times in Counter(made.same for made in turn).items():
            if times > 1:
                yield "identical", f"message {at}: {same[0]} is called {times} times with {same[1]}"
        for made in turn:
            for other in needed_first(trajectory, made, turn):
                yield "dependent", f"message {at}: {made.call.name} needs what {other} brings"
