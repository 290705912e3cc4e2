from __future__ import annotations

import msgspec

from buttonup import gates
from buttonup.records import (
    Assistant,
    Call,
    Repair,
    Score,
    Tool,
    Trajectory,
    User,
    UserTurn,
    Verdict,
)
from buttonup.view.sample.sources import sources
from buttonup.view.sample.thread import Turn, context, thread

from .conftest import edited


def turns_of(t: Trajectory, *verdicts: Verdict) -> tuple[Turn, ...]:
    return thread(t, verdicts, sources(t))


def test_a_result_stands_with_the_call_that_it_answers(bikes: Trajectory) -> None:
    turns = turns_of(bikes)
    assert [turn.role for turn in turns] == ["user", "assistant", "assistant", "assistant"]
    [call] = turns[1].calls
    assert call.result
    assert (call.name, call.step, call.result.at) == ("find_bikes", 0, 2)
    assert call.result.summary == "2 items: bike_id, dock, price"


def test_parallel_calls_are_in_one_turn_each_with_its_own_result(foreign: Trajectory) -> None:
    calls = tuple(Call.of(f"c{n}", "find_bikes", {"district": str(n)}) for n in range(2))
    t = Trajectory(
        foreign.blueprint,
        (
            User("Go."),
            Assistant(calls=calls),
            Tool("c1", "find_bikes", "one"),
            Tool("c0", "find_bikes", "nought"),
        ),
    )
    assert [c.result and c.result.summary for c in turns_of(t)[1].calls] == ["nought", "one"]


def test_a_result_that_answers_no_call_stands_alone(foreign: Trajectory) -> None:
    turns = turns_of(edited(foreign, {2: Tool("other", "find_bikes", "x")}))
    assert [turn.role for turn in turns][:3] == ["user", "assistant", "result"]
    assert turns[1].calls[0].result is None
    assert turns[2].name == "find_bikes"


def test_an_error_is_told_as_one_and_open(foreign: Trajectory) -> None:
    turns = turns_of(edited(foreign, {2: Tool("call_1", "find_bikes", {"error": "shut"})}))
    result = turns[1].calls[0].result
    assert result
    assert (result.error, result.open, str(result.tree.text)) == (True, True, "shut")


def test_a_long_result_is_folded_and_a_short_one_open(foreign: Trajectory) -> None:
    turns = turns_of(
        edited(foreign, {2: Tool("call_1", "find_bikes", [{"n": n} for n in range(9)])})
    )
    long, short = turns[1].calls[0].result, turns[2].calls[0].result
    assert long
    assert short
    assert (long.open, short.open) == (False, True)


def test_arguments_that_are_no_json_are_shown_as_they_were_emitted(foreign: Trajectory) -> None:
    bad = Assistant(calls=(Call.parse("call_1", "find_bikes", '{"town": '),))
    [call] = turns_of(edited(foreign, {1: bad}))[1].calls
    assert call.arguments is None
    assert str(call.raw) == "{&#34;town&#34;: "


def test_a_failed_gate_is_told_at_the_message_that_it_concerns(foreign: Trajectory) -> None:
    call = Call.of("call_1", "find_bikes", {"district": "Atlantis"})
    t = edited(foreign, {1: Assistant(calls=(call,))})
    turns = turns_of(t, *gates.sift(t).verdicts)
    assert ("provenance", "invented") in [(v.gate, v.reason) for v in turns[1].verdicts]
    assert all(not turn.verdicts for turn in turns if turn.at == 0)


def test_a_failing_result_has_its_verdict_beside_it(foreign: Trajectory) -> None:
    found = Verdict("results", passed=False, reason="off_schema", at=(2,))
    result = turns_of(foreign, found)[1].calls[0].result
    assert result
    assert result.verdicts == (found,)


def test_a_turn_tells_what_the_judge_scored_of_it_and_whether_it_is_learnt(
    foreign: Trajectory,
) -> None:
    score = Score("helpful", at=1, votes=(4, 5), why="quick")
    t = edited(foreign, {1: msgspec.structs.replace(foreign.messages[1], masked=True)})
    t = msgspec.structs.replace(
        t, scores=(score, Score("whole")), repair=Repair("plan", "skipped", at=3)
    )
    turns = turns_of(t)
    assert turns[1].scores == (score,)
    assert (turns[1].masked, turns[2].masked) == (True, False)
    assert (turns[1].again, turns[2].again) == ("", "plan: skipped")


def test_a_users_turn_is_numbered_and_says_what_it_is_for(bikes: Trajectory) -> None:
    planned = msgspec.structs.replace(
        bikes.blueprint, turns=(UserTurn("x", "request", reply="ask"),)
    )
    [first, *_] = turns_of(msgspec.structs.replace(bikes, blueprint=planned))
    assert (first.number, first.kind) == (1, "request, to be asked back")


def test_the_system_prompt_shows_what_of_it_is_a_source(foreign: Trajectory) -> None:
    call = Call.of("call_1", "find_bikes", {"date": "2026-05-04"})
    t = edited(foreign, {1: Assistant(calls=(call,))})
    assert "<mark" in context(t, sources(t))
