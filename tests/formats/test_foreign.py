from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.errors import Reject
from buttonup.formats import foreign
from buttonup.formats.detect import READABLE, detect
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


ENDLESS = [
    *("[{", "[f(", "[[", "(", "[f(a=", "<tool_call>", "<tools>", "<tool_response>", "</tool_call>"),
    *("<think>", "<functioncall>", "\nUSER:", "\n", " ", "{'a':", "-", "'", '"', "\\", "[f( ,"),
]


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("piece", ENDLESS)
def test_no_text_takes_long_to_read(name: str, piece: str) -> None:
    text = piece * (100_000 // len(piece))
    turns = [{"from": who, "value": text} for who in ("system", "human", "gpt", "tool")]
    marked = f"access to the following functions {text}"
    told = {"from": "gpt", "value": f"[f({text})]"}
    began = time.process_time()
    for row in (
        {"conversations": turns, "system": marked},
        {"conversations": [told], "chat": text, "system": text},
        {"messages": [{"role": t["from"], "content": t["value"]} for t in turns]},
        {"messages": [{"role": "tool_call", "content": text}], "tools": text},
        {
            "query": text,
            "tools": [{"name": "f", "parameters": {"x": {"type": text}}}],
            "answers": [],
        },
    ):
        detect(row)
        with contextlib.suppress(Reject):
            READABLE[name].parse(row)
    assert time.process_time() - began < 2
