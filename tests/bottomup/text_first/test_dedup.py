from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.alike.embed import Lexical
from buttonup.bottomup.text_first.dedup import DedupKnobs, Shelf, near_duplicates
from buttonup.errors import Reject
from buttonup.records import AtomicTask, Scenario

TEXTS = [
    "Disputing a parking fine",
    "Contesting a parking fine",
    "Renting a van",
    "Renting a big van",
    "Watering plants",
]


def kept(texts: list[str], knobs: DedupKnobs | None = None) -> list[str]:
    keep = near_duplicates(Lexical(dims=512), knobs or DedupKnobs())()
    stay = []
    for text in texts:
        with suppress(Reject):
            stay += [item.text for item in keep(Scenario(text=text))]
    return stay


def test_the_first_of_near_duplicates_stays() -> None:
    assert kept(TEXTS[:2]) == TEXTS[:1]
    assert kept(TEXTS[1::-1]) == TEXTS[1:2]


def test_the_drop_names_the_twin() -> None:
    keep = near_duplicates(Lexical(), DedupKnobs())()
    first = AtomicTask(text="Find a plumber in Leeds.")
    keep(AtomicTask(text="Book a table."))
    keep(first)
    with pytest.raises(Reject) as raised:
        keep(AtomicTask(text="find a plumber in Leeds"))
    assert raised.value.detail == first.key


def test_each_run_starts_anew() -> None:
    start = near_duplicates(Lexical(), DedupKnobs())
    item = Scenario(text="Renting a van")
    assert start()(item) == start()(item) == [item]


def test_the_threshold_is_a_knob() -> None:
    assert kept(TEXTS, DedupKnobs(threshold=1.1)) == TEXTS
    assert kept(TEXTS, DedupKnobs(threshold=-1.0)) == TEXTS[:1]


@given(st.lists(st.sampled_from(TEXTS) | st.text(max_size=20), max_size=12))
def test_what_stays_depends_on_the_order_alone_and_holds_no_twins(texts: list[str]) -> None:
    stay = kept(texts)
    assert stay == kept(texts)
    assert stay == kept(stay)
    assert stay[:1] == texts[:1]


def test_a_shelf_grows_and_finds_the_nearest() -> None:
    shelf = Shelf(3)
    assert shelf.nearest(np.ones(3, dtype=np.float32)) == ("", 0.0)
    for n in range(200):
        shelf.add(str(n), np.array([1, n, 0], dtype=np.float32) / np.float32(np.hypot(1, n)))
    found, cosine = shelf.nearest(np.array([1, 0, 0], dtype=np.float32))
    assert (found, round(cosine, 3)) == ("0", 1.0)
