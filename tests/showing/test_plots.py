"""Plots hold what was counted, all of it, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.engine.lengths import in_ranges
from buttonup.engine.variety import Histogram
from buttonup.showing.plots import MOST_BARS, bar, heat_map, histogram

hostile = st.text(st.characters(codec=None), min_size=1, max_size=80)


def titles(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter("title")]


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 10**6), st.integers(1, 10**6), min_size=1, max_size=50))
def test_every_sample_is_in_a_bar_however_far_out(counts: dict[int, int]) -> None:
    told = titles(histogram(in_ranges(Counter(counts)), "Words", "words"))
    assert len(told) <= MOST_BARS
    assert sum(int(t.rpartition(": ")[2].replace(",", "")) for t in told) == sum(counts.values())


def test_a_bar_tells_its_range_and_its_count_on_hover_and_an_empty_range_has_its_place() -> None:
    h = Histogram(counts={"20": 1200, "40": 3}, median=21, most=47, step=10)
    assert titles(histogram(h, "Words", "words")) == [
        "20 to 29 words: 1,200",
        "30 to 39 words: 0",
        "40 to 49 words: 3",
    ]


def test_a_plot_is_one_picture_unless_its_bars_are_links_which_are_told_one_by_one() -> None:
    h = Histogram(counts={"20": 1200}, median=21, most=29, step=10)
    assert ET.fromstring(histogram(h, "Words", "words")).get("role") == "img"
    linked = histogram(h, "Words", "words", lambda start, end: f"/?from={start}&to={end}")
    assert ET.fromstring(linked).get("role") == "group"


def test_a_plot_without_counts_is_no_plot() -> None:
    assert histogram(Histogram(), "Words", "words") == ""
    assert heat_map({}, [], "Shapes") == ""


def test_bars_keep_inside_the_plot() -> None:
    svg = histogram(Histogram(counts={"1": 7, "2": 10}), "Calls", "calls")
    for rect in ET.fromstring(svg).iter("rect"):
        assert float(rect.attrib["y"]) >= 0
        assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= 360


def test_the_heat_map_shows_the_count_of_each_cell_the_far_ones_together() -> None:
    grid = {"single": {"1": 5}, "nested": {str(n): 1 for n in range(2, 22)}}
    svg = heat_map(grid, ["nested", "single"], "Shapes")
    told = dict(t.split(" calls: ") for t in titles(svg))
    assert told["single, 1"] == "5"
    assert told["nested, 2"] == "1"
    assert sum(int(count) for count in told.values()) == 25
    assert told["nested, more"] == "7"


@settings(deadline=None)
@given(hostile)
def test_hostile_text_stays_text(text: str) -> None:
    for svg in (
        histogram(Histogram(counts={"1": 1}), text, text),
        heat_map({text: {"1": 1}}, [text], text),
    ):
        assert {node.tag for node in ET.fromstring(svg).iter()} <= {
            "svg", "g", "rect", "line", "text", "title",
        }  # fmt: skip


def test_the_bar_of_a_cell_is_as_long_as_its_share() -> None:
    widths = re.findall(r'class="fill" width="([\d.]+)"', bar(1, 4) + bar(0, 0))
    assert widths == ["25.00", "0.00"]
