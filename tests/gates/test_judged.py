from __future__ import annotations

from msgspec.structs import replace

from buttonup.gates import GATES, ask, explain, sift
from buttonup.gates.judged import judged
from buttonup.records import Score, Trajectory, Verdict


def told(t: Trajectory, *scores: Score) -> Verdict:
    return judged(replace(t, scores=scores))


def score(axis: str, *votes: int, at: int | None = None) -> Score:
    return Score(axis, at, votes, "A1 is odd.", 3.0)


def test_a_median_under_the_threshold_fails_for_its_axis(base: Trajectory) -> None:
    v = told(base, score("plan", 5), score("naturalness", 2, 2, 5))
    assert (v.passed, v.reason, v.at) == (False, "low_naturalness", ())
    assert v.evidence == ("naturalness 2 (votes 2, 2, 5): A1 is odd.",)


def test_one_low_vote_of_three_does_not_fail_it(base: Trajectory) -> None:
    assert told(base, score("plan", 1, 4, 5)).passed


def test_the_threshold_itself_passes_and_just_under_it_fails(base: Trajectory) -> None:
    assert told(base, score("plan", 3)).passed
    assert not told(base, score("plan", 2, 3)).passed


def test_what_is_unscored_fails_nothing(base: Trajectory) -> None:
    assert told(base, score("plan"), score("plan", at=1)).passed


def test_low_turns_that_account_for_the_low_whole_are_pointed_at(base: Trajectory) -> None:
    low = score("plan", 1), score("plan", 1, at=4), score("coherence", 2, at=1)
    assert told(base, *low).at == (1, 4)
    assert told(base, *low[1:]).at == (1, 4)
    assert told(base, *low, score("realism", 1)).at == ()


def test_without_a_judge_there_is_no_verdict_of_it_and_with_one_there_is(base: Trajectory) -> None:
    assert [v.gate for v in sift(base).verdicts] == [gate.__name__ for gate in GATES]
    with_scores = replace(base, scores=(score("plan", 1),))
    assert sift(with_scores).failures[0].reason == "low_plan"
    assert ask(with_scores)[-1].gate == "judged"


def test_the_gate_is_explained_like_the_others() -> None:
    assert explain("judged").endswith(".")
