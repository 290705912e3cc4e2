"""Learn what a user's tools are like by reading their definitions and calling those that read.

Same tools, same answers, same file.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from functools import partial

from buttonup.records import digest
from buttonup.tools.learning.evidence import Evidence
from buttonup.tools.learning.known import known
from buttonup.tools.learning.learned import FED, Feed, Learned
from buttonup.tools.learning.merged import answered, is_known, merged
from buttonup.tools.learning.sampler import Learning, Sampler
from buttonup.tools.source import Source, Tool


async def learn(
    source: Source, *, seed: int, today: dt.date, knobs: Learning, given: Learned | None = None
) -> Learned:
    """Learn of every tool of which `given` does not know what it gives.

    What `given` says stays: a function that it knows is left as it is, and of any other its values,
    its words and whether it writes.
    """
    told, given = given, given or Learned()
    evidence = Evidence({t.function.name: t for t in source.tools}, given, today)
    sampler = Sampler(source, evidence, random.Random(f"{seed}:learn"), knobs)
    told_of = {t.function.name: given.functions.get(t.function.name) for t in source.tools}
    fresh = {name for name, own in told_of.items() if not is_known(own)}
    if fresh or any(own and answered(own) for own in told_of.values()):
        await sampler.sample()
        await sampler.repeat()
    feeds = evidence.feeds(FED)
    functions = {
        tool.function.name: merged(
            given.functions.get(tool.function.name), partial(known, evidence, tool, feeds)
        )
        for tool in source.tools
    }
    feeds = [f for f in feeds if fresh.intersection(_ends(f)) and f not in given.feeds]
    return Learned(
        given=digest(told) if told else "",
        tools=given.tools or tuple(dict.fromkeys(tool.source for tool in source.tools)),
        title=given.title or _title(source.tools),
        today=given.today or str(today),
        functions=functions,
        feeds=(*given.feeds, *feeds),
    )


def _ends(feed: Feed) -> tuple[str, str]:
    return feed.field.partition(".")[0], feed.parameter.partition(".")[0]


def _place(source: str) -> str:
    """Give the word of a source that names it: of a command, the file or package that is run."""
    kind, _, place = source.partition(":")
    said = [word for word in place.split() if "=" not in word and not word.startswith("-")]
    return (said[-1] if kind == "mcp" else said[0]) if said else ""


def _title(tools: Sequence[Tool]) -> str:
    """Name what the tools are of, from the names of their sources: "the shop tools"."""
    stems = dict.fromkeys(_place(tool.source) for tool in tools)
    named = (s.rstrip("/").rpartition("/")[2].partition(".")[0] for s in stems)
    names = list(dict.fromkeys(" ".join(n.replace("_", " ").split()) for n in named))
    names = [n for n in names if n and n.replace(" ", "").isalnum()][:3]
    return f"the {' and '.join(names)} tools" if names else "these tools"
