"""A model that scores samples with a rubric: the stage, its votes, and how good it is at it."""

from buttonup.judge.rubric import Axis, rubric
from buttonup.judge.stage import Judging, judge, scored, vote

__all__ = ["Axis", "Judging", "judge", "rubric", "scored", "vote"]
