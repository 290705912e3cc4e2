"""Play a suite into a folder, a line a task as it comes, and sum up what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from buttonup import __version__
from buttonup.errors import Reject
from buttonup.evaluate.suite import Played, Player, Suite, Task, silent, unknown
from buttonup.evaluate.summary import Result, Summary, counted, grouped
from buttonup.model.tally import tally
from buttonup.records import Usage, digest, encode
from buttonup.store.lines import LineFile, read_records
from buttonup.store.whole import put

RESULTS, SUMMARY = "results.jsonl", "summary.json"


Watch = Callable[[int, int], None]
"""Told how many trials are done, of how many."""


async def evaluate(
    suite: Suite,
    player: Callable[[int], Player],
    folder: Path,
    *,
    model: str,
    settings: dict[str, str],
    trials: int = 1,
    at_once: int = 16,
    watch: Watch = lambda _done, _all: None,
) -> Summary:
    """Play each task in each trial, go on where the folder's results end, and sum up.

    `player` makes the player of a trial. A bug in a player or a suite stops the evaluation.
    Raises  Fault when the model stays away; what was played is kept
    """
    path, everything = folder / RESULTS, [(t, n) for t in suite.tasks for n in range(trials)]
    kept = list(read_records(path, Result))
    done = {(r.task, r.trial) for r in kept}
    left = [(task, trial) for task, trial in everything if (task.id, trial) not in done]
    with LineFile(path) as file:
        for result in kept:
            file.write(encode(result) + b"\n")

        def keep(result: Result) -> None:
            kept.append(result)
            file.write(encode(result) + b"\n")
            file.flush()
            watch(len(kept), len(everything))

        await _at_once(left, at_once, player, keep)
    ceiling = await _scripted(suite, lambda task: task.gold)
    floor = await _scripted(suite, lambda _task: silent)
    summary = Summary(
        suite=suite.name,
        version=suite.version,
        tasks=digest(sorted(t.id for t in suite.tasks)),
        model=model,
        settings={**settings, "buttonup": __version__},
        trials=trials,
        groups=grouped(suite, kept, ceiling, floor, trials),
        reasons=counted(r.reason or r.fault for r in kept if not r.passed),
        usage=sum((r.usage for r in kept), Usage()),
        seconds=sum(r.seconds for r in kept),
    )
    put(folder / SUMMARY, encode(summary) + b"\n")
    return summary


async def _at_once(
    left: Sequence[tuple[Task, int]],
    at_once: int,
    player: Callable[[int], Player],
    keep: Callable[[Result], None],
) -> None:
    waiting = iter(left)

    async def work() -> None:
        for task, trial in waiting:
            keep(await play(task, player(trial), trial))

    workers = [asyncio.create_task(work()) for _ in range(min(at_once, len(left)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def play(task: Task, player: Player, trial: int = 0) -> Result:
    """Play one task once. A reply that could not be had is a result too, with its fault."""
    began, played, fault = time.monotonic(), Played(passed=False, credit=0.0), ""
    with tally() as took:
        try:
            played = await task.play(player)
        except Reject as reject:
            fault = reject.reason
    return Result(
        task=task.id,
        trial=trial,
        labels=dict(task.labels),
        passed=played.passed,
        credit=played.credit,
        reason=played.reason,
        fault=fault,
        usage=sum(took.values(), Usage()),
        seconds=round(time.monotonic() - began, 3),
        messages=played.messages,
        counts=played.counts,
    )


async def _scripted(suite: Suite, player: Callable[[Task], Player]) -> dict[str, Result]:
    """Have each task played by a scripted player, once, where there is one."""
    players = ((task, player(task)) for task in suite.tasks)
    return {task.id: await play(task, plays) for task, plays in players if plays is not unknown}
