from __future__ import annotations

import asyncio
import itertools
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.records import (
    Assistant,
    Blueprint,
    CompositionalTask,
    PlannedCall,
    Reply,
    Source,
    Step,
    Tool,
    Trajectory,
    User,
    UserTurn,
    encode,
)
from buttonup.topdown.plan_follower import follow_plan, schedule
from buttonup.topdown.thoughts import thoughts
from buttonup.topdown.turns import Role, Speak, calls_made, converse, pending
from buttonup.topdown.user_agent import script


@st.composite
def blueprints(draw: st.DrawFn) -> Blueprint:
    """Plans of every shape, over one turn of the user or several.

    Steps have none, one or many calls; needs are by edge or by argument; a call after the first may
    be a next page, or the same once more after an error.
    """
    sizes = draw(st.lists(st.integers(0, 3), min_size=1, max_size=6))
    edges: list[tuple[int, int]] = []
    plan: list[Step] = []
    for j, size in enumerate(sizes):
        before = list(range(j))
        edges += [(i, j) for i in before if draw(st.integers(0, 2)) == 0]
        fed = draw(st.sampled_from([None, *before]))
        source = Source("said") if fed is None else Source("result", fed)
        manner = draw(st.sampled_from(["each", "pages", "again"]))
        calls: list[PlannedCall] = []
        for n in range(size):
            if n and manner == "again":
                calls[-1] = msgspec.structs.replace(calls[-1], result={"error": f"Slow {j}.{n}."})
                calls.append(msgspec.structs.replace(calls[0], result={"of": f"{j}"}))
            elif n and manner == "pages":
                given = {"x": f"{j}", "page": n + 1}
                sources = {"x": source, "page": Source("result", j, "/next_page")}
                calls.append(PlannedCall("f", given, {"of": f"{j}.{n}"}, sources))
            else:
                name = f"{j}.{n}" if manner == "each" else f"{j}"
                calls.append(PlannedCall("f", {"x": name}, {"of": f"{j}.{n}"}, {"x": source}))
        plan.append(Step(tuple(calls), intent=f"do {j}", finding=f"Found {j}."))
    turn_of = sorted(draw(st.lists(st.integers(0, 2), min_size=len(sizes), max_size=len(sizes))))
    turns = tuple(
        UserTurn(
            f"Do {n}.", steps=tuple(i for i, t in enumerate(turn_of) if t == n), answer=f"D{n}."
        )
        for n in range(turn_of[-1] + 1)
    )
    return Blueprint(
        task=CompositionalTask("Do it all.", edges=tuple(edges)),
        plan=tuple(plan),
        turns=turns,
        parallel=draw(st.booleans()),
        seed=draw(st.integers(0, 99)),
    )


def _chained(step: Step, j: int) -> bool:
    """Say whether a call of a step is a next page, or the one before once more."""
    call, before = step.calls[j], step.calls[j - 1]
    return j > 0 and ("page" in call.arguments or call.arguments == before.arguments)


def _learnt(b: Blueprint) -> dict[int, int]:
    """Give the place in the schedule at which each step's outcome is known."""
    return {i: at for at, beat in enumerate(schedule(b)) for i in beat.learnt}


async def _planned_results(t: Trajectory) -> Trajectory:
    """Give for each call the result that the plan has for it; errors first."""
    planned = [call for step in t.blueprint.plan for call in step.calls]
    earlier = [call.arguments for call in calls_made(t)]
    for c in pending(t):
        again = earlier.count(c.arguments) - 1
        result = [p.result for p in planned if p.arguments == c.arguments][again]
        t = t.plus(Tool(call_id=c.id, name=c.name, result=result))
    return t


def _acted(start: Trajectory) -> Trajectory:
    cast: dict[Role, Speak] = {"user": script, "assistant": follow_plan, "tool": _planned_results}
    return asyncio.run(converse(start, cast, 50))


@given(blueprints())
def test_every_planned_call_is_made_exactly_once_in_reply_to_its_turn(b: Blueprint) -> None:
    planned = [(i, j) for i, step in enumerate(b.plan) for j in range(len(step.calls))]
    beats = schedule(b)
    assert sorted(c for beat in beats for c in beat.calls) == planned
    for beat in beats:
        assert {i for i, _ in beat.calls} | set(beat.learnt) <= set(b.turns[beat.turn].steps)


@given(blueprints())
def test_each_turn_of_the_user_ends_with_words_and_nothing_else_does(b: Blueprint) -> None:
    beats = schedule(b)
    assert [beat.turn for beat in beats if beat.last] == list(range(len(b.turns)))
    assert [beat.turn for beat in beats] == sorted(beat.turn for beat in beats)
    assert all(beat.last == (not beat.calls) for beat in beats)


@given(blueprints())
def test_no_call_comes_before_what_it_rests_on(b: Blueprint) -> None:
    beats, learnt = schedule(b), _learnt(b)
    assert sorted(learnt) == list(range(len(b.plan)))
    for at, beat in enumerate(beats):
        for i, _ in beat.calls:
            assert at < learnt[i]
            assert all(learnt[p] <= at for p in b.steps_before(i))
    assert all(learnt[p] <= learnt[i] for i in learnt for p in b.steps_before(i))


@given(blueprints())
def test_pages_and_further_tries_come_one_after_the_other(b: Blueprint) -> None:
    at = {call: n for n, beat in enumerate(schedule(b)) for call in beat.calls}
    for i, step in enumerate(b.plan):
        for j in range(1, len(step.calls)):
            if _chained(step, j):
                assert at[i, j - 1] < at[i, j]


@given(blueprints())
def test_calls_share_a_turn_only_when_independent(b: Blueprint) -> None:
    for beat in schedule(b):
        together = {i for i, _ in beat.calls}
        for i, j in beat.calls:
            assert not b.steps_before(i) & together
            assert not (_chained(b.plan[i], j) and (i, j - 1) in beat.calls)


@given(blueprints())
def test_with_parallel_off_each_turn_has_one_call_in_plan_order(b: Blueprint) -> None:
    off = msgspec.structs.replace(b, parallel=False)
    made = [beat for beat in schedule(off) if not beat.last]
    assert all(len(beat.calls) == 1 for beat in made)
    assert [beat.calls[0] for beat in made] == sorted(beat.calls[0] for beat in made)


@given(blueprints())
def test_with_parallel_on_no_call_waits_without_a_reason(b: Blueprint) -> None:
    on = msgspec.structs.replace(b, parallel=True)
    beats, learnt = schedule(on), _learnt(on)
    begins = {beat.turn: at for at, beat in reversed(list(enumerate(beats)))}
    placed = {call: at for at, beat in enumerate(beats) for call in beat.calls}
    for (i, j), at in placed.items():
        ready = max([begins[beats[at].turn], *(learnt[p] for p in on.steps_before(i))])
        if j and _chained(on.plan[i], j):
            assert at == placed[i, j - 1] + 1
        else:
            assert at == ready


@given(blueprints())
def test_every_finding_is_told_once_and_every_turn_gets_its_answer(b: Blueprint) -> None:
    t = _acted(Trajectory(b))
    said = [m for m in t.messages if isinstance(m, Assistant)]
    thoughts = " ".join(m.thought for m in said)
    assert all(thoughts.count(step.finding) == 1 for step in b.plan)
    assert [m.answer for m in said if m.answer] == [turn.answer for turn in b.turns]
    assert [m.content for m in t.messages if isinstance(m, User)] == [turn.says for turn in b.turns]
    assert all(m.thought for m in said)


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
    _, second, last = schedule(blueprint)
    assert second.learnt == (0, 1, 2)
    assert second.calls == ((3, 0),)
    assert (last.learnt, last.last) == ((3,), True)


def test_different_seeds_think_in_different_words(blueprint: Blueprint) -> None:
    seeded = (msgspec.structs.replace(blueprint, seed=seed) for seed in range(30))
    said = [asyncio.run(follow_plan(Trajectory(b))).messages[0] for b in seeded]
    assert len({m.thought for m in said if isinstance(m, Assistant)}) >= 5


def _alone(*calls: PlannedCall, parallel: bool = False) -> list[str]:
    """Act a plan of one step, and give the thoughts."""
    steps = (Step(calls, intent="do it", finding="It is done."),)
    turns = (UserTurn("All.", steps=(0,), answer="Done."),)
    b = Blueprint(CompositionalTask("All."), plan=steps, turns=turns, parallel=parallel)
    t = _acted(Trajectory(b))
    return [m.thought for m in t.messages if isinstance(m, Assistant)]


def test_one_step_of_many_goes_on_one_call_at_a_time_when_parallel_is_off() -> None:
    first, second, third, last = _alone(*(PlannedCall("f", {"x": n}, {}, {}) for n in range(3)))
    assert "do it" in first
    assert "1" in second
    assert "2" in third
    assert last.startswith("It is done. ")


def test_a_call_that_failed_is_tried_again_with_a_word_on_it() -> None:
    call = PlannedCall("f", {"x": 1}, {"ok": 1}, {})
    slow = msgspec.structs.replace(call, result={"error": "Too slow."})
    said = [again for _, again, _ in (_alone(slow, call, parallel=p) for p in (True, False))]
    assert said[0] == said[1]
    assert any(word in said[0] for word in ("again", "once more", "repeat", "attempt", "Once more"))


def test_only_the_first_turn_in_reply_to_a_message_sets_out() -> None:
    """Two lists of two pages each: the second pages are no beginning."""

    def pages(name: str) -> Step:
        first = PlannedCall("f", {"x": name}, {"next_page": 2}, {})
        page = {"page": Source("result", 0 if name == "a" else 1, "/next_page")}
        return Step(
            (first, PlannedCall("f", {"x": name, "page": 2}, {}, page)), intent=f"see {name}"
        )

    turns = (UserTurn("Both.", steps=(0, 1), answer="Done."),)
    plan = (pages("a"), pages("b"))
    beginnings = {way.split("{")[0] for way in (*thoughts().open, *thoughts().open_together)}
    later = {way.split("{")[0] for way in thoughts().fed_together}
    for seed in range(60):
        b = Blueprint(CompositionalTask("Both."), plan=plan, turns=turns, seed=seed)
        t = _acted(Trajectory(b))
        first, second, _ = (m.thought for m in t.messages if isinstance(m, Assistant))
        assert any(first.startswith(words) for words in beginnings)
        assert any(second.startswith(words) for words in later), second


@pytest.mark.parametrize("reply", get_args(Reply))
def test_a_reply_of_each_kind_is_led_up_to_in_its_own_way(reply: Reply) -> None:
    for seed in range(20):
        turns = (UserTurn("Well?", reply=reply, answer="So it is."),)
        b = Blueprint(CompositionalTask("Well?"), turns=turns, seed=seed)
        last = _acted(Trajectory(b)).messages[-1]
        assert isinstance(last, Assistant)
        assert last.thought in thoughts().close[reply]
        assert last.answer == "So it is."


@given(blueprints())
def test_with_parallel_on_a_turn_without_news_only_goes_on(b: Blueprint) -> None:
    on = msgspec.structs.replace(b, parallel=True)
    beats = schedule(on)
    for before, beat in itertools.pairwise(beats):
        if not before.last and not beat.learnt:
            assert any(_chained(on.plan[i], j) for i, j in beat.calls)
