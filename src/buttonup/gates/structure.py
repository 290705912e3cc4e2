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
        yield "no_messages", None, "there is no message"
        return
    if not isinstance(messages[0], User):
        yield "starts_wrong", 0, f"the first message is the {_role(messages[0])}'s"
    yield from _same_ids(messages)
    waiting: dict[str, str] = {}
    calling = 0
    before: Message | None = None
    for i, message in enumerate(messages):
        yield from ((reason, i, words) for reason, words in _shape(message))
        if isinstance(message, Tool):
            yield from _answered(i, message, waiting)
            continue
        yield from _unanswered(calling, waiting)
        if before is not None and not _may_follow(message, before):
            yield "turn_order", i, f"{_role(message)} after {_role(before)}"
        waiting = {c.id: c.name for c in message.calls} if isinstance(message, Assistant) else {}
        before, calling = message, i
    yield from _unanswered(calling, waiting)
    if not (isinstance(messages[-1], Assistant) and messages[-1].answer):
        yield (
            "ends_wrong",
            len(messages) - 1,
            f"it ends with the {_role(messages[-1])}, not with an answer",
        )


def _same_ids(messages: tuple[Message, ...]) -> Iterator[Problem]:
    calls = [(c.id, i) for i, m in enumerate(messages) if isinstance(m, Assistant) for c in m.calls]
    ids = Counter(id for id, _ in calls)
    if len(ids) < len(calls):
        last = dict(calls)
        repeated = ((id, n) for id, n in ids.items() if n > 1)
        yield from (
            ("duplicate_id", last[id], f"{n} calls have the id {id!r}") for id, n in repeated
        )


def _unanswered(at: int, waiting: dict[str, str]) -> Iterator[Problem]:
    yield from (("unanswered", at, f"call {id!r} has no result in its turn") for id in waiting)


def _shape(message: Message) -> Iterator[tuple[str, str]]:
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
        yield "stray_result", i, f"no call of its turn waits for {message.call_id!r}"
    elif (name := waiting.pop(message.call_id)) != message.name:
        yield "wrong_name", i, f"a result of {message.name!r} for a call of {name!r}"


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
            yield "duplicate_function", None, f"{name!r} is shown {times} times"
    offered = {
        f.name: i
        for i, m in enumerate(trajectory.messages)
        if isinstance(m, User)
        for f in m.offers
    }
    for made in index.calls:
        if made.call.name not in index.functions:
            yield "unknown_function", made.at, f"{made.call.name!r} was not shown"
        elif offered.get(made.call.name, -1) > made.at:
            yield "not_offered_yet", made.at, f"{made.call.name!r} is offered later"


def _parallel(trajectory: Trajectory) -> Iterator[Problem]:
    turns: dict[int, list[Made]] = {}
    for made in seen(trajectory).calls:
        turns.setdefault(made.at, []).append(made)
    for at, turn in turns.items():
        if len(turn) == 1:
            continue
        if trajectory.blueprint.parallel is False:
            yield "not_allowed", at, f"{len(turn)} calls, where one at a time is asked"
        for same, times in Counter(made.same for made in turn).items():
            if times > 1:
                yield "identical", at, f"{same[0]} is called {times} times with {same[1]}"
        for made in turn:
            for other in needed_first(trajectory, made, turn):
                yield "dependent", at, f"{made.call.name} needs what {other} brings"
