"""Shows a report in a terminal: the funnel, the gates, the money, and how varied it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median_low

from buttonup.engine.judged import rows as judged_rows
from buttonup.engine.report import Ending, Report, all_known
from buttonup.engine.saved import Saved
from buttonup.engine.variety import Histogram, Variety
from buttonup.ranked import ranked
from buttonup.records import Usage
from buttonup.showing.wording import dollars_in_words, many, plain

SHOWN = 6
"""Reasons (or prompts) listed in a line before "and N more". Ours."""


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
            rows.append((plain(stage), made, given_up))
    samples = report.accepted + report.rejected
    rows.append(("samples", f"{samples:,}", ""))
    share = f"{report.accepted / samples:.1%}" if samples else ""
    rows.append(("accepted", f"{report.accepted:,}", share))
    return _aligned(rows)


def _gates(report: Report) -> str:
    rows = [
        (plain(gate), f"{sum(reasons.values()):,}", _listed(reasons))
        for gate, reasons in sorted(report.failures.items(), key=lambda g: -sum(g[1].values()))
    ]
    return _aligned([("gate", "rejected", "why"), *rows]) if rows else ""


def _judged(report: Report) -> str:
    if not report.judged:
        return ""
    return columns([[plain(cell) for cell in row] for row in judged_rows(report.judged)], 2)


def _summary(report: Report) -> str:
    lines = [("yield", _yielded(report)), ("model", _spent(report))]
    if report.spent:
        lines += [("a sample", _a_sample(report)), ("in vain", _in_vain(report))]
    lines += saved_in_words(report.saved)
    if report.ending and report.ending.seconds:
        rate = report.accepted / report.ending.seconds
        lines.append(("time", f"{report.ending.seconds:,.1f} s, {rate:,.2f} accepted a second"))
    if report.accepted:
        lines += [("diversity", _diversity(report)), ("depth", _depth(report))]
        lines.append(("shapes", _listed(report.shapes)))
        lines += own_in_words(report)
        lines += _variety(report.variety, report.accepted)
    return "\n".join(f"{name:<11}{text}" for name, text in lines)


def own_in_words(report: Report) -> list[tuple[str, str]]:
    """Say what is to be known of samples over a user's own tools, where there are any."""
    lines = []
    if report.wordings:
        lines.append(("wording", _listed(report.wordings)))
    if report.not_replayable:
        told = f"{many(report.not_replayable, 'sample')} whose calls could not be made again"
        lines.append(("replay", f"not_replayable: {told}"))
    if report.uncalled and not report.coverage:
        lines.append(("uncalled", _never_called(report)))
    return lines


def _never_called(report: Report) -> str:
    """Name a user's own functions that no sample calls, each with what is doubtful in it."""
    named = [plain(n) for n in report.uncalled[:UNCALLED]]
    doubts = [report.doubts.get(n, ()) for n in report.uncalled]
    told = [
        f"{n} ({', '.join(map(plain, d))})" if d else n for n, d in zip(named, doubts, strict=False)
    ]
    more = len(report.uncalled) - len(told)
    return ", ".join(told) + (f" and {more:,} more" if more else "")


UNCALLED = 12  # functions named


def saved_in_words(saved: Saved) -> list[tuple[str, str]]:
    """Say what came of second tries and of masking, where there was any."""
    lines = []
    if saved.tried:
        tried, done = sum(saved.tried.values()), sum(saved.repaired.values())
        by_reason = f" ({_listed(saved.repaired)})" if saved.repaired else ""
        took = f"{many(saved.usage.calls, 'call')}, {dollars_in_words(saved.dollars)}"
        told = f"{done:,} of {many(tried, 'conversation')} tried again were accepted{by_reason}"
        lines.append(("repair", f"{told}; it took {took}"))
    if saved.masked:
        told = f"{many(saved.masked, 'sample')} kept by keeping bad turns out of the loss"
        lines.append(("masked", f"{told}: {_listed(saved.turns)}"))
    return lines


def _yielded(report: Report) -> str:
    ending = report.ending or Ending(why="so far: the run has not ended, or was cut off")
    wanted = f" of {ending.wanted:,} wanted" if ending.wanted is not None else ""
    short = ending.wanted is not None and report.accepted < ending.wanted
    state = plain(ending.why) or ("the run ended short" if short else "the run is complete")
    nothing = "; there is no sample yet" if not report.accepted + report.rejected else ""
    return f"{report.accepted:,}{wanted} accepted; {state}{nothing}"


def _spent(report: Report) -> str:
    if not report.spent:
        return "no model calls"
    total = sum((row.usage for row in report.spent), Usage())
    share = total.cached_tokens / total.prompt_tokens if total.prompt_tokens else 0.0
    lost = sum((row.lost for row in report.spent), Usage())
    may = f"; {many(lost.calls, 'call')} more may have been charged for"
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
    dollars = all_known([part.dollars for part in report.given_up.values()])
    calls = sum(part.usage.calls for part in report.given_up.values())
    return (
        f"{many(calls, 'call')}, {dollars_in_words(dollars)} in the steps that gave "
        f"{many(given_up, 'item')} up; {many(report.failed.usage.calls, 'call')}, "
        f"{dollars_in_words(report.failed.dollars)} in {many(report.rejected, 'conversation')} "
        "that failed a gate"
    )


def _money(report: Report) -> str:
    if not report.spent:
        return ""
    rows = [("prompt", "model", "calls", "tokens in", "cached", "tokens out", "cost")]
    for row in sorted(report.spent, key=lambda row: -row.usage.prompt_tokens):
        used = row.usage
        share = used.cached_tokens / used.prompt_tokens if used.prompt_tokens else 0.0
        counts = (f"{used.calls:,}", f"{used.prompt_tokens:,}", f"{share:.1%}")
        out = (f"{used.completion_tokens:,}", dollars_in_words(row.dollars))
        rows.append((plain(row.prompt), plain(row.model), *counts, *out))
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
    worlds = f", {many(len(report.worlds), 'world')}" if report.worlds else ""
    reused = f", reused {many(report.reused, 'time')} across tasks" if report.reused else ""
    return (
        f"{many(report.requests, 'distinct request')}, "
        f"{many(len(report.functions), 'function')} called{_unused(report)}{reused}{worlds}"
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
    chains = f"{many(v.chains, 'distinct call chain')}, none over {v.top_chain:.2%}"
    skeletons = f"{many(v.skeletons, 'request skeleton')}, none over {v.top_skeleton:.2%}"
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
    return ", ".join(f"{plain(name)} {count / total:.1%}" for name, count in counts.items())


def _listed(counts: Mapping[str, int]) -> str:
    """List the most frequent first: "unparsable 12, echo 3"."""
    more = [f"and {len(counts) - SHOWN} more"] if len(counts) > SHOWN else []
    first = ranked(counts)[:SHOWN]
    return ", ".join([f"{plain(name)} {count:,}" for name, count in first] + more)


def _aligned(rows: Sequence[tuple[str, str, str]]) -> str:
    first, second = (max(len(row[i]) for row in rows) for i in (0, 1))
    return "\n".join(f"{a:<{first}}  {b:>{second}}  {c}".rstrip() for a, b, c in rows)
