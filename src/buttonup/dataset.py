"""What a user does with ButtonUp, as functions: make, report, export, check.

The command line and `import buttonup` are the same few doors.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from buttonup import gates
from buttonup.engine.local import Event, Kept, run
from buttonup.engine.report import Report, read_report
from buttonup.errors import BadInput
from buttonup.formats import adopt, read
from buttonup.formats import export as written
from buttonup.formats.export import Exported
from buttonup.model.ask import Teacher
from buttonup.model.door import Model
from buttonup.model.endpoint import Endpoint
from buttonup.model.journaled import Journaled
from buttonup.model.limited import Limited
from buttonup.model.retrying import Retrying
from buttonup.recipe import Recipe, as_toml, identity, pipeline, source
from buttonup.records import Rejection, Sample
from buttonup.store.rundir import RunDir, open_run


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands."""

    accepted: int
    wanted: int
    failed: int
    """Samples that did not pass a gate."""
    rejected: int
    """Items given up before they became a sample."""


Watch = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A run that has ended."""

    report: Report
    example: Sample | None
    """The first accepted sample."""
    short: str
    """Why there are fewer samples than wanted; "" when there are enough."""


async def make(
    recipe: Recipe, folder: Path, watch: Watch | None = None, model: Model | None = None
) -> Made:
    """Make a dataset in a run folder, or go on with the one that is there.

    `model` stands in for the endpoint that the recipe names: a scripted one, or one of your own.
    Raises  BadInput where the recipe, the endpoint or the folder is not as it must be; nothing is
            written then
    """
    async with _door(recipe, model) as door:
        stages = pipeline(recipe, None)  # wrong tools are told before a folder is made
        with open_run(folder, as_toml(recipe), identity(recipe)) as opened:
            ...
    raise NotImplementedError(stages)
