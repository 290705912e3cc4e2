"""What is held back is measured exactly, against the student as training began."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from buttonup.train.fit import load
from buttonup.train.measured import Odds, loss_on, odds_on, preferred
from buttonup.train.rows import Pair, Row
from buttonup.train.training import Training

pytestmark = pytest.mark.filterwarnings("ignore")  # what torch warns of is not ours
PAIR = Pair((10, 11), (20, 21, 22), (30, 31))
K = Training()


def test_the_loss_is_the_mean_over_all_learnt_tokens_of_a_source(student: Path) -> None:
    import torch  # noqa: PLC0415

    model: Any = load(student, K)
    rows = [
        Row((10, 11, 12, 13), (-100, 11, -100, 13)),
        Row((14, 15, 16), (-100, -100, 16)),
        Row((17, 18), (-100, 18), "round 1"),
    ]
    told = [
        float(model(input_ids=torch.tensor([r.input_ids]), labels=torch.tensor([r.labels])).loss)
        for r in rows
    ]
    found = loss_on(model, rows)
    assert found["data"] == pytest.approx((2 * told[0] + told[1]) / 3, abs=1e-4)
    assert found["round 1"] == pytest.approx(told[2], abs=1e-4)


def test_the_odds_of_a_turn_are_those_of_its_tokens_behind_the_prompt(student: Path) -> None:
    model: Any = load(student, K)
    [(chosen, rejected)] = odds_on(model, [PAIR])
    for turn, odds in ((PAIR.chosen_ids, chosen), (PAIR.rejected_ids, rejected)):
        whole = Row(PAIR.prompt_ids + turn, (-100,) * len(PAIR.prompt_ids) + turn)
        assert odds == pytest.approx(-loss_on(model, [whole])["data"] * len(turn), abs=1e-3)
    assert model.training == load(student, K).training


def test_a_pair_counts_as_right_when_its_chosen_turn_gained_more() -> None:
    pairs = [PAIR, PAIR, replace(PAIR, source="round 1")]
    before: Odds = ((-5.0, -5.0),) * 3
    now: Odds = ((-4.0, -6.0), (-5.5, -5.0), (-5.0, -5.0))
    found = preferred(pairs, before, now, beta=0.5)
    assert (found["data"].pairs, found["data"].accuracy) == (2, 0.5)
    assert found["data"].margin == pytest.approx((1.0 - 0.25) / 2)
    assert 0 < found["data"].low < 0.5 < found["data"].high < 1
    assert (found["round 1"].loss, found["round 1"].accuracy) == (round(math.log(2), 4), 0.0)


@given(st.floats(-1e6, 1e6), st.floats(0.01, 10))
def test_a_loss_is_finite_and_falls_as_the_margin_grows(gained: float, beta: float) -> None:
    before: Odds = ((0.0, 0.0),) * 2
    less, more = (
        preferred([PAIR], before[:1], ((g, 0.0),), beta)["data"].loss for g in (gained, gained + 1)
    )
    assert math.isfinite(less)
    assert more <= less
