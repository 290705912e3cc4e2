"""A blueprint holds all that a trajectory is acted out from."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest

from buttonup.bottomup.truth_first.asker import Wording
from buttonup.bottomup.truth_first.blueprint import Blueprinting, blueprints
from buttonup.bottomup.truth_first.plan import Ticket
from buttonup.bottomup.truth_first.shapes import Planning, Scenes
from buttonup.errors import BadInput, Reject
from buttonup.records import Blueprint, Function, Json, decode, encode
from buttonup.worlds.catalogue import WORLDS, area_of
from buttonup.worlds.session import open_session

Only = Callable[[str], Scenes]
Made = Callable[..., list[Blueprint]]

EVERY = tuple(WORLDS.values())
WORLD_OF = {name: world.name for world in EVERY for name in world.functions}
COUNT = 100
PLANNING = Planning()


def draw(
    count: int, scenes: Scenes, knobs: Blueprinting, planning: Planning = PLANNING
) -> list[Blueprint]:
    async def drawn() -> list[Blueprint]:
        found: list[Blueprint] = []
        for index in range(count):
            ticket = Ticket(1, index)
            with contextlib.suppress(Reject):  # some worlds have no place for some scenes
                found += await blueprints(ticket, EVERY, planning, scenes, Wording(), knobs)
        return found

    return asyncio.run(drawn())


@pytest.fixture(scope="module")
def made(only: Only) -> Made:
    """Make blueprints of a scene ("" for the mix), with knobs of what surrounds them."""
    kept: dict[tuple[int, str, bytes], list[Blueprint]] = {}

    def make(count: int, scene: str = "", **knobs: Any) -> list[Blueprint]:
        key = count, scene, encode(knobs)
        if key not in kept:
            kept[key] = draw(count, only(scene), decode(encode(knobs), Blueprinting))
        return kept[key]

    return make


def planned(b: Blueprint) -> list[str]:
    return [call.function for step in b.plan for call in step.calls]


def needless(b: Blueprint) -> list[Function]:
    """List the functions shown that nothing asked for would need, conditions or not."""
    avoided = {call.function for step in b.plan for call in step.avoided}
    return [function for function in b.distractors if function.name not in avoided]


def shown(b: Blueprint) -> set[str]:
    return {function.name for function in b.functions}


# --- what is in it -------------------------------------------------------------------------------


def test_needed_functions_are_shown_or_offered_and_names_are_unique(made: Made) -> None:
    for b in made(400):
        names = [f.name for f in b.functions] + [f.name for t in b.turns for f in t.offers]
        assert len(names) == len(set(names))
        assert {name for needs in b.needs for name in needs} <= set(names)
        assert set(planned(b)) <= set(names)


def test_every_step_has_a_sub_task_and_belongs_to_one_turn(made: Made) -> None:
    for b in made(400):
        assert len(b.plan) == len(b.needs) == len(b.task.subtasks)
        done = [step for turn in b.turns for step in turn.steps]
        assert sorted(done) == list(range(len(b.plan)))
        assert all(i < j < len(b.plan) for i, j in b.task.edges)


def test_every_fed_argument_points_to_its_value_in_an_earlier_step(made: Made) -> None:
    fed = 0
    for b in made(400):
        for i, step in enumerate(b.plan):
            for n, call in enumerate(step.calls):
                for name, source in call.sources.items():
                    if source.kind != "result":
                        continue
                    assert source.step is not None
                    fed += 1
                    if source.step == i:  # a next page
                        assert step.calls[n - 1].result["next_page"] == call.arguments[name]
                        continue
                    assert source.step < i
                    values, value = _values(b, source.step, source.path), call.arguments[name]
                    assert value in values or value in [[one] for one in values]
    assert fed > 200


def _values(b: Blueprint, step: int, path: str) -> list[Json]:
    """Read what a path gives: in the one conclusion, or over all results of a step."""
    feeder = b.plan[step]
    if not feeder.calls:
        return [_at(feeder.conclusion, path.split("/")[1:])]
    good = [call.result for call in feeder.calls if not _failed(call.result)]
    if isinstance(good[0], dict) and "next_page" in good[0]:
        good = [[item for result in good for item in result["items"]]]
    keys = path.split("/")[1:]
    found = [_at(result, keys) for result in good]
    if len(good) > 1 and keys[0].isdigit():  # the n-th of a loop's results
        found += [_at([row for r in good for row in (r if isinstance(r, list) else [r])], keys)]
    return found


def _failed(result: Json) -> bool:
    return isinstance(result, dict) and "error" in result


def _at(value: Json, keys: list[str]) -> Json:
    for n, key in enumerate(keys):
        if key == "*":
            return [_at(one, keys[n + 1 :]) for one in value]
        if isinstance(value, list):
            if int(key) >= len(value):
                return None
            value = value[int(key)]
        else:
            dotted = ".".join(keys[n:])
            if dotted in value:
                return value[dotted]
            value = value.get(key)
            if value is None:
                return None
    return value


def test_the_planned_results_are_what_the_world_gives_upsets_included(made: Made) -> None:
    for b in made(300):
        session = open_session(b.tools)
        for turn in b.turns:
            for step in turn.steps:
                for call in b.plan[step].calls:
                    assert session.call(call.function, call.arguments) == call.result
        assert b.goal is not None
        assert session.changes() == b.goal.changes


def test_a_blueprint_survives_being_written_and_read(made: Made) -> None:
    for b in made(100):
        assert decode(encode(b), Blueprint) == b
        for f in b.functions:
            jsonschema_rs.meta.validate(f.parameters)


def test_the_context_states_the_day_of_the_world(made: Made) -> None:
    for b in made(100):
        today = WORLDS[b.tools.worlds[0]].state(b.tools.seed).today
        assert f"{today.day} {today:%B} {today.year}" in b.context


def test_the_same_ticket_gives_the_same_bytes(only: Only) -> None:
    one, two = (draw(20, only(""), Blueprinting()) for _ in range(2))
    assert encode(one) == encode(two)


# --- distractors ---------------------------------------------------------------------------------


def test_distractors_go_from_none_to_sixty(made: Made) -> None:
    counts = [len(needless(b)) for b in made(600, "plain")]
    assert min(counts) == 0
    assert 31 < max(counts) <= 60
    buckets = Counter(
        next(i for i, (_, most, _) in enumerate(Blueprinting().distractors) if n <= most)
        for n in counts
    )
    assert buckets.keys() == {0, 1, 2, 3, 4}
    assert max(buckets, key=buckets.__getitem__) in (1, 2)


def test_distractors_stay_within_their_knobs(made: Made) -> None:
    counts = {len(needless(b)) for b in made(60, "plain", distractors=[[2, 3, 1.0]])}
    assert counts == {2, 3}


def test_near_distractors_come_first_and_as_the_knob_says(made: Made) -> None:
    def tiers(near: float) -> Counter[int]:
        found = Counter[int]()
        for b in made(60, "plain", distractors=[[5, 5, 1.0]], near=near):
            home = area_of(b.tools.worlds[0])
            for f in needless(b):
                world = WORLD_OF[f.name]
                found[0 if world in b.tools.worlds else 1 if area_of(world) == home else 2] += 1
        return found

    assert tiers(1.0)[0] > 0.9 * tiers(1.0).total()
    mixed, apart = tiers(0.6), tiers(0.0)
    assert mixed[0] > mixed[1] > 0 < mixed[2]
    assert apart[0] == 0
    assert apart[1] > 0.4 * apart.total()


def test_nothing_shown_might_serve_what_is_declined(made: Made) -> None:
    for scene in ("unserved", "late_function"):
        for b in made(COUNT, scene, distractors=[[60, 60, 1.0]]):
            declined = next(turn for turn in b.turns if turn.reply == "decline")
            function = WORLDS[WORLD_OF[declined.missing]].functions[declined.missing]
            world = WORLDS[function.world]
            same = {f.name for f in world.functions.values() if f.entity == function.entity}
            assert not {f.name for f in b.distractors} & same
            assert b.functions, "something is shown, and none of it helps"


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"distractors": [[8, 0, 1.0]]}, r"has \[8, 0, 1.0\]"),
        ({"distractors": [[-1, 0, 1.0]]}, "none below 0"),
        ({"distractors": [[0, 4, -1.0]]}, "none below 0"),
        ({"distractors": [[0, 4, 0.0]]}, "no weight above 0"),
        ({"distractors": []}, "no weight above 0"),
    ],
)
def test_distractors_that_mean_nothing_are_refused(knobs: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Blueprinting(distractors=tuple(map(tuple, knobs["distractors"])))


def test_calls_may_go_side_by_side_in_as_many_samples_as_the_knob_says(made: Made) -> None:
    assert all(b.parallel for b in made(40, "plain", parallel=1.0))
    assert not any(b.parallel for b in made(40, "plain", parallel=0.0))
    assert {b.parallel for b in made(60, "plain")} == {True, False}


def test_what_functions_respond_with_is_shown_in_as_many_samples_as_the_knob_says(
    made: Made,
) -> None:
    assert all(b.responses for b in made(20, "plain"))
    assert not any(b.responses for b in made(20, "plain", responses=0.0))
    assert {b.responses for b in made(60, "plain", responses=0.5)} == {True, False}


# --- scenes --------------------------------------------------------------------------------------


def kinds(b: Blueprint) -> list[tuple[str, str]]:
    return [(turn.kind, turn.reply) for turn in b.turns]


def test_a_missing_value_is_asked_for_before_any_call(made: Made) -> None:
    for b in made(COUNT, "missing_value"):
        assert kinds(b) == [("request", "ask"), ("value", "answer")]
        assert b.turns[0].steps == ()
        assert b.turns[0].missing in planned(b)
        assert b.turns[0].missing in shown(b)


def test_a_late_function_is_not_shown_and_comes_with_the_second_turn(made: Made) -> None:
    for b in made(COUNT, "late_function"):
        assert kinds(b) == [("request", "decline"), ("offer", "answer")]
        [late] = b.turns[1].offers
        assert late.name not in shown(b)
        assert late.name == b.turns[0].missing
        assert late.name in planned(b)
        assert b.turns[0].steps == ()


def test_a_wrong_id_gives_an_error_and_then_the_right_one_is_used(made: Made) -> None:
    for b in made(COUNT, "wrong_id"):
        assert kinds(b) == [("request", "failure"), ("correction", "answer")]
        [wrong] = b.plan[0].calls
        right = b.plan[b.turns[1].steps[0]].calls[0]
        assert _failed(wrong.result)
        assert not _failed(right.result)
        assert wrong.function == right.function
        assert wrong.arguments.keys() == right.arguments.keys()
        assert sum(wrong.arguments[n] != right.arguments[n] for n in wrong.arguments) == 1


def test_a_refusal_comes_from_the_world_itself_and_is_told(made: Made) -> None:
    for b in made(COUNT, "refused"):
        assert b.tools.upsets == ()
        errors = [c.result["error"] for s in b.plan for c in s.calls if _failed(c.result)]
        assert len(errors) == 1
        assert b.turns[-1].reply == "failure"
        assert errors[0].rstrip(".") in b.turns[-1].answer


@pytest.mark.parametrize("scene", ["time_out", "cut_off"])
def test_trouble_that_passes_is_the_same_call_twice_with_the_error_first(
    scene: str, made: Made
) -> None:
    for b in made(COUNT, scene):
        [upset] = b.tools.upsets
        [step] = [s for s in b.plan if any(_failed(c.result) for c in s.calls)]
        first, second = step.calls[:2]
        assert (first.function, first.arguments) == (second.function, second.arguments)
        assert (first.function, first.result) == (upset.function, upset.result)
        assert not _failed(second.result)
        assert {turn.reply for turn in b.turns} == {"answer"}


def test_an_outage_is_tried_twice_and_told_of(made: Made) -> None:
    for b in made(COUNT, "outage"):
        [upset] = b.tools.upsets
        [step] = [s for s in b.plan if any(_failed(c.result) for c in s.calls)]
        assert len(step.calls) == 2
        assert step.calls[0] == step.calls[1]
        assert b.turns[-1].reply == "failure"
        assert upset.result["error"].rstrip(".") in b.turns[-1].answer
        assert upset.times > 100


def test_what_nothing_serves_has_no_call_and_nothing_shown_is_it(made: Made) -> None:
    for b in made(COUNT, "unserved"):
        last = b.turns[-1]
        assert (last.reply, last.steps) == ("decline", ())
        assert last.missing not in shown(b)
        assert last.missing not in planned(b)
        assert re.search(r"\w", last.says)


def test_a_change_or_a_detail_calls_the_same_function_again(made: Made) -> None:
    for scene in ("change", "detail"):
        for b in made(COUNT, scene):
            assert kinds(b) == [("request", "answer"), (scene, "answer")]
            one, other = (b.plan[b.turns[n].steps[0]].calls[0] for n in (0, 1))
            assert one.function == other.function
            added = other.arguments.keys() - one.arguments.keys()
            differ = [n for n in one.arguments if one.arguments[n] != other.arguments[n]]
            assert (len(added), len(differ)) == ((0, 1) if scene == "change" else (1, 0))


def test_a_follow_up_uses_what_an_earlier_turn_gave(made: Made) -> None:
    uses = 0
    for b in made(COUNT, "follow_up"):
        turn_of = {step: n for n, turn in enumerate(b.turns) for step in turn.steps}
        assert {kind for kind, _ in kinds(b)} == {"request", "follow_up"}
        uses += any(turn_of[i] < turn_of[j] for i, j in b.task.edges)
    assert uses > COUNT / 2


def test_a_call_under_a_condition_that_fails_is_kept_as_one_to_avoid(made: Made) -> None:
    avoided = 0
    for b in made(600, "plain"):
        for step, needs in zip(b.plan, b.needs, strict=True):
            avoided += len(step.avoided)
            assert not (step.avoided and step.calls)
            assert all(call.sources.keys() == call.arguments.keys() for call in step.avoided)
            if step.avoided:
                assert needs == ()
    assert avoided > 5


def test_small_talk_comes_as_often_as_the_knob_says() -> None:
    def talks(share: float) -> list[int]:
        scenes = Scenes(wrong_id=0, missing_value=0, small_talk=share)
        made = draw(60, scenes, Blueprinting())
        return [n for b in made for n, t in enumerate(b.turns) if t.kind == "small_talk"]

    assert talks(0.0) == []
    assert len(talks(1.0)) > 55
    assert 0 in talks(1.0)
    assert max(talks(1.0)) > 0
