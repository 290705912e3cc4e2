from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.records import Json, Schema
from buttonup.tools.door import misfit
from buttonup.tools.learning.ordinary import ordinary

TODAY = dt.date(2026, 11, 25)


def values(name: str, schema: Schema) -> tuple[Json, ...]:
    return ordinary(name, schema, TODAY, random.Random(0))


def test_what_the_schema_names_comes_first() -> None:
    assert values("status", {"type": "string", "enum": ["open", "done"]}) == ("open", "done")
    assert values("city", {"type": "string", "examples": ["Ghent"]}) == ("Ghent",)


def test_only_the_tools_can_tell_an_id() -> None:
    assert values("order_id", {"type": "string"}) == ()
    assert values("ticket_id", {"type": "integer"}) == ()


@pytest.mark.parametrize("name", ["reason", "email", "customer_name", "city", "date", "note"])
def test_anybody_can_say_an_ordinary_thing(name: str) -> None:
    assert len(values(name, {"type": "string"})) > 2


def test_days_are_ahead() -> None:
    said = values("start_date", {"type": "string", "format": "date"})
    assert all(dt.date.fromisoformat(day) > TODAY for day in said)


@given(st.integers(-50, 50), st.integers(0, 60))
def test_numbers_keep_to_their_bounds(least: int, more: int) -> None:
    schema: Schema = {"type": "integer", "minimum": least, "maximum": least + more}
    said = values("guests", schema)
    assert said
    assert not any(misfit(value, schema) for value in said)


CONTACT = {
    "type": "object",
    "properties": {
        "name": {"type": "string"}, "phone": {"type": "string"}, "note": {"type": "string"},
    },
    "required": ["name", "phone"],
}  # fmt: skip


def test_an_object_is_made_of_what_it_needs_where_that_can_be_said() -> None:
    made = ordinary("contact", CONTACT, TODAY, random.Random(0))
    assert len(made) == 3
    assert all(list(one) == ["name", "phone"] for one in made)
    code = {**CONTACT, "required": ["name", "phone", "code"]}
    code["properties"] = {**CONTACT["properties"], "code": {"type": "string"}}  # type: ignore[dict-item]
    assert ordinary("contact", code, TODAY, random.Random(0)) == ()
    deep = {"type": "object", "properties": {"of": CONTACT}, "required": ["of"]}
    assert ordinary("contact", deep, TODAY, random.Random(0)) == ()
