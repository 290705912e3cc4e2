"""How the plan-follower thinks aloud: a small grammar, read from `phrases/LANGUAGE.toml`."""

from __future__ import annotations

import functools
import importlib.resources
import random
import tomllib
from collections.abc import Sequence
from typing import Literal

import msgspec

from buttonup.records import Record
from buttonup.worlds.spoken import listed, sentence
from buttonup.worlds.templates import fill

Ways = tuple[str, ...]
"""Different ways of saying one thing; one is drawn."""


Opening = Literal["open", "open_together", "fed", "fed_together", "beside"]
"""How a turn sets out: its key in the grammar, where the file says when it fits."""


class Thoughts(Record):
    """All the wording of thoughts. The file says what each way is for."""

    open: Ways
    open_together: Ways
    fed: Ways
    fed_together: Ways
    beside: Ways
    more: Ways
    again: Ways
    mend: Ways
    bland: Ways
    why: Ways
    close: dict[str, Ways]
    """Kind of reply -> how it is led up to."""


@functools.cache
def thoughts(language: str = "en") -> Thoughts:
    """Read the grammar of a language. Raises msgspec.ValidationError where it is malformed."""
    file = importlib.resources.files("buttonup.topdown") / "phrases" / f"{language}.toml"
    return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Thoughts)


def setting_out(rng: random.Random, intents: Sequence[str], opening: Opening, aim: str = "") -> str:
    """Say what comes next: the intents of the steps that this turn's calls serve, and what for."""
    ways: Ways = thoughts().why if aim else getattr(thoughts(), opening)
    phrases = [_phrase(i) for i in dict.fromkeys(intents)]
    return fill(rng.choice(ways), {"intents": listed(phrases), "aim": _phrase(aim)})


def trying_again(rng: random.Random, error: str) -> str:
    """Say that a call which failed is made again."""
    return fill(rng.choice(thoughts().again), {"error": error})


def going_on(rng: random.Random, done: int, total: int) -> str:
    """Say that a step goes on with its next call."""
    return fill(rng.choice(thoughts().more), {"done": str(done), "total": str(total)})


def mending(rng: random.Random, intents: Sequence[str]) -> str:
    """Say that what was called was wrong, and what is done instead."""
    return fill(rng.choice(thoughts().mend), {"intents": listed([_phrase(i) for i in intents])})


def closing(rng: random.Random, reply: str) -> str:
    """Say that the answer comes now, of whatever kind."""
    return rng.choice(thoughts().close[reply])


def thought(findings: Sequence[str], then: str) -> str:
    """Join what was learnt and what comes next."""
    return " ".join([*(sentence(f) for f in findings if f.strip()), then])


def _phrase(intent: str) -> str:
    """Make an intent fit inside a sentence: "Hire it." -> "hire it"."""
    text = " ".join(intent.split()).rstrip(".")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
