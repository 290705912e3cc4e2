"""One example of text first, from its setting to its conversation."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from buttonup.recipe import Recipe
from buttonup.records import (
    Assistant,
    AtomicTask,
    Blueprint,
    Call,
    CompositionalTask,
    Function,
    Scenario,
    Tool,
    Tools,
    Trajectory,
    User,
)

SETTING = Scenario("Reserving seats on trains for a family visit")
FIRST = AtomicTask(
    "Find the trains from Utrecht Centraal to Antwerp on Friday 14 June that leave after 5 pm.",
    SETTING,
)
SECOND = AtomicTask(
    "Reserve a second-class window seat on the earliest of them for Mara Lindqvist."
)
WHOLE = CompositionalTask(
    "I'm off to Antwerp from Utrecht Centraal on Friday 14 June. Please get Mara Lindqvist a "
    "second-class window seat on the earliest train that leaves after 5 pm.",
    (FIRST, SECOND),
    ((0, 1),),
)


def _described(**kinds: str) -> dict[str, Any]:
    told = {
        n: {"type": k, "description": f"The {n.replace('_', ' ')} of it."} for n, k in kinds.items()
    }
    return {"type": "object", "properties": told, "required": list(told)}


TRIP = _described(trip_id="string", departs_at="string", arrives_at="string", price="number")
SEARCH = Function(
    "search_trains",
    "List the trains between two stations on a day, with their times and prices.",
    _described(origin="string", destination="string", date="string", departs_after="string"),
    {
        "type": "object",
        "properties": {"trips": {"type": "array", "items": TRIP}},
        "required": ["trips"],
    },
)
RESERVE = Function(
    "reserve_seat",
    "Reserve a seat on a trip for a passenger, and give the number of the reservation.",
    _described(trip_id="string", passenger_name="string", seat_class="string", position="string"),
    _described(reservation_id="string", coach="string", seat="string"),
)


def example(k: Recipe) -> Trajectory:
    """Act the example out: two calls, and as many functions shown as the recipe has on average."""
    spare = (k.assemble.least_distractors + k.assemble.most_distractors) // 2
    others = [structs.replace(SEARCH, name=f"search_{i}") for i in range(spare)]
    blueprint = Blueprint(
        task=WHOLE,
        functions=(SEARCH, RESERVE, *others),
        needs=(("search_trains",), ("reserve_seat",)),
        context="Today is Monday, 3 June 2024.",
        tools=Tools(source="simulated"),
    )
    train = {"trip_id": "IC-9251", "departs_at": "17:24", "arrives_at": "19:02", "price": 34.5}
    asked = {
        "origin": "Utrecht Centraal",
        "destination": "Antwerp",
        "date": "2024-06-14",
        "departs_after": "17:00",
    }
    who = {
        "trip_id": "IC-9251",
        "passenger_name": "Mara Lindqvist",
        "seat_class": "second",
        "position": "window",
    }
    done = {"reservation_id": "RS-204418", "coach": "12", "seat": "34A"}
    thought = "The trains that leave after five have to be known first; then the earliest is taken."
    return Trajectory(
        blueprint,
        (
            User(WHOLE.text),
            Assistant(thought, (Call.of("call_1", "search_trains", asked),)),
            Tool("call_1", "search_trains", {"trips": [train] * 4}),
            Assistant(thought, (Call.of("call_2", "reserve_seat", who),)),
            Tool("call_2", "reserve_seat", done),
            Assistant(thought, (), f"{WHOLE.text} It is done: RS-204418, coach 12, seat 34A."),
        ),
    )
