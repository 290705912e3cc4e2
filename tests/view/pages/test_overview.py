from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.view.conftest import ACCEPTED, REJECTED
from tests.view.pages.conftest import indexed

from buttonup.dataset.folder import report
from buttonup.view.filters import read_filter
from buttonup.view.pages import Viewed, overview
from buttonup.view.pages.overview import PLOTS


def listed(viewed: Viewed, href: str) -> int:
    """Count the samples of the list to which an address leads."""
    return viewed.index.count(read_filter(parse_qsl(urlsplit(href).query))).count


@pytest.mark.parametrize("of", PLOTS)
def test_every_bar_leads_to_as_many_samples_as_it_counts(viewed: Viewed, of: str) -> None:
    drawn = str(overview.plot(viewed, of).drawn)  # type: ignore[arg-type]
    bars = re.findall(r'<a href="([^"]*)"><title>[^:]*: ([\d,]+)<', drawn)
    counts = [int(count.replace(",", "")) for _, count in bars]
    assert [listed(viewed, html.unescape(href)) for href, _ in bars] == counts
    assert sum(counts) == (0 if of == "score" else ACCEPTED)


def test_every_row_of_a_table_leads_to_as_many_samples_as_it_counts(viewed: Viewed) -> None:
    page = overview.page(viewed)
    for table in [*page["tables"], page["reasons"]]:
        assert table.bars
        there = [listed(viewed, bar.href) for bar in table.bars]
        assert there == [bar.samples for bar in table.bars]


def test_what_is_counted_of_accepted_samples_is_what_the_report_says(viewed: Viewed) -> None:
    told = report(viewed.source.path)
    assert overview.histogram(viewed, "calls") == told.variety.calls
    assert overview.histogram(viewed, "messages") == told.lengths.messages
    assert overview.histogram(viewed, "tokens") == told.lengths.tokens
    tables = {table.kind: table for table in overview.page(viewed)["tables"]}
    assert {bar.name: bar.samples for bar in tables["shape"].bars} == told.shapes


def test_a_run_says_yield_and_how_varied_it_is(viewed: Viewed) -> None:
    told = report(viewed.source.path)
    figures = overview.figures(viewed, told, {"accepted": ACCEPTED, "rejected": REJECTED})
    assert [figure.value for figure in figures][:3] == ["24", "8", "75.0%"]
    assert any(figure.name == "distinct-2" for figure in overview.variety(told))


def test_of_a_dataset_all_samples_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text('{"messages":[{"role":"user","content":"hi"}]}\n' * 3 + "nonsense\n")
    viewed = indexed(file)
    page = overview.page(viewed)
    assert {f.name: f.value for f in page["figures"]} == {"Unchecked": "3", "Unreadable": "1"}
    assert page["report"] is None
    assert [plot.title for plot in page["plots"]][:2] == ["Calls", "Turns of the user"]


def test_a_run_without_a_sample_yet_has_an_overview_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "identity").write_text("x")
    page = overview.page(indexed(tmp_path / "run"))
    assert page["plots"] == page["tables"] == []
    assert [f.value for f in page["figures"]] == ["0", "0", "none yet"]
