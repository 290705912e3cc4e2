from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.errors import Reject
from buttonup.formats import axolotl, button, hermes, openai, sharegpt, swift, trl, xlam
from buttonup.formats.detect import Format
from buttonup.formats.tags import PARALLEL
from buttonup.formats.turns import Results, read_thinking, rounds, system, thinking
from buttonup.records import Assistant, Call, Conversation, Tool, User

BY_PLACE = [hermes, sharegpt, swift]
CALLS = (Call.of("call_1", "f", {"x": 1}), Call.of("call_2", "g", {}))
RESULTS = (Tool("call_1", "f", [1]), Tool("call_2", "g", "two"))


@pytest.mark.parametrize("to", BY_PLACE, ids=lambda to: to.NAME)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_what_a_format_without_ids_writes_it_reads_back_or_it_refuses(
    to: Format,
    data: st.DataObject,
    canonical_conversations: st.SearchStrategy[Conversation],
    read_back: Callable[[Format, Conversation], str],
) -> None:
    refused = ("", "tag_in_text", "turn_order", "masked_turn")
    assert read_back(to, data.draw(canonical_conversations)) in refused


@pytest.mark.parametrize("to", BY_PLACE, ids=lambda to: to.NAME)
def test_a_turn_of_several_calls_comes_back_whole(to: Format) -> None:
    last = Assistant(thought="Both came.", answer="Done.")
    messages = (User("Do."), Assistant("I try.", CALLS), *RESULTS, last)
    c = Conversation(messages=messages, context="It is Monday.", parallel=True)
    assert to.parse(to.render(c)) == c


MASKED = Conversation(
    messages=(
        User("Do."),
        Assistant("I try.", CALLS, masked=True),
        *RESULTS,
        Assistant("Both came.", answer="Done."),
    )
)


@pytest.mark.parametrize("to", [openai, axolotl, swift], ids=lambda to: to.NAME)
def test_a_turn_kept_out_of_the_loss_is_written_and_read_back(to: Format) -> None:
    row = to.render(MASKED)
    assert to.parse(row).messages == MASKED.messages


@pytest.mark.parametrize("to", [button, hermes, sharegpt, trl, xlam], ids=lambda to: to.NAME)
def test_where_no_field_says_that_a_turn_is_not_learnt_it_is_not_written(to: Format) -> None:
    with pytest.raises(Reject) as refused:
        to.render(MASKED)
    assert refused.value.reason == "masked_turn"


def test_results_are_put_in_the_order_of_their_calls() -> None:
    [_, results] = rounds((Assistant(calls=CALLS), RESULTS[1], RESULTS[0]))
    assert results == Results(((CALLS[0], [1]), (CALLS[1], "two")))


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        ((RESULTS[0],), "unanswered_call"),
        ((*RESULTS, RESULTS[0]), "orphan_result"),
        ((*RESULTS, Tool("call_9", "f", 1)), "orphan_result"),
        ((RESULTS[0], Tool("call_2", "f", 1)), "misnamed_result"),
    ],
)
def test_results_that_have_no_place_are_refused(results: tuple[Tool, ...], reason: str) -> None:
    with pytest.raises(Reject) as refused:
        list(rounds((Assistant(calls=CALLS), *results)))
    assert refused.value.reason == reason


def test_a_context_that_ends_like_ours_is_refused_where_nothing_is_known() -> None:
    with pytest.raises(Reject, match="tag_in_text"):
        system(Conversation(context=f"Hi. {PARALLEL[True]}", parallel=None))


def test_a_thought_in_tags_is_told_from_the_words_behind_it() -> None:
    assert read_thinking("<think>\nhm\n</think>\n\nYes.") == ("hm", "Yes.")
    assert read_thinking("Yes <think>no</think>") == ("", "Yes <think>no</think>")
    with pytest.raises(Reject, match="tag_in_text"):
        thinking(Assistant(answer="<think>"))
