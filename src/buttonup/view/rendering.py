"""Turns a template and what it is given into a page; all of it is escaped."""

from __future__ import annotations

import functools
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from buttonup import __version__
from buttonup.showing import plots
from buttonup.showing.html import visible as plainly
from buttonup.showing.wording import dollars_in_words, many
from buttonup.view.sample.visible import legible, shown, visible


@functools.cache
def environment() -> Environment:
    """Give the environment of all pages: what is hostile is escaped, what would hide is shown."""
    made = Environment(
        loader=PackageLoader("buttonup.view"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=plainly,
    )
    made.globals |= {"version": __version__, "bar": plots.bar, "many": many}
    made.globals["money"] = dollars_in_words
    made.filters["percent"] = lambda share: f"{share:.1%}"
    made.filters |= {"visible": visible, "shown": shown, "legible": legible}
    made.filters["duration"] = duration
    made.filters["grouped"] = lambda number: f"{number:,}"
    return made


def duration(seconds: float) -> str:
    """Say how long something takes, in the two largest units that count."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def rendered(template: str, context: dict[str, Any]) -> str:
    """Fill in a template."""
    return environment().get_template(template).render(context)
