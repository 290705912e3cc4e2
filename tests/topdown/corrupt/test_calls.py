from __future__ import annotations

from buttonup.records import Assistant, Call
from buttonup.tools.door import failed
from buttonup.topdown.corrupt import Pair
from buttonup.topdown.corrupt.gold import Gold, result_of


def of(pairs: list[Pair], corruption: str) -> list[Pair]:
    return [pair for pair in pairs if pair.corruption == corruption]


def strange(pair: Pair) -> list[Call]:
    """List the calls of the rejected turn that no plan has."""
    gold = Gold(pair.trajectory)
    return [c for c in pair.rejected.calls if not gold.is_planned(c.name, c.arguments or {})]


def after(pair: Pair) -> Assistant:
    """Give the assistant's turn after the rejected one."""
    later = pair.trajectory.messages[len(pair.prompt) + 1 :]
    return next(m for m in later if isinstance(m, Assistant))


def made(turn: Assistant) -> set[tuple[str, str]]:
    return {(c.name, c.raw) for c in turn.calls}


def test_the_right_call_follows_the_wrong_one_and_the_gold_answer_ends_it(
    pairs: list[Pair],
) -> None:
    for kind in ("wrong_function", "wrong_argument"):
        for pair in of(pairs, kind):
            [wrong] = strange(pair)
            assert made(pair.chosen) <= made(pair.rejected) | made(after(pair))
            assert (wrong.name, wrong.raw) not in made(after(pair))
            end = pair.trajectory.messages[-1]
            assert isinstance(end, Assistant)
            assert end.answer == pair.trajectory.blueprint.turns[-1].answer


def test_a_wrong_function_is_another_and_a_wrong_argument_is_one_value(pairs: list[Pair]) -> None:
    for pair in of(pairs, "wrong_function"):
        [wrong] = strange(pair)
        assert wrong.name not in Gold(pair.trajectory).needed
    for pair in (p for p in of(pairs, "wrong_argument") if len(p.chosen.calls) == 1):
        [wrong], [right] = strange(pair), pair.chosen.calls
        assert wrong.name == right.name
        one, other = wrong.arguments or {}, right.arguments or {}
        assert sum(one[name] != other[name] for name in other) == 1
        assert result_of(pair, wrong) is not None


def test_no_wrong_call_changes_anything(pairs: list[Pair]) -> None:
    for pair in pairs:
        gold = Gold(pair.trajectory)
        for call in strange(pair):
            assert not gold.writes(call.name) or failed(result_of(pair, call))


def test_an_unneeded_call_succeeds_and_stands_beside_the_right_ones_or_alone(
    pairs: list[Pair],
) -> None:
    places = set()
    for pair in (p for p in of(pairs, "unneeded_call") if p.gate == "plan"):
        [extra] = strange(pair)
        assert not failed(result_of(pair, extra))
        assert made(pair.chosen) <= made(pair.rejected)
        places.add(len(pair.rejected.calls) > 1)
    assert places == {True, False}
