from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.records import (
    Assistant,
    Blueprint,
    Function,
    Trajectory,
    User,
    UserTurn,
)
from buttonup.topdown.user_agent import UserAgent, literals, lost_literals, script

Say = Callable[..., Teacher]

GOOD = "Hi! For Mira, please book the cheaper of B-2 and A-1."
BAD = "Hi! Please book the cheaper one for Mira."


def _say(*messages: str) -> list[str]:
    return [json.dumps({"message": m}) for m in messages]


def test_a_script_says_the_task_as_it_stands(blueprint: Blueprint) -> None:
    t = asyncio.run(script(Trajectory(blueprint)))
    assert t.messages == (User(blueprint.task.text),)


LATE = Function("cancel", "Cancel it.", {})
TURNS = (UserTurn("Book A-1."), UserTurn("Now cancel B-2.", "offer", offers=(LATE,)))
ANSWERED = (User("Book A-1."), Assistant(answer="I can't."))


def test_a_script_says_one_turn_after_the_other_and_offers_what_comes_with_it(
    blueprint: Blueprint,
) -> None:
    b = msgspec.structs.replace(blueprint, turns=TURNS)
    first = asyncio.run(script(Trajectory(b)))
    second = asyncio.run(script(Trajectory(b, ANSWERED)))
    assert first.messages == (User("Book A-1."),)
    assert second.messages[-1] == User("Now cancel B-2.", (LATE,))


def test_a_played_user_says_one_turn_after_the_other_too(
    blueprint: Blueprint, saying: Say, asked: list[Request]
) -> None:
    b = msgspec.structs.replace(blueprint, turns=TURNS)
    user = UserAgent(saying(*_say("A-1, please.", "Cancel B-2, please.")), "terse")
    first = asyncio.run(user(Trajectory(b)))
    second = asyncio.run(user(Trajectory(b, ANSWERED)))
    assert first.messages == (User("A-1, please."),)
    assert second.messages[-1] == User("Cancel B-2, please.", (LATE,))
    told = ["\n".join(turn.content for turn in request.messages) for request in asked]
    assert "Book A-1." in told[0]
    assert "Book A-1." not in told[1]


def test_a_played_user_is_told_its_persona_and_wish_and_nothing_privileged(
    blueprint: Blueprint, saying: Say, asked: list[Request]
) -> None:
    user = UserAgent(saying(*_say(GOOD)), "a pirate")
    t = asyncio.run(user(Trajectory(blueprint)))
    assert t.messages == (User(GOOD),)
    assert len(asked) == 1
    prompt = "\n".join(turn.content for turn in asked[0].messages)
    assert "a pirate" in prompt
    assert blueprint.task.text in prompt
    assert "SECRET" not in prompt
    assert "get_price" not in prompt


def test_a_user_that_loses_a_detail_is_told_which(
    blueprint: Blueprint, saying: Say, asked: list[Request]
) -> None:
    asyncio.run(UserAgent(saying(*_say(BAD, GOOD)), "terse")(Trajectory(blueprint)))
    assert "A-1, B-2" in asked[1].messages[-1].content


def test_a_user_that_keeps_losing_details_is_rejected(blueprint: Blueprint, saying: Say) -> None:
    with pytest.raises(Reject):
        asyncio.run(UserAgent(saying(*_say(BAD, BAD, BAD)), "terse")(Trajectory(blueprint)))


def test_numbers_ids_dates_names_and_quotes_are_literals() -> None:
    text = (
        "Please move hire HI-7 to 2026-06-05 at 10:30, (2 days) for Mira O'Neil's bike. "
        'Then label it "very late" and I\'ll pay €18.50. Is Oslo open?'
    )
    found = literals(text)
    for kept in ("HI-7", "2026-06-05", "10:30", "2", "Mira", "O'Neil", "very late", "€18.50"):
        assert kept in found
    for common in ("Please", "Then", "I'll", "I", "Is", "hire"):
        assert common not in found


def test_a_literal_inside_a_longer_one_does_not_count_as_kept() -> None:
    assert lost_literals("take 18", "take 180") == ("18",)
    assert lost_literals("take 18", "take 18.50") == ("18",)
    assert lost_literals("take 18", "take 18.") == ()


@given(st.text())
@example("0_")
def test_a_text_loses_nothing_against_itself(text: str) -> None:
    assert lost_literals(text, text) == ()
