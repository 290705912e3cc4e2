"""From an arm to a student that was asked; every step is a `buttonup` command that can go on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from experiments import changes, results
from experiments.plan import ROOT, Plan, Size


@dataclass(frozen=True, slots=True)
class Bench:
    """One size of a plan, in a folder: each method makes a folder or file that is not there yet."""

    plan: Plan
    k: Size
    folder: Path

    def scored(self, name: str, seed: int) -> None:
        """Ask a student what each suite asks."""
        model = self.trained(name, seed)
        for suite, parts in self.plan.suites.items():
            to = results.scores(self.folder, name, seed, suite)
            if not (to / "summary.json").exists():
                own = ["--recipe", str(ROOT / self.k.recipe)] if suite == "worlds" else []
                buttonup(
                    "evaluate", "--suite", parts, "--model", model, "--max-tokens", "192",
                    "-n", str(self.k.each[suite]), *own, "--out", str(to), "--quiet",
                )  # fmt: skip

    def trained(self, name: str, seed: int) -> str:
        """Train a student; give it by the name that `evaluate` takes."""
        arm = self.plan.arm[name]
        if arm.data is None:
            return f"local:{arm.model}"
        to = results.student(self.folder, name, seed)
        if not (to / "results.json").exists():
            how = {**self.plan.training, "steps": self.k.steps, "accumulate": self.k.rows}
            model = arm.model
            if arm.after:
                model = self.trained(arm.after, seed).removeprefix("local:")
                how |= self.plan.preferring
            buttonup(
                "train", str(self.data(name, seed)), "--out", str(to), "--model", model,
                "--seed", str(seed), "--max-length", str(self.k.longest), *settings(how), "--quiet",
            )  # fmt: skip
        shutil.rmtree(to / "checkpoints", ignore_errors=True)  # gigabytes that nobody needs now
        return f"local:{to / 'model'}"

    def data(self, name: str, seed: int) -> Path:
        """Make what a student is trained on."""
        arm = self.plan.arm[name]
        made = self.run(name if arm.data else "all", arm.data or (), seed)
        if not (arm.change or arm.after):
            return made
        whole, pairs = made.with_suffix(".jsonl"), made.with_suffix(".pairs.jsonl")
        if arm.after or arm.change in changes.OF_PAIRS:
            buttonup("negatives", str(made), "--out", str(pairs), "--force")
        if arm.after:
            return pairs
        to = made.with_name(f"{name}-{seed}.jsonl")
        buttonup("export", str(made), "--format", "openai", "--out", str(whole), "--force")
        changes.write(arm.change, whole, pairs, to, seed)
        return to

    def run(self, called: str, data: Sequence[str], seed: int) -> Path:
        """Make the samples; arms of one recipe share them."""
        to = self.folder / "data" / f"{called}-{seed}"
        buttonup(
            "run", str(ROOT / self.k.recipe), "-n", str(self.k.samples), "--seed", str(seed),
            "--out", str(to), "--quiet",
            *(word for one in (*self.k.data, *data) for word in ("--set", one)),
        )  # fmt: skip
        return to


def settings(how: dict[str, Any]) -> Iterator[str]:
    """Write settings as options."""
    for key, value in how.items():
        yield from ("--set", f"{key}={msgspec.json.encode(value).decode()}")


def buttonup(*words: str) -> None:
    """Run a command, and stop where it fails."""
    print("buttonup", *words, flush=True)
    quiet = os.environ | {"OMP_WAIT_POLICY": "PASSIVE"}  # spinning threads take each other's core
    done = subprocess.run([sys.executable, "-m", "buttonup", *words], env=quiet, check=False)
    if done.returncode:
        sys.exit(done.returncode)
