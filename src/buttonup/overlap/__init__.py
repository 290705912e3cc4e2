"""What a dataset has twice, and what it shares with a benchmark: passes over all its samples.

A gate judges a sample by itself; what is here can only be told of many
(docs/decisions/0014-overlap-is-a-pass.md).
"""

from buttonup.overlap.dedup import By, Distinct, dedup, dropped_path, finder
from buttonup.overlap.pieces import Of

__all__ = ["By", "Distinct", "Of", "dedup", "dropped_path", "finder"]
