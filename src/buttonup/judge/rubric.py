"""The rubric: what a judge is asked on each axis, and what the ends of its scale mean."""

from __future__ import annotations

import functools
import importlib.resources
import tomllib
from typing import Literal

import msgspec

from buttonup.records import Record

Axis = Literal["realism", "coherence", "naturalness", "plan", "usefulness"]


class Asked(Record):
    """What is asked on one axis; the words of 4 and 2 lie between those that are given."""

    name: Axis
    asks: str
    high: str
    """What 5 means."""
    middle: str
    """What 3 means."""
    low: str
    """What 1 means."""
    turns: bool = False
    """Whether it can be asked of one turn of the assistant as well."""


@functools.cache
def rubric() -> dict[Axis, Asked]:
    """Read the rubric that ships with the package, in its order."""
    text = (importlib.resources.files("buttonup.judge") / "rubric.toml").read_text("utf-8")
    read = {name: {"name": name, **asked} for name, asked in tomllib.loads(text).items()}
    return msgspec.convert(read, dict[Axis, Asked])


def of_turns(axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """Keep the axes that can be asked of one turn."""
    return tuple(name for name in axes if rubric()[name].turns)
