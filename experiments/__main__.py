"""Run an experiment: make the data, train the students, ask them, and tell what came of it.

    python -m experiments NAME [--size small|full] [--out DIR]    # an experiment of plan.toml
    python -m experiments table [--size small|full] [--out DIR]   # all, in docs/results.md

The same line goes on where an experiment was stopped. It needs the extras `train` and `local`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from experiments import results
from experiments.plan import ROOT, read_plan
from experiments.students import Bench


def main() -> None:
    """Read the command line, and do what it says."""
    plan = read_plan()
    parser = argparse.ArgumentParser("experiments", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("name", choices=[*plan.experiment, "table"])
    parser.add_argument("--size", choices=list(plan.size), default="small")
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "experiments")
    asked = parser.parse_args()
    folder = asked.out / asked.size
    if asked.name == "table":
        results.write(plan, asked.size, folder, ROOT / "docs" / "results.md")
        return
    bench = Bench(plan, plan.size[asked.size], folder)
    for name in plan.experiment[asked.name].arms:
        for seed in bench.k.seeds:
            bench.scored(name, seed)
    print(results.as_text(plan, asked.size, folder, asked.name))


if __name__ == "__main__":
    main()
