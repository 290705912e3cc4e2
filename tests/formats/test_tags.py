from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.errors import Reject
from buttonup.formats.tags import CALL, FINAL, TOOL, escaped, untagged
from buttonup.records import decode, encode

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
