"""A conversation with everything that the page shows, and the same as others would have it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from buttonup import gates
from buttonup.formats import exported, trl
from buttonup.records import (
    Assistant,
    AtomicTask,
    Blueprint,
    Call,
    Cast,
    CompositionalTask,
    Conversation,
    Function,
    Goal,
    Message,
    PlannedCall,
    Sample,
    Source,
    Step,
    Tool,
    Trajectory,
    User,
)

BIKES = [
    {"bike_id": "BK-1042", "dock": "Harbour", "price": 24.5},
    {"bike_id": "BK-2077", "dock": "Harbour", "price": 19.0},
]
REQUEST = "I'm M-20431. Find bikes in Riverside on 5 May 2026 and unlock the cheapest at its dock."
SAID = Source("said")


def schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


TEXT = {"type": "string"}
FUNCTIONS = (
    Function("find_bikes", "List bikes.", schema(district=TEXT, date=TEXT)),
    Function("unlock", "Unlock a bike.", schema(bike_id=TEXT, dock=TEXT, member_id=TEXT)),
    Function("get_weather", "Tell the weather.", schema(town=TEXT)),
)
FIND = {"district": "Riverside", "date": "2026-05-05"}
UNLOCK = {"bike_id": "BK-2077", "dock": "Harbour", "member_id": "M-20431"}
PLAN = (
    Step((PlannedCall("find_bikes", FIND, BIKES, dict.fromkeys(FIND, SAID)),)),
    Step(conclusion=BIKES[1], finding="BK-2077 is the cheapest."),
    Step(
        (
            PlannedCall(
                "unlock",
                UNLOCK,
                {"unlocked": True},
                {
                    "bike_id": Source("result", 1, "/bike_id"),
                    "dock": Source("result", 1, "/dock"),
                    "member_id": SAID,
                },
            ),
        )
    ),
)
MESSAGES: tuple[Message, ...] = (
    User(REQUEST),
    Assistant("First the bikes.", (Call.of("call_1", "find_bikes", FIND),)),
    Tool("call_1", "find_bikes", BIKES),
    Assistant("BK-2077 is the cheapest.", (Call.of("call_2", "unlock", UNLOCK),)),
    Tool("call_2", "unlock", {"unlocked": True}),
    Assistant("Done.", answer="BK-2077 at Harbour is unlocked."),
)


@pytest.fixture
def bikes() -> Trajectory:
    return a_bike_ride()


def a_bike_ride() -> Trajectory:
    task = CompositionalTask(
        REQUEST,
        (AtomicTask("Find bikes."), AtomicTask("Pick the cheapest."), AtomicTask("Unlock it.")),
        ((0, 1), (1, 2)),
    )
    blueprint = Blueprint(
        task,
        FUNCTIONS,
        (("find_bikes",), (), ("unlock",)),
        context="Today is Monday, 4 May 2026.",
        plan=PLAN,
        goal=Goal(facts=("BK-2077",)),
    )
    return Trajectory(blueprint, MESSAGES, Cast("script", "plan", "world"))


@pytest.fixture
def foreign(bikes: Trajectory) -> Trajectory:
    """The same conversation without a plan, sub-tasks or needs."""
    b = bikes.blueprint
    blueprint = Blueprint(CompositionalTask(REQUEST), b.functions, parallel=None, context=b.context)
    return Trajectory(blueprint, MESSAGES)


@pytest.fixture
def sample(bikes: Trajectory) -> Sample:
    return gates.sift(bikes)


def a_pair() -> dict[str, Any]:
    """A preference row over the same conversation."""
    c = exported(a_bike_ride())
    chosen, rejected = c.messages[5], Assistant("Done.", answer="BK-1042 at Harbour is unlocked.")
    assert isinstance(chosen, Assistant)
    prompt = Conversation(c.functions, c.messages[:5], c.parallel, c.context)
    return {"gate": "answer", **trl.preference(prompt, chosen, rejected)}


def edited(t: Trajectory, messages: dict[int, Message]) -> Trajectory:
    kept = tuple(messages.get(i, m) for i, m in enumerate(t.messages))
    return msgspec.structs.replace(t, messages=kept)
