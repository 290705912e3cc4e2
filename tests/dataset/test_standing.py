from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from buttonup import Recipe
from buttonup.dataset.standing import Progress, counted_in, why_short
from buttonup.store.rundir import ACCEPTED, FAILED, GIVEN_UP, Line

FILES = st.lists(st.sampled_from([ACCEPTED, FAILED, GIVEN_UP, "records/blueprints.jsonl"]))


@given(FILES)
def test_a_run_stands_where_its_lines_put_it(files: list[str]) -> None:
    at = Progress(wanted=3)
    for file in files:
        at = counted_in(Line(file, b"{}\n"), at)
    counts = [files.count(file) for file in (ACCEPTED, FAILED, GIVEN_UP)]
    assert [at.accepted, at.failed, at.rejected] == counts
    counted = [file for file in files if file in (ACCEPTED, FAILED, GIVEN_UP)]
    since = counted[::-1].index(ACCEPTED) if ACCEPTED in counted else len(counted)
    assert at.fruitless == since


def test_a_run_is_short_for_the_budget_the_patience_or_the_seeds() -> None:
    recipe = Recipe(n=3, patience=5, budget=0.5)
    assert why_short(Progress(accepted=3, wanted=3, poor="x"), recipe) == ""
    assert "budget of $0.5" in why_short(Progress(accepted=1, wanted=3, poor="x"), recipe)
    assert "last 5 items" in why_short(Progress(accepted=1, wanted=3, fruitless=5), recipe)
    assert "seeds are used up" in why_short(Progress(accepted=1, wanted=3, fruitless=4), recipe)
