from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.view.filters import Filter
from buttonup.view.index import build, reading, tables
from buttonup.view.index.reading import Index
from buttonup.view.pages import Viewed, samples
from buttonup.view.sources import open_source


@pytest.fixture
def viewed(run: Path) -> Viewed:
    source = open_source(run)
    with closing(tables.opened(source.index)) as db:
        build.fill(db, source)
    return Viewed(source, Index(source))


def test_a_page_goes_on_from_the_last_sample_of_the_one_before(
    viewed: Viewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 10)
    first = samples.page(viewed, [])
    assert [called for called, _ in first["rows"]][-1] == "accepted-10"
    second = samples.page(viewed, [("after", "accepted-10")])
    assert next(called for called, _ in second["rows"]) == "accepted-11"
    again = samples.page(viewed, [("before", "accepted-11")])
    assert again["rows"] == first["rows"]
    last = samples.page(viewed, [("end", "1")])
    assert [called for called, _ in last["rows"]][-1] == "rejected-8"
    assert not last["page"].after


def test_a_place_is_no_part_of_the_filter(viewed: Viewed) -> None:
    f, at, back = samples.read_place(viewed, [("q", "hi"), ("before", "rejected-1")])
    assert (f, back) == (Filter(words="hi"), True)
    assert viewed.source.called(at or 0) == "rejected-1"


def test_two_places_at_once_are_refused(viewed: Viewed) -> None:
    with pytest.raises(BadInput, match="after and before together"):
        samples.read_place(viewed, [("after", "accepted-1"), ("before", "accepted-2")])
