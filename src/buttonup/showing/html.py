"""Shows a report as one page that can be mailed: nothing is fetched, no script runs.

Function names, reasons, names of models and all that models said is hostile text. The template
escapes what it is given; what could hide or turn text around is written as its escape.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.resources
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from buttonup import __version__
from buttonup.engine.judged import rows as judged_rows
from buttonup.engine.lengths import CHARACTERS_A_TOKEN
from buttonup.engine.report import Ending, Report
from buttonup.engine.variety import Histogram
from buttonup.ranked import ranked
from buttonup.records import Assistant, Sample, Tool, Usage, User, decode, encode
from buttonup.showing import plots
from buttonup.showing.text import saved_in_words
from buttonup.showing.wording import dollars_in_words, many, plain
from buttonup.store.lines import whole_lines

ROWS = 40
"""Rows of a table before "and N more"; ours: a page of 100,000 samples is as short as any."""
LONGEST = 1200
"""Characters of a message on the page; the rest is cut, and that is said. Ours."""
MESSAGES = 40
"""Messages of a sample on the page; ours too."""
RECIPE = 20_000
"""Characters of the recipe on the page."""
DRAWN = {"accepted": 3, "rejected": 3}
"""Samples drawn at random; ours: enough to see what they are like."""


class Plot(NamedTuple):
    """A histogram with what stands above and below it."""

    title: str
    drawn: Markup
    note: str


class Cut(NamedTuple):
    """The first rows of a table, and how many more there are."""

    rows: Sequence[tuple[str, int]]
    more: int
    most: int
    """Count of the longest bar."""


class Shown(NamedTuple):
    """A sample on the page."""

    title: str
    failures: Sequence[str]
    messages: Sequence[tuple[str, str]]
    more: int
    """Messages that are left out."""


def as_html(report: Report, folder: Path) -> str:
    """Write the page of a run. Reads three samples of each kind, and the recipe, of its folder."""
    whole = _environment().from_string(_part("page.html"))
    style = _part("page.css")
    return whole.render(
        report=report,
        name=folder.resolve().name,
        version=__version__,
        style=Markup(style),  # noqa: S704  (our own file)
        digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        ending=report.ending or Ending(why="so far: the run has not ended, or was cut off"),
        used=sum((row.usage for row in report.spent), Usage()),
        plots=[plot for plot in _plots(report) if plot.drawn],
        heat=plots.heat_map(report.grid, _shapes(report), "Samples by shape and calls"),
        samples=_samples(folder, report),
        recipe=_recipe(folder),
        saved=saved_in_words(report.saved),
        judged_rows=judged_rows(report.judged) if report.judged else [],
        given_up=sum(sum(reasons.values()) for reasons in report.rejections.values()),
        of_a_token=CHARACTERS_A_TOKEN,
    )


@functools.cache
def _environment() -> Environment:
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=visible,
    )
    made.globals = {"bar": plots.bar, "rows": rows, "money": dollars_in_words, "many": many}
    made.filters["percent"] = lambda share: f"{share:.1%}"
    made.filters["grouped"] = lambda number: f"{number:,}"
    return made


def _part(name: str) -> str:
    return importlib.resources.files(__package__).joinpath(name).read_text("utf-8")


def visible(value: object) -> object:
    """Escape controls, marks of direction and lone surrogates, which no page should hold."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "\n".join(plain(line, len(line)) for line in value.split("\n"))


def rows(counts: Mapping[str, int], limit: int = ROWS, *, least: bool = False) -> Cut:
    """Cut counts to the most frequent ones (or the least), named alike in order of name."""
    told = sorted(counts.items(), key=lambda item: (item[1], item[0])) if least else ranked(counts)
    kept = [(plain(name), count) for name, count in told[:limit]]
    return Cut(kept, max(len(told) - limit, 0), max(counts.values(), default=0))


def _shapes(report: Report) -> list[str]:
    """List the shapes, the most frequent first."""
    counts = {shape: sum(calls.values()) for shape, calls in report.grid.items()}
    return [shape for shape, _ in ranked(counts)[:ROWS]]


def _plots(report: Report) -> Iterable[Plot]:
    """Draw the histograms, first what is read first. A new one is a line here."""
    v, n = report.variety, report.lengths
    estimate = f"estimated: a token for {CHARACTERS_A_TOKEN} characters"
    yield _plot("Calls", v.calls, "calls")
    yield _plot("Turns of the user", v.user_turns, "turns")
    yield _plot("Messages", n.messages, "messages")
    yield _plot("Turns of the assistant", n.assistant_turns, "turns")
    yield _plot("Functions shown", v.shown, "functions")
    yield _plot("Words of the request", v.request_words, "words")
    yield _plot("Words of the answers", n.answer_words, "words")
    yield _plot("Characters", n.characters, "characters", "functions shown and all messages")
    yield _plot("Tokens, estimated", n.tokens, "tokens", estimate)
    yield _plot("Tokens asked for", n.asked_tokens, "tokens", "in and out, counted by endpoints")


def _plot(title: str, h: Histogram, unit: str, note: str = "") -> Plot:
    middle = f"median {h.median:,.0f}, most {h.most:,}"
    return Plot(title, plots.histogram(h, title, unit), "; ".join(filter(None, (middle, note))))


def _recipe(folder: Path) -> str:
    path = folder / "recipe.toml"
    text = path.read_text("utf-8", errors="backslashreplace") if path.exists() else ""
    return _shortened(text, RECIPE)


# --- samples -------------------------------------------------------------------------------------


def _samples(folder: Path, report: Report) -> dict[str, list[Shown]]:
    there = {"accepted": report.accepted, "rejected": report.rejected}
    return {
        kind: [_shown(n, sample) for n, sample in _drawn(folder / f"{kind}.jsonl", there[kind], k)]
        for kind, k in DRAWN.items()
    }


def _drawn(path: Path, there: int, wanted: int) -> Iterable[tuple[int, Sample]]:
    """Draw samples of a file at random: the same ones each time, each as likely as any other."""
    picked = set(random.Random(0).sample(range(there), min(wanted, there)))
    last = max(picked, default=-1)
    if not picked:
        return
    for n, line in enumerate(whole_lines(path)):
        if n in picked:
            yield n + 1, decode(line, Sample)
        if n >= last:
            return


def _shown(line: int, sample: Sample) -> Shown:
    t = sample.trajectory
    words = t.blueprint.task.text
    return Shown(
        title=f"Line {line}: {_shortened(words, 90)}",
        failures=[
            _shortened(": ".join([v.gate, v.reason, *v.evidence[:1]]), 300) for v in sample.failures
        ],
        messages=[part for m in t.messages[:MESSAGES] for part in _told(m)],
        more=max(len(t.messages) - MESSAGES, 0),
    )


def _told(message: User | Assistant | Tool) -> Iterable[tuple[str, str]]:
    match message:
        case User():
            yield "user", _shortened(message.content)
        case Assistant():
            if message.thought:
                yield "thinks", _shortened(message.thought)
            for call in message.calls:
                yield "calls", _shortened(f"{call.name}({call.raw})")
            if message.answer:
                yield "assistant", _shortened(message.answer)
        case Tool():
            yield "tool", _shortened(encode(message.result).decode())


def _shortened(text: str, longest: int = LONGEST) -> str:
    left = len(text) - longest
    return text if left <= 0 else f"{text[:longest]}… and {left:,} characters more"
