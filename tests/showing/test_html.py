"""The page: one file that fetches nothing, runs nothing, and shows hostile text as text."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buttonup.engine.report import Ending, Report, Spent, Sum, read_report
from buttonup.engine.variety import Variety
from buttonup.records import (
    Assistant,
    AtomicTask,
    Blueprint,
    Call,
    CompositionalTask,
    Rejection,
    Sample,
    Tool,
    Trajectory,
    Usage,
    User,
    Verdict,
    encode,
)
from buttonup.showing.html import ROWS, as_html

VOID = {"meta"}


class Page(HTMLParser):
    """Reads a page: its tags with their attributes, its words, and whether tags are closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def skeleton(self) -> list[str]:
        return [tag for tag, _ in self.tags]


def sample(text: str, *failures: Verdict) -> Sample:
    task = CompositionalTask(text, (AtomicTask(text),))
    messages = (
        User(text),
        Assistant(thought=text, calls=(Call.parse("1", text, text),)),
        Tool("1", text, {text: text}),
        Assistant(answer=text),
    )
    return Sample(Trajectory(Blueprint(task), messages), failures)


def write(folder: Path, text: str) -> None:
    (folder / "recipe.toml").write_bytes(f"# {text}".encode("utf-8", "replace"))
    (folder / "accepted.jsonl").write_bytes(encode(sample(text)) + b"\n")
    failed = sample(text, Verdict(text, passed=False, reason=text, evidence=(text,)))
    (folder / "rejected.jsonl").write_bytes(encode(failed) + b"\n")


def report_of(text: str) -> Report:
    """Put a text in every place of a report that can hold one."""
    counts = {text: 1}
    return Report(
        stages=(text,),
        made=counts,
        rejections={text: counts},
        accepted=1,
        rejected=1,
        failures={text: counts},
        spent=(Spent(text, text, Usage(1, 1, 1), Usage(1), 1.0, 1.0),),
        given_up={text: Sum()},
        shapes=counts,
        functions=counts,
        uncalled=(text,),
        offered=counts,
        coverage={text: counts},
        grid={text: {"1": 1}},
        worlds=counts,
        variety=Variety(turn_kinds=counts, forms=counts, distinct={text: 0.5}),
        ending=Ending(why=text, wanted=2, seconds=1.5),
    )


HOSTILE = (
    "</title></style></script><script>alert(1)</script><img src=//x onerror=alert(1)>\"'`{{7*7}}"
)


def test_hostile_markup_is_shown_as_text_wherever_it_stands(tmp_path: Path) -> None:
    write(tmp_path, HOSTILE)
    page = Page(as_html(report_of(HOSTILE), tmp_path))
    assert not {"script", "img"} & set(page.skeleton)
    assert page.open == []
    assert page.text.count("<img src=//x onerror=alert(1)>\"'`{{7*7}}") > 25


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(text=st.text(min_size=1, max_size=60))
def test_no_text_changes_what_the_page_is_made_of(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    whole = as_html(report_of(text), tmp_path)
    whole.encode()
    page = Page(whole)
    write(tmp_path, "plain")
    assert page.skeleton == Page(as_html(report_of("plain"), tmp_path)).skeleton
    assert page.open == []
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", whole)


def test_a_lone_surrogate_in_a_name_can_be_written(tmp_path: Path) -> None:
    assert b"\\ud800" in as_html(report_of("\ud800"), tmp_path).encode()


def test_nothing_is_fetched_and_nothing_runs(tmp_path: Path) -> None:
    write(tmp_path, "https://example.com")
    whole = as_html(report_of("https://example.com"), tmp_path)
    page = Page(whole)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.skeleton)
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), tag
            assert name != "style"
            assert name not in {"src", "srcset", "action", "data"}
            assert name != "href" or (value or "").startswith("#")
    assert "url(" not in whole
    assert "@import" not in whole


def test_the_policy_allows_the_style_sheet_that_is_there_and_nothing_else(tmp_path: Path) -> None:
    whole = as_html(Report(), tmp_path)
    policy = next(a["content"] for t, a in Page(whole).tags if "http-equiv" in a)
    style = whole.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy is not None
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")


def test_what_happened_comes_first_and_headings_are_in_order(tmp_path: Path) -> None:
    write(tmp_path, "x")
    page = Page(as_html(report_of("the budget is used up"), tmp_path))
    assert page.text.index("the budget is used up") < page.text.index("Funnel")
    levels = [int(tag[1]) for tag in page.skeleton if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_every_table_has_a_caption_and_every_plot_a_name(tmp_path: Path) -> None:
    write(tmp_path, "x")
    page = Page(as_html(read_report(tmp_path), tmp_path))
    assert page.skeleton.count("table") == page.skeleton.count("caption") > 0
    plots = [a for tag, a in page.tags if tag == "svg" and a.get("aria-hidden") != "true"]
    assert plots
    assert all(a["role"] == "img" and a["aria-label"] for a in plots)
    assert all(a["scope"] in ("col", "row") for tag, a in page.tags if tag == "th")


def test_the_figures_of_a_small_run_are_those_counted_by_hand(tmp_path: Path) -> None:
    write(tmp_path, "hire a bike")
    line = (tmp_path / "accepted.jsonl").read_bytes()
    (tmp_path / "accepted.jsonl").write_bytes(line * 3)
    (tmp_path / "rejections.jsonl").write_bytes(encode(Rejection("atoms", "echo")) + b"\n")
    text = Page(as_html(read_report(tmp_path), tmp_path)).text
    assert "Accepted 3" in text
    assert "Yield 75.0% of 4 samples that reached the gates" in text
    assert "atoms echo 1" in text
    assert "Distinct requests 1 of 3" in text
    assert "4 messages: 3" in text
    assert "median 4, most 4" in text


def test_money_is_told_by_prompt_and_model_and_for_a_sample(tmp_path: Path) -> None:
    spent = (Spent("compose", "gpt-4.1", Usage(40, 9000, 700, 5000), Usage(), 1.25, 0.0),)
    text = Page(as_html(Report(accepted=5, spent=spent), tmp_path)).text
    assert "compose gpt-4.1 40 9,000 5,000 700 $1.25" in text
    assert "Cost of an accepted sample $0.25" in text


def test_a_model_without_a_price_leaves_the_cost_unsaid(tmp_path: Path) -> None:
    spent = (Spent("tool", "mine", Usage(1, 2, 3), Usage(), None, None),)
    text = Page(as_html(Report(accepted=5, spent=spent), tmp_path)).text
    assert "Cost of an accepted sample no price" in text


def test_an_empty_run_has_a_page_that_says_so(tmp_path: Path) -> None:
    page = Page(as_html(Report(), tmp_path))
    assert "There is no sample yet." in page.text
    assert "the run has not ended" in page.text
    assert page.open == []


def test_a_long_table_is_cut_and_says_so_and_the_page_stays_small(tmp_path: Path) -> None:
    many = {f"function_{n}" * 20: n for n in range(1, 5000)}
    write(tmp_path, "x" * 100_000)
    report = Report(
        accepted=1,
        rejected=1,
        shapes=many,
        functions=many,
        uncalled=tuple(many),
        rejections=dict.fromkeys(list(many)[:50], many),
        failures={"gate": many},
    )
    whole = as_html(report, tmp_path)
    assert f"{ROWS} shown, and {4999 - ROWS:,} more" in whole
    assert "characters more" in whole
    assert len(whole.encode()) < 500_000


@pytest.mark.skipif(not shutil.which("chromium"), reason="no chromium here")
def test_a_browser_shows_hostile_markup_as_text(tmp_path: Path) -> None:
    write(tmp_path, "<script>document.title = 'taken'</script>")
    page = tmp_path / "report.html"
    page.write_text(as_html(report_of("<script>document.title = 'taken'</script>"), tmp_path))
    command = "chromium --headless --no-sandbox --disable-gpu --dump-dom".split()
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    ran = subprocess.run(
        [*command, profile, page.as_uri()], capture_output=True, text=True, timeout=60, check=True
    )
    assert "<title>taken" not in ran.stdout
    assert "&lt;script&gt;document.title" in ran.stdout
