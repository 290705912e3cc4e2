from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from buttonup.bottomup.text_first.scenarios import (
    ExpandKnobs,
    expand,
    extract,
    scenario_faults,
    shipped,
)
from buttonup.bottomup.text_first.seeds import Seed
from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.records import Rejection, Scenario

Script = Callable[..., tuple[Teacher, list[Request]]]
SEED = Seed(line=4, text="Get me a plumber in Leeds")


def extracted(text: str) -> dict[str, Any]:
    return {"reasoning": "r", "scenario": text}


def expanded(text: str) -> dict[str, Any]:
    return {"reasoning": "r", "change": "action", "scenario": text}


def test_the_shipped_scenarios_keep_the_rules() -> None:
    scenarios = list(shipped())
    assert len(scenarios) >= 150
    assert len({s.text for s in scenarios}) == len(scenarios)
    assert {s.text: faults for s in scenarios if (faults := scenario_faults(s.text))} == {}


def test_a_seed_becomes_a_scenario_that_says_where_it_came_from(script: Script) -> None:
    teacher, requests = script(extracted("“Finding a plumber for a leaking tap.”".strip("“”")))
    made = asyncio.run(extract(SEED, teacher))
    assert made == [Scenario(text="Finding a plumber for a leaking tap", origin="seeds:4")]
    assert SEED.text in requests[0].messages[-1].content


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("Finding a plumber in Leeds", "Leeds"),
        ("Finding 3 plumbers", "3"),
        ("Finding a plumber for the leaking kitchen tap of an old house", "at most 10"),
    ],
)
def test_a_scenario_against_the_rules_is_sent_back(script: Script, bad: str, says: str) -> None:
    teacher, requests = script(extracted(bad), extracted("Finding a plumber"))
    assert asyncio.run(extract(SEED, teacher)) == [
        Scenario(text="Finding a plumber", origin="seeds:4")
    ]
    assert says in requests[1].messages[-1].content


def test_a_seed_without_a_setting_is_rejected(script: Script) -> None:
    teacher, _ = script(extracted(""))
    with pytest.raises(Reject) as raised:
        asyncio.run(extract(SEED, teacher))
    assert raised.value.reason == "no_scenario"


def test_expanding_gives_the_scenario_and_the_new_one(script: Script) -> None:
    old = Scenario(text="Finding a plumber")
    teacher, requests = script(expanded("Finding a plumber"), expanded("Paying a plumber late"))
    new = Scenario(text="Paying a plumber late", origin=f"expanded:{old.key}")
    assert asyncio.run(expand(old, teacher, ExpandKnobs())) == [old, new]
    assert "same scenario" in requests[1].messages[-1].content


def test_a_scenario_stays_when_its_expansion_fails(script: Script) -> None:
    old = Scenario(text="Finding a plumber")
    teacher, _ = script("no json at all")
    kept, rejection = asyncio.run(expand(old, teacher, ExpandKnobs()))
    assert kept == old
    assert isinstance(rejection, Rejection)
    assert (rejection.stage, rejection.item) == ("expand", old.key)


def test_no_expansion_asks_nothing(script: Script) -> None:
    old = Scenario(text="Finding a plumber")
    teacher, requests = script("unused")
    assert asyncio.run(expand(old, teacher, ExpandKnobs(per_scenario=0))) == [old]
    assert requests == []
