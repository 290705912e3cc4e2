"""What the experiments compare: plan.toml, read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from buttonup.records import Record

HERE = Path(__file__).parent
ROOT = HERE.parent


class Arm(Record):
    """A student, and what is done to it."""

    model: str
    says: str
    data: tuple[str, ...] | None = None
    """What is set in the recipe; None: not tuned at all."""
    change: str = ""
    """A function of changes.py that the rows go through."""
    after: str = ""
    """The arm whose model goes on, by preference pairs."""


class Size(Record):
    """How much is done."""

    samples: int
    longest: int
    steps: int
    rows: int
    seeds: tuple[int, ...]
    each: dict[str, int]
    recipe: str
    data: tuple[str, ...] = ()
    """What is set in the recipe for all arms."""


class Experiment(Record):
    """A question, and the arms that answer it."""

    asks: str
    arms: tuple[str, ...]


class Plan(Record):
    """All of plan.toml."""

    size: dict[str, Size]
    suites: dict[str, str]
    training: dict[str, Any]
    preferring: dict[str, Any]
    arm: dict[str, Arm]
    experiment: dict[str, Experiment]


def read_plan() -> Plan:
    """Read plan.toml."""
    return msgspec.convert(tomllib.loads((HERE / "plan.toml").read_text("utf-8")), Plan)
