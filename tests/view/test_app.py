from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="needs the extra view")

from tests.view.serving import Served, serving

from buttonup.records import (
    Assistant,
    Blueprint,
    CompositionalTask,
    Sample,
    Trajectory,
    User,
    Verdict,
    encode,
)

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'\u202e\x00"


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def served(run: Path) -> Iterator[Served]:
    with serving(run) as one:
        yield one


def test_the_list_shows_samples_and_leads_to_each(served: Served) -> None:
    page = served.get("/samples")
    links = [a["href"] for tag, a in Tags(page).tags if tag == "a"]
    assert "/sample/accepted-1" in links
    assert "/sample/rejected-8" in links
    assert "32 samples" in page


def test_a_filter_of_the_address_narrows_the_list(served: Served) -> None:
    page = served.get("/samples?status=rejected")
    assert "8 samples" in page
    assert "/sample/accepted-1" not in page
    assert "/sample/rejected-1?status=rejected" in page


def test_every_sample_has_a_page_with_the_ones_beside_it(served: Served) -> None:
    page = served.get("/sample/rejected-1?status=rejected")
    beside = [a.get("href") for tag, a in Tags(page).tags if a.get("rel") in ("prev", "next")]
    assert beside == ["/sample/rejected-2?status=rejected"]


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/samples?colour=red", 400, "there is no filter"),
        ("/sample/accepted-999", 400, "there is no sample"),
        ("/sample/%2e%2e%2frecipe", 404, "Not Found"),
        ("/nowhere", 404, "Not Found"),
        ("/static/../app.py", 404, ""),
        ("/static/%2e%2e/app.py", 404, ""),
    ],
)
def test_what_is_not_there_is_told(served: Served, path: str, status: int, told: str) -> None:
    got, page = served.ask(path)
    assert got == status
    assert told in page
    assert "Starlette" not in page


def test_hostile_text_is_text_on_every_page(run: Path) -> None:
    verdict = Verdict(HOSTILE, passed=False, reason=HOSTILE, evidence=(HOSTILE,))
    messages = (User(HOSTILE), Assistant(answer=HOSTILE))
    trajectory = Trajectory(Blueprint(CompositionalTask(HOSTILE)), messages)
    (run / "rejected.jsonl").write_bytes(encode(Sample(trajectory, (verdict,))) + b"\n")
    with serving(run) as served:
        for path in ("/samples", "/samples?q=%3Cscript%3E", "/sample/rejected-1"):
            page = served.get(path)
            risky = [attrs for tag, attrs in Tags(page).tags if tag in ("script", "img")]
            assert all(set(attrs) <= {"src", "defer", "type"} for attrs in risky)
            assert all(str(attrs["src"]).startswith("/static/") for attrs in risky)
            assert "\u202e" not in page
            assert "\x00" not in page
            assert not any(k.startswith("on") for _, a in Tags(page).tags for k in a)


def test_no_page_has_a_script_or_a_style_in_it(served: Served) -> None:
    for path in ("/samples", "/sample/accepted-1"):
        tags = Tags(served.get(path)).tags
        assert all("src" in a for tag, a in tags if tag == "script")
        assert not [a for tag, a in tags if tag == "style" or "style" in a]
        assert not [
            u for _, a in tags for k in ("src", "href") if (u := a.get(k) or "").startswith("http")
        ]


def test_a_dataset_of_others_is_listed_and_judged_when_shown(tmp_path: Path) -> None:
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"Hello {n}"},
                {"role": "assistant", "content": "Hi"},
            ]
        }
        for n in range(3)
    ]
    file = tmp_path / "data.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)) + "\nnonsense\n")
    with serving(file) as served:
        page = served.get("/samples")
        assert "4 samples" in page
        assert "/sample/4" in page
        assert served.ask("/sample/2")[0] == 200
        assert served.ask("/sample/4")[0] == 200


def test_what_a_person_says_comes_back_and_only_from_our_own_pages(served: Served) -> None:
    ours = {"Origin": f"http://{served.host}"}
    status, told = served.ask("/sample/accepted-3/said", "POST", b'{"mark":"keep"}', **ours)
    assert (status, json.loads(told)["mark"]) == (200, "keep")
    assert "accepted-3" in served.get("/samples?mark=keep")
    status, told = served.ask("/sample/accepted-3/said", "POST", b'{"mark":"odd"}', **ours)
    assert (status, "this is no change" in json.loads(told)["wrong"]) == (400, True)
    big = b'{"note":"' + b"x" * 100_000 + b'"}'
    assert served.ask("/sample/accepted-3/said", "POST", big, **ours)[0] == 413
    assert served.ask("/sample/accepted-3/said", "POST", b'{"mark":"drop"}')[0] == 403
    assert served.ask("/sample/accepted-3/said")[0] == 405


def test_news_is_sent_once_and_then_only_when_there_is_some(served: Served) -> None:
    connection = http.client.HTTPConnection(served.host, timeout=60)
    with closing(connection):
        connection.request("GET", "/live", headers={"Cookie": served.cookie})
        first = connection.getresponse()
        first.read()
        tag = first.headers["ETag"]
        known = {"Cookie": served.cookie, "If-None-Match": tag}
        connection.request("GET", "/live", headers=known)
        assert connection.getresponse().status == 304


def test_an_index_that_is_gone_is_told(run: Path) -> None:
    with serving(run) as served:
        shutil.rmtree(run / "view")
        status, page = served.ask("/samples")
        assert status == 500
        assert "start the viewer again" in page


def test_two_runs_have_a_page_that_compares_them_and_pages_of_their_own(
    run: Path, made: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(made, tmp_path / "other"))
    with serving(run, other) as served:
        assert "other" in served.get("/")
        assert "/b/sample/accepted-1" in served.get("/b/samples")
        assert "/a/samples?" in served.get("/a/")
        assert served.ask("/samples")[0] == 404


def test_hostile_text_is_text_on_the_overview_too(run: Path) -> None:
    verdict = Verdict(HOSTILE, passed=False, reason=HOSTILE)
    trajectory = Trajectory(Blueprint(CompositionalTask(HOSTILE)), (User(HOSTILE),))
    (run / "rejected.jsonl").write_bytes(encode(Sample(trajectory, (verdict,))) + b"\n")
    (run / "recipe.toml").write_text(HOSTILE)
    with serving(run) as served:
        page = served.get("/")
        assert not [t for t, a in Tags(page).tags if t == "img" or any(k[:2] == "on" for k in a)]
        assert "<script>alert" not in page
        assert "\u202e" not in page
