"""Play a suite into a folder, a line a task as it comes, and count what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import fmean

from buttonup import __version__
from buttonup.errors import Reject
from buttonup.evaluate.statistics import mean_interval, pass_hat
from buttonup.evaluate.suite import Played, Player, Suite, Task, silent
from buttonup.intervals import wilson
from buttonup.model.tally import tally
from buttonup.records import Message, Record, Usage, digest, encode
from buttonup.store.lines import LineFile, read_records
from buttonup.store.whole import put

RESULTS, SUMMARY = "results.jsonl", "summary.json"


class Result(Record):
    """What came of one task in one trial."""

    task: str
    trial: int
    labels: dict[str, str]
    passed: bool = False
    credit: float = 0.0
    reason: str = ""
    """What was wrong first; empty when passed."""
    fault: str = ""
    """Why no reply could be had: an inference error, which is not a wrong answer."""
    usage: Usage = Usage()
    seconds: float = 0.0
    messages: tuple[Message, ...] = ()


class Group(Record, omit_defaults=False):
    """Results that share a label."""

    name: str
    """"all", or LABEL=VALUE."""
    tasks: int
    faults: int
    """Trials without a reply; all shares here are of the others."""
    score: float | None
    """Share of trials that passed; None where none was answered."""
    low: float
    high: float
    """The 95 % interval: Wilson's for one trial a task, else of the means by task."""
    credit: float | None
    pass_k: tuple[float, ...]
    """pass^1, pass^2, …, of the tasks that have all trials."""
    ceiling: float
    """Share that the gold answers pass, played in the same way."""
    floor: float
    """Share that a silent player passes."""


class Summary(Record, omit_defaults=False):
    """What an evaluation came to."""

    suite: str
    version: str
    tasks: str
    """Digest of the tasks that were played: only equal ones are compared."""
    model: str
    settings: dict[str, str]
    trials: int
    groups: tuple[Group, ...]
    reasons: dict[str, int]
    usage: Usage
    seconds: float
    """Summed over tasks, as if none had been played beside another."""


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
    ceiling = await _passed(suite, lambda task: task.gold)
    floor = await _passed(suite, lambda _task: silent)
    summary = Summary(
        suite=suite.name,
        version=suite.version,
        tasks=digest(sorted(t.id for t in suite.tasks)),
        model=model,
        settings={**settings, "buttonup": __version__},
        trials=trials,
        groups=_groups(kept, ceiling, floor, trials),
        reasons=_counted(r.reason or r.fault for r in kept if not r.passed),
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
    )


async def _passed(suite: Suite, player: Callable[[Task], Player]) -> dict[str, bool]:
    """Say of each task whether a scripted player passes it."""
    return {task.id: (await play(task, player(task))).passed for task in suite.tasks}


# --- counting -------------------------------------------------------------------------------------


def _groups(
    results: Sequence[Result], ceiling: dict[str, bool], floor: dict[str, bool], trials: int
) -> tuple[Group, ...]:
    by_label: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        for label, value in result.labels.items():
            by_label.setdefault((label, value), []).append(result)
    named = {f"{label}={value}": found for (label, value), found in sorted(by_label.items())}
    everything = {"all": list(results), **named}
    return tuple(
        _group(name, found, ceiling, floor, trials) for name, found in everything.items() if found
    )


def _group(
    name: str,
    results: Sequence[Result],
    ceiling: dict[str, bool],
    floor: dict[str, bool],
    trials: int,
) -> Group:
    answered = [r for r in results if not r.fault]
    by_task: dict[str, list[bool]] = {}
    for r in answered:
        by_task.setdefault(r.task, []).append(r.passed)
    passed, ids = sum(r.passed for r in answered), {r.task for r in results}
    means = [fmean(outcomes) for outcomes in by_task.values()]
    low, high = wilson(passed, len(answered)) if trials == 1 else mean_interval(means)
    whole = [sum(o) for o in by_task.values() if len(o) == trials]
    return Group(
        name=name,
        tasks=len(ids),
        faults=len(results) - len(answered),
        score=passed / len(answered) if answered else None,
        low=low,
        high=high,
        credit=fmean(r.credit for r in answered) if answered else None,
        pass_k=tuple(
            fmean(pass_hat(c, trials, k) for c in whole) for k in range(1, trials + 1) if whole
        ),
        ceiling=fmean(ceiling[id] for id in ids),
        floor=fmean(floor[id] for id in ids),
    )


def _counted(words: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


# --- telling --------------------------------------------------------------------------------------


def as_text(s: Summary) -> str:
    """Tell an evaluation as a table."""
    settings = ", ".join(f"{k} {v}" for k, v in s.settings.items())
    lines = [
        f"{s.suite} ({s.version}), {s.model}: {settings}",
        "",
        f"{'':34}{'tasks':>6}{'score':>8}{'95 %':>15}{'credit':>8}{'ceiling':>9}{'floor':>7}"
        f"{'errors':>8}" + "".join(f"{f'pass^{k}':>8}" for k in range(2, s.trials + 1)),
    ]
    lines += [_row(g) for g in s.groups]
    lines.append("")
    if s.reasons:
        lines.append(f"not passed: {', '.join(f'{n} {why}' for why, n in s.reasons.items())}")
    lines.append(
        f"{s.usage.calls} replies, {s.usage.prompt_tokens} tokens read and "
        f"{s.usage.completion_tokens} written, {s.seconds:.0f} s of playing"
    )
    return "\n".join(lines)


def _row(g: Group) -> str:
    hats = "".join(f"{_percent(p):>8}" for p in g.pass_k[1:])
    between = f"{100 * g.low:.1f} to {100 * g.high:.1f}"
    return (
        f"{g.name[:33]:34}{g.tasks:6}{_percent(g.score):>8}{between:>15}{_percent(g.credit):>8}"
        f"{_percent(g.ceiling):>9}{_percent(g.floor):>7}{g.faults:8}{hats}"
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"
