"""What finding near-duplicates takes, and how it grows.

    python bench/overlap.py [COUNT [WAY ...]]

Writes COUNT short requests (100,000 unless told; two sentences each, of those that the worlds'
grammar gives, so that many share one), a tenth of them an earlier one with one word changed. Then
runs `buttonup dedup` on a tenth of them and on all, each way (or those named), and prints seconds,
CPU seconds, peak memory (at least this script's own, some 130 MB) and how many of those planted
were dropped. A way whose extra is absent is left out.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from buttonup.bottomup.truth_first import Ticket, Wording, plan, word
from buttonup.errors import Reject
from buttonup.recipe import Recipe, chosen

POOL = 2000  # tickets whose sentences are mixed
PLANTED = 0.1


def sentences() -> list[str]:
    """Give what users say in some plans, a sentence each."""
    recipe, found = Recipe(), set[str]()
    every = chosen(recipe)
    for index in range(POOL):
        ticket = Ticket(seed=0, index=index)
        with suppress(Reject):
            planned = plan(every, ticket, recipe.plan, recipe.scenes)
            worded = word(planned, ticket.rng("word"), Wording())
            says = " ".join(turn.says for turn in worded.turns)
            found |= {part for part in says.split(". ") if len(part.split()) > 5}  # noqa: PLR2004
    return sorted(found)


def requests(count: int) -> Iterator[tuple[str, bool]]:
    """Give requests, and whether each is an earlier one with one word changed."""
    rng, pool, given = random.Random(0), sentences(), deque[str](maxlen=10_000)
    for _ in range(count):
        planted = bool(given) and rng.random() < PLANTED
        if planted:
            words = rng.choice(given).split()
            words[rng.randrange(len(words))] = rng.choice(("blue", "soon", "again", "perhaps"))
            text = " ".join(words)
        else:
            text = f"{rng.choice(pool)}. {rng.choice(pool)}. Case {rng.randrange(10**6)}."
        given.append(text)
        yield text, planted


def main(count: int, *ways: str) -> None:
    """Print the table."""
    ways = ways or ("exact", "minhash", *(["embedding"] if find_spec("wordllama") else []))
    with tempfile.TemporaryDirectory() as folder:
        for size in (count // 10, count):
            path = Path(folder) / f"{size}.jsonl"
            planted = written(path, size)
            for by in ways:
                print(f"{size:8} {by:10} {measured(path, by, planted)}", flush=True)


def written(path: Path, size: int) -> set[int]:
    """Write a dataset, and give the lines of those planted."""
    planted, words = set[int](), 0
    with path.open("w") as file:
        for line, (text, is_planted) in enumerate(requests(size), 1):
            row = {"messages": [{"role": "user", "content": text}], "tools": []}
            file.write(json.dumps(row) + "\n")
            words += len(text.split())
            if is_planted:
                planted.add(line)
    print(f"{size} requests of {words / size:.0f} words, {len(planted)} planted", flush=True)
    return planted


def measured(path: Path, by: str, planted: set[int]) -> str:
    """Run the command and tell what it took."""
    out = path.with_suffix(f".{by}")
    started = time.monotonic()
    command = [sys.executable, "-m", "buttonup", "dedup", path, "--by", by, "--out", out]
    child = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(child.returncode)
    took = time.monotonic() - started
    lines = out.with_name(f"{out.name}.dropped.jsonl").read_text().splitlines()
    dropped = {json.loads(line)["line"] for line in lines}
    return (
        f"{took:7.1f} s  {usage.ru_utime + usage.ru_stime:7.1f} CPU s  "
        f"{usage.ru_maxrss / 1024:6.0f} MB  dropped {len(dropped)}, "
        f"{len(dropped & planted)} of {len(planted)} planted"
    )


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["100000"])[0]), *sys.argv[2:])
