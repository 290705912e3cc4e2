"""What a dataset has twice, and what it shares with a benchmark: passes over all its samples.

A gate judges a sample by itself; what is here can only be told of many
(docs/decisions/0016-overlap-is-a-pass.md).
"""

from buttonup.overlap.benchmarks import BFCL, Benchmark, read_benchmark
from buttonup.overlap.certificate import Certificate, certificate_path, contamination
from buttonup.overlap.distinct import By, Distinct, dedup, dropped_path, finder
from buttonup.overlap.pieces import Of

__all__ = [
    "BFCL",
    "Benchmark",
    "By",
    "Certificate",
    "Distinct",
    "Of",
    "certificate_path",
    "contamination",
    "dedup",
    "dropped_path",
    "finder",
    "read_benchmark",
]
