"""The user: a script, or an LLM with a persona that says the composite task in its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

import msgspec

from buttonup.model.ask import Teacher
from buttonup.records import Trajectory, Usage, User
from buttonup.topdown.turns import spoken
from buttonup.topdown.views import user_sees

PROMPT = "user"


async def script(t: Trajectory) -> Trajectory:
    """Say the composite task as it stands."""
    return spoken(t, User(user_sees(t).wants), usage=Usage())


class Saying(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the user writes."""

    message: Annotated[str, msgspec.Meta(min_length=1)]


@dataclass(frozen=True, slots=True)
class UserAgent:
    """A user played by a teacher."""

    teacher: Teacher
    persona: str

    async def __call__(self, t: Trajectory) -> Trajectory:
        """Say what is wanted, as the persona would.

        Rejects  what the teacher rejects: no message that keeps every literal.
        """
        wants = user_sees(t).wants

        def check(saying: Saying) -> None:
            if lost := lost_literals(wants, saying.message):
                raise ValueError(f"keep these exactly as they are given: {', '.join(lost)}")

        slots = {"persona": self.persona, "wants": wants}
        saying, usage = await self.teacher.ask(PROMPT, Saying, slots, check=check)
        return spoken(t, User(saying.message.strip()), usage=usage)


_QUOTED = re.compile(r'"([^"\n]+)"|“([^”\n]+)”|(?<!\w)\'([^\'\n]+)\'(?!\w)')
_DIGITS = re.compile(r"[^\W_]*(?:[-_./:@#][^\W_]+|[^\W_])*")
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)(?<=\s)([A-Z][\w'’-]*\w)")
_SAID_OF_SELF = re.compile(r"I['’]")


def literals(text: str) -> tuple[str, ...]:
    """List what must be kept word for word: quoted text, anything with a digit, and names.

    A capitalised word counts as a name unless it begins a sentence.
    """
    quoted = ["".join(groups) for groups in _QUOTED.findall(text)]
    digits = [w.strip(".,:;!?()[]'’\"") for w in text.split() if any(c.isdigit() for c in w)]
    names = [n for n in _NAME.findall(text) if not _SAID_OF_SELF.match(n)]
    return tuple(dict.fromkeys([*quoted, *digits, *names]))


def lost_literals(text: str, reply: str) -> tuple[str, ...]:
    """List the literals of a text that a reply lacks; case does not matter."""
    there = reply.casefold()
    return tuple(
        literal
        for literal in literals(text)
        if not re.search(rf"(?<!\w){re.escape(literal.casefold())}(?!\w)", there)
    )
