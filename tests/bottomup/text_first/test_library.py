from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.alike.embed import Lexical
from buttonup.bottomup.text_first import schemas
from buttonup.bottomup.text_first.equip import Equipped, Link
from buttonup.bottomup.text_first.library import LibraryKnobs, library, serves
from buttonup.errors import Reject
from buttonup.records import CompositionalTask, Function


def function(name: str, description: str, takes: str = "city", gives: str = "result") -> Function:
    def holding(field: str) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {field: {"type": "string", "description": f"{description} {field}"}},
        }

    return Function(
        name=name, description=description, parameters=holding(takes), responses=holding(gives)
    )


def task(*functions: Function, links: tuple[Link, ...] = ()) -> Equipped:
    rows = tuple((f,) for f in functions)
    return Equipped(task=CompositionalTask(text="t"), functions=rows, links=links)


def placed(*items: Equipped) -> list[Equipped]:
    place = library(Lexical(), LibraryKnobs())()
    return [made for item in items for made in place(item)]


WEATHER = function("get_weather", "Get the weather forecast of a city.")


def test_a_near_same_function_becomes_the_one_that_was_there() -> None:
    again = function("fetch_weather", "Get the weather forecast for a city")
    first, second = placed(task(WEATHER), task(again))
    assert (first.functions, first.reused) == (((WEATHER,),), ())
    assert (second.functions, second.reused) == (((WEATHER,),), ("get_weather",))


@pytest.mark.parametrize(
    "other",
    [
        function("get_weather_forecast", "Get the weather forecast of a city.", takes="place"),
        function("get_weather_forecast", "Get the weather forecast of a city.", gives="forecast"),
        function("delete_weather", "Get the weather forecast of a city."),
        function("get_population", "Count the people who live there."),
    ],
)
def test_what_takes_gives_or_does_something_else_stays_itself(other: Function) -> None:
    _, second = placed(task(WEATHER), task(other))
    assert (second.functions, second.reused) == (((other,),), ())


def test_a_name_that_is_taken_is_told_apart_by_what_it_takes() -> None:
    recipes = function("search", "Search cooking recipes by ingredient.", takes="ingredient")
    flights = function("search", "Search flights by airport.", takes="airport")
    first, second = placed(task(recipes), task(flights))
    assert [first.functions[0][0].name, second.functions[0][0].name] == [
        "search",
        "search_by_airport",
    ]


def test_a_name_with_nothing_else_to_say_is_a_reject() -> None:
    with pytest.raises(Reject, match="name_taken"):
        placed(task(function("search", "", "a")), task(function("search", "", "search", "search")))


def test_links_follow_the_new_names() -> None:
    old = function("search", "Search cooking recipes.", takes="ingredient")
    new = function("search", "Search flights.", takes="airport")
    book = function("book", "Book a seat.", takes="flight")
    link = Link(subtask=1, function="book", parameter="flight", source="search", field="result")
    _, second = placed(task(old), task(new, book, links=(link,)))
    assert second.links[0].source == "search_by_airport"
    assert second.links[0].function == "book"


def sending(*takes: str, gives: tuple[str, ...] = ("message_id",)) -> Function:
    def holding(names: tuple[str, ...]) -> dict[str, Any]:
        fields = {name: {"type": "string", "description": name} for name in names}
        return {"type": "object", "properties": fields, "required": list(names[:2])}

    return Function("send_email", "Sends an e-mail.", holding(takes), holding(gives))


def test_a_function_that_takes_more_stands_in_for_one_that_takes_less() -> None:
    rich = sending("to", "body", "subject", gives=("message_id", "sent_at"))
    _, second = placed(task(rich), task(sending("to", "body")))
    assert second.functions == ((rich,),)
    assert second.reused == ("send_email",)


def test_a_function_that_requires_more_or_gives_less_does_not_stand_in() -> None:
    assert not serves(sending("to", "subject", "body"), sending("to", "body"), ())
    assert not serves(sending("to", "body"), sending("to", "body", "subject"), ())
    other, asked = sending("to", "body"), sending("to", "body", gives=("receipt",))
    assert not serves(other, asked, {"receipt"})
    assert serves(other, asked, ())


def test_what_one_task_tells_apart_stays_apart() -> None:
    high = function("get_highest_price", "Get the highest price of a share.")
    low = function("get_highest_prices", "Get the highest price of a share.")
    (first,) = placed(task(high, low))
    assert [row[0].name for row in first.functions] == ["get_highest_price", "get_highest_prices"]


FUNCTIONS = st.builds(
    function,
    name=st.sampled_from(["search", "search_flights", "get_flights"]),
    description=st.sampled_from(["Search flights.", "Find flights by airport.", "Search recipes."]),
    takes=st.sampled_from(["airport", "ingredient"]),
)


@given(st.lists(FUNCTIONS, max_size=10))
def test_no_two_functions_of_one_name_differ_and_order_alone_decides(
    functions: list[Function],
) -> None:
    def run() -> list[Equipped]:
        place = library(Lexical(dims=256), LibraryKnobs())()
        made = []
        for f in functions:
            with suppress(Reject):
                made += place(task(f))
        return made

    made = run()
    assert made == run()
    seen: dict[str, Function] = {}
    for item in made:
        (((one,),)) = item.functions
        assert seen.setdefault(one.name, one) == one
    for item, other in zip(made, functions, strict=False):
        if len(made) == len(functions):
            assert schemas.signature(item.functions[0][0]) == schemas.signature(other)
