"""The suite `bfcl`: eight categories of the Berkeley Function Calling Leaderboard v4.

The package is installed without what it asks for, into a folder of its own, and runs in a process
of its own (checker.py), which sees neither our packages nor our environment. A process that hangs
or crashes is replaced: whoever asked is told that it did, and all others go on.
Source: bfcl-eval 2026.3.23 (Apache-2.0), its data and checkers; how a conversation is led is as in
        `base_handler.py`, save that malformed arguments get an error as their result.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from buttonup.errors import BadInput, Reject
from buttonup.evaluate import checker
from buttonup.evaluate.suite import STEPS, Played, Player, Suite, Task, taken
from buttonup.formats import foreign
from buttonup.records import Assistant, Call, Conversation, Json, Message, Tool, User

VERSION = "2026.3.23"
PARTS = (f"bfcl-eval=={VERSION}", "mpmath==1.3.0", "filelock")
CATEGORIES = (
    "simple_python", "multiple", "parallel", "parallel_multiple", "irrelevance",
    "multi_turn_base", "multi_turn_miss_func", "multi_turn_miss_param",
)  # fmt: skip
MORE_FUNCTIONS = "I have updated some more functions you can choose from. What about now?"
"""bfcl-eval's DEFAULT_USER_PROMPT_FOR_ADDITIONAL_FUNCTION_FC, in a turn that has no words."""
PATIENCE = 30.0  # seconds for one order; the longest of a right answer takes 0.1


# --- where it is ----------------------------------------------------------------------------------


def folder() -> Path:
    """Say where bfcl-eval is or will be: $BUTTONUP_BFCL, or in the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("BUTTONUP_BFCL") or cache / "buttonup" / f"bfcl-{VERSION}")


def installed() -> bool:
    """Say whether the version that is wanted is there."""
    return (folder() / f"bfcl_eval-{VERSION}.dist-info").is_dir()


def install() -> Path:
    """Install bfcl-eval there with pip, whole or not at all. Raises BadInput when it fails."""
    there = folder()
    if installed():
        return there
    by_hand = f"pip install --no-deps --target {there} {' '.join(PARTS)}"
    if there.exists():
        raise BadInput(f"{there} holds something else", "remove it, or set BUTTONUP_BFCL")
    try:
        there.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=there.parent) as draft:
            part = Path(draft) / "part"
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
            done = subprocess.run(  # noqa: S603 - our own words
                [*command, "--disable-pip-version-check", "--target", str(part), *PARTS],
                check=False,
            )
            if done.returncode:
                raise BadInput("pip could not install bfcl-eval", f"do it by hand: {by_hand}")
            shutil.move(part, there)
    except OSError as error:
        what = f"cannot write {there}: {error.strerror}"
        raise BadInput(what, "set BUTTONUP_BFCL to a folder that can be") from error
    return there


# --- its process ----------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Checker:
    """The checkers of bfcl-eval, asked one order at a time. An async context manager."""

    _process: Process | None = None
    _scratch: Any = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __aenter__(self) -> Self:
        if not installed():
            what = f"bfcl-eval {VERSION} is not installed in {folder()}"
            raise BadInput(what, "run `buttonup evaluate --install bfcl` (22 MB)")
        self._scratch = tempfile.TemporaryDirectory()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._end()
        self._scratch.cleanup()

    async def ask(self, do: str, patience: float = PATIENCE, **order: Json) -> Json:
        """Have an order answered. Rejects "checker_hung", "checker_crashed"."""
        async with self._turn:
            process = self._process or await self._begin()
            assert process.stdin
            assert process.stdout
            answered = False
            try:
                process.stdin.write(msgspec.json.encode({"do": do, **order}) + b"\n")
                line = await asyncio.wait_for(process.stdout.readline(), patience)
                answered = line.endswith(b"\n")
            except TimeoutError as error:
                raise Reject("checker_hung", f"{do} took more than {patience:g} s") from error
            except OSError as error:
                raise Reject("checker_crashed", do) from error
            finally:
                if not answered:
                    await self._end()
            if not answered:
                raise Reject("checker_crashed", do)
            return msgspec.json.decode(line)

    async def _begin(self) -> Process:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", checker.__file__, str(folder().resolve())),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd=self._scratch.name,
            env={"BFCL_PROJECT_ROOT": self._scratch.name},  # no key of ours is seen there
            start_new_session=True,
            limit=2**26,  # bytes of a line: the tasks of a category have 8 MB
        )
        return self._process

    async def _end(self) -> None:
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
            self._process = None


# --- the suite ------------------------------------------------------------------------------------


@asynccontextmanager
async def bfcl(wanted: tuple[str, ...] = ()) -> AsyncIterator[Suite]:
    """Give the suite for as long as the context lasts: the categories wanted, or all.

    Raises  BadInput for an unknown category, or when bfcl-eval is not installed
    """
    if unknown := [name for name in wanted if name not in CATEGORIES]:
        raise BadInput(f"bfcl has no {unknown[0]}", f"choose from {', '.join(CATEGORIES)}")
    async with Checker() as checks:
        tasks = [
            _task(checks, category, entry)
            for category in wanted or CATEGORIES
            for entry in await checks.ask("tasks", category=category)
        ]
        yield Suite("bfcl", f"bfcl-eval {VERSION}", tuple(tasks))


def _task(checks: Checker, category: str, entry: dict[str, Json]) -> Task:
    calls = entry["gold"]
    several = category.startswith("multi_turn")
    lines = [(turn, n) for n, turn in enumerate(calls)]

    async def gold(conversation: Conversation) -> Assistant:
        said = [turn for turn, _ in lines for turn in ([turn, []] if turn and several else [turn])]
        return Assistant(calls=tuple(_call(c) for c in said[taken(conversation)]))

    return Task(
        id=entry["id"],
        labels={"category": category},
        gold=gold,
        play=partial(_play, checks, entry, several),
    )


def _call(call: dict[str, Json]) -> Call:
    return Call.of("", call["name"], call["arguments"])


async def _play(checks: Checker, entry: dict[str, Json], several: bool, player: Player) -> Played:
    """Lead a conversation as bfcl-eval's runner does, and have it checked."""
    functions = foreign.functions(entry["functions"])
    messages: tuple[Message, ...] = ()
    context, turns = "", list[list[list[Json]]]()
    try:
        for turn in entry["turns"]:
            offers = foreign.functions(turn["offers"])
            context += "".join(m["content"] for m in turn["said"] if m["role"] == "system")
            words = "\n".join(m["content"] for m in turn["said"] if m["role"] == "user")
            messages += (User(words or MORE_FUNCTIONS, offers),)
            turns.append([])
            for _ in range(STEPS + 1):
                heard = await player(Conversation(functions, messages, True, context))
                messages += (heard,)
                if not heard.calls:
                    break
                if len(turns[-1]) == STEPS:
                    return Played(False, 0.0, "too_many_steps", messages)
                turns[-1].append([{"name": c.name, "arguments": c.arguments} for c in heard.calls])
                if not several:
                    break
                results = await checks.ask("results", id=entry["id"], turns=turns)
                paired = zip(heard.calls, results, strict=True)
                messages += tuple(Tool(c.id, c.name, foreign.value(r)) for c, r in paired)
        said = await checks.ask("check", id=entry["id"], turns=turns)
    except Reject as wrong:
        if not wrong.reason.startswith("checker_"):
            raise
        return Played(False, 0.0, wrong.reason, messages)
    passed = bool(said["passed"])
    return Played(passed, float(passed), said["reason"], messages)
