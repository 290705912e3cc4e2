"""What both voices share: whose words they are, and how a value is put."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from buttonup.bottomup.truth_first.asker import Asker, Wording
from buttonup.bottomup.truth_first.nodes import (
    CallNode,
    CheckNode,
    Fed,
    Node,
    Plan,
    ReduceNode,
    Said,
)
from buttonup.bottomup.truth_first.teller import Teller
from buttonup.bottomup.truth_first.voice import Voice, kind_of, one_aside
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.phrases import grammar, phrase_book
from buttonup.worlds.spoken import spoken

Plans = Callable[..., list[Plan]]

BIKES = WORLDS["bike_hire"]
BOOK = phrase_book("bike_hire")
FIND = BIKES.functions["find_bikes"]
BIKE_ROWS = [
    {"bike_id": f"BK-100{i}", "model": "Volt", "price_per_day": 10.0 + i, "range_km": 40}
    for i in range(3)
]
LIST = CallNode(
    FIND,
    {"station_id": Said("ST-01")},
    ({"station_id": "ST-01"},),
    ({"items": BIKE_ROWS, "total": 3, "next_page": None},),
)
HIRE_ROWS = [{"hire_id": f"HI-1000{i}", "total": 10.0 + i, "due": "2026-05-03"} for i in range(3)]
HIRES = CallNode(BIKES.functions["list_hires"], {}, ({},), (HIRE_ROWS,))


def plan_of(*nodes: Node) -> Plan:
    return Plan((BIKES,), 0, "plain", nodes, ("request",), (0,) * len(nodes), {})


def asker(*nodes: Node, seed: int = 0) -> Asker:
    return Asker(plan_of(*nodes), random.Random(seed), Wording(relative=0))


def teller(*nodes: Node, seed: int = 0) -> Teller:
    return Teller(plan_of(*nodes), random.Random(seed))


def ways(make: Callable[[int], str]) -> set[str]:
    """Throw the dice often enough to hear every way."""
    return {make(seed) for seed in range(60)}


def test_a_parameter_has_a_kind_or_none() -> None:
    assert kind_of(LIST, "station_id") == "StationId"
    assert kind_of(LIST, "bike_type") == ""


def test_what_a_user_says_of_themselves_is_turned_when_they_are_spoken_to() -> None:
    voice = asker(LIST)
    assert voice.turned("look up my account") == "look up my account"
    voice.to_user = True
    assert voice.turned("look up my account") == "look up your account"
    assert teller(LIST).turned("look up my account") == "look up your account"


def test_only_templates_are_turned_never_the_values_in_them() -> None:
    cinema = WORLDS["cinema"]
    listed = cinema.functions["list_screenings"]
    title = {p.name for p in listed.parameters} & {"title"}
    assert title
    node = CallNode(listed, {"title": Said("My Cousin")}, ({"title": "My Cousin"},), ([],))
    plan = Plan((cinema,), 0, "plain", (node,), ("request",), (0,), {})
    voice = Teller(plan, random.Random(0))
    assert all("My Cousin" in voice.modified(node, "the film {title}") for _ in range(5))


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (["(a)", "(b)"], ["(a, b)"]),
        (["up to €8", "(a)", "(b)", "on Monday"], ["up to €8", "(a, b)", "on Monday"]),
        (["(a) now", "(b)"], ["(a) now", "(b)"]),
        ([], []),
    ],
)
def test_remarks_in_brackets_share_one_pair(added: list[str], said: list[str]) -> None:
    assert list(one_aside(added)) == said


@pytest.mark.parametrize(
    ("rule", "field", "said"),
    [
        ("least", "price_per_day", BOOK.entities["Bike"].pick["price_per_day"].least),
        ("most", "range_km", BOOK.entities["Bike"].pick["range_km"].most),
        ("nth", "1", ("second one",)),
        ("nth", "2", grammar().last),
    ],
)
def test_a_pick_is_singled_out_by_what_it_is_or_by_its_place(
    rule: str, field: str, said: tuple[str, ...]
) -> None:
    pick = ReduceNode(rule, (0,), field, BIKE_ROWS[2], "Bike")  # type: ignore[arg-type]
    assert ways(lambda seed: asker(LIST, pick, seed=seed).superlative(pick)) == set(said)


def test_a_value_that_users_put_as_theirs_is_put_as_theirs_when_they_are_told() -> None:
    energy = WORLDS["energy_supply"]
    function = energy.functions["list_energy_bills"]
    node = CallNode(function, {}, ({},), ([],))
    home = {"street": "1 My Lane", "city": "Cork"}
    plan = Plan((energy,), 0, "plain", (node,), ("request",), (0,), {})

    def put(make: Callable[[int], Voice]) -> set[str]:
        return ways(lambda seed: make(seed).valued(node, "SupplyHome", home, spoken))

    said = put(lambda seed: Asker(plan, random.Random(seed), Wording()))
    told = put(lambda seed: Teller(plan, random.Random(seed)))
    assert "my place at 1 My Lane in Cork" in said
    assert "your place at 1 My Lane in Cork" in told
    assert told == {way.replace("my place", "your place") for way in said}


def test_a_value_is_put_as_its_kind_is_said_one_or_several_or_field_by_field() -> None:
    voice = asker(LIST)

    assert voice.valued(LIST, "StationId", "ST-01", spoken) == "station ST-01"
    both = voice.valued(LIST, "StationId", ["ST-01", "ST-02"], spoken)
    assert both == "station ST-01 and station ST-02"
    leader = {"name": "Mei Costa", "phone": "020 7946 0001"}
    assert ways(lambda seed: asker(LIST, seed=seed).valued(LIST, "Leader", leader, spoken)) == {
        "Mei Costa (020 7946 0001)",
        "Mei Costa, phone 020 7946 0001",
        "Mei Costa, who's on 020 7946 0001",
    }


def test_a_conclusion_and_a_condition_are_talked_about_as_what_they_are_of() -> None:
    pick = ReduceNode("least", (0,), "total", HIRE_ROWS[0], "Hire")
    count = ReduceNode("count", (0,), "", 3, "")
    check = CheckNode(1, "total", "over", 5, holds=True)
    voice = asker(HIRES, pick, check, count)
    assert [voice.kind_of_object(node) for node in (HIRES, pick, check, count)] == ["Hire"] * 4
    assert voice.measure(check) == BOOK.entities["Hire"].measures["total"]
    assert [voice.reduction(node) for node in (pick, count)] == ["pick", "count"]


def test_a_field_is_referred_to_by_its_object() -> None:
    voice = asker(LIST)
    bike = voice.entity(LIST)
    assert voice.referred(bike, "bike_id", "that bike") == "that bike"
    assert voice.referred(bike, "station_id", "that bike") == "the station where that bike stands"


def test_optional_conditions_are_added_behind_and_a_next_page_is_never_asked_for(
    plans: Plans,
) -> None:
    for plan in plans(200):
        voice: Voice = Asker(plan, random.Random(1), Wording())
        for i, node in calls(plan):
            text = voice.asked(node, voice.choose(voice.phrases(node).ask))
            assert "{" not in text, i
            assert "page" not in {n for n in voice.phrases(node).modify if n in node.bindings}


def calls(plan: Plan) -> Iterator[tuple[int, CallNode]]:
    for i, node in enumerate(plan.nodes):
        if isinstance(node, CallNode):
            yield i, node


def test_both_voices_have_words_for_every_binding(plans: Plans) -> None:
    kinds = set[type]()
    for plan in plans(400):
        for voice in (Asker(plan, random.Random(1), Wording()), Teller(plan, random.Random(1))):
            for _, node in calls(plan):
                for name, binding in node.bindings.items():
                    if name != "page":
                        kinds.add(type(binding))
                        assert voice._slot(node, name)
    assert {Said, Fed} <= kinds
    assert len(kinds) == 4
