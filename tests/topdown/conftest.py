"""A hand-made blueprint, and a teacher that says given things in order.

The blueprint: two look-ups, a comparison, and a booking of the cheaper one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.records import (
    AtomicTask,
    Blueprint,
    CompositionalTask,
    Function,
    Goal,
    PlannedCall,
    Source,
    Step,
    Tools,
    UserTurn,
)


def _function(name: str, parameter: str) -> Function:
    parameters: dict[str, Any] = {
        "type": "object",
        "properties": {parameter: {"type": "string"}},
        "required": [parameter],
        "additionalProperties": False,
    }
    responses = {"type": "object", "properties": {"price": {"type": "integer"}}}
    return Function(name, f"About one {parameter}.", parameters, responses)


def _call(function: str, argument: tuple[str, str], price: int, source: Source) -> PlannedCall:
    name, value = argument
    return PlannedCall(function, {name: value}, {"price": price}, {name: source})


@pytest.fixture
def blueprint() -> Blueprint:
    subtasks = (
        "SECRET price of A-1",
        "SECRET price of B-2",
        "SECRET compare both of the prices",
        "SECRET book it",
    )
    said = Source("said")
    return Blueprint(
        task=CompositionalTask(
            text="Book whichever of A-1 and B-2 is cheaper for Mira.",
            subtasks=tuple(AtomicTask(text) for text in subtasks),
            edges=((0, 2), (1, 2), (2, 3)),
        ),
        functions=(_function("get_price", "item"), _function("book", "item")),
        needs=(("get_price",), ("get_price",), (), ("book",)),
        context="Today is 5 June 2026.",
        tools=Tools("simulated"),
        plan=(
            Step(
                (_call("get_price", ("item", "A-1"), 12, said),),
                intent="price A-1",
                finding="SECRET 12",
            ),
            Step(
                (_call("get_price", ("item", "B-2"), 9, said),),
                intent="Price B-2.",
                finding="SECRET 9",
            ),
            Step((), {"item": "B-2"}, intent="compare", finding="SECRET B-2 is cheaper."),
            Step(
                (_call("book", ("item", "B-2"), 9, Source("result", 2, "/item")),),
                intent="book B-2",
                finding="SECRET booked",
            ),
        ),
        turns=(
            UserTurn(
                "Book whichever of A-1 and B-2 is cheaper for Mira.",
                steps=(0, 1, 2, 3),
                answer="SECRET answer: B-2 is booked.",
            ),
        ),
        goal=Goal(facts=("SECRET fact",)),
        seed=7,
    )


@pytest.fixture
def asked() -> list[Request]:
    """Every request that the teacher was asked."""
    return []


@pytest.fixture
def saying(asked: list[Request]) -> Callable[..., Teacher]:
    """Make a teacher that says the given texts, one a request."""

    def make(*texts: str) -> Teacher:
        replies = iter(texts)
        return Teacher(model=Scripted(lambda _: next(replies), asked), name="tiny")

    return make
