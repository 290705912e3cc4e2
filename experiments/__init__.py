"""Does the data work? Experiments that say so, or not (docs/results.md)."""
