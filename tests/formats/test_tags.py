from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.errors import Reject
from buttonup.formats.tags import CALL, FINAL, TOOL, escaped, offered, read_offered, untagged
from buttonup.records import Function, decode, encode

MARKS = [mark for tag in (TOOL, CALL, FINAL) for mark in tag]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*MARKS, "\\", '"', "<", "\n"])).map("".join))
def test_an_escaped_text_is_the_same_json_with_no_tag_in_it(text: str) -> None:
    written = escaped(encode({text: text}).decode())
    assert decode(written, dict[str, str]) == {text: text}
    assert not any(mark in written for mark in MARKS)


def test_json_without_tags_is_left_as_it_is() -> None:
    assert escaped('{"a":"1 < 2 <b>"}') == '{"a":"1 < 2 <b>"}'


@pytest.mark.parametrize("mark", MARKS)
def test_words_with_a_tag_are_refused_and_not_changed(mark: str) -> None:
    with pytest.raises(Reject) as refused:
        untagged(f"say {mark} please", "thought")
    assert refused.value.reason == "tag_in_text"
    assert refused.value.detail == f"thought: {mark}"


WORDS = st.lists(st.sampled_from([*MARKS, "use this", " ", "\n", "[]"]), max_size=5).map("".join)
FUNCTIONS = st.lists(
    st.builds(
        Function,
        name=st.sampled_from(["pay", "look_up"]),
        description=st.sampled_from([*MARKS, "Pay.", "\n"]),
        parameters=st.just({"type": "object"}),
    ),
    max_size=2,
).map(tuple)


@settings(deadline=None)
@given(WORDS, FUNCTIONS)
def test_what_a_user_offers_is_read_back_behind_the_same_words(
    words: str, functions: tuple[Function, ...]
) -> None:
    if not functions and read_offered(words)[1]:  # it reads as an offer already
        with pytest.raises(Reject, match="tag_in_text"):
            offered(words, functions)
    else:
        assert read_offered(offered(words, functions)) == (words, functions)


@pytest.mark.parametrize(
    "words",
    ["hello", "x\n<tool>nothing</tool>", "x\n<tool>[]</tool>", "<tool>[1]</tool>", "</tool>"],
)
def test_words_that_offer_nothing_are_left_as_they_are(words: str) -> None:
    assert read_offered(words) == (words, ())
    assert offered(words, ()) == words
