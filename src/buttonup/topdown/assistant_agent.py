"""The assistant played by an LLM: shown the decomposition (guided), or as the student (blind).

What it may not do is said in its prompt and checked in code; a reply that breaks a rule goes back
with words that say which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from buttonup.model.ask import Teacher
from buttonup.model.door import Turn
from buttonup.model.schemas import schema_of
from buttonup.prompts.render import render
from buttonup.records import (
    Assistant,
    Call,
    Function,
    Json,
    Message,
    Tool,
    Trajectory,
    User,
    encode,
)
from buttonup.tools.door import failed, misfit
from buttonup.topdown.turns import calls_made
from buttonup.topdown.views import AssistantView, assistant_sees

PROMPT = "assistant"
REPAIR = "repair"


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call to make."""

    name: str
    arguments: dict[str, Any]


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One turn: a thought, then either calls or the final answer."""

    thought: str
    calls: list[Wanted] = []
    answer: str = ""


@dataclass(frozen=True, slots=True)
class AssistantAgent:
    """An assistant played by a teacher."""

    teacher: Teacher
    guided: bool
    """Whether it is shown the decomposition."""
    again: tuple[Assistant, str] | None = None
    """A turn it has taken that cannot stand, and words that say why: it takes it once more."""

    async def __call__(self, t: Trajectory) -> Trajectory:
        """Take one turn.

        Rejects  what the teacher rejects: no turn that keeps the rules.
        """
        view = assistant_sees(t, guided=self.guided)

        def check(move: Move) -> None:
            if wrong := next(violations(move, view), ""):
                raise ValueError(wrong)
            if self.again and (trace := mention_of(move, view)):
                raise ValueError(f"do not mention {trace!r}; write as if this were your only reply")

        slots = {
            "context": view.context,
            "functions": [encode(f).decode() for f in view.functions],
            "hints": view.hints,
            "parallel": view.parallel,
        }
        history = transcript(view.messages)
        if self.again:
            history += _sent_back(*self.again)
        move = await self.teacher.ask(PROMPT, Move, slots, check=check, history=history)
        return t.plus(_message(move, len(calls_made(t))))


def _sent_back(turn: Assistant, words: str) -> tuple[Turn, ...]:
    """Show a turn, and why it cannot stand; only whoever takes it again ever sees this."""
    schema = msgspec.json.format(msgspec.json.encode(schema_of(Move)), indent=1).decode()
    told = render(REPAIR, {"words": words, "schema": schema}).system
    return Turn("assistant", encode(_move(turn)).decode()), Turn("user", told)


def _message(move: Move, made: int) -> Assistant:
    return Assistant(
        thought=move.thought.strip(),
        calls=tuple(
            Call.of(f"call_{made + n}", call.name, call.arguments)
            for n, call in enumerate(move.calls, 1)
        ),
        answer=move.answer.strip(),
    )


# --- the rules ----------------------------------------------------------------------------------


def violations(move: Move, view: AssistantView) -> Iterator[str]:
    """Say, in words for the assistant, which rules a turn breaks."""
    if not move.thought.strip():
        yield "give a thought"
    if bool(move.calls) == bool(move.answer.strip()):
        yield "give either calls or an answer: exactly one of them"
    if len(move.calls) > 1 and not view.parallel:
        yield "make one call a turn and wait for its result"
    for call in move.calls:
        yield from _unfit(call, view.functions)
    yield from _repeats(move, view.messages)
    yield from _leaks(move, view)


def _unfit(call: Wanted, functions: Sequence[Function]) -> Iterator[str]:
    function = next((f for f in functions if f.name == call.name), None)
    if function is None:
        known = ", ".join(f.name for f in functions)
        yield f"there is no function {call.name!r}; there are {known}"
    elif wrong := misfit(call.arguments, function.parameters):
        yield f"the arguments of {call.name} do not fit: {wrong}"


def _repeats(move: Move, messages: Sequence[Message]) -> Iterator[str]:
    results = {m.call_id: m.result for m in messages if isinstance(m, Tool)}
    done = {
        _address(call.name, call.arguments)
        for m in messages
        if isinstance(m, Assistant)
        for call in m.calls
        if call.id in results and not failed(results[call.id])
    }
    for call in move.calls:
        if (address := _address(call.name, call.arguments)) in done:
            yield f"this call of {call.name} has its answer already; do not repeat it"
        done.add(address)


def _address(name: str, arguments: Json) -> bytes:
    return encode([name, arguments])


VERBATIM = 6  # words of a hint that make a copy; ours: fewer come together by chance
_TELLTALE = re.compile(
    r"\bsub[- ]?(?:tasks?|goals?)\b|\bdecompos\w+|\bhints?\b"
    r"|\b(?:given|provided|suggested) (?:plan|way|steps)\b"
    r"|\b(?:according to|as per|following|next in) the plan\b",
    re.IGNORECASE,
)


def _leaks(move: Move, view: AssistantView) -> Iterator[str]:
    """Find traces of the hints in what the student will read."""
    if not view.hints:
        return
    said = f"{move.thought}\n{move.answer}"
    heard = _plain(" ".join(m.content for m in view.messages if isinstance(m, User)))
    if trace := _TELLTALE.search(said):
        yield f"do not mention {trace[0]!r}; think as if you had found the way yourself"
    for hint in view.hints:
        words = _plain(hint.task)
        long = len(words.split()) >= VERBATIM
        if long and words in _plain(said) and words not in heard:
            yield f"do not copy {hint.task!r}; use words of your own"


_OF_REPAIR = re.compile(
    r"\b(?:previous|earlier|first|last|prior) (?:reply|response|attempt|try|turn|draft|answer)\b"
    r"|\b(?:feedback|reviewer|verdict|apolog\w+|redo(?:ing)?)\b"
    r"|(?<!\buser )(?<!\buser's )(?<!\byou )(?<!\byour )\bcorrect(?:ed|ing|ion)s?\b"
    r"|\b(?:my|the) (?:mistake|error)\b|\bas (?:you )?pointed out\b",
    re.IGNORECASE,
)


def mention_of(move: Move, view: AssistantView) -> str:
    """Find words in a turn taken again that tell of the first; "" where there are none.

    What the user or a result says so is innocent.
    """
    heard = " ".join(
        m.content if isinstance(m, User) else encode(m.result).decode()
        for m in view.messages
        if not isinstance(m, Assistant)
    )
    found = (trace[0] for trace in _OF_REPAIR.finditer(f"{move.thought}\n{move.answer}"))
    return next((words for words in found if _plain(words) not in _plain(heard)), "")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


# --- the conversation as the assistant is shown it ----------------------------------------------


def transcript(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """Write messages as turns of a prompt: the assistant's in the form it replies in."""
    turns: list[Turn] = []
    results: list[Json] = []
    arguments: dict[str, Json] = {}
    for message in messages:
        if not isinstance(message, Tool) and results:
            turns.append(_results(results))
            results = []
        match message:
            case User(content=content):
                turns.append(Turn("user", content))
            case Assistant(calls=calls):
                arguments |= {c.id: c.arguments for c in calls}
                turns.append(Turn("assistant", encode(_move(message)).decode()))
            case Tool(call_id=id, name=name, result=result):
                results.append({"name": name, "arguments": arguments.get(id), "result": result})
    return (*turns, _results(results)) if results else tuple(turns)


def _results(results: list[Json]) -> Turn:
    return Turn("user", encode(results).decode())


def _move(m: Assistant) -> Move:
    calls = [Wanted(c.name, c.arguments or {}) for c in m.calls]
    return Move(thought=m.thought, calls=calls, answer=m.answer)
