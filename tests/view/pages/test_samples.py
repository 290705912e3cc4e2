from __future__ import annotations

import pytest

from buttonup.errors import BadInput
from buttonup.store.marks import Change
from buttonup.view.filters import Filter, Range
from buttonup.view.index import reading
from buttonup.view.index.columns import as_key
from buttonup.view.pages import Viewed, samples


def test_a_page_goes_on_from_the_last_sample_of_the_one_before(
    viewed: Viewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 10)
    first = samples.page(viewed, [])
    assert first["rows"][-1][0] == "accepted-10"
    second = samples.page(viewed, [("after", "accepted-10")])
    assert second["rows"][0][0] == "accepted-11"
    again = samples.page(viewed, [("before", "accepted-11")])
    assert again["rows"] == first["rows"]
    last = samples.page(viewed, [("end", "1")])
    assert last["rows"][-1][0] == "rejected-8"
    assert not last["page"].after


def test_a_place_is_no_part_of_the_filter(viewed: Viewed) -> None:
    f, at, back = samples.read_place(viewed, [("q", "hi"), ("before", "rejected-1")])
    assert (f, back) == (Filter(words="hi"), True)
    assert viewed.source.called(at or 0) == "rejected-1"


def test_two_places_at_once_are_refused(viewed: Viewed) -> None:
    with pytest.raises(BadInput, match="after and before together"):
        samples.read_place(viewed, [("after", "accepted-1"), ("before", "accepted-2")])


def test_a_filter_in_use_is_told_with_the_list_without_it(viewed: Viewed) -> None:
    f = Filter(words="hi", has=(("world", "library"),), within=(Range("calls", 2.0, None),))
    told = dict(samples.without(viewed, f))
    assert told["text: hi"] == "/samples?world=library&calls.from=2"
    assert told["world: library"] == "/samples?q=hi&calls.from=2"
    assert dict(samples.without(viewed, Filter(words="hi"))) == {"text: hi": "/samples"}


def test_what_people_said_narrows_the_list(viewed: Viewed) -> None:
    rows = samples.page(viewed, [])["rows"]
    first, second = (as_key(row.key) for _, row, _ in rows[:2])
    viewed.marks.change(first, Change(mark="keep", label="short"))
    viewed.marks.change(second, Change(mark="drop", label="short"))

    def listed(*pairs: tuple[str, str]) -> list[str]:
        page = samples.page(viewed, pairs)
        assert page["found"].count == len(page["rows"])
        return [called for called, _, _ in page["rows"]]

    assert listed(("mark", "keep")) == ["accepted-1"]
    assert listed(("label", "short")) == ["accepted-1", "accepted-2"]
    assert listed(("label", "short"), ("mark", "drop")) == ["accepted-2"]
    assert listed(("label", "long")) == []
    assert len(listed(("mark", "none"))) == len(rows) - 2
    assert listed(("label", "short"), ("mark", "none")) == []
    [said] = [
        said for called, _, said in samples.page(viewed, [])["rows"] if called == "accepted-1"
    ]
    assert said.labels == ("short",)
