"""The user: a script, or an LLM with a persona that says the composite task in its own words."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import Annotated

import msgspec

from buttonup.model.ask import Teacher
from buttonup.records import Trajectory, User
from buttonup.topdown.turns import to_say
from buttonup.topdown.views import user_sees

PROMPT = "user"


async def script(t: Trajectory) -> Trajectory:
    """Say what the blueprint has for this turn; without turns, the composite task as it stands."""
    return t.plus(User(user_sees(t).wants, to_say(t).offers))


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
        saying = await self.teacher.ask(PROMPT, Saying, slots, check=check)
        return t.plus(User(saying.message.strip(), to_say(t).offers))


_AROUND = string.punctuation + "\u2018\u2019\u201c\u201d\u2026"
_QUOTED = re.compile(r'"([^"\n]+)"|\u201c([^\u201d\n]+)\u201d')


def literals(text: str) -> tuple[str, ...]:
    """List what must be kept word for word: quoted text, anything with a digit, and names.

    A capitalised word counts as a name unless it begins a sentence or speaks of oneself.
    """
    kept = ["".join(groups) for groups in _QUOTED.findall(text)]
    begins = True
    for word in text.split():
        bare = re.sub(r"['\u2019]\w+$", "", word.strip(_AROUND))
        named = bare[:1].isupper() and bare != "I" and not begins
        if named or any(c.isdigit() for c in bare):
            kept.append(bare)
        begins = word.rstrip("\"'\u2019\u201d)").endswith((".", "!", "?", ":"))
    return tuple(dict.fromkeys(kept))


def lost_literals(text: str, reply: str) -> tuple[str, ...]:
    """List the literals of a text that a reply lacks; case does not matter."""
    there = reply.casefold()
    return tuple(
        literal
        for literal in literals(text)
        if not re.search(rf"(?<![^\W_]){re.escape(literal.casefold())}(?![^\W_]|[.,]\d)", there)
    )
