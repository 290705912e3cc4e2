"""Each turn of the user gets the kind of reply that it calls for.

Asking back where a value is missing, declining where nothing serves, saying so where a call failed:
these are said in many ways, so the marks of each are looked for, not the words. A guess at a value
that comes from nowhere is for provenance to tell of; a call where none is called for is told of
here, and not by the plan gate again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from buttonup.gates.provenance import groundless
from buttonup.gates.seen import Made, Problem, is_error, seen, verdict
from buttonup.records import Assistant, Message, Tool, Trajectory, User, UserTurn, Verdict

_NO = re.compile(
    r"\b(?:no|not|nothing|nobody|none|cannot|unable|unavailable|impossible|sorry|afraid|unfortunately|"
    r"without|beyond|fail(?:s|ed)?|error|refused|rejected|already|declin\w+|denied)\b|n't\b|n\u2019t\b",
    re.IGNORECASE,
)
"""Some way of saying no."""
_ASKS = re.compile(
    r"\?|\b(?:please|kindly) (?:tell|give|let|provide|send|share|specify|confirm|state)\b|"
    r"\b(?:i|we)(?:'d| would)? (?:still )?need (?:to know|your|the|a|an)\b",
    re.IGNORECASE,
)


def turns(trajectory: Trajectory) -> Verdict:
    """Each turn gets the reply it calls for: an answer, a question, a refusal, a failure told."""
    if not trajectory.blueprint.turns:
        return verdict("turns", (), "not applicable: what each turn calls for is not known")
    return verdict("turns", _wrong_replies(trajectory))


def declines(words: str) -> bool:
    """Say whether words to the user say no in some way."""
    return _NO.search(words) is not None


def asks(words: str) -> bool:
    """Say whether words to the user ask for something."""
    return _ASKS.search(words) is not None


def slices(messages: Sequence[Message]) -> list[tuple[int, int]]:
    """Give, for each message of the user, where what follows it begins and ends."""
    starts = [i for i, m in enumerate(messages) if isinstance(m, User)]
    return list(zip(starts, [*starts[1:], len(messages)], strict=False))


def uncalled_for(trajectory: Trajectory, made: Made) -> bool:
    """Say whether a call is made in reply to a turn that calls for none: `turns` tells of it."""
    for turn, (start, end) in zip(
        trajectory.blueprint.turns, slices(trajectory.messages), strict=False
    ):
        if start <= made.at < end:
            guessed = turn.reply == "ask" and made.call.name == turn.missing
            return guessed or turn.reply in ("decline", "chat")
    return False


def _wrong_replies(trajectory: Trajectory) -> Iterator[Problem]:
    calls = seen(trajectory).calls
    planned = trajectory.blueprint.turns
    parts = slices(trajectory.messages)
    for turn, (start, end) in zip(planned, parts, strict=False):
        made = [c for c in calls if start <= c.at < end]
        if turn.reply == "ask":
            made = [c for c in made if not groundless(trajectory, c)]
        yield from wrong_reply(turn, made, trajectory.messages[start:end], start)
    if len(parts) < len(planned):
        yield "unfinished", None, f"the user takes {len(parts)} of {len(planned)} turns"


def wrong_reply(
    turn: UserTurn, made: Sequence[Made], messages: Sequence[Message], start: int
) -> Iterator[Problem]:
    """Say what is wrong with the reply to one turn of the user, which is `messages[0]`."""
    spoken = [i for i, m in enumerate(messages, start) if isinstance(m, Assistant) and m.answer]
    words = " ".join(m.answer for m in messages if isinstance(m, Assistant) and m.answer)
    last = spoken[-1] if spoken else start
    failed = any(isinstance(m, Tool) and is_error(m.result) for m in messages)
    match turn.reply:
        case "ask" if any(call.call.name == turn.missing for call in made):
            for call in made:
                if call.call.name == turn.missing:
                    yield "guessed", call.at, f"{turn.missing} is called without a value"
        case "ask" if words and not asks(words):
            yield "not_asked", last, "nothing is asked for"
        case "decline" | "chat" if made:
            for call in made:
                yield "called_anyway", call.at, f"{call.call.name} serves nothing here"
        case "decline" if words and not declines(words):
            yield "not_declined", last, "it is not said that this cannot be done"
        case "failure" if words and failed and not declines(words):
            yield "unreported_failure", last, "a call failed, and nobody says so"
