"""The taskset, the task and the harness that `verifiers` loads."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import verifiers.v1 as vf

from buttonup.formats import openai, rl
from buttonup.owned import opened_again
from buttonup.records import Assistant, Blueprint, Json, decode
from buttonup.tools.door import misfit
from buttonup.tools.own.run import Own
from buttonup.topdown.episode import Episode


class Outcome(vf.State):
    """What an episode came to."""

    reward: float = 0.0
    passed: float = 0.0
    calls: float = 0.0
    off_schema: float = 0.0


class TaskRow(vf.TaskData):
    """A task, as a row of the format `rl` has it."""

    blueprint: str
    """JSON; it holds the answers, and the model never sees it."""
    run: str = ""
    """Folder of the run whose tools it is over, where these are a user's own."""


class Task(vf.Task[TaskRow, Outcome]):
    """Scores what the player left behind."""

    @vf.reward  # type: ignore[untyped-decorator]
    async def share(self, trace: vf.Trace) -> float:
        """How far the plan was done, 0 to 1."""
        return float(trace.state.reward)

    @vf.metric  # type: ignore[untyped-decorator]
    async def told(self, trace: vf.Trace) -> dict[str, float]:
        """Whether all is as it should be, and what was called."""
        names = ("passed", "calls", "off_schema")
        return {name: float(getattr(trace.state, name)) for name in names}


class TasksConfig(vf.TasksetConfig):
    """Where the tasks are."""

    file: Path = Path("tasks.jsonl")
    """What `buttonup export RUN --format rl` has written: JSON Lines or Parquet."""
    run: str = ""
    """That RUN, where it is over tools of your own: they are opened as it knew them."""


class Tasks(vf.Taskset[Task, TasksConfig]):
    """The tasks of a file."""

    def load(self) -> Iterator[Task]:
        """Read them, one at a time. Raises BadInput for a line that is no task."""
        for row, _ in rl.read_tasks(self.config.file):
            system = [m["content"] for m in row["prompt"] if m["role"] == "system"]
            said = [m["content"] for m in row["prompt"] if m["role"] == "user"]
            data = TaskRow(
                id=row["id"],
                prompt="\n".join(said),
                system_prompt="\n".join(system) or None,
                blueprint=row["blueprint"],
                run=self.config.run,
            )
            yield Task(data, self.config.task)


class Player(vf.Harness[vf.HarnessConfig]):
    """Plays an episode, the model being the assistant."""

    APPENDS_SYSTEM_PROMPT = True
    EXECUTES_CODE = False
    NEEDS_CONTAINER = False

    async def launch(
        self,
        ctx: vf.ModelContext,
        trace: vf.Trace,
        runtime: vf.Runtime,  # noqa: ARG002 - calls run in a world, in this process
        endpoint: str,
        secret: str,
        mcp_urls: dict[str, str],  # noqa: ARG002
        data: TaskRow,
    ) -> vf.ProgramResult:
        """Let the model speak until the episode is over, or its turns are used up."""
        own = (await tools_of(Path(data.run))).open_door if data.run else None
        episode = await Episode.open(decode(data.blueprint, Blueprint), own)
        system = data.system_prompt
        shown: list[Json] = [{"role": "system", "content": system}] if system else []
        shown += map(openai.message, episode.messages)
        off_schema = 0
        try:
            headers = {"Authorization": f"Bearer {secret}"}
            async with httpx.AsyncClient(headers=headers, timeout=None) as client:  # noqa: S113
                while not episode.over:
                    said = await _said(client, endpoint, ctx.model, shown, episode)
                    turn = read_turn(said)
                    off_schema += misfits(turn, episode)
                    came = await episode.take(turn)
                    shown += [said, *map(openai.message, came)]
        except httpx.HTTPStatusError as refused:  # the limits of the run, or the endpoint
            return vf.ProgramResult(1, "", str(refused))
        finally:
            trace.state = outcome(episode, off_schema)
        return vf.ProgramResult(0, "", "")


Opening = AbstractAsyncContextManager[Own]
_OPENED: dict[tuple[asyncio.AbstractEventLoop, Path], tuple[Opening, asyncio.Task[Own]]] = {}


async def tools_of(run: Path) -> Own:
    """Give the open tools of a run; they stay open for all episodes, until the process ends."""
    here = (asyncio.get_running_loop(), run)
    if here not in _OPENED:
        opening = opened_again(run)
        _OPENED[here] = opening, asyncio.create_task(opening.__aenter__())
    return await asyncio.shield(_OPENED[here][1])


async def _said(
    client: httpx.AsyncClient, endpoint: str, model: str, shown: list[Json], episode: Episode
) -> dict[str, Any]:
    """Ask the model for its turn."""
    asked: dict[str, Json] = {"model": model, "messages": shown}
    if episode.functions:
        asked["tools"] = rl.tools(episode.functions)
    reply = await client.post(f"{endpoint}/chat/completions", json=asked)
    reply.raise_for_status()
    said: dict[str, Any] = reply.json()["choices"][0]["message"]
    return said


def read_turn(said: dict[str, Any]) -> Assistant:
    """Read the assistant's message; beside calls, words are its thought."""
    return openai.read_turn(said, (f"call_{n}" for n in count(1)))


def misfits(turn: Assistant, episode: Episode) -> int:
    """Count the calls of a turn that no function shown takes."""
    shown = {f.name: f.parameters for f in episode.functions}
    return sum(
        call.name not in shown
        or call.arguments is None
        or bool(misfit(call.arguments, shown[call.name]))
        for call in turn.calls
    )


def outcome(episode: Episode, off_schema: int) -> Outcome:
    """Say what an episode came to, over or not."""
    score = episode.verified()
    calls = sum(len(m.calls) for m in episode.messages if isinstance(m, Assistant))
    return Outcome(
        reward=score.share if score.restraint else 0.0,
        passed=float(score.passed),
        calls=float(calls),
        off_schema=float(off_schema),
    )
