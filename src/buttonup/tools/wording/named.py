"""What names tell of how a value is said: read from `phrases/LANGUAGE.toml`, as all wording is."""

from __future__ import annotations

import functools
import importlib.resources
import re
import tomllib
from typing import Literal

import msgspec

from buttonup.records import Record
from buttonup.worlds.phrases import Picks, Ways
from buttonup.worlds.templates import fill


class Added(Record):
    """How a parameter's value is added to a request."""

    name: str
    way: str


class Ranked(Record):
    """How the first and the last of several things are called, by a field; not at all by some."""

    of: Literal["day", "number"]
    name: str
    value: str = ""
    least: Ways = ()
    most: Ways = ()


class Named(Record):
    """What names tell; the first entry that a name fits is taken."""

    added: tuple[Added, ...]
    referred: tuple[Added, ...]
    """How a thing's field is referred to, with {it} in place of a value."""
    ranked: tuple[Ranked, ...]


@functools.cache
def named(language: str = "en") -> Named:
    """Read what the names of a language tell. Raises msgspec.ValidationError where malformed."""
    file = importlib.resources.files("buttonup.tools.wording") / "phrases" / f"{language}.toml"
    return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Named)


def added(label: str, slot: str) -> str:
    """Say how a value is added, "found at {slot}"; "" where its name tells nothing."""
    for one in named().added:
        if (fits := re.fullmatch(one.name, label)) is not None:
            return fill(one.way, {"name": label, "slot": slot, **_groups(fits)})
    return ""


def referred(label: str) -> str:
    """Say how a thing's field is referred to: "the place where {it} was found"."""
    for one in named().referred:
        if (fits := re.fullmatch(one.name, label)) is not None:
            return fill(one.way, {"name": label, "it": "{it}", **_groups(fits)})
    return f"the {label} of {{it}}"


def picks(label: str, of: Literal["day", "number"]) -> Picks | None:
    """Give the superlatives of a field; None where things are not ranked by it."""
    for one in named().ranked:
        if one.of == of and (fits := re.fullmatch(one.name, label)) is not None:
            slots = {"name": label, "value": "{value}", **_groups(fits)}
            ways = [tuple(fill(way, slots) for way in some) for some in (one.least, one.most)]
            return Picks(fill(one.value, slots), *ways) if one.value else None
    return None


def _groups(fits: re.Match[str]) -> dict[str, str]:
    """Give what the groups found; a name may have several, as in what and what2."""
    return {name.rstrip("2"): text for name, text in fits.groupdict().items() if text is not None}
