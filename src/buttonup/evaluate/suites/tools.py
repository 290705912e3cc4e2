"""The suite `tools`: tasks over a user's own tools, played against the tools themselves.

Two parts: tasks that no run over these tools trains on (`held_out`, told by what they call), and
tasks as such a run makes them (`seen`). Scored as the suite `worlds` is, but that nobody sees what
the tools changed: there the planned writes are to be made, and no others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from buttonup import __version__
from buttonup.bottomup import truth_first
from buttonup.errors import BadInput
from buttonup.evaluate.suite import Suite
from buttonup.evaluate.suites.worlds import DEFAULT, EACH, Tables, planned, played, task_of
from buttonup.records import digest
from buttonup.tools.own.run import Own
from buttonup.worlds.splits import Split

PARTS: dict[str, Split] = {"held_out": "held_out", "seen": "train"}


@asynccontextmanager
async def tools(
    own: Own,
    wanted: tuple[str, ...] = (),
    seed: int = 0,
    each: int = EACH,
    tables: Tables = DEFAULT,
) -> AsyncIterator[Suite]:
    """Give the suite: so many tasks of each part wanted, or of those held out.

    Raises  BadInput for an unknown part, and where there are no such tasks
    """
    if unknown := [name for name in wanted if name not in PARTS]:
        raise BadInput(f"tools has no {unknown[0]}", f"choose from {', '.join(PARTS)}")
    parts = wanted or ("held_out",)
    if "held_out" in parts and not own.knobs.held_out:
        mend = "set own.held_out in its recipe before a run, or take the part tools:seen"
        raise BadInput("no tasks over these tools are held out", mend)
    tasks = tuple(
        [
            task_of(part, index, blueprint, partial(played, own=own.open_door))
            for part in parts
            async for index, blueprint in planned(
                partial(
                    truth_first.own_blueprints,
                    own=own,
                    planning=tables.plan,
                    scenes=tables.scenes,
                    wording=tables.wording,
                    knobs=tables.blueprint,
                    split=PARTS[part],
                ),
                seed,
                each,
            )
        ]
    )
    known = digest([own.learned, own.knobs.writes, own.knobs.held_out])
    version = f"buttonup {__version__} seed {seed} tools {known}{tables.version}"
    yield Suite("tools", version, tasks)
