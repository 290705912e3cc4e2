from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from buttonup.gates import replay as module
from buttonup.gates.asked import lacking
from buttonup.gates.replay import replay
from buttonup.records import (
    Again,
    Assistant,
    Call,
    Goal,
    Json,
    Tool,
    Tools,
    Trajectory,
    Upset,
)
from buttonup.worlds.session import open_session

Edit = Callable[..., Trajectory]
Failures = Callable[[Trajectory], list[tuple[str, str]]]


class Recorded:
    """A session that gives a trajectory's own results, and counts what was hired."""

    functions = ()

    def __init__(self, trajectory: Trajectory, *, counting: bool = False) -> None:
        messages = trajectory.messages
        calls = {c.id: c for m in messages if isinstance(m, Assistant) for c in m.calls}
        self.results = {
            (calls[m.call_id].name, calls[m.call_id].raw): m.result
            for m in messages
            if isinstance(m, Tool)
        }
        self.counting = counting
        self.made: list[str] = []

    def call(self, name: str, arguments: dict[str, Json]) -> Json:
        self.made.append(name)
        if self.counting and name == "get_member":
            return {"balance": 80.0, "calls": len(self.made)}
        return self.results[name, Call.of("", name, arguments).raw]

    def changes(self) -> dict[str, Json]:
        return {"bikes.hires": {"HI-55120": {"days": 3}}} if "hire_bike" in self.made else {}

    def writes(self, name: str) -> bool:
        return name == "hire_bike"


CHANGES: dict[str, Any] = {"bikes.hires": {"HI-55120": {"days": 3}}}


@pytest.fixture
def replayed(base: Trajectory, planned: Edit, monkeypatch: pytest.MonkeyPatch) -> Trajectory:
    monkeypatch.setattr(module, "open_session", lambda _tools: Recorded(base))
    facts = base.blueprint.goal.facts if base.blueprint.goal else ()
    tools = Tools("worlds", ("a world of this test",))
    return planned(base, tools=tools, goal=Goal(CHANGES, facts))


def test_the_same_results_and_the_same_end_pass(replayed: Trajectory, failures: Failures) -> None:
    assert failures(replayed) == []


def test_other_tools_cannot_be_replayed_and_pass(base: Trajectory, planned: Edit) -> None:
    verdict = replay(planned(base, tools=Tools("simulated")))
    assert verdict.passed
    assert "not applicable" in verdict.evidence[0]


def test_another_result_fails(replayed: Trajectory, edit: Edit, failures: Failures) -> None:
    quote = {"bike_id": "BK-1042", "total": 73.5, "deposit": 52.0}
    assert failures(edit(replayed, {5: Tool("call_3", "quote_hire", quote)})) == [
        ("replay", "different_result")
    ]


def test_another_end_fails(replayed: Trajectory, planned: Edit, failures: Failures) -> None:
    assert failures(planned(replayed, goal=Goal())) == [("replay", "different_state")]


def test_calls_of_one_turn_that_depend_on_their_order_fail(
    replayed: Trajectory, edit: Edit, failures: Failures, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = edit(replayed, {3: Tool("call_2", "get_member", {"balance": 80.0, "calls": 2})})
    monkeypatch.setattr(module, "open_session", lambda _: Recorded(counted, counting=True))
    assert failures(counted) == [("replay", "order_matters")]


def test_a_world_that_is_not_there_is_a_verdict_not_a_crash(
    base: Trajectory, planned: Edit, failures: Failures
) -> None:
    missing = planned(base, tools=Tools("worlds", ("atlantis",)))
    assert failures(missing) == [("replay", "unknown_world")]


def test_a_real_world_replays(bare: Trajectory, planned: Edit) -> None:
    tools = Tools("worlds", ("bike_hire",), 3)
    session = open_session(tools)
    call = Call.of("call_1", "get_bike", {"bike_id": "BK-0"})
    result = session.call("get_bike", {"bike_id": "BK-0"})
    messages = (
        bare.messages[0],
        Assistant(calls=(call,)),
        Tool("call_1", "get_bike", result),
        Assistant(answer="There is no such bike."),
    )
    shown = planned(bare, functions=session.functions, tools=tools, goal=Goal())
    real = msgspec.structs.replace(shown, messages=messages)
    assert replay(real).passed
    other = msgspec.structs.replace(
        real, messages=(*messages[:2], Tool("call_1", "get_bike", {}), messages[3])
    )
    assert replay(other).reason == "different_result"


# --- a user's own tools --------------------------------------------------------------------------


def own(replayed: Trajectory, again: Again | None, *played: str, **upsets: Json) -> Trajectory:
    tools = Tools("own", own=("python:bikes.py",), played=played)
    upset = tuple(Upset(name, result) for name, result in upsets.items())
    tools = msgspec.structs.replace(tools, upsets=upset)
    blueprint = msgspec.structs.replace(replayed.blueprint, tools=tools)
    return msgspec.structs.replace(replayed, blueprint=blueprint, again=again)


def results(t: Trajectory) -> list[Json]:
    return [m.result for m in t.messages if isinstance(m, Tool)]


def test_own_tools_that_answer_the_same_again_pass(replayed: Trajectory) -> None:
    verdict = replay(own(replayed, Again(tuple(results(replayed)))))
    assert (verdict.passed, verdict.evidence) == (True, ())


def test_own_tools_that_answer_otherwise_fail(replayed: Trajectory) -> None:
    verdict = replay(own(replayed, Again(("other", *results(replayed)[1:]))))
    assert verdict.reason == "different_result"


def test_what_cannot_be_made_again_is_not_passed_silently(replayed: Trajectory) -> None:
    for again in (None, Again(why="get_time answers otherwise")):
        t = own(replayed, again)
        verdict = replay(t)
        assert verdict.passed
        assert "not_replayable" in verdict.evidence[0]
        assert "replay" in lacking(t)


def test_what_never_reached_the_tools_is_not_compared(replayed: Trajectory) -> None:
    names = [m.name for m in replayed.messages if isinstance(m, Tool)]
    verdict = replay(own(replayed, Again((None, *results(replayed)[1:])), names[0]))
    assert verdict.passed
    assert "did not reach the tools" in verdict.evidence[0]
