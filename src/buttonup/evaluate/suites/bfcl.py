"""The suite `bfcl`: eight categories of the Berkeley Function Calling Leaderboard v4.

The package runs apart (see apart.py): it evaluates calls as Python.
Source: bfcl-eval 2026.3.23 (Apache-2.0), its data and checkers; how a conversation is led is as in
        `base_handler.py`, save that malformed arguments get an error as their result.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from buttonup.errors import BadInput
from buttonup.evaluate.apart import Apart, Lost, Package
from buttonup.evaluate.suite import STEPS, Played, Player, Suite, Task, taken
from buttonup.evaluate.suites import bfcl_orders
from buttonup.formats import foreign
from buttonup.records import Assistant, Call, Conversation, Json, Message, Tool, User

PACKAGE = Package("bfcl", "bfcl-eval", "2026.3.23", ("mpmath==1.3.0", "filelock"), "22 MB")
CATEGORIES = (
    "simple_python", "multiple", "parallel", "parallel_multiple", "irrelevance",
    "multi_turn_base", "multi_turn_miss_func", "multi_turn_miss_param",
)  # fmt: skip
MORE_FUNCTIONS = "I have updated some more functions you can choose from. What about now?"
"""bfcl-eval's DEFAULT_USER_PROMPT_FOR_ADDITIONAL_FUNCTION_FC, in a turn that has no words."""


def checker() -> Apart:
    """Give the process of bfcl-eval. Raises BadInput when it is not installed."""
    variables = {"BFCL_PROJECT_ROOT": "{scratch}"}
    return Apart(bfcl_orders.__file__, PACKAGE.needed(), variables)


@asynccontextmanager
async def bfcl(wanted: tuple[str, ...] = ()) -> AsyncIterator[Suite]:
    """Give the suite for as long as the context lasts: the categories wanted, or all.

    Raises  BadInput for an unknown category, or when bfcl-eval is not installed
    """
    if unknown := [name for name in wanted if name not in CATEGORIES]:
        raise BadInput(f"bfcl has no {unknown[0]}", f"choose from {', '.join(CATEGORIES)}")
    async with checker() as checks:
        tasks = [
            _task(checks, category, entry)
            for category in wanted or CATEGORIES
            for entry in await checks.ask("tasks", category=category)
        ]
        yield Suite("bfcl", f"bfcl-eval {PACKAGE.version}", tuple(tasks))


def _task(checks: Apart, category: str, entry: dict[str, Json]) -> Task:
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


async def _play(checks: Apart, entry: dict[str, Json], several: bool, player: Player) -> Played:
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
    except Lost as lost:
        return Played(False, 0.0, lost.reason, messages)
    passed = bool(said["passed"])
    return Played(passed, float(passed), said["reason"], messages)
