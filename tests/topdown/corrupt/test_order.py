from __future__ import annotations

from buttonup.records import Assistant, Trajectory
from buttonup.topdown.corrupt import Pair


def of(pairs: list[Pair], corruption: str) -> list[Pair]:
    return [pair for pair in pairs if pair.corruption == corruption]


def calls(t: Trajectory) -> list[tuple[str, str]]:
    return [(c.name, c.raw) for m in t.messages if isinstance(m, Assistant) for c in m.calls]


def planned(t: Trajectory) -> int:
    return sum(len(step.calls) for step in t.blueprint.plan)


def answers(t: Trajectory) -> list[str]:
    return [m.answer for m in t.messages if isinstance(m, Assistant) and m.answer]


def test_a_skipped_call_is_missing_and_the_one_that_needs_it_is_made(pairs: list[Pair]) -> None:
    for pair in of(pairs, "skipped_dependency"):
        assert len(calls(pair.trajectory)) < planned(pair.trajectory)
        assert pair.rejected.calls


def test_swapped_calls_are_all_made_and_the_gold_answers_stay(pairs: list[Pair]) -> None:
    for pair in of(pairs, "order_swapped"):
        assert len(calls(pair.trajectory)) == planned(pair.trajectory)
        assert answers(pair.trajectory) == [t.answer for t in pair.trajectory.blueprint.turns]


def test_a_premature_answer_stands_where_calls_are_due_and_the_user_still_has_every_turn(
    pairs: list[Pair],
) -> None:
    for pair in of(pairs, "premature_answer"):
        assert pair.chosen.calls
        assert pair.rejected.answer
        assert len(answers(pair.trajectory)) == len(pair.trajectory.blueprint.turns)
