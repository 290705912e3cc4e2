"""The dataset card: what an exported file is, for whoever meets it without us."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from buttonup import __version__
from buttonup.records import Assistant, Trajectory, User, Verdict, digest

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"))
"""The classes that dataset hubs count in, by their upper ends."""

NOWHERE: Mapping[str, Sequence[str]] = {}


@dataclass(slots=True)
class Census:
    """Counts over the trajectories of an export."""

    rows: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    """What the table tells, in rows, turns or calls."""
    sources: Counter[str] = field(default_factory=Counter)
    """Where the tools ran -> rows."""
    players: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(role, who played it) -> rows."""
    gates: Counter[str] = field(default_factory=Counter)
    """Gate -> rows that passed it."""

    def count(self, t: Trajectory, verdicts: Iterable[Verdict] = ()) -> None:
        """Add a trajectory, and what the gates say of it."""
        turns = [m for m in t.messages if isinstance(m, Assistant)]
        self.rows += 1
        self.seen["user turns"] += sum(isinstance(m, User) for m in t.messages)
        self.seen["assistant turns"] += len(turns)
        self.seen["calls"] += sum(len(turn.calls) for turn in turns)
        self.seen["turns with several calls"] += sum(len(turn.calls) > 1 for turn in turns)
        if hidden := sum(turn.masked for turn in turns):
            self.seen["assistant turns kept out of the loss"] += hidden
        self.seen["functions shown"] += len(t.functions)
        self.seen["turns kept out of the loss"] += sum(turn.masked for turn in turns)
        self.gates.update(v.gate for v in verdicts if v.passed)
        self.sources[", ".join(t.blueprint.tools.worlds) or t.blueprint.tools.source] += 1
        for role in ("user", "assistant", "tools"):
            self.players[role, getattr(t.cast, role)] += 1

    def join(self, other: Census) -> None:
        """Add what another census has, which was counted of other trajectories."""
        self.rows += other.rows
        self.seen.update(other.seen)
        self.sources.update(other.sources)
        self.players.update(other.players)
        self.gates.update(other.gates)


def card(
    file: str,
    name: str,
    about: str,
    census: Census,
    skipped: Mapping[str, int],
    recipe: str,
    files: Mapping[str, Sequence[str]] = NOWHERE,
) -> str:
    """Write the card of a file of rows in the format `name`, which `about` tells of.

    `files` are the names of the files of each split, where there is more than one.
    """
    foreign = any(player == "unknown" for _, player in census.players)
    parts = [
        _header(file, files or {"": [file]}, census.rows, foreign=foreign),
        f"# {file}\n\n{_opening(name, census.rows)}",
        f"## Counts\n\n{_counts(census, skipped)}",
        f"## How it was made\n\n{_made(census)}{_recipe(recipe)}",
        f"## Format\n\n{about}",
        f"## Loading it\n\n{_loading(file, name)}",
        f"## Limits\n\n{LIMITS}",
        f"## Licence\n\n{_licence(census, foreign)}",
    ]
    return "\n\n".join(parts) + "\n"


def _header(file: str, files: Mapping[str, Sequence[str]], rows: int, *, foreign: bool) -> str:
    size = next((word for end, word in SIZES if rows < end), "n>1M")
    return "\n".join(
        [
            "---",
            f"pretty_name: {json.dumps(file)}",
            f"license: {'other' if foreign else 'apache-2.0'}",
            *([] if foreign else ["language: [en]"]),
            "task_categories: [text-generation]",
            "tags: [function-calling, tool-use, multi-turn, synthetic, buttonup]",
            f'size_categories: ["{size}"]',
            "configs:",
            "- config_name: default",
            *_data_files(files),
            "---",
        ]
    )


def _data_files(files: Mapping[str, Sequence[str]]) -> list[str]:
    """Say which files hold which split; one file, or one list of files, is all there is."""
    told = {s: json.dumps(f[0] if len(f) == 1 else list(f)) for s, f in files.items()}
    if list(told) == [""]:
        return [f"  data_files: {told['']}"]
    splits = [(f"  - split: {split}", f"    path: {paths}") for split, paths in told.items()]
    return ["  data_files:", *(line for pair in splits for line in pair)]


def _opening(name: str, rows: int) -> str:
    return (
        f"{rows} multi-turn function-calling conversations, one JSON object a line, in the format "
        f"`{name}`, written by ButtonUp."
    )


def _counts(census: Census, skipped: Mapping[str, int]) -> str:
    lines = [
        "| | in all | a conversation |",
        "|---|---|---|",
        f"| conversations | {census.rows} | |",
    ]
    lines += [f"| {what} | {n} | {n / census.rows:.2f} |" for what, n in census.seen.items()]
    lines += [f"| left out: {reason} | {n} | |" for reason, n in sorted(skipped.items())]
    return "\n".join(lines)


def _made(census: Census) -> str:
    passed = ", ".join(_line(g) for g, n in sorted(census.gates.items()) if n == census.rows)
    gates = f"- gates that every row passed: {passed}\n" if passed else ""
    tools = "\n".join(f"- tools: {_line(s)} ({n} rows)" for s, n in sorted(census.sources.items()))
    cast = "\n".join(
        f"- {role} played by: {_line(player)} ({n} rows)"
        for (role, player), n in sorted(census.players.items())
    )
    return f"- written by: ButtonUp {__version__}\n{gates}{tools}\n{cast}"


def _recipe(recipe: str) -> str:
    if not recipe:
        return ""
    longest = max(map(len, re.findall("`+", recipe)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"\n\nThe recipe, `{digest(recipe)}`:\n\n{fence}toml\n{recipe.strip()}\n{fence}"


LIMITS = """- Tools, people and places are made up: what results say is true of no real service.
- The gates find what they ask after, and nothing else; they do not judge style.
- Meant for training. What it shares with a benchmark, the certificate beside it tells, if any."""

TRAINS: Mapping[str, str] = {
    "button": "trl.SFTTrainer(MODEL, train_dataset=rows).train()",
    "openai": 'MODEL.apply_chat_template(rows[0]["messages"], tools=rows[0]["tools"])',
    "trl": "trl.SFTTrainer(MODEL, train_dataset=rows).train()",
    "axolotl": "# axolotl: datasets: [{path: …, type: chat_template}]",
    "ms-swift": "# swift sft --dataset … --agent_template hermes",
    "sharegpt": "# LLaMA-Factory: put the entry beside the file into dataset_info.json",
    "hermes": "trl.SFTTrainer(MODEL, train_dataset=rows).train()  # after from/value are renamed",
    "xlam": 'json.loads(rows[0]["answers"])',
    "rl": "# vf-eval buttonup-rl --env.taskset.file FILE --env.agent.runtime.type subprocess",
}
"""How a format is trained on, in one line; the letters in capitals are the reader's."""


def _loading(file: str, name: str) -> str:
    lines = ["from datasets import load_dataset", 'rows = load_dataset(REPO, split="train")']
    text = "\n".join([*lines, TRAINS.get(name, "rows[0]")])
    folder = "REPO is the repository, or a folder with these files and this card as README.md."
    columns = " In Parquet, `tools` and `arguments` are strings: `json.loads` gives the values."
    return f"```python\n{text}\n```\n\n{folder}{columns if file.endswith('.parquet') else ''}"


def _licence(census: Census, foreign: bool) -> str:
    if foreign:
        return (
            "Part of these conversations was not made by ButtonUp: the licence of the data that "
            "they come from applies."
        )
    models = sorted({p for _, p in census.players if p.startswith("llm:")})
    terms = f" The terms of the models that wrote it ({_line(', '.join(models))}) apply as well."
    return f"Generated data, under Apache-2.0.{terms if models else ''}"


def _line(text: object) -> str:
    """Keep a text on one line of Markdown."""
    return " ".join(str(text).split())
