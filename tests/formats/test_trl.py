from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.errors import Reject
from buttonup.formats import axolotl, trl
from buttonup.formats.detect import Format
from buttonup.records import Assistant, Call, Conversation, User


@pytest.mark.parametrize("to", [trl, axolotl], ids=lambda to: to.NAME)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_what_is_written_is_read_back_or_refused(
    to: Format,
    data: st.DataObject,
    canonical_conversations: st.SearchStrategy[Conversation],
    read_back: Callable[[Format, Conversation], str],
) -> None:
    assert read_back(to, data.draw(canonical_conversations)) in (
        "",
        "tag_in_text",
        "malformed_arguments",
        "masked_turn",
    )


def test_arguments_are_objects_that_a_chat_template_can_write() -> None:
    call = Call.parse("x", "f", '{"a": 1}')
    row = trl.render(Conversation(messages=(User("Go."), Assistant(calls=(call,)))))
    [called] = row["messages"][2]["tool_calls"]
    assert called == {
        "id": "x",
        "type": "function",
        "function": {"name": "f", "arguments": {"a": 1}},
    }
    assert set(row) == {"messages", "tools"}


def test_a_pair_may_have_a_masked_turn_in_its_prompt_but_not_as_what_is_chosen() -> None:
    bad = Assistant("Hm.", answer="Maybe.", masked=True)
    prompt = Conversation(messages=(User("Go."), bad, User("Go on.")))
    row = trl.preference(prompt, Assistant(answer="Yes."), Assistant(answer="No."))
    assert "weight" not in row["prompt"][2]
    with pytest.raises(Reject, match="masked_turn"):
        trl.preference(prompt, bad, Assistant(answer="No."))


def test_malformed_arguments_are_refused() -> None:
    c = Conversation(messages=(Assistant(calls=(Call.parse("x", "f", "{"),)),))
    with pytest.raises(Reject, match="malformed_arguments"):
        trl.render(c)
