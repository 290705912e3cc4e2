from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.alike.embed import Lexical
from buttonup.bottomup.text_first.assemble import AssembleKnobs, assemble
from buttonup.bottomup.text_first.equip import Equipped
from buttonup.errors import BadInput
from buttonup.records import Blueprint, CompositionalTask, Function

LEXICAL = Lexical(dims=256)
TOPICS = ["trains", "recipes", "museums", "parcels", "vaccines", "tides", "invoices", "beehives"]


def function(topic: str) -> Function:
    return Function(
        name=f"search_{topic}", description=f"Find {topic}.", parameters={"type": "object"}
    )


def task(topic: str, text: str = "") -> Equipped:
    return Equipped(
        task=CompositionalTask(text=text or f"About {topic}"),
        functions=((function(topic),), (), (function(topic), function(f"{topic}_prices"))),
    )


def assembled(
    items: list[Equipped], knobs: AssembleKnobs | None = None, seed: int = 0
) -> list[Blueprint]:
    make = assemble(LEXICAL, knobs or AssembleKnobs(), seed)()
    return [blueprint for item in items for blueprint in make(item)]


def test_a_blueprint_shows_each_needed_function_once_and_says_who_needs_it() -> None:
    (blueprint,) = assembled([task("trains")])
    names = sorted(f.name for f in blueprint.functions)
    assert names == ["search_trains", "search_trains_prices"]
    assert blueprint.needs == (("search_trains",), (), ("search_trains", "search_trains_prices"))
    assert blueprint.distractors == ()
    assert blueprint.tools.source == "simulated"


def test_distractors_come_from_tasks_before_it_in_the_number_asked_for() -> None:
    knobs = AssembleKnobs(least_distractors=2, most_distractors=3, unlike=0.95)
    made = assembled([task(t) for t in TOPICS], knobs)
    assert all(2 <= len(b.distractors) <= 3 for b in made[2:])
    before: set[str] = set()
    for blueprint in made:
        assert {f.name for f in blueprint.distractors} <= before
        before |= {f.name for f in blueprint.functions}


def test_a_second_right_answer_is_no_distractor() -> None:
    make = assemble(LEXICAL, AssembleKnobs(least_distractors=1), 0)()
    make(task("trains", "Find trains."))
    (blueprint,) = make(task("trains again", "Find trains again."))
    shown = {f.name: f for f in blueprint.functions}
    assert not {"search_trains"} & {f.name for f in blueprint.distractors}, shown


def test_old_functions_leave_a_full_pool() -> None:
    knobs = AssembleKnobs(least_distractors=4, most_distractors=4, unlike=2, pool=2)
    last = assembled([task(t) for t in TOPICS], knobs)[-1]
    assert {f.name for f in last.distractors} == {
        f"search_{TOPICS[-2]}",
        f"search_{TOPICS[-2]}_prices",
    }


@pytest.mark.parametrize(("share", "allowed"), [(0.0, {False}), (1.0, {True})])
def test_the_share_of_parallel_blueprints_is_a_knob(share: float, allowed: set[bool]) -> None:
    made = assembled([task(t) for t in TOPICS], AssembleKnobs(parallel=share))
    assert {b.parallel for b in made} == allowed


def test_both_kinds_of_calling_occur() -> None:
    made = assembled([task(t) for t in TOPICS * 4], AssembleKnobs(parallel=0.5))
    assert {b.parallel for b in made} == {True, False}


def test_every_request_is_made_on_a_stated_day() -> None:
    (blueprint,) = assembled([task("trains", "Find a train on Friday 14 June.")])
    assert re.fullmatch(r"Today is \w+, \d+ (May|June) 20\d\d\.", blueprint.context)


@given(st.lists(st.sampled_from(TOPICS), max_size=6), st.integers(0, 3))
def test_blueprints_depend_on_tasks_order_and_seed_alone(topics: list[str], seed: int) -> None:
    items = [task(t) for t in topics]
    assert assembled(items, seed=seed) == assembled(items, seed=seed)


def test_distractor_bounds_the_wrong_way_round_are_the_users_to_mend() -> None:
    with pytest.raises(BadInput, match="least_distractors"):
        AssembleKnobs(least_distractors=3, most_distractors=2)


def test_another_seed_gives_other_blueprints() -> None:
    items = [task(t) for t in TOPICS]
    assert assembled(items, seed=1) != assembled(items, seed=2)
