"""Turns a template and what it is given into a page; all of it is escaped."""

from __future__ import annotations

import functools
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from buttonup import __version__
from buttonup.showing import plots
from buttonup.showing.html import visible
from buttonup.showing.wording import dollars_in_words, many


@functools.cache
def environment() -> Environment:
    """Give the environment of all pages: what is hostile is escaped, what would hide is shown."""
    made = Environment(
        loader=PackageLoader("buttonup.view"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=visible,
    )
    made.globals |= {"version": __version__, "bar": plots.bar, "many": many}
    made.globals["money"] = dollars_in_words
    made.filters["percent"] = lambda share: f"{share:.1%}"
    made.filters["grouped"] = lambda number: f"{number:,}"
    return made


def rendered(template: str, context: dict[str, Any]) -> str:
    """Fill in a template."""
    return environment().get_template(template).render(context)
