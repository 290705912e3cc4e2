"""BUTTON from end to end: every stage, a teacher behind an endpoint, and endpoints in all moods."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from aiohttp import web

import buttonup as package
from buttonup.model.scripted import Scripted

Made = Callable[[Path], dict[str, bytes]]
Finished = Callable[..., CompletedProcess[str]]
Words = Callable[[Any, Path, int], list[object]]

STAGES = [
    "distinct", "expand", "distinct_expanded", "atoms", "compose", "consistent", "functions",
    "library",
]  # fmt: skip


@pytest.fixture
def clean(tmp_path: Path, scripted: Scripted, made: Made) -> dict[str, bytes]:
    """Make 12 samples in this process, with nothing that goes wrong."""
    given = {"n": 12, "tools": "simulated", "teacher.model": "scripted"}
    folder = tmp_path / "clean"
    asyncio.run(package.make(package.read_recipe(None, given), folder, model=scripted))
    return made(folder)


def test_text_first_makes_samples_and_keeps_every_stage(
    clean: dict[str, bytes], tmp_path: Path
) -> None:
    samples = list(package.accepted(tmp_path / "clean"))
    assert len(samples) == 12
    assert {s.trajectory.blueprint.task.shape for s in samples} == {
        "sequential",
        "parallel_then_sequential",
    }
    records = {name.removeprefix("records/").removesuffix(".jsonl") for name in clean}
    assert records >= {*STAGES, "accepted", "rejections"}
    report = package.report(tmp_path / "clean")
    assert report.rejections["consistent"]["inconsistent"] > 0
    assert report.made["compose"] > report.made["consistent"] >= 12
    assert report.usage["functions"].calls >= 12


def test_no_subtask_reaches_an_export(clean: dict[str, bytes], tmp_path: Path) -> None:
    texts = {
        subtask.text
        for sample in package.accepted(tmp_path / "clean")
        for subtask in sample.trajectory.blueprint.task.subtasks
    }
    assert len(texts) > 12
    for name in ("button", "openai"):
        out = tmp_path / f"{name}.jsonl"
        package.export(tmp_path / "clean", name, out)
        exported = json.dumps([json.loads(line) for line in out.read_text().splitlines()])
        assert [text for text in texts if json.dumps(text)[1:-1] in exported] == []
        assert package.check(out).failures == ()


def test_an_endpoint_gives_what_a_model_in_this_process_gives(
    clean: dict[str, bytes],
    tmp_path: Path,
    serve: Callable[..., Any],
    buttonup: Finished,
    text_first: Words,
    made: Made,
) -> None:
    server = serve(slowest=0.03)
    done = buttonup(*text_first(server, tmp_path / "run", 12), "--concurrency", 7)
    assert (done.returncode, server.repeats) == (0, 0), done.stderr
    assert made(tmp_path / "run") == clean


def test_a_finished_run_asks_for_nothing_and_changes_nothing(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words
) -> None:
    def all_files() -> dict[Path, bytes]:
        return {p: p.read_bytes() for p in (tmp_path / "run").rglob("*") if p.is_file()}

    server = serve()
    first = buttonup(*text_first(server, tmp_path / "run", 4))
    before, asked = all_files(), len(server.asked)
    again = buttonup(*text_first(server, tmp_path / "run", 4))
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert (all_files(), len(server.asked)) == (before, asked)


def no_schemas(body: Any, times: int) -> web.Response | None:
    if "response_format" in body:
        words = {"error": {"message": "'response_format' of type json_schema is not supported"}}
        return web.json_response(words, status=400)
    return None


def overloaded(body: Any, times: int) -> web.Response | None:
    """Fail now and then, whatever is asked, and not for ever."""
    if times < 3 and random.random() < 0.2:
        status, pause = random.choice([(429, {"Retry-After": "0"}), (500, {}), (503, {})])
        return web.Response(status=status, headers=pause, text="try later")
    return None


@pytest.mark.parametrize("mood", [no_schemas, overloaded])
def test_what_an_endpoint_refuses_or_drops_changes_no_sample(
    mood: Any,
    clean: dict[str, bytes],
    tmp_path: Path,
    serve: Callable[..., Any],
    buttonup: Finished,
    text_first: Words,
    made: Made,
) -> None:
    server = serve(mood=mood)
    done = buttonup(*text_first(server, tmp_path / "run", 12))
    assert done.returncode == 0, done.stderr
    assert server.repeats > 0, "the endpoint was in no such mood"
    assert made(tmp_path / "run") == clean


def test_bad_replies_cost_some_samples_and_spoil_none(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words
) -> None:
    server = serve(mood=babbling)
    done = buttonup(*text_first(server, tmp_path / "run", 12))
    assert done.returncode == 0, done.stderr
    samples = list(package.accepted(tmp_path / "run"))
    assert len(samples) == 12
    assert all(sample.accepted and sample.trajectory.messages for sample in samples)
    report = package.report(tmp_path / "run")
    reasons = {r for stage in report.rejections.values() for r in stage}
    assert reasons & {"unparsable", "cut_off"}
    assert sum(u.calls for u in report.usage.values()) <= len(set(server.asked))
    assert "unparsable" in done.stdout
    checked = buttonup("check", tmp_path / "run")
    assert checked.returncode == 0, checked.stdout


def babbling(body: Any, times: int) -> web.Response | None:
    """Answer three requests in ten with something useless; which ones, follows from them."""
    luck = random.Random(json.dumps(body["messages"])).random()
    texts = ["I'm sorry, Dave.", '{"thought": "and then', "[1, 2", ""]
    if luck > 0.3:
        return None
    choice = {
        "message": {"role": "assistant", "content": texts[int(luck * 1000) % 4]},
        "finish_reason": "length" if luck < 0.05 else "stop",
    }
    return web.json_response({"choices": [choice]})


def test_seeds_lead_to_samples_and_bad_lines_are_counted(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words
) -> None:
    lines = [json.dumps({"query": f"where do I find looms, take {i}?"}) for i in range(30)]
    seeds = tmp_path / "seeds.jsonl"
    seeds.write_text("\n".join(["not json", *lines]) + "\n")
    words = [*text_first(serve(), tmp_path / "run", 4), "--seeds", seeds]
    assert buttonup(*words).returncode == 0
    report = package.report(tmp_path / "run")
    assert report.rejections["seeds"] == {"not_json": 1}
    assert report.made["scenarios"] > 0
    seeds.rename(tmp_path / "moved.jsonl")
    moved = [*text_first(serve(), tmp_path / "run", 4), "--seeds", tmp_path / "moved.jsonl"]
    assert buttonup(*moved).returncode == 0, "the content counts, not the path"


def too_long(body: Any, times: int) -> web.Response | None:
    if random.Random(json.dumps(body["messages"])).random() > 0.2:
        return None
    return web.json_response({"error": {"message": "context length exceeded"}}, status=400)


def test_what_an_endpoint_refused_once_stays_refused_when_the_run_goes_on(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words, made: Made
) -> None:
    assert buttonup(*text_first(serve(mood=too_long), tmp_path / "run", 4)).returncode == 0
    before = made(tmp_path / "run")
    assert b"refused_by_endpoint" in before["rejections.jsonl"]
    longer = buttonup(*text_first(serve(), tmp_path / "run", 8))
    assert longer.returncode == 0, longer.stderr
    after = made(tmp_path / "run")
    assert all(after[name].startswith(there) for name, there in before.items())
