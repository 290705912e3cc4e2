from __future__ import annotations

import asyncio

import pytest

from buttonup import accepted, make
from buttonup.bottomup.truth_first import Scenes
from buttonup.gates import sift
from buttonup.recipe import Recipe
from buttonup.records import Sample
from buttonup.topdown.corrupt import Pair, corruptions

QUIET = Scenes(missing_value=0.3, unserved=0.12, late_function=0.08)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """Spoil conversations in which the user is asked, or told that nothing serves."""
    folder = tmp_path_factory.mktemp("quiet") / "run"
    asyncio.run(make(Recipe(n=100, seed=4, scenes=QUIET), folder))
    return [pair for sample in accepted(folder) for pair in corruptions(sample)]


def reasons(pair: Pair) -> list[tuple[str, str]]:
    return [(v.gate, v.reason) for v in sift(pair.trajectory).failures]


def test_a_guess_stands_where_a_question_should_and_one_gate_tells_of_it(
    quiet: list[Pair],
) -> None:
    guesses = [p for p in quiet if p.corruption == "invented_value" and p.chosen.answer]
    assert len(guesses) > 5
    for pair in guesses:
        told = ("turns", "guessed") if pair.gate == "turns" else ("provenance", "invented")
        assert reasons(pair) == [told]
        assert pair.rejected.calls


def test_a_call_where_nothing_serves_is_for_the_turns_gate_alone(quiet: list[Pair]) -> None:
    anyway = [p for p in quiet if p.corruption == "unneeded_call" and p.gate == "turns"]
    assert len(anyway) > 5
    assert all(reasons(pair) == [("turns", "called_anyway")] for pair in anyway)


def test_small_talk_needs_no_call_either(samples: list[Sample]) -> None:
    chat = [s for s in samples if any(t.reply == "chat" for t in s.trajectory.blueprint.turns)]
    made = [p for s in chat for p in corruptions(s) if p.gate == "turns"]
    assert all(reasons(pair) == [("turns", "called_anyway")] for pair in made)
