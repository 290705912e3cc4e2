from __future__ import annotations

import asyncio

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from buttonup.records import (
    Assistant,
    Blueprint,
    CompositionalTask,
    PlannedCall,
    Source,
    Step,
    Tool,
    Trajectory,
    encode,
)
from buttonup.topdown.plan_follower import follow_plan, needs_of, schedule
from buttonup.topdown.turns import Role, Speak, converse, pending
from buttonup.topdown.user_agent import script


@st.composite
def blueprints(draw: st.DrawFn) -> Blueprint:
    """Plans of every shape: steps of none, one or many calls; needs by edge or by argument."""
    sizes = draw(st.lists(st.integers(0, 3), min_size=1, max_size=6))
    edges: list[tuple[int, int]] = []
    plan: list[Step] = []
    for j, size in enumerate(sizes):
        before = list(range(j))
        edges += [(i, j) for i in before if draw(st.integers(0, 2)) == 0]
        fed = draw(st.sampled_from([None, *before]))
        source = Source("said") if fed is None else Source("result", fed)
        calls = tuple(
            PlannedCall("f", {"x": f"{j}.{n}"}, {"of": f"{j}.{n}"}, {"x": source})
            for n in range(size)
        )
        plan.append(Step(calls, intent=f"do {j}", finding=f"Found {j}."))
    return Blueprint(
        task=CompositionalTask("Do it all.", edges=tuple(edges)),
        plan=tuple(plan),
        answer="Done.",
        parallel=draw(st.booleans()),
        seed=draw(st.integers(0, 99)),
    )


async def _planned_results(t: Trajectory) -> Trajectory:
    results = {c.arguments["x"]: c.result for step in t.blueprint.plan for c in step.calls}
    answers = (
        Tool(call_id=c.id, name=c.name, result=results[(c.arguments or {})["x"]])
        for c in pending(t)
    )
    return t.plus(*answers)


def _acted(start: Trajectory) -> Trajectory:
    cast: dict[Role, Speak] = {"user": script, "assistant": follow_plan, "tool": _planned_results}
    return asyncio.run(converse(start, cast, 50))


@given(blueprints())
def test_every_planned_call_is_made_exactly_once(b: Blueprint) -> None:
    planned = [(i, j) for i, step in enumerate(b.plan) for j in range(len(step.calls))]
    assert sorted(c for beat in schedule(b) for c in beat.calls) == planned


@given(blueprints())
def test_every_call_comes_after_all_that_it_rests_on(b: Blueprint) -> None:
    beats = schedule(b)
    learnt = {i: turn for turn, beat in enumerate(beats) for i in beat.learnt}
    assert sorted(learnt) == list(range(len(b.plan)))
    for turn, beat in enumerate(beats):
        for i, _ in beat.calls:
            assert turn < learnt[i]
            assert all(learnt[p] <= turn for p in needs_of(b, i))
    assert all(learnt[p] <= learnt[i] for i in learnt for p in needs_of(b, i))


@given(blueprints())
def test_with_parallel_off_each_turn_has_one_call_in_plan_order(b: Blueprint) -> None:
    off = msgspec.structs.replace(b, parallel=False)
    *turns, last = schedule(off)
    assert all(len(beat.calls) == 1 for beat in turns)
    assert last.calls == ()
    assert [beat.calls[0] for beat in turns] == sorted(beat.calls[0] for beat in turns)


@given(blueprints())
def test_with_parallel_on_no_call_waits_without_a_reason(b: Blueprint) -> None:
    on = msgspec.structs.replace(b, parallel=True)
    beats = schedule(on)
    learnt = {i: turn for turn, beat in enumerate(beats) for i in beat.learnt}
    for turn, beat in enumerate(beats):
        for i, _ in beat.calls:
            assert turn == max((learnt[p] for p in needs_of(on, i)), default=0)


@given(blueprints())
def test_every_finding_is_told_once_and_the_answer_comes_last(b: Blueprint) -> None:
    t = _acted(Trajectory(b))
    thoughts = " ".join(m.thought for m in t.messages if isinstance(m, Assistant))
    assert all(thoughts.count(step.finding) == 1 for step in b.plan)
    assert isinstance(t.messages[-1], Assistant)
    assert t.messages[-1].answer == "Done."
    assert all(not m.answer for m in t.messages[:-1] if isinstance(m, Assistant))


@given(blueprints(), st.integers(0, 30))
def test_a_plan_acted_twice_or_from_any_prefix_is_the_same_byte_for_byte(
    b: Blueprint, cut: int
) -> None:
    whole = _acted(Trajectory(b))
    assert encode(_acted(Trajectory(b))) == encode(whole)
    assert encode(_acted(Trajectory(b, whole.messages[:cut]))) == encode(whole)


def test_call_ids_count_over_the_whole_conversation(blueprint: Blueprint) -> None:
    t = Trajectory(blueprint).plus()
    first = asyncio.run(follow_plan(t)).messages[-1]
    assert isinstance(first, Assistant)
    assert [c.id for c in first.calls] == ["call_1", "call_2"]
    assert "price A-1 and price B-2" in first.thought


def test_a_conclusion_is_told_with_the_results_it_rests_on(blueprint: Blueprint) -> None:
    second = schedule(blueprint)[1]
    assert second.learnt == (0, 1, 2)
    assert second.calls == ((3, 0),)


def test_different_seeds_think_in_different_words(blueprint: Blueprint) -> None:
    seeded = (msgspec.structs.replace(blueprint, seed=seed) for seed in range(30))
    said = [asyncio.run(follow_plan(Trajectory(b))).messages[0] for b in seeded]
    assert len({m.thought for m in said if isinstance(m, Assistant)}) >= 5


def test_one_step_of_many_goes_on_one_call_at_a_time_when_parallel_is_off() -> None:
    calls = tuple(PlannedCall("f", {"x": str(n)}, {}, {}) for n in range(3))
    b = Blueprint(CompositionalTask("All."), plan=(Step(calls, intent="do it"),), parallel=False)
    t = asyncio.run(
        converse(Trajectory(b), {"user": script, "assistant": follow_plan, "tool": _one}, 9)
    )
    thoughts = [m.thought for m in t.messages if isinstance(m, Assistant)]
    assert "do it" in thoughts[0]
    assert "1" in thoughts[1]
    assert "2" in thoughts[2]
    assert "3" in thoughts[2]


async def _one(t: Trajectory) -> Trajectory:
    return t.plus(*(Tool(call_id=c.id, name=c.name, result={}) for c in pending(t)))


@given(blueprints())
def test_with_parallel_on_every_later_turn_uses_what_was_just_learnt(b: Blueprint) -> None:
    on = msgspec.structs.replace(b, parallel=True)
    for beat in schedule(on)[1:-1]:
        for i, _ in beat.calls:
            assert needs_of(on, i) & set(beat.learnt)
