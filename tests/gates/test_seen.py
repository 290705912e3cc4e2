from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from buttonup.gates.seen import Found, Seen, canonical, is_error, seen, short, verdict
from buttonup.records import Trajectory, leaves

values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=3),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=3), v, max_size=3),
)


def test_the_first_problem_gives_the_reason_and_all_give_evidence() -> None:
    failed = verdict("g", [("a", 4, "one"), ("b", 2, "two")])
    assert (failed.passed, failed.reason) == (False, "a")
    assert failed.evidence == ("message 4: one", "message 2: two")
    assert verdict("g", [], "not applicable").evidence == ("not applicable",)


def test_a_verdict_points_at_the_messages_of_all_problems_even_where_not_all_are_told() -> None:
    failed = verdict("g", [("a", n, "one") for n in (*range(20, 0, -2), 2)])
    assert failed.at == (2, 4, 6, 8, 10, 12, 14, 16, 18, 20)
    assert len(failed.evidence) == 8


def test_a_verdict_that_concerns_the_whole_too_points_at_no_message() -> None:
    failed = verdict("g", [("a", 4, "one"), ("b", None, "two")])
    assert failed.at == ()
    assert failed.evidence == ("message 4: one", "two")


def test_evidence_stays_short() -> None:
    assert len(short("x" * 1000)) == 100
    assert len(short(10**5000)) < 100


@given(values, values)
def test_canonical_texts_are_equal_for_equal_values_only(a: Any, b: Any) -> None:
    assert canonical(a) == canonical(a)
    assert (canonical(a) == canonical(b)) == (canonical([a]) == canonical([b]))


def test_key_order_does_not_make_another_call() -> None:
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})


def test_leaves_come_in_order_with_their_pointers() -> None:
    tree = {"a": [1, {"b": "x"}], "c": None, "d": []}
    assert list(leaves(tree)) == [("/a/0", 1), ("/a/1/b", "x"), ("/c", None)]


def test_a_result_knows_its_values_texts_and_list_lengths() -> None:
    found = Found({"rows": [{"id": "BK-1", "n": 2}, {"id": "BK-2", "n": 2}], "ok": True})
    assert found.values == {"BK-1": "/rows/0/id", 2: "/rows/0/n", "BK-2": "/rows/1/id"}
    assert found.lengths == {2}
    assert " bk 2 " in found.said.phrase


def test_an_error_is_an_object_with_an_error() -> None:
    assert is_error({"error": "no", "code": 4})
    fine: tuple[Any, ...] = ({"error": None, "x": 1}, [], "error", None, {})
    assert not any(map(is_error, fine))


def test_a_call_is_paired_with_the_result_of_its_own_turn(base: Trajectory) -> None:
    assert [(m.at, m.answered) for m in seen(base).calls] == [(1, 2), (1, 3), (4, 5), (6, 7)]
    assert all(m.succeeded for m in seen(base).calls)


def test_the_index_is_built_once_for_one_object(base: Trajectory) -> None:
    assert seen(base) is seen(base)
    assert str(seen(base).today) == "2026-05-04"


def test_a_value_is_found_from_the_first_result_that_holds_it(base: Trajectory) -> None:
    index = Seen(base)
    assert index.found_at["BK-1042"] == 2
    assert not index.has_found("BK-1042", 2)
    assert index.has_found("BK-1042", 3)
    assert index.given_at["M-20431"] == 1
    assert index.has_held("M-20431", 2)
    assert not index.has_held("nowhere", 99)
    assert True not in index.found_at
