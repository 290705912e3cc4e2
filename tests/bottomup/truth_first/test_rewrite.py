"""A rewriting is believed only where it keeps the truth."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable

import pytest

from buttonup.bottomup.truth_first.asker import Wording
from buttonup.bottomup.truth_first.blueprint import Blueprinting, blueprints
from buttonup.bottomup.truth_first.plan import Ticket
from buttonup.bottomup.truth_first.rewrite import Rewriting, asked, faults, literals, rewrite
from buttonup.bottomup.truth_first.shapes import Planning, Scenes
from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.records import Blueprint
from buttonup.worlds.catalogue import WORLDS

EVERY = tuple(WORLDS.values())
REST = {*Scenes.__struct_fields__} - {"follow_up", "missing_value", "change"}
ONE_TURN = Scenes(**dict.fromkeys(Scenes.__struct_fields__, 0.0))


@pytest.fixture
def blueprint() -> Blueprint:
    planning = Planning(shapes={"chain": 1.0}, depth={"2": 1.0}, optional=0)
    worlds = [WORLDS["bike_hire"]]
    for i in range(300):
        ticket = Ticket(seed=3, index=i)
        (made,) = asyncio.run(
            blueprints(ticket, worlds, planning, ONE_TURN, Wording(), Blueprinting())
        )
        if made.needs == (("find_bikes",), (), ("hire_bike",)):
            return made
    raise AssertionError("no plan hires a bike")


def rewritten(blueprint: Blueprint, script: Callable[[Request], str]) -> Blueprint:
    teacher = Teacher(Scripted(script), name="scripted", tries=2)
    (made,) = asyncio.run(rewrite(blueprint, teacher, Rewriting()))
    return made


def reply(text: str) -> str:
    return json.dumps({"request": text})


def test_new_words_that_keep_every_literal_are_taken(blueprint: Blueprint) -> None:
    new = "Hello again! " + blueprint.task.text
    made = rewritten(blueprint, lambda _: reply(new))
    assert made.task.text == new
    assert made.turns[0].says == new
    assert made.plan == blueprint.plan
    assert made.goal == blueprint.goal


def test_a_lost_literal_is_named_and_asked_for_again(blueprint: Blueprint) -> None:
    sent: list[Request] = []

    def script(request: Request) -> str:
        sent.append(request)
        return reply("Get me a bike." if len(sent) == 1 else blueprint.task.text)

    rewritten(blueprint, script)
    lost = literals(blueprint)[0][0]
    assert lost in sent[1].messages[-1].content


def test_what_only_a_result_knows_may_not_be_said(blueprint: Blueprint) -> None:
    bike = next(
        a for s in blueprint.plan for c in s.calls for a in [c.arguments.get("bike_id")] if a
    )
    leaking = f"{blueprint.task.text} I mean {bike}."
    assert any(bike in fault for fault in faults(blueprint, leaking))
    with pytest.raises(Reject, match="unfit"):
        rewritten(blueprint, lambda _: reply(leaking))


def test_a_function_may_not_be_named(blueprint: Blueprint) -> None:
    assert faults(blueprint, blueprint.task.text + " Use hire_bike.")


def test_noise_around_the_literals_is_no_request(blueprint: Blueprint) -> None:
    noise = ", ".join(forms[0] for forms in literals(blueprint))
    assert "it must ask for the same things, in sentences" in faults(blueprint, noise)


def test_a_number_that_nobody_gave_may_not_be_added(blueprint: Blueprint) -> None:
    assert "it must not add numbers: 8731" in faults(blueprint, blueprint.task.text + " Code 8731.")


def drawn(count: int, scenes: Scenes) -> list[Blueprint]:
    async def draw() -> list[Blueprint]:
        found: list[Blueprint] = []
        for i in range(count):
            with contextlib.suppress(Reject):
                found += await blueprints(
                    Ticket(4, i), EVERY, Planning(), scenes, Wording(), Blueprinting()
                )
        return found

    return asyncio.run(draw())


def test_the_original_request_has_no_faults() -> None:
    for made in drawn(400, Scenes()):
        assert faults(made, asked(made)) == []


def test_every_value_that_the_request_says_is_known_to_be_there() -> None:
    for made in drawn(300, ONE_TURN):
        kept = {form for forms in literals(made) for form in forms}
        for step in made.plan:
            for call in step.calls:
                for name, source in call.sources.items():
                    value = call.arguments[name]
                    if source.kind == "said" and isinstance(value, str):
                        assert value in kept, made.task.text


def test_only_the_request_is_said_anew_and_the_conversation_begins_with_it() -> None:
    for made in drawn(60, Scenes(follow_up=0.3, missing_value=0.3, change=0.3,
                                 **dict.fromkeys(REST, 0.0))):  # fmt: skip
        new = rewritten(made, lambda _, made=made: reply(f"Well now. {asked(made)}"))  # type: ignore[misc]
        for before, after in zip(made.turns, new.turns, strict=True):
            lead = "Well now. " if before.kind == "request" else ""
            assert after.says == lead + before.says
        assert "Well now." in new.task.text
        assert all(t.says in new.task.text for t in new.turns if t.kind != "small_talk")
