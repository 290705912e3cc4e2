"""The sample's page: what its templates are given. Pure: a sample and an address in, values out.

The address says what is shown (`show`), through which chat template (`template`) and in which
format (`format`); all else in it is the list's, and is kept in every link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from msgspec import DecodeError, json, structs

from buttonup.formats import FORMATS, exported
from buttonup.formats.preference import is_pair
from buttonup.model.prices import Prices, cost
from buttonup.recipe import Recipe
from buttonup.records import Json, Rejection, Sample, Trajectory, Usage
from buttonup.showing.wording import dollars_in_words, many
from buttonup.view.sample import blueprint, diff, graph, rendered, thread
from buttonup.view.sample.asked import asked, scored
from buttonup.view.sample.pairs import Pair, as_pair
from buttonup.view.sample.sources import MEANS, sources
from buttonup.view.sample.tree import as_json, tree
from buttonup.view.sample.visible import legible
from buttonup.view.sample.visible import shown as as_text

WAYS = {
    "diff": "Chosen and rejected",
    "conversation": "Conversation",
    "blueprint": "Blueprint",
    "exported": "Kept and exported",
    "rendered": "As the model reads it",
    "raw": "Record",
}
"""What can be shown, and the words of its tab."""
RAW = 3000
"""Nodes of the record on its page; its file has the rest."""


PARAMETERS = ("show", "template", "format")
"""What of an address is the sample's page's own."""


class About(NamedTuple):
    """Where the sample that is looked at comes from."""

    called: str
    """Its name in an address: "accepted-17", "rejected-3"; of a file "17"."""
    line: bytes
    """As it stands in its file."""
    recipe: Recipe | None = None
    """Of the run, where there is one that can be read."""
    tokenizer: Path | None = None
    """Folder of the tokenizer by whose tokens it is to be shown too."""
    prices: Prices = {}
    """Of the run's models."""


class Shown(NamedTuple):
    """What is known of the sample that is looked at."""

    about: About
    sample: Sample | None
    """None where the line cannot be read. Of others' data: the least blueprint around their
    conversation, and the verdicts of the gates that could be asked, asked just now."""
    unread: Rejection | None = None
    """Why it cannot be read."""
    foreign: bool = False
    """Whether it is others' data, of which no plan is known."""
    lacking: Mapping[str, str] = {}
    """Gate that could not be asked -> what was not known."""


def page(shown: Shown, address: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """Give the template `sample.html` what it shows.

    `address` is the query of the page's address.
    """
    own = {key: value for key, value in address if key in PARAMETERS}
    rest = [(key, value) for key, value in address if key not in PARAMETERS]
    row = _row(shown.about.line)
    pair = as_pair(row) if shown.sample and shown.foreign and is_pair(row) else None
    shown = _without_end(shown) if pair else shown
    ways = _ways(shown, pair)
    show = own["show"] if own.get("show") in ways else ways[0]

    def link(**changed: str) -> str:
        return "?" + urlencode([*rest, *changed.items()])

    return {
        "about": shown.about,
        "unread": shown.unread,
        "show": show,
        "tabs": [(WAYS[way], link(show=way), way == show) for way in ways],
        "link": link,
        "rest": rest,
        **_head(shown),
        **_body(show, shown, own, row, pair),
    }


def _without_end(shown: Shown) -> Shown:
    """Take back what the gates say of the end: a pair ends with a turn, and nothing answers it."""
    assert shown.sample is not None
    kept = tuple(v for v in shown.sample.verdicts if v.gate != "structure")
    why = {**shown.lacking, "structure": "a preference row ends with the turn that is chosen"}
    return shown._replace(sample=structs.replace(shown.sample, verdicts=kept), lacking=why)


def _row(line: bytes) -> Json:
    """Give what a line holds; None where it is no JSON."""
    try:
        return json.decode(line)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _ways(shown: Shown, pair: Pair | None) -> list[str]:
    if shown.sample is None:
        return ["raw"]
    return [way for way in WAYS if way != "diff" or pair]


def _head(shown: Shown) -> dict[str, Any]:
    """Say what the sample is, above all that can be shown of it."""
    if shown.sample is None:
        return {"title": "A line that cannot be read", "chips": [], "failures": [], "judged": False}
    return {
        "title": legible(shown.sample.trajectory.blueprint.task.text, 160) or "No request",
        "chips": _chips(shown.sample),
        "failures": [(legible(v.gate), legible(v.reason)) for v in shown.sample.failures],
        "judged": bool(shown.sample.verdicts),
    }


def _body(
    show: str, shown: Shown, own: Mapping[str, str], row: Json, pair: Pair | None
) -> dict[str, Any]:
    """Give what one way to show it needs, and nothing that the others need."""
    sample, about = shown.sample, shown.about
    if sample is None or show == "raw":
        return _record(about.line, row)
    t = sample.trajectory
    body: Callable[[], dict[str, Any]] = {
        "conversation": lambda: _conversation(sample, about.prices, shown.lacking),
        "diff": lambda: {"pair": pair, "rows": pair and diff.beside(pair.chosen, pair.rejected)},
        "blueprint": lambda: _blueprint(t, about.prices),
        "exported": lambda: _exported(sample, own.get("format", "")),
        "rendered": lambda: {
            "rendered": rendered.rendering(exported(t), own.get("template", ""), about.tokenizer)
        },
    }[show]
    return body()


def _record(line: bytes, row: Json) -> dict[str, Any]:
    text = line.decode("utf-8", "replace")
    return {"record": None if row is None else tree(row, nodes=RAW), "line": as_text(text)}


def _chips(sample: Sample) -> list[tuple[str, str]]:
    """Say the sample in a few words, each with what it means."""
    t = sample.trajectory
    b = t.blueprint
    calls = sum(len(m.calls) for m in t.messages if hasattr(m, "calls"))
    turns = sum(type(m).__name__ == "User" for m in t.messages)
    told = [(name, "info") for name in b.tools.worlds or b.tools.own]
    told += [("simulated tools", "info")] if b.tools.source == "simulated" else []
    told += [(b.task.shape.replace("_", " "), "")] if b.task.subtasks else []
    told += [(many(turns, "turn"), ""), (many(calls, "call"), "")]
    told += [(many(len(t.functions), "function") + " shown", "")]
    masked = sum(getattr(m, "masked", False) for m in t.messages)
    return told + ([(f"{many(masked, 'turn')} not learnt", "warn")] if masked else [])


def _conversation(sample: Sample, prices: Prices, unasked: Mapping[str, str]) -> dict[str, Any]:
    t = sample.trajectory
    found = sources(t)
    drawn = graph.graph(t, found)
    return {
        "context": thread.context(t, found),
        "turns": thread.thread(t, sample.verdicts, found),
        "functions": blueprint.functions(t),
        "graph": drawn,
        "drawing": graph.drawn(drawn),
        "asked": asked(t, sample.verdicts, unasked),
        "kinds": sorted({o.kind for made in found.traces.values() for o in made.values()}),
        "wholes": [score for score in t.scores if score.at is None],
        "scored": scored,
        "cast": t.cast,
        "means": MEANS,
        "repair": t.repair,
        "spent": _spent(t, prices),
    }


def _blueprint(t: Trajectory, prices: Prices) -> dict[str, Any]:
    b = t.blueprint
    return {
        "blueprint": b,
        "request": as_text(b.task.text),
        "subtasks": blueprint.subtasks(t),
        "functions": blueprint.functions(t),
        "goal": tree(as_json(b.goal)) if b.goal else None,
        "tools": tree(as_json(b.tools)),
        "spent": _spent(t, prices),
        "trajectory": t,
    }


def _spent(t: Trajectory, prices: Prices) -> list[tuple[str, Usage, str]]:
    """Give each model that was asked, what it took, and what that cost."""
    return [
        (legible(model), used, dollars_in_words(_dollars(model, used, prices)))
        for model, used in t.usage.items()
    ]


def _dollars(model: str, used: Usage, prices: Prices) -> float | None:
    found = cost({model: used}, prices)
    return None if found is None else float(found)


def _exported(sample: Sample, wanted: str) -> dict[str, Any]:
    name = wanted if wanted in FORMATS else "openai"
    row, refused = blueprint.leaves_as(sample.trajectory, name)
    return {
        "kept": tree(blueprint.kept_back(sample), nodes=RAW),
        "format": name,
        "formats": tuple(FORMATS),
        "row": tree(row, nodes=RAW) if not refused else None,
        "refused": refused,
    }
