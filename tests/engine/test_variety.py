"""Variety is counted as a person would count it."""

from __future__ import annotations

import pytest

from buttonup.engine.variety import Tally, forms, turn_kinds
from buttonup.records import Function, PlannedCall, Source, Step, Tools, Upset, UserTurn


def call(name: str, result: object = None, **sources: Source) -> PlannedCall:
    return PlannedCall(name, dict.fromkeys(sources, "x"), result, sources)


def counted(*requests: str) -> Tally:
    tally = Tally()
    for n, request in enumerate(requests):
        tally.add(request, [["find"], ["book"]] if n % 2 else [["find"]], 3, (), (), (), Tools())
        tally.add_ngrams(request)
    return tally


def test_the_most_frequent_chain_and_skeleton_are_told_by_their_share() -> None:
    variety = counted("Hire bike BK-1.", "Hire bike BK-2.", "Call me.", "Hire bike BK-3.").variety()
    assert (variety.chains, variety.top_chain) == (2, 0.5)
    assert (variety.skeletons, variety.top_skeleton) == (2, 0.75)
    assert variety.calls.counts == {"1": 2, "2": 2}


def test_a_sample_without_calls_counts_as_no_chain() -> None:
    tally = Tally()
    tally.add("Hello.", [], 0, (), (), (), Tools())
    assert tally.variety().chains == 0


def test_words_said_again_and_again_are_less_distinct() -> None:
    same = counted("go and see it", "go and see it").variety().distinct
    other = counted("go and see it", "look at this now").variety().distinct
    assert same["1"] == same["3"] == 0.5
    assert other["1"] == other["3"] == 1.0


@pytest.mark.parametrize(
    ("turns", "upsets", "kinds"),
    [
        ((UserTurn("a"),), (), {"plain"}),
        ((UserTurn("a"), UserTurn("b", "follow_up")), (), {"follow_up"}),
        ((UserTurn("a", reply="ask"), UserTurn("b", "value")), (), {"missing_value"}),
        ((UserTurn("a", reply="decline"),), (), {"unserved"}),
        (
            (
                UserTurn("a", reply="decline"),
                UserTurn("b", "offer", offers=(Function("f", "F.", {}),)),
            ),
            (),
            {"late_function"},
        ),
        ((UserTurn("a", reply="failure"), UserTurn("b", "correction")), (), {"wrong_id"}),
        ((UserTurn("a", reply="failure"),), (), {"refused"}),
        ((UserTurn("a", reply="failure"),), (Upset("f", {"error": "x"}, 9),), {"outage"}),
        ((UserTurn("a"),), (Upset("f", {"error": "It timed out."}),), {"time_out"}),
        ((UserTurn("a"),), (Upset("f", {"error": "not valid JSON"}),), {"cut_off"}),
        ((UserTurn("hi", "small_talk", reply="chat"), UserTurn("a")), (), {"small_talk"}),
    ],
)
def test_what_happens_in_a_conversation_has_the_name_of_its_scene(
    turns: tuple[UserTurn, ...], upsets: tuple[Upset, ...], kinds: set[str]
) -> None:
    assert turn_kinds(turns, Tools(upsets=upsets)) == kinds


def test_the_forms_of_a_plan_are_named() -> None:
    plain = (Step((call("a"),)), Step((call("b"),)), Step((call("c"),)), Step((call("d"),)))
    assert forms(plain, ((0, 1), (0, 2), (1, 3), (2, 3)), [["a"], ["b", "c"], ["d"]], Tools()) == {
        "diamond",
        "fan_in",
        "fan_out",
        "parallel_turn",
    }
    each = (
        PlannedCall("b", {"id": "1"}, {}, {}),
        PlannedCall("b", {"id": "2"}, {}, {}),
    )
    pages = (call("a"), call("a", page=Source("result", 0, "/next_page")))
    assert forms((Step(each),), (), [], Tools()) == {"loop"}
    assert forms((Step(pages),), (), [], Tools()) == {"pages"}
    assert forms((Step(conclusion=True),), (), [], Tools()) == {"condition"}
    assert forms((Step(conclusion={"id": 1}), Step(conclusion=3)), (), [], Tools()) == {
        "pick",
        "number",
    }
    assert forms((Step((call("a", [{}] * 9),)),), (), [], Tools()) == {"long_result"}
    assert forms((), (), [], Tools(worlds=("x", "y"))) == {"two_worlds"}


def test_a_chain_is_no_diamond() -> None:
    steps = tuple(Step((call(name),)) for name in "abcd")
    assert "diamond" not in forms(steps, ((0, 1), (1, 2), (2, 3)), [], Tools())
