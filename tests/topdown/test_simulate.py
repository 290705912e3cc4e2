from __future__ import annotations

import asyncio
import contextlib
import json

import msgspec
import pytest

from buttonup.bottomup.truth_first.asker import Wording
from buttonup.bottomup.truth_first.blueprint import Blueprinting, blueprints
from buttonup.bottomup.truth_first.plan import Ticket
from buttonup.bottomup.truth_first.shapes import Planning, Scenes
from buttonup.errors import BadInput, Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.model.teachers import Teachers
from buttonup.records import (
    Assistant,
    Blueprint,
    Cast,
    Tool,
    Tools,
    Trajectory,
    User,
    encode,
)
from buttonup.topdown.simulate import Simulating, simulate
from buttonup.worlds.catalogue import WORLDS


def _simulated(b: Blueprint, teacher: Teacher | None, knobs: Simulating) -> Trajectory:
    everybody = dict.fromkeys(("user", "assistant", "tools"), teacher) if teacher else {}
    (t,) = asyncio.run(simulate(b, Teachers(everybody), knobs))
    return t


EVERY = tuple(WORLDS.values())


def _planned(index: int, scenes: Scenes | None = None) -> Blueprint:
    knobs = Planning(), scenes or Scenes(wrong_id=0, missing_value=0), Wording(), Blueprinting()
    (b,) = asyncio.run(blueprints(Ticket(0, index), EVERY, *knobs))
    return b


def _lone(scene: str) -> Scenes:
    """Draw one scene and no other, with small talk in half of the conversations."""
    names = {*Scenes.__struct_fields__} - {"small_talk"}
    return Scenes(**{name: float(name == scene) for name in names}, small_talk=0.5)


SCENES = ["plain", *Scenes.__struct_fields__[:-1]]


@pytest.mark.parametrize("scene", SCENES)
def test_a_plan_acted_out_over_a_world_gets_the_planned_results_and_needs_no_model(
    scene: str,
) -> None:
    for index in range(20):
        with contextlib.suppress(Reject):
            b = _planned(index, _lone(scene))
            t = _simulated(b, None, Simulating())
            planned = [call for step in b.plan for call in step.calls]
            made = [c for m in t.messages if isinstance(m, Assistant) for c in m.calls]
            given = {m.call_id: m.result for m in t.messages if isinstance(m, Tool)}
            done = [(c.name, encode(c.arguments), encode(given[c.id])) for c in made]
            wanted = [(c.function, encode(c.arguments), encode(c.result)) for c in planned]
            assert sorted(done) == sorted(wanted)
            assert [m.content for m in t.messages if isinstance(m, User)] == [
                turn.says for turn in b.turns
            ]
            assert [m.answer for m in t.messages if isinstance(m, Assistant) and m.answer] == [
                turn.answer for turn in b.turns
            ]
            assert t.cast == Cast("script", "plan", "world")
            assert (t.prompts, t.usage) == ({}, {})


def test_a_function_that_is_offered_late_is_called_only_after_the_offer() -> None:
    for index in range(20):
        t = _simulated(_planned(index, _lone("late_function")), None, Simulating())
        offer = next(i for i, m in enumerate(t.messages) if isinstance(m, User) and m.offers)
        assert t.functions[-1] not in t.blueprint.functions
        called = [i for i, m in enumerate(t.messages) if isinstance(m, Assistant) and m.calls]
        assert called
        assert min(called) > offer


def test_the_same_blueprint_gives_the_same_bytes() -> None:
    one, two = (encode(_simulated(_planned(3), None, Simulating())) for _ in range(2))
    assert one == two


def _player(request: Request) -> str:
    """Play every role of the conftest's blueprint."""
    if request.prompt == "user":
        return json.dumps({"message": "The cheaper of A-1 and B-2, booked for Mira, please."})
    if request.prompt == "tool":
        return '{"price": 9}' if "B-2" in request.messages[-1].content else '{"price": 12}'
    turns = sum(turn.role == "assistant" for turn in request.messages)
    prices = [{"name": "get_price", "arguments": {"item": item}} for item in ("A-1", "B-2")]
    booking = [{"name": "book", "arguments": {"item": "B-2"}}]
    return json.dumps(
        [
            {"thought": "I look both prices up.", "calls": prices},
            {"thought": "B-2 is cheaper.", "calls": booking},
            {"thought": "That worked.", "answer": "B-2 is booked."},
        ][turns]
    )


def test_an_all_model_cast_acts_a_simulated_blueprint_out(blueprint: Blueprint) -> None:
    knobs = Simulating(user="llm", assistant="guided")
    t = _simulated(blueprint, Teacher(model=Scripted(_player), name="tiny"), knobs)
    assert t.cast == Cast("llm:tiny", "llm:tiny", "llm:tiny")
    assert set(t.prompts) == {"user", "assistant", "tool"}
    assert t.usage.keys() == {"tiny"}
    assert t.usage["tiny"].calls == 7
    assert isinstance(t.messages[-1], Assistant)
    assert t.messages[-1].answer == "B-2 is booked."
    assert b"SECRET" not in encode(t.messages)


def test_a_model_may_act_a_planned_blueprint_out_while_the_world_runs_its_calls() -> None:
    b = _planned(0)
    planned = next(call for step in b.plan for call in step.calls)
    call = {"name": planned.function, "arguments": planned.arguments}
    moves = [{"thought": "I look.", "calls": [call]}, {"thought": "Good.", "answer": "Here."}]

    def play(request: Request) -> str:
        return json.dumps(moves[sum(turn.role == "assistant" for turn in request.messages)])

    teacher = Teacher(model=Scripted(play), name="tiny")
    t = _simulated(b, teacher, Simulating(assistant="blind"))
    assert [m.result for m in t.messages if isinstance(m, Tool)] == [planned.result]
    assert t.cast == Cast("script", "llm:tiny", "world")
    assert set(t.prompts) == {"assistant"}


def test_a_conversation_that_does_not_end_is_rejected(blueprint: Blueprint) -> None:
    knobs = Simulating(assistant="blind", max_turns=1)
    with pytest.raises(Reject) as rejected:
        _simulated(blueprint, Teacher(model=Scripted(_player), name="tiny"), knobs)
    assert rejected.value.reason == "too_long"


def test_every_persona_is_drawn_in_time(blueprint: Blueprint, asked: list[Request]) -> None:
    knobs = Simulating(user="llm", assistant="blind", personas=("a pirate", "a queen"))
    for seed in range(8):
        b = msgspec.structs.replace(blueprint, seed=seed)
        _simulated(b, Teacher(model=Scripted(_player, asked), name="tiny"), knobs)
    told = [r.messages[0].content for r in asked if r.prompt == "user"]
    assert {"a pirate" in text for text in told} == {True, False}


def test_a_plan_follower_without_a_plan_is_the_users_to_mend(blueprint: Blueprint) -> None:
    bare = msgspec.structs.replace(blueprint, plan=(), turns=())
    with pytest.raises(BadInput, match="guided"):
        _simulated(bare, None, Simulating(assistant="plan"))


@pytest.mark.parametrize(
    "knobs", [Simulating(), Simulating(user="llm"), Simulating(assistant="blind")]
)
def test_a_role_for_a_model_without_a_teacher_is_the_users_to_mend(
    blueprint: Blueprint, knobs: Simulating
) -> None:
    with pytest.raises(BadInput, match="--teacher"):
        _simulated(blueprint, None, knobs)


def test_calls_that_nothing_can_run_are_rejected(blueprint: Blueprint) -> None:
    with pytest.raises(Reject) as rejected:
        _simulated(msgspec.structs.replace(blueprint, tools=Tools()), None, Simulating())
    assert rejected.value.reason == "no_tools"
