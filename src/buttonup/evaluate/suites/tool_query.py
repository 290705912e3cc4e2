"""The suite `tool-query`: AgentBoard's 60 questions to weather, films and papers, from a path.

The path is a checkout of AgentBoard with its data; its own environments run the calls, in a process
of their own that sees MOVIE_KEY and PROJECT_PATH of our environment variables and asks the network
for what it needs. There are no gold calls in the data, so that there is no ceiling.
Source  AgentBoard, arXiv 2401.13178 (progress rate, grounding accuracy, success rate);
        hkust-nlp/AgentBoard, agentboard/tasks/tool.py (`evaluate_env`) and
        agentboard/environment/{weather,movie,academia}_env.py. Functions are shown as functions,
        where AgentBoard writes "Action: … with Action Input: …"; each call is a step
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from buttonup.errors import BadInput, Reject
from buttonup.evaluate.apart import Apart, Lost
from buttonup.evaluate.measures import share
from buttonup.evaluate.suite import Played, Player, Suite, Task, unknown
from buttonup.evaluate.suites import tool_query_orders
from buttonup.formats import foreign
from buttonup.formats.elements import elements
from buttonup.records import (
    Call,
    Conversation,
    Function,
    Json,
    Message,
    Tool,
    User,
    decode,
    digest,
)

STEPS = 20  # AgentBoard's max_num_steps
PATIENCE = 120.0  # seconds: environments ask services on the network
SEEN = ("MOVIE_KEY", "HTTPS_PROXY", "HTTP_PROXY", "SSL_CERT_FILE", "PATH", "HOME")
FINISH = Function(
    "finish",
    "Return the answer, and end.",
    {
        "type": "object",
        "properties": {"answer": {"description": "The answer to the goal."}},
        "required": ["answer"],
    },
)
"""Where the description of a tool leaves out what every environment knows."""
HOW = (
    "Reach the goal by calling functions, one at a time. Once it is reached, call `finish` with "
    "the answer."
)
CALL = "Format error: call a function."
GIVE = "give a checkout of AgentBoard that has agentboard/ and data/tool-query/test.jsonl"


class _About(msgspec.Struct):
    tool: str
    answer: Any = None
    init_config: dict[str, Any] | None = None


class _Row(msgspec.Struct):
    goal: str
    subgoals: list[Any]
    additional_info: _About
    difficulty: str = "unknown"

    @property
    def dataset(self) -> dict[str, Json]:
        """What AgentBoard gives an environment."""
        about = self.additional_info
        return {
            "goal": self.goal,
            "ground_truth": about.answer,
            "ground_truth_subgoals": self.subgoals,
            "tool": about.tool,
            **(about.init_config or {}),
        }


MEASURES = (
    share("success", "success", "tasks"),
    share("progress", "progress", "tasks"),
    share("grounding", "grounding", "tasks"),
)
sessions = count()


@asynccontextmanager
async def tool_query(data: Path) -> AsyncIterator[Suite]:
    """Give the suite for as long as the context lasts.

    Raises  BadInput for a path that is no checkout, or whose environments cannot be loaded
    """
    rows = list(_rows(data / "data" / "tool-query" / "test.jsonl"))
    folder = data / "agentboard"
    async with _board(data) as board:
        tools = dict.fromkeys(row.additional_info.tool for row in rows)
        functions = {tool: _functions(folder, tool) for tool in tools}
        for tool in tools:
            if why := await board.ask("ready", tool=tool):
                what = f"AgentBoard's {tool} cannot be loaded: {why}"
                raise BadInput(what, "install what it needs beside ButtonUp")
        tasks = (_task(board, n, row, functions) for n, row in enumerate(rows))
        yield Suite("tool-query", f"tool-query {digest(rows)}", tuple(tasks), MEASURES)


def _board(data: Path) -> Apart:
    variables = {name: os.environ[name] for name in SEEN if name in os.environ}
    variables["PROJECT_PATH"] = str(data.absolute())
    folder = data.absolute() / "agentboard"
    return Apart(tool_query_orders.__file__, folder, variables, packages=True)


def _rows(path: Path) -> Iterator[_Row]:
    for number, line in elements(path):
        try:
            row = decode(line, _Row)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise BadInput(f"{path}:{number} is no task: {error}", GIVE) from error
        if not row.additional_info.tool.isidentifier() or not row.subgoals:
            raise BadInput(f"{path}:{number} has no tool, or no sub-goals", GIVE)
        yield row


def _functions(folder: Path, tool: str) -> tuple[Function, ...]:
    """Read the definitions of a tool's functions."""
    path = folder / "prompts" / "Raw" / f"{tool}_raw.json"
    try:
        found = msgspec.json.decode(path.read_bytes())["tool_set_message"]
        listed = [one for one in foreign.functions(found) if one.name.isidentifier()]
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}", GIVE) from error
    except (Reject, msgspec.MsgspecError, UnicodeError, KeyError, TypeError) as error:
        raise BadInput(f"{path} has no tool_set_message that can be read: {error}", GIVE) from error
    known = {f.name for f in listed}
    return (*listed, *(() if FINISH.name in known else (FINISH,)))


def _task(board: Apart, number: int, row: _Row, functions: dict[str, tuple[Function, ...]]) -> Task:
    tool = row.additional_info.tool
    labels = {"difficulty": row.difficulty, "tool": tool}
    return Task(f"query_{number}", labels, unknown, partial(_play, board, row, functions[tool]))


async def _play(board: Apart, row: _Row, functions: tuple[Function, ...], player: Player) -> Played:
    """Take up to 20 steps, as AgentBoard does; a turn without a call is one that fails.

    Rejects  what is no fault of the model: "tools_away", or that the process was lost
    """
    session, known = str(next(sessions)), {f.name for f in functions}
    messages: tuple[Message, ...] = (User(row.goal),)
    steps, grounded, reward, done = 0, 0, 0.0, False
    await board.ask("opened", session=session, tool=row.additional_info.tool, dataset=row.dataset)
    try:
        while steps < STEPS and not done:
            heard = await player(Conversation(functions, messages, False, HOW))
            messages += (heard,)
            for call in heard.calls[: STEPS - steps]:
                steps += 1
                said = await _stepped(board, session, known, call)
                grounded += not said["observation"].startswith("ERROR | ")
                reward, done = max(reward, said.get("reward", 0.0)), said.get("done", False)
                messages += (Tool(call.id, call.name, said["observation"]),)
                if done:
                    break
            if not heard.calls:
                steps += 1
                messages += (User(CALL),)
    finally:
        with suppress(Lost):
            await board.ask("closed", session=session)
    success = done and reward == 1
    reason = "" if success else "not_all_sub_goals" if done else "too_many_steps"
    counts = {
        "tasks": 1.0,
        "success": float(success),
        "progress": reward,
        "grounding": grounded / steps,
    }
    return Played(success, reward, reason, messages, counts)


async def _stepped(board: Apart, session: str, known: set[str], call: Call) -> dict[str, Json]:
    """Take a step; what is no action of the environment never reaches it.

    Rejects  "tools_away" when the environment could not reach what it asks
    """
    if call.name not in known:
        return {"observation": f"ERROR | Invalid action: {call.name}."}
    if call.arguments is None:
        return {"observation": "ERROR | the arguments are no JSON object"}
    order: dict[str, Json] = {"session": session, "name": call.name, "arguments": call.arguments}
    said: dict[str, Json] = await board.ask("step", PATIENCE, **order)
    if said["away"]:
        raise Reject("tools_away", said["observation"][:200])
    return said
