"""GTA's format, read and played: three queries of our own, and a server of their tools."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from buttonup.errors import BadInput
from buttonup.evaluate.evaluation import evaluate
from buttonup.evaluate.suite import Player, Suite, Task, silent, taken
from buttonup.evaluate.suites.gta import LAST, gta
from buttonup.evaluate.suites.gta_tools import tools_at
from buttonup.evaluate.summary import Summary
from buttonup.records import Assistant, Call, Conversation, Tool, User

Json = Any


def meta(name: str, inputs: list[tuple[str, str]], output: str) -> Json:
    blank = {"description": None, "optional": False, "default": None, "filetype": None}
    return {
        "name": name,
        "description": f"Does {name}.",
        "inputs": [{"type": kind, "name": key, **blank} for kind, key in inputs],
        "outputs": [{"type": output, "name": None, **blank}],
    }


OCR = meta("OCR", [("image", "image")], "text")
SUM = meta("Calculator", [("text", "expression")], "text")
DRAW = meta("DrawBox", [("image", "image"), ("text", "bbox")], "image")


def call(name: str, **arguments: Json) -> Json:
    made = {"type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "tool_calls": [made], "thought": "privileged"}


def result(name: str, text: str) -> Json:
    return {"role": "tool", "name": name, "content": {"type": "text", "content": text}}


ROWS: Json = {
    "0": {
        "tools": [OCR, SUM],
        "files": [{"type": "image", "path": "image/menu.jpg", "url": None}],
        "dialogs": [
            {"role": "user", "content": "What do two teas cost?"},
            call("OCR", image="image/menu.jpg"),
            result("OCR", "tea 2.50"),
            call("Calculator", expression="2 * 2.50"),
            result("Calculator", "5.0"),
            {"role": "assistant", "content": "Two teas cost 5.0 euro."},
        ],
        "gt_answer": {"whitelist": [["5", "5.0"]], "blacklist": None},
    },
    "1": {
        "tools": [OCR],
        "files": [{"type": "image", "path": "image/menu.jpg", "url": None}],
        "dialogs": [
            {"role": "user", "content": "What is on the photo?"},
            call("OCR", image="image/menu.jpg"),
            result("OCR", "tea 2.50"),
            {"role": "assistant", "content": "A menu."},
        ],
        "gt_answer": ["A menu.", "The menu of a bar.", "A list of drinks."],
    },
    "2": {
        "tools": [{"name": "DrawBox"}],
        "files": [{"type": "image", "path": "image/menu.jpg", "url": None}],
        "dialogs": [
            {"role": "user", "content": "Draw a box around the tea."},
            call("DrawBox", image="image/menu.jpg", bbox="(1, 2, 3, 4)"),
            {"role": "tool", "name": "DrawBox", "content": {"type": "image", "content": "x.png"}},
        ],
        "gt_answer": None,
    },
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "gta_dataset"
    (folder / "image").mkdir(parents=True)
    (folder / "image" / "menu.jpg").write_bytes(b"a picture of a menu")
    (folder / "dataset.json").write_text(json.dumps(ROWS))
    (folder / "toolmeta.json").write_text(json.dumps({"DrawBox": DRAW}))
    return folder


def alike(one: str, other: str) -> float:
    return float(one == other)


def played(data: Path, folder: Path, player: Player | None = None, *, like: bool = True) -> Summary:
    async def run() -> Summary:
        async with gta(("steps",), data, alike if like else None) as suite:
            return await summed(suite, folder, player)

    return asyncio.run(run())


async def summed(suite: Suite, folder: Path, player: Player | None) -> Summary:
    plays = player or by_question(list(suite.tasks))
    return await evaluate(suite, lambda _n: plays, folder, model="m", settings={})


def by_question(tasks: list[Task]) -> Player:
    """Play each query rightly, told apart by its first words."""

    async def player(conversation: Conversation) -> Assistant:
        first = conversation.messages[0]
        questions = [row["dialogs"][0]["content"] for row in ROWS.values()]
        assert isinstance(first, User)
        return await tasks[questions.index(first.content)].gold(conversation)

    return player


def figures(summary: Summary) -> dict[str, float | None]:
    return {name: figure.value for name, figure in summary.groups[0].measures.items()}


def test_gold_steps_are_all_right_and_silence_is_none(data: Path, tmp_path: Path) -> None:
    summary = played(data, tmp_path / "e")
    everything = summary.groups[0]
    assert (everything.score, everything.ceiling, everything.floor) == (1.0, 1.0, 0.0)
    assert set(figures(summary).values()) == {1.0}
    floors = {name: f.floor for name, f in everything.measures.items()}
    # Of six steps two are answers: the silent player gives one, if an empty one, in both.
    assert floors == {
        "InstAcc": pytest.approx(2 / 6),
        "ToolAcc": 0.0,
        "ArgAcc": 0.0,
        "SummAcc, objective": 0.0,
        "SummAcc": 0.0,
    }


def test_each_step_is_asked_behind_the_gold_steps_before_it(data: Path, tmp_path: Path) -> None:
    seen: list[Conversation] = []

    async def player(conversation: Conversation) -> Assistant:
        seen.append(conversation)
        return Assistant()

    played(data, tmp_path / "e", player)
    first = [c for c in seen if c.messages[0] == User("What do two teas cost?")]
    assert sorted(taken(c) for c in first) == [0, 1, 2]
    last = max(first, key=taken)
    assert last.messages[-1] == User(LAST)
    assert last.messages[2] == Tool("call_1", "OCR", "tea 2.50")
    assert "image/menu.jpg" in last.context
    assert "privileged" not in str(seen)
    assert {f.name for f in last.functions} == {"OCR", "Calculator"}


def test_a_tool_that_is_only_named_is_described_by_toolmeta(data: Path, tmp_path: Path) -> None:
    seen: list[Conversation] = []

    async def player(conversation: Conversation) -> Assistant:
        seen.append(conversation)
        return Assistant()

    played(data, tmp_path / "e", player)
    [tool] = next(c.functions for c in seen if "box" in str(c.messages[0]))
    assert list(tool.parameters["properties"]) == ["image", "bbox"]


def test_without_a_sentence_model_only_objective_answers_are_scored(
    data: Path, tmp_path: Path
) -> None:
    told = figures(played(data, tmp_path / "e", like=False))
    assert told["SummAcc, objective"] == 1.0
    assert "SummAcc" not in told


# --- end to end -----------------------------------------------------------------------------------


async def with_server(
    data: Path, folder: Path, player: Player | None
) -> tuple[Summary, list[Json]]:
    asked: list[Json] = []

    async def run_tool(request: web.Request) -> web.Response:
        name, form = request.match_info["name"], await request.post()
        given = {
            key: value.file.read() if isinstance(value, web.FileField) else value
            for key, value in form.items()
        }
        asked.append((name, given))
        match name:
            case "OCR":
                return web.json_response("tea 2.50")
            case "DrawBox":
                return web.json_response(base64.b64encode(b"a picture with a box").decode())
            case _:
                return web.json_response({"detail": "cannot add that"}, status=400)

    async def spec(_request: web.Request) -> web.Response:
        return web.json_response({"openapi": "3.1.0"})

    app = web.Application()
    app.router.add_get("/openapi.json", spec)
    app.router.add_post("/{name}", run_tool)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with (
            tools_at(f"http://{host}:{port}") as tools,
            gta(("end_to_end",), data, alike, tools) as suite,
        ):
            return await summed(suite, folder, player), asked
    finally:
        await runner.cleanup()


def test_gold_calls_run_on_the_server_and_are_counted_by_category(
    data: Path, tmp_path: Path
) -> None:
    summary, asked = asyncio.run(with_server(data, tmp_path / "e", None))
    told = figures(summary)
    assert [told[f"{c} F1"] for c in "PLO"] == pytest.approx([1, 1, 1], abs=1e-4)
    assert told["C F1"] is None
    assert told["AnsAcc"] == told["Ans+I"] == 1.0
    assert ("OCR", {"image": b"a picture of a menu"}) in asked
    assert ("DrawBox", {"image": b"a picture of a menu", "bbox": "(1, 2, 3, 4)"}) in asked
    assert summary.groups[0].floor == 0.0


def test_a_file_that_a_tool_made_can_be_named_and_no_other(data: Path, tmp_path: Path) -> None:
    named = ["image/menu.jpg", "output/image_1.png", "/etc/passwd", "../../secret.png"]

    async def player(conversation: Conversation) -> Assistant:
        n = taken(conversation)
        if "box" not in str(conversation.messages[0]) or n == len(named):
            return Assistant(answer="No.")
        given = {"image": named[n], "bbox": "1"}
        return Assistant(calls=(Call.of(f"call_{n}", "DrawBox", given),))

    summary, asked = asyncio.run(with_server(data, tmp_path / "e", player))
    sent = [given["image"] for name, given in asked if name == "DrawBox"]
    assert sent[:2] == [b"a picture of a menu", b"a picture with a box"]
    assert set(sent) == set(sent[:2])
    results = (tmp_path / "e" / "results.jsonl").read_text()
    assert "there is no file" in results
    assert summary.groups[0].faults == 0


def test_what_a_tool_refuses_is_told_to_the_model(data: Path, tmp_path: Path) -> None:
    asyncio.run(with_server(data, tmp_path / "e", None))
    assert "cannot add that" in (tmp_path / "e" / "results.jsonl").read_text()


# --- what is wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[", "not as GTA has it"),
        ("[]", "not as GTA has it"),
        ('{"0": {"tools": []}}', "query 0"),
        ('{"0": {"tools": [], "dialogs": [{"role": "ghost"}]}}', "nobody is called"),
        ('{"0": {"tools": [], "dialogs": [{"role": "user"}]}}', "query 0"),
        ('{"0": {"tools": [], "dialogs": [], "gt_answer": "5"}}', "gt_answer"),
    ],
)
def test_a_dataset_in_another_form_is_told(content: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text(content)

    async def run() -> None:
        async with gta((), tmp_path):
            raise AssertionError

    with pytest.raises(BadInput, match=words):
        asyncio.run(run())


def test_parts_that_are_unknown_or_need_tools_and_paths_without_data_are_told(
    data: Path, tmp_path: Path
) -> None:
    async def run(parts: tuple[str, ...], path: Path) -> None:
        async with gta(parts, path):
            raise AssertionError

    for parts, path, words in (
        (("x",), data, "gta has no x"),
        (("end_to_end",), data, "--tools URL"),
        ((), tmp_path, "cannot read"),
    ):
        with pytest.raises(BadInput, match=words):
            asyncio.run(run(parts, path))


def test_a_file_outside_of_the_dataset_is_not_sent(data: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    rows = {"0": {**ROWS["0"], "files": [{"path": "../secret"}]}}
    (data / "dataset.json").write_text(json.dumps(rows))
    with pytest.raises(BadInput, match=r"there is no \.\./secret"):
        asyncio.run(with_server(data, tmp_path / "e", silent))
