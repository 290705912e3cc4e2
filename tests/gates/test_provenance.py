from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from buttonup.gates.provenance import provenance, trace
from buttonup.records import (
    Assistant,
    Blueprint,
    Call,
    CompositionalTask,
    Function,
    Json,
    Message,
    Tool,
    Trajectory,
    User,
)

Edit = Callable[..., Trajectory]
Failures = Callable[[Trajectory], list[tuple[str, str]]]

TODAY = "Today is Monday, 4 May 2026."


def kind(
    words: str,
    value: Json,
    *,
    context: str = TODAY,
    result: Json = None,
    thought: str = "",
    schema: dict[str, Any] | None = None,
    name: str = "x",
) -> str:
    """Say where one argument comes from, after these words and this result."""
    function = Function("f", "", {"properties": {name: schema or {}}})
    earlier: tuple[Message, ...] = ()
    if result is not None:
        earlier = (Assistant(calls=(Call.of("call_0", "g", {}),)), Tool("call_0", "g", result))
    call = Call.of("call_1", "f", {name: value})
    messages = (User(words), *earlier, Assistant(thought, (call,)), Tool("call_1", "f", {}))
    task = CompositionalTask(words)
    trajectory = Trajectory(Blueprint(task, (function,), context=context), messages)
    return trace(trajectory)[-1].kind


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("a table in Riverside", "Riverside"),
        ("bike bk-1042, please", "BK-1042"),
        ("up to €1,200", 1200),
        ("up to 1200", "1200"),
        ("for twelve people", 12),
        ("on 3 May 2026", "2026-05-03"),
        ("on May 3rd", "2026-05-03"),
        ("tomorrow", "2026-05-05"),
        ("next Friday", "2026-05-15"),
        ("on 2026-05-03", "May 3, 2026"),
        ("at 2:30 pm", "14:30"),
        ("tomorrow at half past two", "2026-05-05T14:30:00"),
        ("two weeks", 14),
        ("call 555-123-4567", "5551234567"),
        ("a flight", 1),
    ],
)
def test_what_the_user_said_in_any_form_is_said(words: str, value: Json) -> None:
    assert kind(words, value) == "said"


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("near the start of the street", "art"),
        ("station ST-07", 7),
        ("it is 15 o'clock somewhere", 5),
        ("on 3 May 2026", "2027-05-03"),
        ("on 3 May", "2029-05-03"),
        ("at 2:30 pm", "02:30"),
        ("on 12 June 2026", 12),
        ("in Riverside", "Hillside"),
        ("up to 1,200", 200),
        ("bike BK-1042", "BK-10"),
    ],
)
def test_what_only_looks_like_the_users_words_is_invented(words: str, value: Json) -> None:
    assert kind(words, value) == "invented"


def test_a_search_phrase_may_add_one_ordinary_word_and_no_name() -> None:
    words = "Two tickets for Edinburgh Castle, please."
    assert kind(words, "Edinburgh Castle entry") == "composed"
    assert kind(words, "Edinburgh Castle Miller") == "invented"
    assert kind(words, "castle entry") == "invented"


def test_a_year_that_nobody_told_is_invented() -> None:
    assert kind("on May 3rd", "2026-05-03", context="") == "invented"
    assert kind("on May 3rd", "2026-05-03") == "said"


def test_a_part_of_a_date_counts_for_a_parameter_that_asks_for_it() -> None:
    assert kind("on 12 June 2026", 12, name="birth_day") == "said"
    assert kind("on 12 June 2026", 12, name="days") == "invented"


@pytest.mark.parametrize(
    ("result", "value"),
    [
        ({"rows": [{"id": "HI-55120"}]}, "HI-55120"),
        ({"price": 24.5}, 24.5),
        ({"address": "12 Main St, Springfield"}, "Springfield"),
        ({"due": "2026-06-08T09:00:00Z"}, "2026-06-08"),
        ({"price": "€1,200"}, 1200),
        ({"rates": {"USD": 1.1}}, "USD"),
    ],
)
def test_what_an_earlier_result_holds_comes_from_it(result: Json, value: Json) -> None:
    assert kind("hello", value, result=result) == "result"


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (5, {"default": 5}),
        ("metric", {"enum": ["metric", "imperial"]}),
        ("Celsius", {"description": "Celsius or Fahrenheit"}),
        (True, {"type": "boolean"}),
        (None, {}),
    ],
)
def test_what_the_schema_offers_comes_from_it(value: Json, schema: dict[str, Any]) -> None:
    assert kind("hello", value, schema=schema) == "schema"


def test_an_example_in_a_description_is_not_for_copying() -> None:
    assert kind("hello", "Paris", schema={"description": "A city, e.g. Paris"}) == "invented"


def test_a_derived_value_needs_its_step_stated() -> None:
    rows = [{"price": 24.5}, {"price": 31}]
    assert kind("add them", 55.5, result=rows, thought="Together that is 55.50.") == "derived"
    assert kind("add them", 55.5, result=rows) == "invented"
    assert kind("add them", 55.9, result=rows, thought="Together that is 55.90.") == "invented"


def test_a_date_worked_out_needs_its_step_stated() -> None:
    words = "three nights from 6 June 2026"
    assert kind(words, "2026-06-09", thought="So until 9 June 2026.") == "derived"
    assert kind(words, "2026-06-09") == "invented"


def test_a_text_of_known_words_is_composed() -> None:
    words = "remind Ana that her bike is due on Friday"
    assert kind(words, "Dear Ana, your bike is due on Friday.") == "composed"
    assert kind(words, "Dear Ana, your bike is due in 17 days.") == "invented"
    assert kind(words, "The invoice was paid by wire transfer yesterday.") == "invented"


def test_what_the_user_agreed_to_is_said(bare: Trajectory) -> None:
    call = Call.of("call_1", "list_stations", {"district": "Hillside"})
    agreed = msgspec.structs.replace(
        bare,
        messages=(
            User("Any stations?"),
            Assistant(answer="Shall I look in Hillside?"),
            User("Yes."),
            Assistant(calls=(call,)),
            Tool("call_1", "list_stations", []),
            Assistant(answer="None."),
        ),
    )
    assert provenance(agreed).passed
    unasked = msgspec.structs.replace(agreed, messages=agreed.messages[2:])
    assert provenance(unasked).reason == "invented"


def test_an_invented_value_fails_for_that_alone(
    bare: Trajectory, edit: Edit, failures: Failures
) -> None:
    call = Call.of("call_3", "quote_hire", {"bike_id": "BK-9999", "days": 3})
    spoilt = edit(bare, {4: Assistant(calls=(call,))})
    assert failures(spoilt) == [("provenance", "invented")]
    assert "BK-9999" in provenance(spoilt).evidence[0]


def test_a_value_of_a_later_result_fails_for_that_alone(
    bare: Trajectory, edit: Edit, failures: Failures
) -> None:
    call = Call.of("call_3", "quote_hire", {"bike_id": "HI-55120", "days": 3})
    assert failures(edit(bare, {4: Assistant(calls=(call,))})) == [
        ("provenance", "from_the_future")
    ]


def test_an_echo_of_an_invented_value_is_no_source(bare: Trajectory, edit: Edit) -> None:
    call = Call.of("call_3", "quote_hire", {"bike_id": "BK-9999", "days": 3})
    echo = Tool("call_3", "quote_hire", {"bike_id": "BK-9999", "total": 73.5})
    assert provenance(edit(bare, {4: Assistant(calls=(call,)), 5: echo})).reason == "invented"


def test_what_is_asked_for_free_may_cost_nothing() -> None:
    assert kind("Which free workshops are there?", 0, name="max_price") == "said"
    assert kind("Which workshops are there?", 0, name="max_price") == "invented"


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (
            "For Saturday 17 May, a cake at 11 am. Also balloons, at 11:30 am.",
            "2025-05-17T11:30:00",
        ),
        ("On 17 May at half past eleven at night.", "2025-05-17T23:30:00"),
        ("A course that starts in the week of 8 September.", "2025-09-14"),
        ("A course that starts in the week of 8 September.", "2025-09-12"),
    ],
)
def test_a_moment_may_be_said_in_parts_and_a_week_by_its_first_day(words: str, value: str) -> None:
    assert kind(words, value, context="Today is Thursday, 24 April 2025.") == "said"


def test_the_end_of_a_week_that_nobody_spoke_of_is_invented() -> None:
    told = "Today is Thursday, 24 April 2025."
    assert kind("A course that starts on 8 September.", "2025-09-14", context=told) == "invented"
