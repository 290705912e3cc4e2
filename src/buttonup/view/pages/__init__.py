"""One page a module: what its template is given. All of them are made from what is viewed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from buttonup.view.index.reading import Index
from buttonup.view.sources import Source


@dataclass(frozen=True, slots=True)
class Viewed:
    """A run or a dataset that is looked at."""

    source: Source
    index: Index
    root: str = ""
    """What the addresses of its pages begin with: "", or "/a" and "/b" of two."""
    read_only: bool = False
    tokenizer: Path | None = None
    """Folder of the tokenizer by whose tokens samples are shown too."""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.source.name
