"""What is held back, measured: how well its tokens are foretold, and which side of a pair is.

Nothing here learns. A preference is measured against the student as training began, whose odds are
written down then, so that a training that goes on measures against the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from buttonup.chat.tokens import IGNORED
from buttonup.intervals import wilson
from buttonup.records import Record
from buttonup.train.rows import Ids, Pair, Row

Odds = tuple[tuple[float, float], ...]
"""Of each pair, the log-probabilities of the chosen and the rejected turn."""


class Preferred(Record, omit_defaults=False):
    """How a student weighs pairs that it has not learnt, against itself before."""

    pairs: int
    loss: float
    """DPO's, a pair on average; ln 2 where nothing was learnt."""
    accuracy: float
    """Share of the pairs whose chosen turn gained more than the rejected one."""
    low: float
    """The 95 % interval of that share, Wilson's."""
    high: float
    margin: float
    """Mean reward margin: beta times by how much more the chosen turn gained."""


def loss_on(model: Any, held: Sequence[Row]) -> dict[str, float]:
    """Measure the mean loss of a learnt token, by the rows' source."""
    sums, counts = dict[str, float](), dict[str, int]()
    for row in held:
        places = [i for i, label in enumerate(row.labels) if label != IGNORED and i]
        sums[row.source] = sums.get(row.source, 0.0) - _log_odds(model, row.input_ids, places)
        counts[row.source] = counts.get(row.source, 0) + len(places)
    return {source: round(total / (counts[source] or 1), 4) for source, total in sums.items()}


def odds_on(model: Any, held: Sequence[Pair]) -> Odds:
    """Measure how probable both turns of each pair are behind their prompt."""

    def of(prompt: Ids, turn: Ids) -> float:
        return _log_odds(model, prompt + turn, range(len(prompt), len(prompt) + len(turn)))

    return tuple((of(p.prompt_ids, p.chosen_ids), of(p.prompt_ids, p.rejected_ids)) for p in held)


def _log_odds(model: Any, ids: Ids, places: Sequence[int]) -> float:
    """Give the log-probability of the tokens at some places, each behind all before it.

    Only these are weighed against the vocabulary, which is what takes most of the memory.
    """
    import torch  # noqa: PLC0415 - an extra

    # Accelerate lays bf16 around a model's forward while it trains, too coarse for sums of odds.
    ask = getattr(model, "_original_forward", model)
    was_training = model.training
    model.eval()
    with torch.no_grad():
        row = torch.tensor([ids], device=model.device)
        at = torch.tensor(places, device=model.device, dtype=torch.long)
        logits = ask(input_ids=row, logits_to_keep=at - 1).logits[0].float()
        found = logits.log_softmax(-1).gather(1, row[0, at, None]).double().sum()
    model.train(was_training)
    return float(found)


def preferred(held: Sequence[Pair], before: Odds, now: Odds, beta: float) -> dict[str, Preferred]:
    """Say how pairs are weighed now, by their source.

    Source   DPO, arXiv 2305.18290, equation 7, and the rewards of section 4
    """
    margins = dict[str, list[float]]()
    for pair, (chosen, rejected), (chosen_now, rejected_now) in zip(held, before, now, strict=True):
        gained = beta * ((chosen_now - chosen) - (rejected_now - rejected))
        margins.setdefault(pair.source, []).append(gained)
    return {source: _weighed(found) for source, found in margins.items()}


def _weighed(margins: Sequence[float]) -> Preferred:
    right = sum(margin > 0 for margin in margins)
    low, high = wilson(right, len(margins))
    return Preferred(
        pairs=len(margins),
        loss=round(fmean(map(_loss, margins)), 4),
        accuracy=right / len(margins),
        low=low,
        high=high,
        margin=round(fmean(margins), 4),
    )


def _loss(margin: float) -> float:
    """Give -ln sigmoid(margin), which no margin is too large for."""
    return max(-margin, 0.0) + math.log1p(math.exp(-abs(margin)))
