"""No axis that a judge scored is under its threshold. The scores carry both."""

from __future__ import annotations

from statistics import median

from buttonup.records import Score, Trajectory, Verdict

SHOWN = 8  # scores in the evidence, as many as other gates show


def judged(trajectory: Trajectory) -> Verdict:
    """No axis, of the whole or of a turn, has a median of votes under its threshold.

    An axis without a vote is unscored, and fails nothing. `at` has the turns that are low, where
    they account for all that is low of the whole.
    """
    low = [score for score in trajectory.scores if is_low(score)]
    if not low:
        return Verdict("judged", True)
    whole = {score.axis for score in low if score.at is None}
    turns = {score.axis for score in low if score.at is not None}
    at = {score.at for score in low if score.at is not None} if whole <= turns else set()
    return Verdict(
        gate="judged",
        passed=False,
        reason=f"low_{low[0].axis}",
        evidence=tuple(map(_words, low[:SHOWN])),
        at=tuple(sorted(at)),
    )


def is_low(score: Score) -> bool:
    """Say whether the median of the votes is under the threshold; without a vote it is not."""
    return bool(score.votes) and median(score.votes) < score.below


def _words(score: Score) -> str:
    where = "" if score.at is None else f"message {score.at}: "
    votes = ", ".join(map(str, score.votes))
    return f"{where}{score.axis} {median(score.votes):g} (votes {votes}): {score.why}"
