"""One page a module: what its template is given. All of them are made from what is viewed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from buttonup.store.marks import Marks
from buttonup.view.counting import Counting
from buttonup.view.filters import Filter
from buttonup.view.index.columns import as_number
from buttonup.view.index.reading import Chosen, Index
from buttonup.view.sources import Source


@dataclass(frozen=True, slots=True)
class Viewed:
    """A run or a dataset that is looked at."""

    source: Source
    index: Index
    marks: Marks
    """What people say of its samples."""
    counting: Counting
    """Who counts the report of a run, and how fast it grows."""
    root: str = ""
    """What the addresses of its pages begin with: "", or "/a" and "/b" of two."""
    read_only: bool = False
    tokenizer: Path | None = None
    """Folder of the tokenizer by whose tokens samples are shown too."""

    def chosen(self, f: Filter) -> Chosen | None:
        """Give the samples to which a filter's mark and labels narrow it; None: they do not."""
        if not (f.mark or f.labels):
            return None
        said = self.marks.said().values()
        if f.mark == "none" and not f.labels:
            keys = [as_number(one.sample) for one in said if one.mark]
            return Chosen(self.index.ids_of(keys), inside=False)
        fits = [
            as_number(one.sample)
            for one in said
            if (f.mark in ("", one.mark or "none")) and set(f.labels) <= set(one.labels)
        ]
        return Chosen(self.index.ids_of(fits))

    @property
    def name(self) -> str:
        """What it is called."""
        return self.source.name


def viewed(
    source: Source, root: str = "", *, read_only: bool = False, tokenizer: Path | None = None
) -> Viewed:
    """Open what is viewed."""
    marks, counting = Marks(source.marks), Counting(source.path)
    return Viewed(source, Index(source), marks, counting, root, read_only, tokenizer)
