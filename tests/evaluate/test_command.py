"""From an order to figures, at a server on loopback."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from msgspec import structs

from buttonup.errors import BadInput
from buttonup.evaluate.command import Order, run
from buttonup.evaluate.summary import Summary
from buttonup.train import __file__ as train

Json = Any
WORLDS = Order(suite="worlds:seen", model="m", each=3)


def refusing(body: Json) -> tuple[int, Json]:
    return 400, {"error": {"message": f"too long for {body['model']}"}}


CALL = '<tool_call>\n{"name": "nothing", "arguments": {}}\n</tool_call>'


def answering(_body: Json) -> tuple[int, Json]:
    return 200, {"choices": [{"message": {"content": "Ja?"}}], "usage": {}}


def calling(body: Json) -> tuple[int, Json]:
    """Call the first tool once, then say that this was all."""
    done = body["messages"][-1]["role"] == "tool"
    call: Json = {"id": "1", "type": "function"}
    call["function"] = {"name": body["tools"][0]["function"]["name"], "arguments": "{}"}
    message = {"content": "Done."} if done else {"content": None, "tool_calls": [call]}
    usage = {"prompt_tokens": 10, "completion_tokens": 2}
    return 200, {"choices": [{"message": message}], "usage": usage}


async def served(
    order: Order, folder: Path, answer: Callable[[Json], tuple[int, Json]]
) -> tuple[Summary, list[Json]]:
    asked: list[Json] = []

    async def completions(request: web.Request) -> web.Response:
        asked.append(await request.json())
        status, body = answer(asked[-1])
        return web.json_response(body, status=status)

    async def models(_request: web.Request) -> web.Response:
        return web.json_response({"data": []})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", completions)
    app.router.add_post("/v1/completions", completions)
    app.router.add_get("/v1/models", models)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    there = structs.replace(order, base_url=f"http://{host}:{port}/v1")
    try:
        return await run(there, folder, lambda _done, _all: None), asked
    finally:
        await runner.cleanup()


def test_native_calls_are_played_counted_and_paid_for_once(tmp_path: Path) -> None:
    summary, asked = asyncio.run(served(WORLDS, tmp_path / "e", calling))
    assert summary.usage.calls == len(asked) >= 6
    assert summary.usage.prompt_tokens == 10 * len(asked)
    assert summary.groups[0].ceiling == 1.0
    assert any(m["role"] == "tool" for body in asked for m in body["messages"])
    (tmp_path / "e" / "results.jsonl").unlink()
    again, nothing = asyncio.run(served(WORLDS, tmp_path / "e", calling))
    assert nothing == []
    assert again.groups == summary.groups


def test_a_model_that_refuses_has_errors_and_no_score(tmp_path: Path) -> None:
    summary, _ = asyncio.run(served(WORLDS, tmp_path / "e", refusing))
    assert (summary.groups[0].faults, summary.groups[0].score) == (3, None)
    assert summary.reasons == {"refused_by_endpoint": 3}


def test_a_folder_of_other_tasks_is_refused(tmp_path: Path) -> None:
    asyncio.run(served(WORLDS, tmp_path / "e", calling))
    other = Order(suite="worlds:seen", model="m", each=4)
    with pytest.raises(BadInput, match="another"):
        asyncio.run(served(other, tmp_path / "e", calling))


@pytest.mark.usefixtures("bfcl_there")
def test_bfcl_is_drawn_by_seed_and_played(tmp_path: Path) -> None:
    order = Order(suite="bfcl:irrelevance,multiple", model="m", each=4)
    summary, _ = asyncio.run(served(order, tmp_path / "e", calling))
    scores = {g.name: (g.tasks, g.score) for g in summary.groups}
    assert scores == {
        "all": (8, 0.0),
        "category=irrelevance": (4, 0.0),
        "category=multiple": (4, 0.0),
    }


@pytest.mark.usefixtures("tau2_there")
def test_a_ticket_is_drawn_and_ended_where_no_call_comes(tmp_path: Path) -> None:
    order = Order(suite="tau2:mms_issue", model="m", each=1)
    summary, asked = asyncio.run(served(order, tmp_path / "e", calling))
    assert summary.reasons == {"no_call": 1}
    assert any(t["function"]["name"] == "done" for t in asked[0]["tools"])


def test_a_template_is_rendered_here_and_asked_as_text(tmp_path: Path) -> None:
    def written(body: Json) -> tuple[int, Json]:
        text = "Done." if "<tool_response>" in body["prompt"] else CALL
        return 200, {"choices": [{"text": text}], "usage": {}}

    template = Path(train).with_name("chatml.jinja")
    order = structs.replace(WORLDS, template=str(template))
    summary, asked = asyncio.run(served(order, tmp_path / "e", written))
    assert all("messages" not in body for body in asked)
    assert all(body["stop"] for body in asked)
    assert any("nothing" in body["prompt"] for body in asked)
    assert summary.settings["calls"] == "template"
    assert summary.settings["template"].startswith("chatml ")


def test_a_dataset_by_language_is_played_and_another_dataset_is_another_evaluation(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    row = {
        "messages": [{"role": "user", "content": "Hallo!"}, {"role": "assistant", "content": "Ja?"}]
    }
    (data / "de.jsonl").write_text(json.dumps(row) + "\n")
    order = Order(suite="languages", model="m", data=str(data))
    summary, _ = asyncio.run(served(order, tmp_path / "e", answering))
    assert {g.name: g.score for g in summary.groups} == {"all": 1.0, "language=de": 1.0}
    (data / "de.jsonl").write_text(json.dumps(row) + "\n" + json.dumps(row) + "\n")
    with pytest.raises(BadInput, match="another"):
        asyncio.run(served(order, tmp_path / "e", answering))


def test_a_gguf_file_brings_its_own_template(tmp_path: Path) -> None:
    source = b"{% for m in messages %}{{ m.content }}{% endfor %}"
    key = b"tokenizer.chat_template"
    pair = struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, len(source)) + source
    file = tmp_path / "m.gguf"
    file.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + pair)
    order = Order(suite="worlds:seen", model=f"local:{file}", each=1, calls="template")
    with pytest.raises(BadInput, match="cannot teach calls"):
        asyncio.run(run(order, tmp_path / "e", lambda _done, _all: None))


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Order(suite="nonesuch", model="m"), "no suite 'nonesuch'"),
        (Order(suite="gta", model="m"), "--data"),
        (Order(suite="languages", model="m"), "--data"),
        (Order(suite="tool-query:x", model="m", data="."), "no parts"),
        (Order(suite="worlds", model="m", each=1, calls="template"), "--template"),
        (Order(suite="worlds", model="m", each=1, calls="morse"), "no way 'morse'"),
        (Order(suite="worlds:x", model="m", each=1), "worlds has no x"),
        (Order(suite="worlds", model="m", each=1, budget=1.0), "a budget needs prices"),
        (Order(suite="worlds", model="m", temperature=float("nan")), "no number"),
        (Order(suite="worlds", model="local:/none.gguf", each=1), "cannot read the model"),
    ],
)
def test_what_cannot_be_evaluated_is_said_in_one_line(
    order: Order, words: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=words):
        asyncio.run(run(order, tmp_path / "e", lambda _done, _all: None))
