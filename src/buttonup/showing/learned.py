"""Shows in a terminal what was learned of a user's tools, and what the user should look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from buttonup.records import encode
from buttonup.showing.wording import many, plain
from buttonup.tools.learning.learned import Learned, LearnedFunction

SURE = 0.7  # score from which a feed is not named among the doubtful; ours
SHOWN = 3  # values, and feeds, of one parameter
STALE = 31  # days between the newest day in results and the day of requests, from which it is told


def learned_as_text(learned: Learned) -> str:
    """Draw what is known of each function; hostile text is shown escaped."""
    return "\n".join(line for name in learned.functions for line in _drawn(name, learned))


def _drawn(name: str, learned: Learned) -> Iterator[str]:
    f = learned.functions[name]
    effect = "writes" if f.writes else "reads"
    gives = {"one": f"one {f.noun}", "list": f"a list of {f.plural}", "": "nobody knows what"}
    calls = f", {many(f.called, 'call')} ({f.failed} failed)" if f.called else ""
    yield f"{plain(name)}   {effect} ({plain(f.because)}); gives {plain(gives[f.gives])}{calls}"
    for parameter, known in f.parameters.items():
        shown = [plain(encode(v).decode(), 40) for v in known.values[:SHOWN]]
        more = f" … {len(known.values)} in all" if len(known.values) > SHOWN else ""
        by = " (proposed)" if known.proposed else ""
        feeds = [x for x in learned.feeds if x.parameter == f"{name}.{parameter}"]
        best = sorted(feeds, key=lambda x: -x.score)[:SHOWN]
        fed = ", ".join(f"{plain(x.field)}{' (proposed)' * x.proposed}" for x in best)
        values = f"{', '.join(shown) or 'no values'}{more}{by}"
        yield f"    {plain(parameter)}: {values}{f'; fed by {fed}' if fed else ''}"
    if f.doubts:
        yield f"    ? {', '.join(map(plain, f.doubts))}"


def to_look_at(learned: Learned, newest: str = "") -> list[str]:
    """List what a user should look at in the file, the most important first."""
    found = [
        *_of_functions(learned.functions),
        *_of_feeds(learned),
    ]
    if newest and learned.today and _days_between(newest, learned.today) > STALE:
        found.append(
            f"today = {learned.today!r}: requests are made on that day, and the newest day in "
            f"results is {newest}"
        )
    return found


def _of_functions(functions: dict[str, LearnedFunction]) -> Iterator[str]:
    unknown = [n for n, f in functions.items() if f.writes and f.because.startswith("nothing says")]
    if unknown:
        yield f"nobody says whether these only read; writes = false where they do: {_some(unknown)}"
    named = [n for n, f in functions.items() if not f.writes and f.because == "its name says so"]
    if named:
        yield f"these read by their names alone, and were called: {_some(named)}"
    for name, f in functions.items():
        for doubt in f.doubts:
            kind, _, parameter = doubt.partition(":")
            if kind == "no_values":
                yield f"[functions.{plain(name)}.parameters.{plain(parameter)}] needs values = […]"
        if "no_responses" in f.doubts:
            yield f"[functions.{plain(name)}] needs gives and responses: no call showed a result"
        for kind in ("always_fails", "always_empty"):
            if kind in f.doubts:
                yield f"{plain(name)}: {kind.replace('_', ' ')}; better values may help"
        if not f.steady:
            yield f"{plain(name)} answers otherwise each time: its samples cannot be replayed"


def _of_feeds(learned: Learned) -> Iterator[str]:
    weak = [f"{f.field} -> {f.parameter}" for f in learned.feeds if f.score < SURE and f.proposed]
    if weak:
        yield f"proposed feeds that could not be tried: {_some(weak)}"
    untried = [
        f"{name}.{p}"
        for name, f in learned.functions.items()
        for p, known in f.parameters.items()
        if known.proposed and f.writes
    ]
    if untried:
        yield f"proposed values that could not be tried: {_some(untried)}"


def _some(names: list[str]) -> str:
    shown = ", ".join(map(plain, names[:8]))
    return f"{shown}, … {len(names)} in all" if len(names) > 8 else shown  # noqa: PLR2004


def _days_between(one: str, other: str) -> int:
    return abs((dt.date.fromisoformat(other) - dt.date.fromisoformat(one)).days)
