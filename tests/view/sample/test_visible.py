from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.view.sample.visible import AROUND, Mark, legible, shown, visible

HOSTILE = st.text(
    st.sampled_from("<>&\"'/=ab \n\x00\x1b\u202e\u200b\u2066\ufeff\U000e0041🏳🌈\u200d\ufe0féא")
)


class Read(HTMLParser):
    """Reads markup back: its text, its tags, and which names are over each character."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags, self.ids = "", list[str](), list[str]()
        self.over: list[tuple[str, ...]] = []
        self._marks: list[str] = []
        self._odd = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self._odd = given.get("class") == "odd"
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag == "mark":
            self._marks = (given["data-src"] or "").split()

    def handle_endtag(self, tag: str) -> None:
        self._odd = False
        if tag == "mark":
            self._marks = []

    def handle_data(self, data: str) -> None:
        if self._odd:
            data = chr(int(data.removeprefix("U+"), 16))
        self.text += data
        self.over += [tuple(self._marks)] * len(data)


def read(markup: str) -> Read:
    reader = Read()
    reader.feed(str(markup))  # a slice of Markup would be Markup
    reader.close()
    return reader


@given(HOSTILE)
def test_what_is_shown_is_the_very_text_and_no_markup_of_its_own(text: str) -> None:
    back = read(visible(text))
    assert back.text == text
    assert set(back.tags) <= {"span"}


@pytest.mark.parametrize("c", "\x00\x08\x1b\x7f\u00ad\u200b\u202e\u2066\ufeff\U000e0041\u2028")
def test_a_character_that_would_not_show_is_named(c: str) -> None:
    assert f"U+{ord(c):04X}" in visible(f"a{c}b")
    assert c not in visible(f"a{c}b")
    assert c not in legible(f"a{c}b")


def test_a_joiner_between_pictures_does_what_it_is_for_and_elsewhere_is_named() -> None:
    assert "U+" not in visible("\U0001f3f3\ufe0f\u200d\U0001f308")
    assert "U+200D" in visible("pay\u200dpal")


@given(HOSTILE, st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=5))
def test_marks_may_lie_across_each_other_and_each_covers_its_own_words(
    text: str, places: list[tuple[int, int]]
) -> None:
    marks = [
        Mark(start, min(start + wide, len(text)), f"s{n}")
        for n, (start, wide) in enumerate(places)
        if start < len(text)
    ]
    back = read(shown(text, marks))
    assert back.text == text
    assert sorted(back.ids) == sorted(mark.name for mark in marks)
    for i, names in enumerate(back.over):
        assert set(names) == {m.name for m in marks if m.start <= i < m.end}


def test_a_long_text_is_cut_and_says_so_but_never_around_a_mark() -> None:
    text = "x" * 50_000 + "HERE" + "y" * 50_000
    markup = shown(text, [Mark(50_000, 50_004, "s1")], longest=100)
    assert len(markup) < 2_000
    assert "characters left out" in markup
    assert f"{'x' * AROUND}" in markup
    assert '<mark class="src" data-src="s1">HERE</mark>' in markup


def test_a_title_is_one_short_line_of_plain_text() -> None:
    assert legible("one\n\n two\tthree") == "one two three"
    assert legible("word " * 100, 20) == "word word word word…"
    assert len(legible("x" * 10**6)) == 120
