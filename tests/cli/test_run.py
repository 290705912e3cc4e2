from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from buttonup import Progress
from buttonup.cli.run import in_words
from buttonup.model.batching import Standing

Command = Callable[..., Any]
Files = Callable[[Path], dict[str, bytes]]

TEXT_FIRST = ("run", "--tools", "simulated", "--teacher", "m")


def test_a_run_shows_the_funnel_a_sample_and_where_everything_is(
    process: Command, tmp_path: Path
) -> None:
    done = process("run", "-n", 20, "--out", "first")
    assert done.status == 0
    for words in ("accepted       20", "One of them:", "first/accepted.jsonl", "buttonup export"):
        assert words in done.out
    assert "20/20 accepted" in done.err
    assert (tmp_path / "first" / "accepted.jsonl").read_bytes().count(b"\n") == 20
    assert json.loads((tmp_path / "first" / "report.json").read_bytes())["accepted"] == 20


def test_the_printed_export_command_works_as_it_stands(buttonup: Command, tmp_path: Path) -> None:
    printed = buttonup("run", "-n", 3).out.splitlines()[-1].split()
    assert printed[:2] == ["Export", "buttonup"]
    assert buttonup(*printed[2:]).status == 0
    assert (tmp_path / "data.jsonl").read_bytes().count(b"\n") == 3


def test_neither_hashing_nor_concurrency_changes_a_byte(process: Command, tmp_path: Path) -> None:
    for hashing, concurrency in (("0", 1), ("1", 16), ("4711", 3)):
        out = f"run{hashing}"
        words = ("run", "-n", 12, "-q", "--out", out, "--concurrency", concurrency)
        done = process(*words, env={"PYTHONHASHSEED": hashing})
        assert (done.status, done.out, done.err) == (0, "", "")
    made = {(tmp_path / f"run{h}" / "accepted.jsonl").read_bytes() for h in ("0", "1", "4711")}
    assert len(made) == 1


def test_a_second_run_goes_on_and_changes_nothing(
    buttonup: Command, files: Files, tmp_path: Path
) -> None:
    words = ("run", "-n", 4, "--out", "run")
    first = buttonup(*words)
    before = files(tmp_path / "run")
    again = buttonup(*words, "--resume")
    assert (again.status, again.out) == (0, first.out)
    assert files(tmp_path / "run") == before


def test_resume_starts_afresh_where_there_is_nothing(buttonup: Command) -> None:
    assert buttonup("run", "-n", 1, "--out", "new", "--resume").status == 0


def test_another_recipe_in_the_same_folder_is_refused(
    buttonup: Command, files: Files, tmp_path: Path
) -> None:
    buttonup("run", "-n", 2, "--out", "run")
    before = files(tmp_path / "run")
    for other in (("--seed", 1), ("--tools", "worlds:museum"), ("--set", "plan.optional=0.5")):
        done = buttonup("run", "-n", 2, "--out", "run", *other)
        assert done.status == 2
        assert "another recipe; give another --out" in done.told
    assert files(tmp_path / "run") == before


def test_a_recipe_names_its_folder(buttonup: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("n = 2\n")
    assert "runs/mine/accepted.jsonl" in buttonup("run", "mine.toml").out
    assert "runs/default/accepted.jsonl" in buttonup("run", "-n", 1).out


def test_the_recipe_that_a_run_leaves_makes_the_same_run(buttonup: Command, tmp_path: Path) -> None:
    buttonup("run", "-n", 3, "--out", "run", "--set", "plan.shapes={chain=1, fan_in=2}")
    assert buttonup("run", "run/recipe.toml", "--out", "again").status == 0
    made = [(tmp_path / name / "accepted.jsonl").read_bytes() for name in ("run", "again")]
    assert made[0] == made[1]


def test_a_run_that_ends_short_says_so(buttonup: Command) -> None:
    deep = ("--set", "plan.shapes={diamond=1}", "--set", "plan.depth={10=1}")
    scant = ("--set", "patience=2", "--set", "plan.tries=1", *deep)
    done = buttonup("run", "-n", 4, "--out", "run", *scant)
    assert done.status == 3
    assert "of 4 samples" in done.err
    assert "no_plan" in buttonup("report", "run").out


def test_a_read_only_parent_is_named(buttonup: Command, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    if os.access(locked, os.W_OK):
        pytest.skip("this user may write anywhere")
    done = buttonup("run", "-n", 1, "--out", "locked/run")
    assert done.status == 2
    assert "cannot use locked/run: Permission denied" in done.told


def test_two_processes_do_not_work_in_one_folder(
    buttonup: Command, files: Files, tmp_path: Path
) -> None:
    buttonup("run", "-n", 1, "--out", "run")
    before = files(tmp_path / "run")
    with (tmp_path / "run" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = buttonup("run", "-n", 2, "--out", "run")
    assert done.status == 2
    assert "another process is working in run" in done.told
    assert files(tmp_path / "run") == before


@pytest.fixture
def refusing() -> Any:
    """Give the address of an endpoint that refuses every key, as some do in the key's words."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.end_headers()
            self.wfile.write(self.headers.get("Authorization", "").encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def test_a_refused_key_is_told_by_its_variable_never_by_itself(
    refusing: str, buttonup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = buttonup(*TEXT_FIRST, "--base-url", refusing)
    assert none.status == 2
    assert "set OPENAI_API_KEY to a key that is valid" in none.told
    monkeypatch.setenv("PROXY_KEY", "sk-very-secret")
    named = ("--set", "teacher.key_env=PROXY_KEY")
    wrong = buttonup(*TEXT_FIRST, "--base-url", refusing, *named)
    assert wrong.status == 2
    assert "the key in PROXY_KEY" in wrong.told
    assert "very-secret" not in wrong.told
    assert not (tmp_path / "runs").exists()


HALF = Progress(accepted=5, wanted=10, failed=2, rejected=1)


def test_batches_on_their_way_are_told_as_the_provider_counts_them() -> None:
    out = Standing(batches=2, requests=50, done=10, failed=3)
    told = in_words(replace(HALF, standing=out))
    assert told == ("2 failed a gate, 1 given up, 2 batches out (10 of 50 requests done, 3 failed)")
    assert "batch" not in in_words(replace(HALF, standing=Standing()))


def test_what_is_the_matter_with_an_endpoint_is_told_while_it_lasts() -> None:
    during = in_words(replace(HALF, trouble="503 gone fishing; next try in 8 s"))
    assert "1 given up; 503 gone fishing; next try in 8 s" in during
    assert "fishing" not in in_words(HALF)


def test_what_a_run_costs_is_told_with_the_models_that_have_no_price() -> None:
    told = in_words(replace(HALF, calls=7, dollars=0.5, unpriced=("m",)))
    assert told.endswith("7 model calls, $0.5000 (no price: m)")
