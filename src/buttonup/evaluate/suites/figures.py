"""The measures that suites count, found by name: an evaluation that has ended keeps no more."""

from __future__ import annotations

from collections.abc import Collection

from buttonup.evaluate.measures import Measure
from buttonup.evaluate.suites import feedback, gta_scores, languages, tool_query


def measures_of(suite: str, names: Collection[str]) -> tuple[Measure, ...]:
    """Find those measures of a suite that have these names."""
    match suite:
        case "feedback":
            every = feedback.measures(len(names))  # no fewer than there were rounds
        case "gta":
            every = gta_scores.MEASURES
        case "languages":
            every = languages.MEASURES
        case "tool-query":
            every = tool_query.MEASURES
        case _:
            every = ()
    return tuple(measure for measure in every if measure.name in names)
