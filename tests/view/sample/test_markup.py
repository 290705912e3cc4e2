"""The page as it is served, read by a parser: what a dataset holds is text, whatever it holds."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="needs the extra view")

from tests.view.sample.hostile import hostile
from tests.view.serving import Served, serving

from buttonup.records import encode
from buttonup.view.sample.page import WAYS

OURS = frozenset(
    "a article aside button circle code details dd del div dl dt form g h1 h2 h3 head header html "
    "input ins label li link main mark meta nav ol option p path pre rect script section select "
    "span strong summary svg table tbody td text textarea th thead title tr tspan ul body small "
    "figure figcaption line datalist template fieldset legend dialog".split()
)


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags = set[str]()
        self.attributes = list[tuple[str, str, str]]()
        self.scripts = list[str]()
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._in_script = tag == "script"

    def handle_endtag(self, _tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.scripts.append(data)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        (folder / "hostile.jsonl").write_bytes(encode(hostile()) + b"\n")
        with serving(folder / "hostile.jsonl") as served:
            yield served


@pytest.mark.parametrize("way", [way for way in WAYS if way != "diff"])
def test_hostile_text_is_text_in_every_way_to_show_it(way: str, served: Served) -> None:
    page = Page()
    text = served.get(f"/sample/1?show={way}")
    page.feed(text)
    assert page.tags <= OURS
    assert page.scripts == []
    assert [one for one in page.attributes if one[1].startswith("on") or one[1] == "style"] == []
    addresses = [value for _, name, value in page.attributes if name in ("href", "src", "action")]
    assert [a for a in addresses if not a.startswith(("/", "?", "#", "data:,"))] == []
    assert not {"\u202e", "\u200b", "\x00", "\x1b"} & set(text)
    assert len(text) < 400_000


def test_the_record_is_given_as_it_stands_and_as_plain_text(served: Served) -> None:
    assert served.get("/sample/1/record").encode() == encode(hostile()) + b"\n"
