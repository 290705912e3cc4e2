"""The page of one sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from buttonup.recipe import Recipe
from buttonup.records import Rejection, Sample
from buttonup.showing.wording import plain


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


def page(shown: Shown) -> dict[str, Any]:
    """Give the template `sample.html` what it shows."""
    return {"raw": plain(shown.about.line.decode("utf-8", "replace"), 20_000)}
