"""Says how a run went: counted from what it stored, never by the stages themselves.

A run may still be going on, or may have been cut off: whole lines count, whatever else is missing.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from buttonup.bottomup.text_first.equip import Equipped
from buttonup.engine.cores import cores, in_turn
from buttonup.engine.counted import Counted, Sifted, Taken, add_taken, counted_in
from buttonup.engine.judged import AxisScores
from buttonup.engine.lengths import Lengths
from buttonup.engine.saved import Saved
from buttonup.engine.variety import Variety
from buttonup.errors import BadInput
from buttonup.model.prices import Prices, cost, price_of, read_prices
from buttonup.records import Record, Rejection, Usage
from buttonup.store.journal import Asked, read_usage
from buttonup.store.lines import read_record, read_records, stretches, whole_lines
from buttonup.store.rundir import LEARNED, PRICES
from buttonup.tools.learning.learned import read_learned
from buttonup.worlds.splits import Split, worlds_of

Key = TypeVar("Key", str, int)


class Ending(Record):
    """What only the runner knows. It is kept in the run's `report.json`."""

    why: str = ""
    """Why the run ended, in words; empty when it made all that was wanted."""
    wanted: int | None = None
    """Accepted samples asked for."""
    seconds: float | None = None
    """Wall time, of every sitting."""


class Spent(Record, omit_defaults=False):
    """What the calls of one prompt to one model took."""

    prompt: str
    model: str
    usage: Usage
    lost: Usage
    """Calls of which that is not known, cut off or without a count: the most they can have taken.
    """
    dollars: float | None
    """Of `usage`; None where the model has no price."""
    at_most: float | None
    """Dollars that `lost` can have cost; None too."""


class Sum(Record, omit_defaults=False):
    """What some of a run's calls took together."""

    usage: Usage = Usage()
    dollars: float | None = 0.0
    """None where a model among them has no price."""


class Report(Record, omit_defaults=False):
    """What a run made and gave up. Shapes and all that follow are of accepted samples."""

    stages: tuple[str, ...] = ()
    """From top to bottom."""
    made: dict[str, int] = {}
    """Stage -> records."""
    rejections: dict[str, dict[str, int]] = {}
    """Stage -> reason -> items given up."""
    accepted: int = 0
    rejected: int = 0
    """Samples that failed a gate."""
    failures: dict[str, dict[str, int]] = {}
    """Gate -> reason -> samples; one that fails several gates counts in each."""
    judged: tuple[AxisScores, ...] = ()
    """What a judge said, of samples that failed too; empty where none was asked."""
    spent: tuple[Spent, ...] = ()
    """Every call of the run, whatever came of it."""
    given_up: dict[str, Sum] = {}
    """Stage -> what its calls took for the items that it gave up."""
    failed: Sum = Sum()
    """What the conversations took that failed a gate."""
    conversed: Sum = Sum()
    """What the accepted conversations took; what led up to them is shared by all that came of it.
    """
    saved: Saved = Saved()
    shapes: dict[str, int] = {}
    depth: tuple[int, ...] = ()
    """At n: the trajectories with n calls."""
    calling_turns: int = 0
    """Assistant turns with calls."""
    parallel_turns: int = 0
    """Those with several."""
    functions: dict[str, int] = {}
    """Function -> trajectories that call it."""
    doubts: dict[str, tuple[str, ...]] = {}
    """Function of a user's own -> what was learned of it that may keep plans from calling it."""
    uncalled: tuple[str, ...] = ()
    """Functions that the run's worlds or the user's tools have, and no trajectory calls."""
    offered: dict[str, int] = {}
    """Function -> trajectories to which it is shown from the start."""
    coverage: dict[str, dict[str, int]] = {}
    """World that the run draws on -> each function it has -> trajectories that call it."""
    grid: dict[str, dict[str, int]] = {}
    """Shape -> calls -> trajectories."""
    worlds: dict[str, int] = {}
    wordings: dict[str, int] = {}
    """What requests are made of that nobody worded ("descriptions") -> trajectories."""
    not_replayable: int = 0
    """Trajectories over a user's own tools whose calls could not be made again."""
    reused: int = 0
    """Times a text-first task took a function that an earlier task had brought."""
    chains: int = 0
    """Distinct sequences of called names."""
    requests: int = 0
    """Distinct composite tasks."""
    variety: Variety = Variety()
    lengths: Lengths = Lengths()
    ending: Ending | None = None
    """None while the run goes on, or when it was cut off."""

    @property
    def usage(self) -> dict[str, Usage]:
        """Prompt -> what its model calls took."""
        taken: dict[str, Usage] = {}
        for row in self.spent:
            taken[row.prompt] = taken.get(row.prompt, Usage()) + row.usage
        return taken

    @property
    def dollars(self) -> float | None:
        """What the whole run cost; None where a model has no price."""
        return all_known([row.dollars for row in self.spent])

    @property
    def at_most(self) -> float | None:
        """What calls can have cost on top of which that is not known; None as above."""
        return all_known([row.at_most for row in self.spent if row.lost.calls])

    @property
    def parallel_share(self) -> float:
        """Share of the turns with calls that make several, 0 to 1."""
        return self.parallel_turns / self.calling_turns if self.calling_turns else 0.0


# --- counting ------------------------------------------------------------------------------------


def read_report(folder: Path, stages: Sequence[str] = (), ending: Ending | None = None) -> Report:
    """Count what a run's folder holds.

    Stages that are not named come last, by name. Without an `ending`, the one in `report.json` is
    taken, and the order of stages too. Memory: some 100 bytes a sample, for what is distinct.
    Raises  BadInput when the folder holds no run, or a line that is not what its file is for
    """
    before = _report_before(folder)
    records = {path.stem: path for path in sorted((folder / "records").glob("*.jsonl"))}
    prices = read_prices(folder / PRICES) if (folder / PRICES).exists() else {}
    rejections, given_up = _given_up(folder / "rejections.jsonl")
    records_of_library = folder / "records" / "library.jsonl"
    counted = Counted()
    for part in in_turn(stretches(folder / "accepted.jsonl"), counted_in, cores()):
        counted.join(part)
    rejected, failures, failed = _failures(folder / "rejected.jsonl", counted)
    depth, called, drawn = counted.tally.calls, counted.functions, _drawn_on(folder)
    own = read_learned(folder / LEARNED).functions if (folder / LEARNED).exists() else {}
    return Report(
        stages=tuple(dict.fromkeys([*(stages or before.stages), *records, *sorted(rejections)])),
        made={stage: sum(1 for _ in whole_lines(path)) for stage, path in records.items()},
        rejections=rejections,
        accepted=counted.tally.samples,
        rejected=rejected,
        failures=failures,
        judged=counted.judged.told() if _has_judge(folder) else (),
        spent=tuple(_spent_by(row, prices) for row in read_usage(folder / "journal.sqlite")),
        given_up={stage: _sum(taken, prices) for stage, taken in given_up.items()},
        failed=_sum(failed, prices),
        conversed=_sum(counted.taken, prices),
        saved=counted.savings.told(prices),
        shapes=dict(counted.shapes),
        depth=tuple(depth[n] for n in range(max(depth, default=-1) + 1)),
        calling_turns=counted.calling_turns,
        parallel_turns=counted.parallel_turns,
        functions=dict(called),
        doubts={name: known.doubts for name, known in own.items() if known.doubts},
        uncalled=tuple(sorted({*own, *(f for has in drawn.values() for f in has)} - called.keys())),
        offered=dict(counted.offered),
        coverage={world: {f: called[f] for f in has} for world, has in drawn.items()},
        grid=_nested(counted.grid),
        worlds=dict(counted.worlds),
        wordings=dict(counted.wordings),
        not_replayable=counted.not_replayable,
        reused=sum(len(item.reused) for item in read_records(records_of_library, Equipped)),
        chains=len(counted.tally.chains) + (0 in depth),  # to call nothing is one, too
        requests=len(counted.requests),
        variety=counted.tally.variety(),
        lengths=counted.lengths.lengths(),
        ending=ending or before.ending,
    )


def _has_judge(folder: Path) -> bool:
    """Say whether a run asks a judge."""
    judge = _recipe(folder / "recipe.toml").get("judge", {})
    return isinstance(judge, dict) and bool(judge.get("votes"))


def _drawn_on(folder: Path) -> dict[str, list[str]]:
    """Name the worlds that a run draws on, each with its functions; none where it has none."""
    recipe = _recipe(folder / "recipe.toml")
    kind, _, named = str(recipe.get("tools", "")).partition(":")
    split = recipe.get("split", "train")
    if kind != "worlds" or split not in get_args(Split):
        return {}
    wanted = {name.strip() for name in named.split(",") if name.strip()}
    return {w.name: sorted(w.functions) for w in worlds_of(split) if not wanted or w.name in wanted}


def _recipe(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        what = f"{path} is not the recipe that a run left: {error}"
        raise BadInput(what, "put it back as it was") from error


def _given_up(path: Path) -> tuple[dict[str, dict[str, int]], dict[str, Taken]]:
    """Count the items given up by stage and reason, and by stage what they took."""
    tally: Counter[tuple[str, str]] = Counter()
    taken: dict[str, Taken] = {}
    for rejection in read_records(path, Rejection):
        tally[rejection.stage, rejection.reason] += 1
        if rejection.usage:
            add_taken(taken.setdefault(rejection.stage, {}), rejection.usage)
    return _nested(tally), dict(sorted(taken.items()))


def _failures(path: Path, counted: Counted) -> tuple[int, dict[str, dict[str, int]], Taken]:
    """Count the samples of a file, by gate and reason why they failed, and what they took.

    Their second tries, and what a judge said of them, are added to what is counted.
    """
    samples, taken = 0, Taken()
    tally: Counter[tuple[str, str]] = Counter()
    for sample in read_records(path, Sifted, "Sample"):
        samples += 1
        tally.update({(v.gate, v.reason) for v in sample.verdicts if not v.passed})
        add_taken(taken, sample.trajectory.usage)
        counted.savings.add((), sample.trajectory.repair)
        counted.judged.add(sample.trajectory.scores)
    return samples, _nested(tally), taken


def _spent_by(asked: Asked, prices: Prices) -> Spent:
    price = price_of(asked.model, prices)
    return Spent(
        prompt=asked.prompt,
        model=asked.model,
        usage=asked.usage,
        lost=asked.lost,
        dollars=None if price is None else float(price.of(asked.usage)),
        at_most=None if price is None else float(price.most(asked.lost)),
    )


def _sum(taken: Taken, prices: Prices) -> Sum:
    dollars = cost(taken, prices)
    usage = sum(taken.values(), Usage())
    return Sum(usage=usage, dollars=None if dollars is None else float(dollars))


def all_known(dollars: Sequence[float | None]) -> float | None:
    """Add up; None where one is not known."""
    known = [d for d in dollars if d is not None]
    return round(sum(known), 9) if len(known) == len(dollars) else None


def _nested(tally: Mapping[tuple[str, Key], int]) -> dict[str, dict[str, int]]:
    """Turn (where, why) -> count into where -> why -> count."""
    nested: dict[str, dict[str, int]] = {}
    for (where, why), count in sorted(tally.items()):
        nested.setdefault(where, {})[str(why)] = count
    return nested


# --- reading -------------------------------------------------------------------------------------

MARKS = ("identity", "recipe.toml", "accepted.jsonl", "rejected.jsonl", "rejections.jsonl")
"""Any of these makes a folder a run's."""


def read_ending(folder: Path) -> Ending | None:
    """Say how a run last ended, without counting it; None for one that has not, or is none."""
    if not all((folder / name).exists() for name in ("identity", "report.json")):
        return None
    return _report_before(folder).ending


def _report_before(folder: Path) -> Report:
    if not any((folder / mark).exists() for mark in MARKS):
        raise BadInput(f"{folder} holds no run", "name the folder that `buttonup run --out` made")
    path = folder / "report.json"
    return read_record(path.read_bytes(), Report, str(path)) if path.exists() else Report()
