"""Our tasks through verifiers' own evaluation, with a model on loopback that plays in known ways.

It runs where the extra `rl` is installed; what is underneath has fast tests of its own
(tests/topdown/test_episode.py, tests/formats/test_rl.py).
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from buttonup import export, make
from buttonup.formats import openai
from buttonup.formats.rl import read_tasks
from buttonup.recipe import Recipe
from buttonup.records import Assistant, Blueprint
from buttonup.topdown.episode import Episode
from buttonup.topdown.plan_follower import follow_plan

pytest.importorskip("verifiers.v1", reason="needs the extra rl")

TASKS = 60

Plays = Callable[[list[dict[str, Any]], list[dict[str, Any]], Blueprint], dict[str, Any]]
"""Gives the assistant's message for the messages and the tools that it was sent."""


def gold(sent: list[dict[str, Any]], _tools: list[dict[str, Any]], b: Blueprint) -> dict[str, Any]:
    async def play() -> Assistant:
        episode = await Episode.open(b)
        moves: list[Assistant] = []
        while not episode.over:
            move = (await follow_plan(episode.trajectory)).messages[-1]
            assert isinstance(move, Assistant)
            moves.append(move)
            await episode.take(move)
        nth = [m["role"] for m in sent].count("assistant")
        return moves[nth]

    return openai.message(asyncio.run(play()))


def silence(_s: list[dict[str, Any]], _t: list[dict[str, Any]], _b: Blueprint) -> dict[str, Any]:
    return {"role": "assistant", "content": ""}


def everything(
    sent: list[dict[str, Any]], tools: list[dict[str, Any]], _b: Blueprint
) -> dict[str, Any]:
    """Call every function once, with nothing, and then say that all is done."""
    if sent[-1]["role"] == "tool":
        return {"role": "assistant", "content": "All done."}
    calls = [
        {"id": f"c{n}", "type": "function", "function": {"name": name, "arguments": "{}"}}
        for n, name in enumerate(t["function"]["name"] for t in tools)
    ]
    return {"role": "assistant", "content": "", "tool_calls": calls}


def shown(opening: list[dict[str, Any]], tools: list[dict[str, Any]]) -> str:
    """Tell a task by what is shown first; functions that are offered later come behind."""
    words = [m["content"] for m in opening]
    return json.dumps([*words, tools[0]["function"]["name"] if tools else ""])


@contextmanager
def model(plays: Plays, known: dict[str, Blueprint]) -> Iterator[str]:
    """Serve an OpenAI-compatible model that plays so; what is shown first tells the task."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            sent = asked["messages"]
            tools = asked.get("tools", [])
            opening = [m for m in sent[:2] if m["role"] in ("system", "user")]
            said = plays(sent, tools, known[shown(opening, tools)])
            finish = "tool_calls" if said.get("tool_calls") else "stop"
            reply = {
                "id": "r",
                "object": "chat.completion",
                "created": 0,
                "model": "scripted",
                "choices": [{"index": 0, "message": said, "finish_reason": finish}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            }
            body = json.dumps(reply).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rl")
    asyncio.run(make(Recipe(n=TASKS), folder / "run"))
    export(folder / "run", "rl", folder / "tasks.jsonl")
    return folder / "tasks.jsonl"


def evaluated(tasks: Path, plays: Plays, out: Path, *more: str) -> list[dict[str, Any]]:
    """Evaluate as a user does, and give the traces."""
    known = {shown(row["prompt"], json.loads(row["tools"])): b for row, b in read_tasks(tasks)}
    with model(plays, known) as url:
        program = "from verifiers.v1.cli.eval.main import main; main()"
        options = ["--env.taskset.file", str(tasks), "--env.agent.runtime.type", "subprocess"]
        options += ["--client.base-url", url, "-m", "scripted", "--no-push", "--no-rich"]
        options += ["-n", str(TASKS), "-c", "4", "--output-dir", str(out), "--run.name", "it"]
        done = subprocess.run(
            [sys.executable, "-c", program, "buttonup-rl", *options, *more],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [json.loads(x) for x in next(out.rglob("traces.jsonl")).read_text().splitlines()]
    return [trace for row in rows for trace in row.get("traces", [row])]


def reward(trace: dict[str, Any]) -> float:
    told = trace["rewards"]["share"]
    return float(told["score"])


@pytest.mark.slow
def test_gold_play_is_rewarded_in_full(tasks: Path, tmp_path: Path) -> None:
    traces = evaluated(tasks, gold, tmp_path)
    assert len(traces) == TASKS
    assert [t["errors"] for t in traces if t.get("errors")] == []
    assert {reward(t) for t in traces} == {1.0}
    assert {t["metrics"]["passed"] for t in traces} == {1.0}
    assert {t["metrics"]["off_schema"] for t in traces} == {0.0}


@pytest.mark.slow
@pytest.mark.parametrize(("plays", "most"), [(silence, 0.0), (everything, 0.05)])
def test_doing_nothing_or_calling_everything_is_worth_next_to_nothing(
    tasks: Path, tmp_path: Path, plays: Plays, most: float
) -> None:
    traces = evaluated(tasks, plays, tmp_path)
    assert len(traces) == TASKS
    assert [t["errors"] for t in traces if t.get("errors")] == []
    assert fmean(map(reward, traces)) <= most
    assert {t["metrics"]["passed"] for t in traces} == {0.0}


@pytest.mark.slow
def test_a_model_that_runs_out_of_turns_is_scored_for_what_it_did(
    tasks: Path, tmp_path: Path
) -> None:
    traces = evaluated(tasks, gold, tmp_path, "--env.agent.max-turns", "1")
    assert [t["errors"] for t in traces if t.get("errors")] == []
    assert 0 < fmean(map(reward, traces)) < 1
