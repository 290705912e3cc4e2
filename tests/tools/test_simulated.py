from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.records import Call, Function, Schema
from buttonup.tools.door import Ran, Scene, failed, misfit
from buttonup.tools.simulated import Simulated, reply_schema

PRICE: Schema = {
    "type": "object",
    "properties": {"price": {"type": "integer"}},
    "required": ["price"],
}
ITEM: Schema = {
    "type": "object",
    "properties": {"item": {"type": "string"}},
    "required": ["item"],
}
GET = Function("get_price", "Give the price of an item.", ITEM, PRICE)
SCENE = Scene((GET,), "What do A-1 and B-2 cost?", "Today is 5 June 2026.")
CALL = Call.of("call_1", "get_price", {"item": "A-1"})

Say = Callable[..., Teacher]


def test_the_simulator_is_told_definition_request_session_and_call(
    saying: Say, asked: list[Request]
) -> None:
    door = Simulated(saying('{"price": 12}'))
    scene = Scene(SCENE.functions, SCENE.request, SCENE.context, (Ran(CALL, {"price": 77}),))
    other = Call.of("call_2", "get_price", {"item": "B-2"})
    result = asyncio.run(door(other, scene))
    assert result == {"price": 12}
    prompt = "\n".join(turn.content for turn in asked[0].messages)
    for told in (GET.description, SCENE.request, SCENE.context, '{"price":77}', other.raw):
        assert told in prompt


def test_calls_of_one_session_share_all_of_their_prompt_but_the_end(
    saying: Say, asked: list[Request]
) -> None:
    """Providers bill the repeated beginning of a prompt at a fraction."""
    price = '{"price": 12}'
    door, ran = Simulated(saying(price, price)), (Ran(CALL, {"price": 77}),)
    other = Function("get_stock", "Say how many there are.", ITEM, PRICE)
    scene = Scene((GET, other), SCENE.request, SCENE.context, ran)
    for name in ("get_price", "get_stock"):
        asyncio.run(door(Call.of("call_2", name, {"item": "B-2"}), scene))
    one, two = (request.messages for request in asked)
    assert one[0] == two[0]
    before, of_the_call = (
        [r[1].content.partition("Function:")[i] for r in (one, two)] for i in (0, 2)
    )
    assert before[0] == before[1]
    assert '{"price":77}' in before[0]
    assert of_the_call[0] != of_the_call[1]


def test_the_same_call_gets_the_same_answer_without_asking(saying: Say) -> None:
    again = Call.parse("call_2", "get_price", '{ "item" : "A-1" }')
    scene = Scene((GET,), ran=(Ran(CALL, {"price": 12}),))
    assert asyncio.run(Simulated(saying())(again, scene)) == {"price": 12}


@pytest.mark.parametrize(
    "call",
    [
        Call.of("call_1", "get_weather", {}),
        Call.parse("call_1", "get_price", "{oops"),
        Call.of("call_1", "get_price", {"item": 3}),
    ],
)
def test_a_bad_call_is_answered_with_an_error_without_asking(saying: Say, call: Call) -> None:
    result = asyncio.run(Simulated(saying())(call, SCENE))
    assert failed(result)


def test_an_error_is_a_fitting_answer(saying: Say) -> None:
    door = Simulated(saying('{"error": "There is no item A-1."}'))
    assert failed(asyncio.run(door(CALL, SCENE)))


def test_an_answer_that_does_not_fit_is_asked_again_and_then_rejected(
    saying: Say, asked: list[Request]
) -> None:
    assert asyncio.run(Simulated(saying('{"price": "x"}', '{"price": 1}'))(CALL, SCENE))
    assert len(asked) == 2
    with pytest.raises(Reject):
        asyncio.run(Simulated(saying(*['{"price": "x"}'] * 3))(CALL, SCENE))


def test_definitions_that_a_response_schema_refers_to_stay_reachable() -> None:
    shared: Schema = {"$defs": {"Money": {"type": "integer"}}, "$ref": "#/$defs/Money"}
    schema = reply_schema(Function("f", "Does f.", {}, shared))
    assert misfit(3, schema) == ""
    assert misfit({"error": "no"}, schema) == ""
    assert misfit("3", schema)


def test_an_unknown_response_schema_lets_any_answer_pass() -> None:
    assert misfit([1, "x"], reply_schema(Function("f", "Does f.", {}))) == ""


def test_a_function_whose_responses_nothing_can_fit_is_rejected_unasked(
    saying: Say, asked: list[Request]
) -> None:
    remote = Function("get_price", "Give a price.", ITEM, {"$ref": "http://127.0.0.1:9/x"})
    with pytest.raises(Reject) as rejected:
        asyncio.run(Simulated(saying("{}"))(CALL, Scene((remote,))))
    assert rejected.value.reason == "unusable_schema"
    assert asked == []
