"""A suite's measures are found by the names that a summary keeps."""

from __future__ import annotations

from buttonup.evaluate.suites import feedback, gta_scores
from buttonup.evaluate.suites.figures import measures_of


def test_measures_are_those_that_the_suite_counts() -> None:
    for rounds in (1, 3, 12):
        every = feedback.measures(rounds)
        assert [m.name for m in measures_of("feedback", {m.name for m in every})] == [
            m.name for m in every
        ]
    assert [m.name for m in measures_of("languages", {"values", "turns"})] == ["values", "turns"]
    assert len(measures_of("gta", {m.name for m in gta_scores.MEASURES})) == 12
    assert [m.name for m in measures_of("tool-query", {"grounding"})] == ["grounding"]
    assert measures_of("worlds", {"values"}) == ()
