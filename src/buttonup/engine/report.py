"""Says how a run went: counted from what it stored, never by the stages themselves.

A run may still be going on, or may have been cut off: whole lines count, whatever else is missing.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median_low
from typing import Any, get_args

from buttonup.bottomup.text_first.equip import Equipped
from buttonup.engine.cores import cores, in_turn
from buttonup.engine.counted import Counted, Sifted, Taken, add_taken, counted_in
from buttonup.engine.judged import AxisScores, read_judged
from buttonup.engine.judged import rows as judged_rows
from buttonup.engine.saved import Saved, Savings
from buttonup.engine.variety import Histogram, Variety
from buttonup.errors import BadInput
from buttonup.model.prices import Prices, cost, price_of, read_prices
from buttonup.records import (
    Record,
    Rejection,
    Usage,
)
from buttonup.store.journal import Asked, read_usage
from buttonup.store.lines import read_record, read_records, stretches, whole_lines
from buttonup.store.rundir import PRICES
from buttonup.worlds.splits import Split, worlds_of

SHOWN = 6
"""Reasons (or prompts) listed in a line before "and N more". Ours."""


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
    uncalled: tuple[str, ...] = ()
    """Functions that the run's worlds have and no trajectory calls."""
    worlds: dict[str, int] = {}
    reused: int = 0
    """Times a text-first task took a function that an earlier task had brought."""
    chains: int = 0
    """Distinct sequences of called names."""
    requests: int = 0
    """Distinct composite tasks."""
    variety: Variety = Variety()
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
        return _all([row.dollars for row in self.spent])

    @property
    def at_most(self) -> float | None:
        """What calls can have cost on top of which that is not known; None as above."""
        return _all([row.at_most for row in self.spent if row.lost.calls])

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
    rejected, failures, failed = _failures(folder / "rejected.jsonl", counted.savings)
    for part in in_turn(stretches(folder / "accepted.jsonl"), counted_in, cores()):
        counted.join(part)
    depth = counted.tally.calls
    return Report(
        stages=tuple(dict.fromkeys([*(stages or before.stages), *records, *sorted(rejections)])),
        made={stage: sum(1 for _ in whole_lines(path)) for stage, path in records.items()},
        rejections=rejections,
        accepted=counted.tally.samples,
        rejected=rejected,
        failures=failures,
        judged=read_judged(folder) if _has_judge(folder) else (),
        spent=tuple(_spent_by(row, prices) for row in read_usage(folder / "journal.sqlite")),
        given_up={stage: _sum(taken, prices) for stage, taken in given_up.items()},
        failed=_sum(failed, prices),
        conversed=_sum(counted.taken, prices),
        saved=counted.savings.told(prices),
        shapes=dict(counted.shapes),
        depth=tuple(depth[n] for n in range(max(depth, default=-1) + 1)),
        calling_turns=counted.calling_turns,
        parallel_turns=counted.parallel_turns,
        functions=dict(counted.functions),
        uncalled=tuple(sorted(_offered(folder) - counted.functions.keys())),
        worlds=dict(counted.worlds),
        reused=sum(len(item.reused) for item in read_records(records_of_library, Equipped)),
        chains=len(counted.tally.chains) + (0 in depth),  # to call nothing is one, too
        requests=len(counted.requests),
        variety=counted.tally.variety(),
        ending=ending or before.ending,
    )


def _recipe(folder: Path) -> dict[str, Any]:
    path = folder / "recipe.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def _has_judge(folder: Path) -> bool:
    """Say whether a run asks a judge; where none is asked, no sample is read for scores."""
    judge = _recipe(folder).get("judge", {})
    return isinstance(judge, dict) and bool(judge.get("votes"))


def _offered(folder: Path) -> set[str]:
    """Name the functions of the worlds that a run draws on; none where it draws on none."""
    recipe = _recipe(folder)
    kind, _, named = str(recipe.get("tools", "")).partition(":")
    split = recipe.get("split", "train")
    if kind != "worlds" or split not in get_args(Split):
        return set()
    wanted = {name.strip() for name in named.split(",") if name.strip()}
    worlds = (w for w in worlds_of(split) if not wanted or w.name in wanted)
    return {name for world in worlds for name in world.functions}


def _given_up(path: Path) -> tuple[dict[str, dict[str, int]], dict[str, Taken]]:
    """Count the items given up by stage and reason, and by stage what they took."""
    tally: Counter[tuple[str, str]] = Counter()
    taken: dict[str, Taken] = {}
    for rejection in read_records(path, Rejection):
        tally[rejection.stage, rejection.reason] += 1
        if rejection.usage:
            add_taken(taken.setdefault(rejection.stage, {}), rejection.usage)
    return _nested(tally), dict(sorted(taken.items()))


def _failures(path: Path, savings: Savings) -> tuple[int, dict[str, dict[str, int]], Taken]:
    """Count the samples of a file, by gate and reason why they failed, and what they took.

    Second tries at them are counted among the `savings`.
    """
    samples, taken = 0, Taken()
    tally: Counter[tuple[str, str]] = Counter()
    for sample in read_records(path, Sifted, "Sample"):
        samples += 1
        tally.update({(v.gate, v.reason) for v in sample.verdicts if not v.passed})
        add_taken(taken, sample.trajectory.usage)
        savings.add((), sample.trajectory.repair)
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


def _all(dollars: Sequence[float | None]) -> float | None:
    """Add up; None where one is not known."""
    known = [d for d in dollars if d is not None]
    return round(sum(known), 9) if len(known) == len(dollars) else None


def _nested(tally: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Turn (where, why) -> count into where -> why -> count."""
    nested: dict[str, dict[str, int]] = {}
    for (where, why), count in sorted(tally.items()):
        nested.setdefault(where, {})[why] = count
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


# --- showing -------------------------------------------------------------------------------------


def as_text(report: Report) -> str:
    """Draw the funnel and what came of it, for a terminal; hostile text is shown escaped."""
    blocks = [_funnel(report), _gates(report), _judged(report), _money(report), _summary(report)]
    return "\n\n".join(block for block in blocks if block)


def _funnel(report: Report) -> str:
    rows = [("stage", "records", "given up")]
    for stage in report.stages:
        made = f"{report.made[stage]:,}" if stage in report.made else ""  # "": it made samples
        reasons = report.rejections.get(stage, {})
        given_up = f"{sum(reasons.values()):,}: {_listed(reasons)}" if reasons else ""
        if made or given_up:
            rows.append((_plain(stage), made, given_up))
    samples = report.accepted + report.rejected
    rows.append(("samples", f"{samples:,}", ""))
    share = f"{report.accepted / samples:.1%}" if samples else ""
    rows.append(("accepted", f"{report.accepted:,}", share))
    return _aligned(rows)


def _gates(report: Report) -> str:
    rows = [
        (_plain(gate), f"{sum(reasons.values()):,}", _listed(reasons))
        for gate, reasons in sorted(report.failures.items(), key=lambda g: -sum(g[1].values()))
    ]
    return _aligned([("gate", "rejected", "why"), *rows]) if rows else ""


def _judged(report: Report) -> str:
    if not report.judged:
        return ""
    return columns([[_plain(cell) for cell in row] for row in judged_rows(report.judged)], 2)


def _summary(report: Report) -> str:
    lines = [("yield", _yielded(report)), ("model", _spent(report))]
    if report.spent:
        lines += [("a sample", _a_sample(report)), ("in vain", _in_vain(report))]
    lines += _saved(report.saved)
    if report.ending and report.ending.seconds:
        rate = report.accepted / report.ending.seconds
        lines.append(("time", f"{report.ending.seconds:,.1f} s, {rate:,.2f} accepted a second"))
    if report.accepted:
        lines += [("diversity", _diversity(report)), ("depth", _depth(report))]
        lines.append(("shapes", _listed(report.shapes)))
        lines += _variety(report.variety, report.accepted)
    return "\n".join(f"{name:<11}{text}" for name, text in lines)


def _saved(saved: Saved) -> list[tuple[str, str]]:
    """Say what came of second tries and of masking, where there was any."""
    lines = []
    if saved.tried:
        tried, done = sum(saved.tried.values()), sum(saved.repaired.values())
        by_reason = f" ({_listed(saved.repaired)})" if saved.repaired else ""
        took = f"{_many(saved.usage.calls, 'call')}, {dollars_in_words(saved.dollars)}"
        told = f"{done:,} of {_many(tried, 'conversation')} tried again were accepted{by_reason}"
        lines.append(("repair", f"{told}; it took {took}"))
    if saved.masked:
        told = f"{_many(saved.masked, 'sample')} kept by keeping bad turns out of the loss"
        lines.append(("masked", f"{told}: {_listed(saved.turns)}"))
    return lines


def _yielded(report: Report) -> str:
    ending = report.ending or Ending(why="so far: the run has not ended, or was cut off")
    wanted = f" of {ending.wanted:,} wanted" if ending.wanted is not None else ""
    short = ending.wanted is not None and report.accepted < ending.wanted
    state = _plain(ending.why) or ("the run ended short" if short else "the run is complete")
    nothing = "; there is no sample yet" if not report.accepted + report.rejected else ""
    return f"{report.accepted:,}{wanted} accepted; {state}{nothing}"


def _spent(report: Report) -> str:
    if not report.spent:
        return "no model calls"
    total = sum((row.usage for row in report.spent), Usage())
    share = total.cached_tokens / total.prompt_tokens if total.prompt_tokens else 0.0
    lost = sum((row.lost for row in report.spent), Usage())
    may = f"; {_many(lost.calls, 'call')} more may have been charged for"
    unknown = f"{may}, {dollars_in_words(report.at_most)} at most" if lost.calls else ""
    return (
        f"{total.calls:,} calls, {total.prompt_tokens:,} tokens in ({share:.1%} cached), "
        f"{total.completion_tokens:,} out, {dollars_in_words(report.dollars)}{unknown}"
    )


def _a_sample(report: Report) -> str:
    """Say what an accepted sample took, with all that was asked for in vain."""
    if not report.accepted:
        return "none is accepted yet"
    total, n = sum((row.usage for row in report.spent), Usage()), report.accepted
    dollars = None if report.dollars is None else report.dollars / n
    return (
        f"{total.calls / n:,.1f} calls, {total.prompt_tokens / n:,.0f} tokens in, "
        f"{total.completion_tokens / n:,.0f} out, {dollars_in_words(dollars)}"
    )


def _in_vain(report: Report) -> str:
    """Say what came to nothing: the steps that gave an item up, and the failed conversations."""
    given_up = sum(sum(reasons.values()) for reasons in report.rejections.values())
    dollars = _all([part.dollars for part in report.given_up.values()])
    calls = sum(part.usage.calls for part in report.given_up.values())
    return (
        f"{_many(calls, 'call')}, {dollars_in_words(dollars)} in the steps that gave "
        f"{_many(given_up, 'item')} up; {_many(report.failed.usage.calls, 'call')}, "
        f"{dollars_in_words(report.failed.dollars)} in {_many(report.rejected, 'conversation')} "
        "that failed a gate"
    )


def dollars_in_words(dollars: float | None) -> str:
    """Say dollars, small ones with four digits that count."""
    if dollars is None:
        return "no price"
    return f"${dollars:,.2f}" if dollars >= 1 or not dollars else f"${dollars:.4g}"


def _money(report: Report) -> str:
    if not report.spent:
        return ""
    rows = [("prompt", "model", "calls", "tokens in", "cached", "tokens out", "cost")]
    for row in sorted(report.spent, key=lambda row: -row.usage.prompt_tokens):
        used = row.usage
        share = used.cached_tokens / used.prompt_tokens if used.prompt_tokens else 0.0
        counts = (f"{used.calls:,}", f"{used.prompt_tokens:,}", f"{share:.1%}")
        out = (f"{used.completion_tokens:,}", dollars_in_words(row.dollars))
        rows.append((_plain(row.prompt), _plain(row.model), *counts, *out))
    return columns(rows, 2)


def columns(rows: Sequence[Sequence[str]], names: int) -> str:
    """Lay a table out: the first columns hold names, the others numbers."""
    wide = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < names else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, wide, strict=True))
        ).rstrip()
        for row in rows
    )


def _diversity(report: Report) -> str:
    worlds = f", {_many(len(report.worlds), 'world')}" if report.worlds else ""
    reused = f", reused {_many(report.reused, 'time')} across tasks" if report.reused else ""
    return (
        f"{_many(report.requests, 'distinct request')}, "
        f"{_many(len(report.functions), 'function')} called{_unused(report)}{reused}{worlds}"
    )


def _unused(report: Report) -> str:
    if not report.uncalled:
        return ""
    return f" of {len(report.functions) + len(report.uncalled):,}"


def _depth(report: Report) -> str:
    calls = [n for n, count in enumerate(report.depth) for _ in range(count)]
    return (
        f"{calls[0]} to {calls[-1]} calls a trajectory, median {median_low(calls)}; "
        f"{report.parallel_share:.1%} of the turns with calls make several"
    )


def _variety(v: Variety, accepted: int) -> list[tuple[str, str]]:
    chains = f"{_many(v.chains, 'distinct call chain')}, none over {v.top_chain:.2%}"
    skeletons = f"{_many(v.skeletons, 'request skeleton')}, none over {v.top_skeleton:.2%}"
    grams = ", ".join(f"distinct-{n} {share:.3f}" for n, share in v.distinct.items())
    lines = [
        ("variety", f"{chains}; {skeletons}"),
        ("words", f"{_drawn(v.request_words)} a request; {grams}"),
        ("calls", _drawn(v.calls)),
        ("shown", f"{_drawn(v.shown)} functions"),
        ("turns", f"{_drawn(v.user_turns)} of the user"),
    ]
    if v.turn_kinds:
        lines.append(("kinds", _shares(v.turn_kinds, accepted)))
    if v.forms:
        lines.append(("plans", _shares(v.forms, accepted)))
    return lines


def _drawn(h: Histogram) -> str:
    """Draw a histogram in a line: "1 ▂ 2 █ 3 ▅ (median 2, most 3)"."""
    tallest = max(h.counts.values(), default=1)
    bars = " ".join(f"{value} {BARS[_height(n, tallest)]}" for value, n in h.counts.items())
    return f"{bars} (median {h.median:g}, most {h.most})"


BARS = "▁▂▃▄▅▆▇█"


def _height(n: int, tallest: int) -> int:
    return min(n * len(BARS) // tallest, len(BARS) - 1)


def _shares(counts: Mapping[str, int], total: int) -> str:
    return ", ".join(f"{_plain(name)} {count / total:.1%}" for name, count in counts.items())


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _listed(counts: Mapping[str, int]) -> str:
    """List the most frequent first: "unparsable 12, echo 3"."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = [f"and {len(ranked) - SHOWN} more"] if len(ranked) > SHOWN else []
    return ", ".join([f"{_plain(name)} {count:,}" for name, count in ranked[:SHOWN]] + more)


def _aligned(rows: Sequence[tuple[str, str, str]]) -> str:
    first, second = (max(len(row[i]) for row in rows) for i in (0, 1))
    return "\n".join(f"{a:<{first}}  {b:>{second}}  {c}".rstrip() for a, b, c in rows)


def _plain(text: str, longest: int = 120) -> str:
    """Escape what could steer a terminal (controls, direction marks), and cut what is too long."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
