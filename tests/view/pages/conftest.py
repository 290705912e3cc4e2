"""A run and its index, as pages are made from it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from buttonup.view import pages
from buttonup.view.index import build, tables
from buttonup.view.pages import Viewed
from buttonup.view.sources import open_source


def indexed(path: Path, root: str = "", *, read_only: bool = False) -> Viewed:
    source = open_source(path)
    with closing(tables.opened(source.index)) as db:
        build.fill(db, source)
    return pages.viewed(source, root, read_only=read_only)


@pytest.fixture
def viewed(run: Path) -> Viewed:
    return indexed(run)
