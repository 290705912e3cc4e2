"""The sample's page: what its templates are given. Pure: a sample and an address in, values out.

The address says what is shown (`show`), through which chat template (`template`) and in which
format (`format`); all else in it is the list's, and is kept in every link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from msgspec import json

from buttonup.formats import FORMATS, exported
from buttonup.model.prices import Prices, cost
from buttonup.records import Sample, Trajectory, Usage
from buttonup.showing.wording import dollars_in_words, many
from buttonup.view.sample import blueprint, diff, graph, rendered, thread
from buttonup.view.sample.asked import asked, scored
from buttonup.view.sample.pairs import Pair
from buttonup.view.sample.sources import MEANS, sources
from buttonup.view.sample.tree import as_json, tree
from buttonup.view.sample.visible import legible, shown

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


def page(
    sample: Sample,
    address: Mapping[str, str],
    *,
    pair: Pair | None = None,
    tokenizer: Path | None = None,
    prices: Prices | None = None,
    raw_address: str = "",
) -> dict[str, Any]:
    """Give what `sample.html` is rendered with.

    `address` are the parameters of the page's address. With a `pair` the sample is a preference
    row's chosen way. `tokenizer` is a folder with a tokenizer.json, for tokens in place of
    characters; `prices` are the run's, and `raw_address` is where the record's file is.
    """
    ways = [way for way in WAYS if way != "diff" or pair]
    show = address.get("show", "")
    show = show if show in ways else ways[0]
    rest = {k: v for k, v in address.items() if k not in ("show", "template", "format")}
    t = sample.trajectory

    def link(**changed: str) -> str:
        return "?" + urlencode({**rest, **{k: v for k, v in changed.items() if v}})

    body: Callable[[], dict[str, Any]] = {
        "conversation": lambda: _conversation(sample, prices or {}),
        "diff": lambda: {"pair": pair, "rows": pair and diff.beside(pair.chosen, pair.rejected)},
        "blueprint": lambda: _blueprint(t, prices or {}),
        "exported": lambda: _exported(sample, address.get("format", "")),
        "rendered": lambda: {
            "rendered": rendered.rendering(exported(t), address.get("template", ""), tokenizer)
        },
        "raw": lambda: {"record": tree(as_json(sample), nodes=RAW)},
    }[show]
    return {
        "title": legible(t.blueprint.task.text, 160) or "No request",
        "chips": _chips(sample),
        "failures": [(legible(v.gate), legible(v.reason)) for v in sample.failures],
        "judged": bool(sample.verdicts),
        "show": show,
        "tabs": [(WAYS[way], link(show=way), way == show) for way in ways],
        "link": link,
        "rest": rest,
        "raw_address": raw_address,
        "means": MEANS,
        **body(),
    }


def raw(sample: Sample) -> bytes:
    """Give the record as JSON that people can read, for the copy and the download."""
    return json.format(json.encode(sample), indent=1)


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


def _conversation(sample: Sample, prices: Prices) -> dict[str, Any]:
    t = sample.trajectory
    found = sources(t)
    drawn = graph.graph(t, found)
    return {
        "context": thread.context(t, found),
        "turns": thread.thread(t, sample.verdicts, found),
        "functions": blueprint.functions(t),
        "graph": drawn,
        "drawing": graph.drawn(drawn),
        "asked": asked(t, sample.verdicts),
        "kinds": sorted({o.kind for made in found.traces.values() for o in made.values()}),
        "wholes": [score for score in t.scores if score.at is None],
        "scored": scored,
        "cast": t.cast,
        "repair": t.repair,
        "spent": _spent(t, prices),
    }


def _blueprint(t: Trajectory, prices: Prices) -> dict[str, Any]:
    b = t.blueprint
    return {
        "blueprint": b,
        "request": shown(b.task.text),
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
