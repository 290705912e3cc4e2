"""A blueprint holds all that a trajectory is acted out from."""

from __future__ import annotations

import asyncio

import jsonschema_rs

from buttonup.bottomup.truth_first.blueprint import Blueprinting, blueprints
from buttonup.bottomup.truth_first.plan import Ticket
from buttonup.bottomup.truth_first.shapes import Planning
from buttonup.records import Blueprint, decode, encode
from buttonup.worlds.catalogue import WORLDS

EVERY = list(WORLDS.values())


def made(index: int, knobs: Blueprinting | None = None) -> Blueprint:
    ticket = Ticket(seed=1, index=index)
    (one,) = asyncio.run(blueprints(ticket, EVERY, Planning(), knobs or Blueprinting()))
    return one


def test_needed_functions_are_shown_and_names_are_unique() -> None:
    for i in range(60):
        b = made(i)
        shown = [f.name for f in b.functions]
        assert len(shown) == len(set(shown))
        assert {name for names in b.needs for name in names} <= set(shown)


def test_distractors_stay_within_their_knobs() -> None:
    counts = {len(made(i, Blueprinting(distractors=(2, 3))).distractors) for i in range(40)}
    assert counts == {2, 3}


def test_every_fed_argument_points_to_its_value_in_an_earlier_step() -> None:
    for i in range(80):
        b = made(i)
        for step in b.plan:
            for call in step.calls:
                for name, source in call.sources.items():
                    if source.kind == "result":
                        assert source.step is not None
                        feeder = b.plan[source.step]
                        value = feeder.calls[0].result if feeder.calls else feeder.conclusion
                        for key in source.path.split("/")[1:]:
                            value = value[int(key)] if isinstance(value, list) else value[key]
                        assert value == call.arguments[name]


def test_a_blueprint_survives_being_written_and_read() -> None:
    b = made(3)
    assert decode(encode(b), Blueprint) == b
    for f in b.functions:
        jsonschema_rs.meta.validate(f.parameters)


def test_the_context_states_the_date() -> None:
    assert "Today is" in made(2).context
