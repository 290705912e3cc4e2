from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.errors import Reject
from buttonup.formats import foreign
from buttonup.formats.detect import READABLE
from buttonup.records import Conversation, Json

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
KEYS = st.sampled_from(
    "messages role content name arguments function tools tool_calls function_call id "
    "tool_call_id parameters responses results text".split()
)
ROLES = st.sampled_from(["system", "user", "assistant", "tool", "function", "<call>{}</call>"])
JUNK: st.SearchStrategy[Json] = st.recursive(
    SCALARS | ROLES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
MESSAGES = st.lists(
    st.fixed_dictionaries({"role": ROLES, "content": JUNK}, optional={"tool_calls": JUNK})
)

REASONS = "calls_not_json not_text off_format unclosed_tag unknown_role words_after_tag".split()


@pytest.mark.parametrize("name", READABLE)
@settings(deadline=None)
@given(messages=MESSAGES, rest=st.dictionaries(KEYS, JUNK, max_size=3))
def test_junk_is_a_conversation_or_a_reject_and_never_a_crash(
    name: str, messages: Json, rest: dict[str, Json]
) -> None:
    try:
        read = READABLE[name].parse({**rest, "messages": messages})
    except Reject as reject:
        reason = reject.reason
    else:
        assert isinstance(read, Conversation)
        return
    assert reason in REASONS


def test_what_is_shown_of_a_value_is_short_and_on_one_line() -> None:
    text = foreign.shown({"a": "x\n" * 500})
    assert len(text) <= 80
    assert "\n" not in text
