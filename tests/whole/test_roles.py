"""Each role and stage may have a model of its own, at an endpoint of its own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import buttonup as package

Made = Callable[[Path], dict[str, bytes]]
Finished = Callable[..., CompletedProcess[str]]
Words = Callable[[Any, Path, int], list[object]]


def test_each_role_and_stage_is_asked_at_its_own_endpoint_as_its_table_says(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished
) -> None:
    shared, strong, cheap = serve(), serve(), serve()
    recipe = tmp_path / "roles.toml"
    recipe.write_text(f"""
        tools = "simulated"
        n = 4
        [teacher]
        model = "common"
        base_url = "{shared.address}"
        temperature = 0.5
        [models.assistant]
        model = "strong"
        base_url = "{strong.address}"
        temperature = 0.1
        [models.tools]
        model = "cheap"
        base_url = "{cheap.address}"
        max_tokens = 300
        [models.atoms]
        temperature = 0.9
    """)
    done = buttonup("run", recipe, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    asked = {
        (b["model"], b["response_format"]["json_schema"]["name"], b["temperature"], b["max_tokens"])
        for server in (shared, strong, cheap)
        for b in server.bodies
    }
    assert {b["model"] for b in strong.bodies} == {"strong"}
    assert {b["model"] for b in cheap.bodies} == {"cheap"}
    assert asked == {
        ("common", "expand", 0.5, 2048),
        ("common", "atom", 0.9, 2048),
        ("common", "sequential", 0.5, 2048),
        ("common", "parallel_then_sequential", 0.5, 2048),
        ("common", "consistent", 0.5, 2048),
        ("common", "functions", 0.5, 4096),
        ("strong", "assistant", 0.1, 2048),
        ("cheap", "tool", 0.5, 300),
    }
    casts = {sample.trajectory.cast for sample in package.accepted(tmp_path / "run")}
    assert [(c.user, c.assistant, c.tools) for c in casts] == [
        ("script", "llm:strong", "llm:cheap")
    ]


def test_a_run_needs_no_teacher_where_whoever_asks_has_a_model(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished
) -> None:
    server = serve()

    def words(*names: str) -> list[object]:
        given: list[object] = ["run", "--tools", "simulated", "-n", 2, "--out", tmp_path / "run"]
        for name in names:
            given += ["--set", f"models.{name}.model=scripted"]
            given += ["--set", f"models.{name}.base_url={server.address}"]
        return given

    asking = ("expand", "atoms", "compose", "consistent", "functions", "assistant")
    lacking = buttonup(*words(*asking))
    assert lacking.returncode == 2
    assert "tools needs a model to ask" in lacking.stderr
    assert buttonup(*words(*asking, "tools")).returncode == 0


def test_a_role_may_move_to_another_address_and_not_to_another_model(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words, made: Made
) -> None:
    one, other = serve(), serve()

    def words(n: int, address: str, model: str) -> list[object]:
        told = [f"models.tools.base_url={address}", f"models.tools.model={model}"]
        return [
            *text_first(one, tmp_path / "run", n), *(w for t in told for w in ("--set", t)),
        ]  # fmt: skip

    assert buttonup(*words(1, one.address, "cheap")).returncode == 0
    assert buttonup(*words(12, other.address, "cheap")).returncode == 0
    assert {body["model"] for body in other.bodies} == {"cheap"}
    refused = buttonup(*words(12, other.address, "cheaper"))
    assert refused.returncode == 2
    assert "another recipe" in refused.stderr


def test_reasoning_is_in_the_journal_and_in_nothing_that_a_student_sees(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words
) -> None:
    server = serve(reasons=True)
    assert buttonup(*text_first(server, tmp_path / "run", 4)).returncode == 0
    with closing(sqlite3.connect(tmp_path / "run" / "journal.sqlite")) as journal:
        replies = [json.loads(reply) for (reply,) in journal.execute("SELECT reply FROM replies")]
    assert replies
    assert all("PONDERING" in reply["reasoning"] for reply in replies)
    assert not any("PONDERING" in reply["text"] for reply in replies)
    assert not any("PONDERING" in json.dumps(body) for body in server.bodies)
    for path in (tmp_path / "run").rglob("*.jsonl"):
        assert b"PONDERING" not in path.read_bytes(), path
