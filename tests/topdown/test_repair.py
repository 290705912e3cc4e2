from __future__ import annotations

import asyncio
import json

import pytest
from msgspec.structs import replace

from buttonup.gates import GATES, sift
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.model.teachers import Teachers
from buttonup.records import (
    Assistant,
    Blueprint,
    CompositionalTask,
    Function,
    Goal,
    Sample,
    Tool,
    Tools,
    Trajectory,
    Verdict,
    encode,
)
from buttonup.topdown.repair import MENDABLE, mendable, repair, told
from buttonup.topdown.simulate import Simulating, simulate

BLIND = Simulating(assistant="blind")
PRICE = Function(
    "get_price",
    "Get the price of an item.",
    {"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]},
    {"type": "object", "properties": {"price": {"type": "integer"}}, "required": ["price"]},
)
SHOP = Blueprint(
    CompositionalTask("What does A-1 cost, please?"),
    functions=(PRICE,),
    needs=(("get_price",),),
    tools=Tools("simulated"),
)


def move(thought: str, item: str = "", answer: str = "") -> str:
    calls = [{"name": "get_price", "arguments": {"item": item}}] if item else []
    return json.dumps({"thought": thought, "calls": calls, "answer": answer})


def model(*, first: str = "A-1", then: str, mended: str) -> Scripted:
    """Play a shop: the assistant calls, and answers `then`; asked again, it says `mended`."""

    def script(request: Request) -> str:
        if request.prompt == "tool":
            return json.dumps({"price": 12})
        if "cannot stand" in request.messages[-1].content:
            return mended
        return then if '"result"' in request.messages[-1].content else move("I look.", first)

    return Scripted(script)


def played(model: Scripted, knobs: Simulating = BLIND) -> tuple[Trajectory, Trajectory]:
    """Give a conversation as it was acted out, and as it is after the second try."""
    teachers = Teachers(dict.fromkeys(("assistant", "tools"), Teacher(model, "m")))

    async def both() -> tuple[Trajectory, Trajectory]:
        [first] = await simulate(SHOP, teachers, knobs)
        [second] = await repair(first, teachers, knobs, sift)
        return first, second

    return asyncio.run(both())


WRONG = move("It costs 12.", answer="A-1 costs 12, and 47 with delivery.")
RIGHT = move("It costs 12.", answer="A-1 costs 12.")


def test_an_answer_that_nothing_supports_is_asked_for_again_and_the_mended_one_kept() -> None:
    first, second = played(model(then=WRONG, mended=RIGHT))
    assert [(v.gate, v.reason) for v in sift(first).failures] == [("answer", "unsupported")]
    assert sift(second).accepted
    assert second.messages[:-1] == first.messages[:-1]
    assert second.messages[-1] == Assistant("It costs 12.", answer="A-1 costs 12.")
    assert second.repair is not None
    assert (second.repair.gate, second.repair.at, second.repair.failed) == ("answer", 3, "")
    assert "repair" in second.prompts


def test_from_a_call_that_is_asked_for_again_the_conversation_goes_on_to_its_end() -> None:
    asked = model(first="Z-99", then=RIGHT, mended=move("I look.", "A-1"))
    first, second = played(asked)
    assert [(v.gate, v.reason) for v in sift(first).failures] == [("provenance", "invented")]
    assert sift(second).accepted
    [call] = [m for m in second.messages if isinstance(m, Tool)]
    assert (call.call_id, len(second.messages)) == ("call_1", 4)
    assert '"Z-99"' not in encode(second.messages).decode()


def test_one_try_and_no_more_and_the_first_stays_where_it_was_in_vain() -> None:
    asked = model(then=WRONG, mended=move("It costs 12.", answer="A-1 costs 12, or 48."))
    first, second = played(asked)
    assert second.messages == first.messages
    assert second.prompts == first.prompts
    assert second.repair is not None
    assert second.repair.failed == "answer: unsupported"
    assert sum("cannot stand" in r.messages[-1].content for r in asked.asked) == 1


def test_what_the_second_try_took_is_counted_by_itself_and_in_the_conversation() -> None:
    first, second = played(model(then=WRONG, mended=RIGHT))
    assert second.repair is not None
    [(_, taken)] = second.repair.usage.items()
    assert taken.calls == 1
    assert second.usage == {"m": first.usage["m"] + taken}


def test_the_turn_taken_again_is_another_request_than_the_first() -> None:
    asked = model(then=WRONG, mended=RIGHT)
    played(asked)
    assert len({r.key for r in asked.asked}) == len(asked.asked)


def test_words_of_the_second_try_are_in_no_message_nor_may_the_reply_speak_of_it() -> None:
    sorry = move("The previous answer was wrong.", answer="A-1 costs 12.")
    first, second = played(model(then=WRONG, mended=sorry))
    assert second.messages == first.messages
    assert second.repair is not None
    assert second.repair.failed == "unfit"


def test_what_passes_or_no_model_played_is_left_alone() -> None:
    first, second = played(model(then=RIGHT, mended=WRONG))
    assert second is first
    byhand = replace(first, cast=replace(first.cast, assistant="plan"))
    [same] = asyncio.run(repair(byhand, Teachers({}), BLIND, sift))
    assert same is byhand


def failing(base: Trajectory, *verdicts: Verdict) -> Sample:
    return Sample(base, verdicts)


ANSWER = Verdict("answer", passed=False, reason="unsupported", evidence=("message 3: 47",), at=(3,))
PLAN = Verdict("plan", passed=False, reason="skipped")


@pytest.mark.parametrize(
    ("verdicts", "is_mended"),
    [
        ((ANSWER,), True),
        ((ANSWER, PLAN), False),
        ((PLAN,), False),
        ((replace(ANSWER, at=()),), False),
    ],
)
def test_only_one_mendable_failure_with_its_turn_is_mended(
    verdicts: tuple[Verdict, ...], is_mended: bool
) -> None:
    first, _ = played(model(then=WRONG, mended=RIGHT))
    assert (mendable(failing(first, *verdicts)) is not None) is is_mended


def test_the_goal_is_not_told_to_whoever_answers_again() -> None:
    seen = (
        "message 3: 29 is in no result",
        "message 3: the answer does not report RS-5521",
        "2, too",
    )
    both = replace(ANSWER, evidence=seen)
    goal = Goal(facts=("RS-5521", 2))
    assert "RS-5521" in told(both, None)
    words = told(both, goal)
    assert "RS-5521" not in words
    assert "29 is in no result" in words
    assert "leaves out something" in words
    missing = replace(both, reason="missing_fact", evidence=seen[1:2])
    assert told(missing, goal) == MENDABLE["answer", "missing_fact"]


def test_what_is_mendable_are_reasons_of_gates_that_there_are() -> None:
    assert {gate for gate, _ in MENDABLE} <= {gate.__name__ for gate in GATES}
