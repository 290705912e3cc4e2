from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.records import Assistant, Blueprint, Call, Json, Message, Tool, Trajectory, User
from buttonup.topdown.assistant_agent import (
    AssistantAgent,
    Move,
    Wanted,
    mention_of,
    transcript,
    violations,
)
from buttonup.topdown.views import AssistantView, assistant_sees

Say = Callable[..., Teacher]

ASK = User("Book whichever of A-1 and B-2 is cheaper.")
A, B = ({"item": "A-1"}, {"item": "B-2"})
HALFWAY: tuple[Message, ...] = (
    ASK,
    Assistant("I compare.", (Call.of("call_1", "get_price", A), Call.of("call_2", "book", B))),
    Tool(call_id="call_1", name="get_price", result={"price": 12}),
    Tool(call_id="call_2", name="book", result={"error": "Busy."}),
)


def _move(thought: str, *calls: tuple[str, Json], answer: str = "") -> str:
    made = [{"name": name, "arguments": arguments} for name, arguments in calls]
    return json.dumps({"thought": thought, "calls": made, "answer": answer})


def _prompt(request: Request) -> str:
    return "\n".join(turn.content for turn in request.messages)


def test_an_assistant_makes_calls_with_ids_that_go_on_counting(
    blueprint: Blueprint, saying: Say
) -> None:
    agent = AssistantAgent(saying(_move("B next.", ("get_price", B), ("book", B))), guided=True)
    t = asyncio.run(agent(Trajectory(blueprint, HALFWAY)))
    assert t.messages[-1] == Assistant(
        "B next.", (Call.of("call_3", "get_price", B), Call.of("call_4", "book", B))
    )


def test_each_prompt_of_a_conversation_begins_with_the_whole_one_before_it(
    blueprint: Blueprint, saying: Say, asked: list[Request]
) -> None:
    """Providers bill the repeated beginning of a prompt at a fraction."""
    done = _move("Done.", answer="Booked.")
    agent = AssistantAgent(saying(done, done), guided=True)
    for said in (HALFWAY[:1], HALFWAY):
        asyncio.run(agent(Trajectory(blueprint, said)))
    first, second = (request.messages for request in asked)
    assert second[: len(first)] == first
    assert len(second) > len(first)


def test_an_assistant_answers(blueprint: Blueprint, saying: Say) -> None:
    agent = AssistantAgent(saying(_move("Done.", answer=" Booked. ")), guided=False)
    t = asyncio.run(agent(Trajectory(blueprint, HALFWAY)))
    assert t.messages[-1] == Assistant("Done.", answer="Booked.")


def test_only_the_guided_assistant_is_told_the_decomposition(
    blueprint: Blueprint, saying: Say, asked: list[Request]
) -> None:
    for guided in (True, False):
        agent = AssistantAgent(saying(_move("Done.", answer="Booked.")), guided=guided)
        asyncio.run(agent(Trajectory(blueprint, HALFWAY)))
    told, blind = map(_prompt, asked)
    assert "3. SECRET compare both of the prices [no function: reason it out] (after 1, 2)" in told
    assert "SECRET" not in blind
    for both in (told, blind):
        assert "Today is 5 June 2026." in both
        assert "About one item." in both


def test_the_prompt_says_whether_calls_may_go_together(
    blueprint: Blueprint, saying: Say, asked: list[Request]
) -> None:
    for parallel in (True, False):
        b = msgspec.structs.replace(blueprint, parallel=parallel)
        agent = AssistantAgent(saying(_move("Done.", answer="Booked.")), guided=False)
        asyncio.run(agent(Trajectory(b, (ASK,))))
    assert "go together in one turn" in _prompt(asked[0])
    assert "One call a turn" in _prompt(asked[1])


def _wrong(b: Blueprint, move: Move, *, guided: bool = False) -> list[str]:
    view = assistant_sees(Trajectory(b, HALFWAY), guided=guided)
    return list(violations(move, view))


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (Move("", [], "Booked."), "give a thought"),
        (Move("So."), "exactly one"),
        (Move("So.", [Wanted("book", B)], "Booked."), "exactly one"),
        (Move("So.", [Wanted("pay", B)]), "there is no function 'pay'"),
        (Move("So.", [Wanted("book", {"item": 3})]), "item: 3 is not"),
        (Move("So.", [Wanted("get_price", A)]), "its answer already"),
        (Move("So.", [Wanted("get_price", B), Wanted("get_price", B)]), "its answer already"),
    ],
)
def test_a_broken_rule_is_named(blueprint: Blueprint, move: Move, words: str) -> None:
    (wrong,) = _wrong(blueprint, move)
    assert words in wrong


def test_trying_a_failed_call_again_is_allowed(blueprint: Blueprint) -> None:
    assert _wrong(blueprint, Move("Again.", [Wanted("book", B)])) == []


def test_several_calls_are_refused_when_parallel_is_off(blueprint: Blueprint) -> None:
    off = msgspec.structs.replace(blueprint, parallel=False)
    move = Move("Both.", [Wanted("get_price", B), Wanted("book", A)])
    assert _wrong(off, move) == ["make one call a turn and wait for its result"]
    assert _wrong(blueprint, move) == []


@pytest.mark.parametrize(
    "thought",
    [
        "The next sub-task is the price.",
        "As the decomposition says, compare.",
        "The hint says so.",
        "Following the given plan, I compare.",
        "Now secret compare both of the prices, and go on.",
    ],
)
def test_a_trace_of_the_hints_is_refused_in_thought_and_answer(
    blueprint: Blueprint, thought: str
) -> None:
    assert _wrong(blueprint, Move(thought, [Wanted("get_price", B)]), guided=True)
    assert _wrong(blueprint, Move("So.", [], thought), guided=True)


def test_words_that_the_user_said_are_no_trace(blueprint: Blueprint) -> None:
    said = Trajectory(blueprint, (User("Do the SECRET compare both of the prices!"),))
    view = assistant_sees(said, guided=True)
    assert not list(
        violations(Move("Secret compare both of the prices it is.", [Wanted("get_price", B)]), view)
    )


def test_a_broken_rule_goes_back_in_words_and_then_the_sample_is_rejected(
    blueprint: Blueprint, saying: Say, asked: list[Request]
) -> None:
    bad, good = _move("So.", ("pay", B)), _move("So.", ("book", A))
    asyncio.run(AssistantAgent(saying(bad, good), guided=False)(Trajectory(blueprint, HALFWAY)))
    assert "there is no function 'pay'" in asked[1].messages[-1].content
    agent = AssistantAgent(saying(bad, bad, bad), guided=False)
    with pytest.raises(Reject):
        asyncio.run(agent(Trajectory(blueprint, HALFWAY)))


def test_the_transcript_shows_results_with_their_calls_and_past_turns_as_replies() -> None:
    asked, moved, results = transcript(HALFWAY)
    assert (asked.role, asked.content) == ("user", ASK.content)
    assert msgspec.json.decode(moved.content, type=Move).thought == "I compare."
    assert json.loads(results.content) == [
        {"name": "get_price", "arguments": A, "result": {"price": 12}},
        {"name": "book", "arguments": B, "result": {"error": "Busy."}},
    ]


@given(st.integers(0, 3))
def test_turns_of_the_transcript_alternate(more: int) -> None:
    roles = [turn.role for turn in transcript(HALFWAY[:1] + HALFWAY[1:] * more)]
    assert all(one != other for one, other in itertools.pairwise(roles))


def test_a_turn_taken_again_may_tell_of_what_the_user_corrected_and_not_of_its_own() -> None:
    def found(answer: str) -> str:
        return mention_of(Move("", answer=answer), AssistantView())

    assert found("You corrected the street to Mill Lane.") == ""
    assert found("The user's correction was Mill Lane.") == ""
    assert found("Here is the corrected list.") == "corrected"
    assert found("I corrected the street.") == "corrected"
