"""The page of one sample."""

from __future__ import annotations

from typing import Any, NamedTuple

from buttonup.recipe import Recipe
from buttonup.records import Rejection, Sample
from buttonup.showing.wording import plain


class Shown(NamedTuple):
    """What is known of the sample that is looked at."""

    called: str
    """Its name in an address: "accepted-17", "rejected-3"; of a file "17"."""
    line: bytes
    """As it stands in its file."""
    sample: Sample | None
    """None where the line cannot be read. Of others' data: the least blueprint around their
    conversation, and the verdicts of the gates that could be asked, asked just now."""
    unread: Rejection | None
    """Why it cannot be read."""
    foreign: bool
    """Whether it is others' data, of which no plan is known."""
    lacking: dict[str, str]
    """Gate that could not be asked -> what was not known."""
    recipe: Recipe | None
    """Of the run, where there is one that can be read."""


def page(shown: Shown) -> dict[str, Any]:
    """Give the template `sample.html` what it shows."""
    return {"raw": plain(shown.line.decode("utf-8", "replace"), 20_000)}
