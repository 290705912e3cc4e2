"""A teacher whose replies are written out, and an equipped task that is all right."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.records import AtomicTask, CompositionalTask

Json = Any


Script = Callable[..., tuple[Teacher, list[Request]]]


@pytest.fixture
def script() -> Script:
    """Make a teacher that gives these replies (JSON values, or raw text), and its requests.

    They come in order, and the last one for ever: each test asks one thing at a time.
    """

    def make(*replies: Json) -> tuple[Teacher, list[Request]]:
        model = Scripted(lambda _: texts[min(len(model.asked), len(texts)) - 1])
        texts = [reply if isinstance(reply, str) else json.dumps(reply) for reply in replies]
        return Teacher(model=model, name="scripted"), model.asked

    return make


@pytest.fixture
def train_task() -> CompositionalTask:
    return CompositionalTask(
        text="Get Mara Lindqvist a window seat on the earliest train from Utrecht to Antwerp on "
        "Friday 14 June after 5 pm.",
        subtasks=(
            AtomicTask(
                text="Find the trains from Utrecht to Antwerp on Friday 14 June after 5 pm."
            ),
            AtomicTask(text="Reserve a window seat for Mara Lindqvist on the earliest of them."),
        ),
        edges=((0, 1),),
    )


@pytest.fixture
def train_parts() -> dict[str, Json]:
    """Give the teacher's draft for `train_task`, as JSON to be spoilt by a test."""

    def text(description: str) -> dict[str, Json]:
        return {"type": "string", "description": description}

    trip = {"trip_id": text("Id of the trip."), "departs_at": text("ISO time of departure.")}
    search = {
        "name": "search_trains",
        "description": "Search train trips between two stations on a day.",
        "parameters": {
            "type": "object",
            "properties": {
                "origin": text("Station of departure."),
                "destination": text("Station of arrival."),
                "date": text("Day of travel, YYYY-MM-DD."),
            },
            "required": ["origin", "destination", "date"],
        },
        "responses": {
            "type": "object",
            "properties": {
                "trips": {
                    "type": "array",
                    "description": "Trips, earliest first.",
                    "items": {"type": "object", "properties": trip},
                }
            },
        },
    }
    reserve = {
        "name": "reserve_seat",
        "description": "Reserve one seat on a trip for a passenger.",
        "parameters": {
            "type": "object",
            "properties": {
                "trip_id": text("Id of the trip."),
                "passenger": text("Full name of the passenger."),
            },
            "required": ["trip_id", "passenger"],
        },
        "responses": {"type": "object", "properties": {"reservation_id": text("Its id.")}},
        "inputs_from": [
            {"parameter": "trip_id", "function": "search_trains", "field": "trips[].trip_id"}
        ],
        "inputs_said": [{"parameter": "passenger", "words": "Mara Lindqvist"}],
    }
    return {
        "reasoning": "The search gives trip_id, which the reservation takes.",
        "parts": [
            {"subtask": 1, "why": "Timetables.", "functions": [search], "reuses": []},
            {"subtask": 2, "why": "An action.", "functions": [reserve], "reuses": []},
        ],
    }
