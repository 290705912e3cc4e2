"""One conversation that passes every gate, for the tests to spoil."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from buttonup.gates import sift
from buttonup.records import (
    Assistant,
    AtomicTask,
    Blueprint,
    Call,
    Cast,
    CompositionalTask,
    Function,
    Goal,
    Message,
    PlannedCall,
    Source,
    Step,
    Tool,
    Trajectory,
    User,
)

REQUEST = (
    "My membership is M-20431. See which cargo bikes stand free in Riverside tomorrow and hire the "
    "cheapest of them for three days; I also want to know my balance."
)
BIKES = [{"bike_id": "BK-1042", "price": 24.5}, {"bike_id": "BK-2077", "price": 26.0}]
MEMBER = {"member_id": "M-20431", "name": "Ana Ruiz", "balance": 80.0}
QUOTE = {"bike_id": "BK-1042", "total": 73.5, "deposit": 51.0}
HIRE = {"hire_id": "HI-55120", "due": "2026-05-08", "total": 73.5}


def obj(required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required.split()}


TEXT = {"type": "string"}
NUMBER = {"type": "number"}
FUNCTIONS = (
    Function(
        "find_bikes",
        "List the bikes that stand free in a district.",
        obj(
            "district",
            district=TEXT,
            bike_type={"enum": ["city", "cargo"]},
            date=TEXT,
            radius={"type": "integer", "default": 5},
        ),
        {"type": "array", "items": obj("bike_id price", bike_id=TEXT, price=NUMBER)},
    ),
    Function("get_member", "Get an account.", obj("member_id", member_id=TEXT), obj("balance")),
    Function(
        "quote_hire",
        "Work out what a hire would cost.",
        obj("bike_id days", bike_id=TEXT, days={"type": "integer", "maximum": 14}),
        obj("total", total=NUMBER),
    ),
    Function(
        "hire_bike",
        "Hire a bike.",
        obj("bike_id member_id days", bike_id=TEXT, member_id=TEXT, days={"type": "integer"}),
        obj("hire_id", hire_id=TEXT),
    ),
    Function("list_stations", "List the stations.", obj("", district=TEXT)),
)
SAID, FOUND = Source("said"), Source("result", 0, "/0/bike_id")
FIND = {"district": "Riverside", "bike_type": "cargo", "date": "2026-05-05"}
PLAN = (
    Step((PlannedCall("find_bikes", FIND, BIKES, dict.fromkeys(FIND, SAID)),)),
    Step((PlannedCall("get_member", {"member_id": "M-20431"}, MEMBER, {"member_id": SAID}),)),
    Step(
        (
            PlannedCall(
                "quote_hire",
                {"bike_id": "BK-1042", "days": 3},
                QUOTE,
                {"bike_id": FOUND, "days": SAID},
            ),
        )
    ),
    Step(
        (
            PlannedCall(
                "hire_bike",
                {"bike_id": "BK-1042", "member_id": "M-20431", "days": 3},
                HIRE,
                {"bike_id": FOUND, "member_id": SAID, "days": SAID},
            ),
        )
    ),
)
MESSAGES: tuple[Message, ...] = (
    User(REQUEST),
    Assistant(
        "I look for the bikes and the account at once.",
        (
            Call.of("call_1", "find_bikes", FIND),
            Call.of("call_2", "get_member", {"member_id": "M-20431"}),
        ),
    ),
    Tool("call_1", "find_bikes", BIKES),
    Tool("call_2", "get_member", MEMBER),
    Assistant(
        "BK-1042 is the cheapest.",
        (Call.of("call_3", "quote_hire", {"bike_id": "BK-1042", "days": 3}),),
    ),
    Tool("call_3", "quote_hire", QUOTE),
    Assistant(
        "The balance covers it.",
        (
            Call.of(
                "call_4", "hire_bike", {"bike_id": "BK-1042", "member_id": "M-20431", "days": 3}
            ),
        ),
    ),
    Tool("call_4", "hire_bike", HIRE),
    Assistant(
        "All is in order.",
        answer="Done: BK-1042 is yours until 8 May 2026 for €73.50, hire number HI-55120. "
        "Your balance is €80.",
    ),
)


@pytest.fixture
def base() -> Trajectory:
    task = CompositionalTask(
        REQUEST,
        (
            AtomicTask("Find the cheapest cargo bike available at a station in Riverside."),
            AtomicTask("Look up the balance of the account of member M-20431."),
            AtomicTask("Quote it."),
            AtomicTask("Hire that bike for three days for the member."),
        ),
        ((0, 2), (2, 3)),
    )
    blueprint = Blueprint(
        task,
        FUNCTIONS,
        (("find_bikes",), ("get_member",), ("quote_hire",), ("hire_bike",)),
        context="Today is Monday, 4 May 2026.",
        plan=PLAN,
        goal=Goal(facts=("HI-55120", "2026-05-08", 73.5, 80.0)),
    )
    return Trajectory(blueprint, MESSAGES, Cast("script", "plan", "world"))


@pytest.fixture
def bare(base: Trajectory) -> Trajectory:
    """The same conversation as foreign data: no plan, no goal, no sub-tasks."""
    blueprint = Blueprint(
        CompositionalTask(REQUEST),
        base.functions,
        parallel=None,
        context=base.blueprint.context,
    )
    return Trajectory(blueprint, base.messages)


Edit = Callable[..., Trajectory]


@pytest.fixture
def edit() -> Edit:
    """Replace messages by index: `edit(t, {1: message})`; None takes one out."""

    def edited(t: Trajectory, messages: dict[int, Message | None]) -> Trajectory:
        kept = [messages.get(i, m) for i, m in enumerate(t.messages)]
        return msgspec.structs.replace(t, messages=tuple(m for m in kept if m is not None))

    return edited


@pytest.fixture
def planned() -> Edit:
    """Replace fields of the blueprint: `planned(t, parallel=False)`."""

    def changed(t: Trajectory, **fields: Any) -> Trajectory:
        return msgspec.structs.replace(t, blueprint=msgspec.structs.replace(t.blueprint, **fields))

    return changed


Failures = Callable[[Trajectory], list[tuple[str, str]]]


@pytest.fixture
def failures() -> Failures:
    """List what fails, as (gate, reason)."""
    return lambda t: [(v.gate, v.reason) for v in sift(t).failures]
