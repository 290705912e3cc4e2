"""Whole runs through real processes, and a teacher at a loopback address that never tires."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from buttonup.model.door import Reply, Request
from buttonup.model.scripted import Scripted

Json = Any
Turns = list[dict[str, str]]

THINGS = (
    "lockers vans tents pianos kayaks desks projectors ladders looms rooms boats cellos ovens "
    "bicycles stalls cameras trailers cabins gardens sheds studios canoes pumps saunas"
).split()
TOWNS = (
    "Ghent Turin Lisbon Bergen Malaga Lucerne Utrecht Antwerp Leipzig Krakow Porto Aarhus".split()
)
NAMES = ("Mara Lindqvist", "Tomas Novak", "Ines Duarte", "Piotr Zielinski", "Greta Holm")
DOINGS = (
    "Sorting Mending Hiring Lending Packing Weighing Painting Storing Counting Shipping".split()
)
FREE = re.compile(r"the (\w+) in (\w+) that are free on (\d+) June")
WANTS = re.compile(r"^(\w+ \w+) .* (?:of|in) (\w+) (?:for|on) (\d+) June")

# --- the teacher: a pure function of what it is shown --------------------------------------------


def number(*words: str) -> int:
    """Give a large number that follows from the words."""
    return int(hashlib.sha256("\0".join(words).encode()).hexdigest()[:12], 16)


def pick(options: list[str] | tuple[str, ...], *words: str) -> str:
    return options[number(*words) % len(options)]


def after(label: str, turns: Turns) -> str:
    found = re.search(rf"^{label} (.*)$", turns[1]["content"], re.MULTILINE)
    assert found, label
    return found[1]


def teach(turns: Turns) -> Json:
    """Answer any prompt of the text-first pipeline; the schema in it tells which one it is."""
    asked = turns[0]["content"] + turns[1]["content"]
    for mark, answer in ANSWERS.items():
        if re.search(rf'"{mark}": *\{{', asked):
            return answer(turns)
    return tool(turns)


def extracted(turns: Turns) -> Json:
    doing = pick(DOINGS, "extract", turns[1]["content"])
    thing = pick(THINGS, "extract", turns[1]["content"])
    return {"reasoning": "So it reads.", "scenario": f"{doing} {thing} for neighbours"}


def expanded(turns: Turns) -> Json:
    setting = after("The setting:", turns)
    doing, one, other = pick(DOINGS, setting), pick(THINGS, setting), pick(THINGS, "o", setting)
    return {
        "reasoning": "Something else is done.",
        "change": "action",
        "scenario": f"{doing} {one} behind {other}",
    }


def atom(turns: Turns) -> Json:
    setting = after("The setting:", turns)
    thing, town = pick(THINGS, "t", setting), pick(TOWNS, setting)
    day = 10 + number("d", setting) % 20
    return {
        "reasoning": "Somebody needs one.",
        "task": f"Find the {thing} in {town} that are free on {day} June.",
    }


def sequential(turns: Turns) -> Json:
    task = after("The first task:", turns)
    thing, town, day = free(task)
    name = pick(NAMES, task)
    return {
        "reasoning": "The id is needed.",
        "subsequent_task": f"Reserve the first of those for {name}.",
        "composite_task": f"{name} needs one of the {thing} of {town} for {day} June; "
        "please have the first one set aside.",
    }


def parallel_then_sequential(turns: Turns) -> Json:
    task = after("The first task:", turns)
    thing, town, day = free(task)
    other = pick([t for t in THINGS if t != thing], task)
    name = pick(NAMES, "p", task)
    return {
        "reasoning": "Both prices are needed.",
        "parallel_task": f"Find the {other} in {town} that are free on {day} June.",
        "subsequent_task": f"Reserve whichever of the two is cheaper for {name}.",
        "composite_task": f"{name} wants either {thing} or {other} in {town} on {day} June; "
        "please see what there is and take the cheaper offer.",
    }


def free(task: str) -> tuple[str, str, str]:
    found = FREE.search(task)
    assert found, task
    return found[1], found[2], found[3]


def consistent(turns: Turns) -> Json:
    request = after("The request:", turns)
    verdict = "no" if number("c", request) % 9 == 0 else "yes"
    return {"reasoning": "Step by step.", "missing": [], "surplus": [], "verdict": verdict}


def functions(turns: Turns) -> Json:
    request = after("The request:", turns)
    subtasks = re.findall(r"^\d+\. (.*?)(?: \(needs .*)?$", turns[1]["content"], re.MULTILINE)
    finds = [free(text)[0] for text in subtasks if FREE.search(text)]
    name = request[: WANTS.match(request).end(1)]  # type: ignore[union-attr] # it is our own
    parts = [
        {"subtask": i + 1, "why": "Outside data.", "functions": [finder(thing)], "reuses": []}
        for i, thing in enumerate(finds)
    ]
    parts.append(
        {
            "subtask": len(subtasks),
            "why": "An action.",
            "functions": [reserver(finds, name)],
            "reuses": [],
        }
    )
    return {"reasoning": "offer_id feeds the reservation.", "parts": parts}


def described(kind: str, words: str) -> Json:
    return {"type": kind, "description": words}


def finder(thing: str) -> Json:
    offer = {
        "offer_id": described("string", "Id of the offer."),
        "price": described("integer", "Price in euros."),
    }
    offers = {
        "type": "array",
        "description": "Offers.",
        "items": {"type": "object", "properties": offer},
    }
    return {
        "name": f"find_{thing}",
        "description": f"List {thing} that are free in a town on a day.",
        "parameters": {
            "type": "object",
            "properties": {
                "town": described("string", "The town."),
                "day": described("string", "The day, such as 3 May."),
            },
            "required": ["town", "day"],
        },
        "responses": {"type": "object", "properties": {"offers": offers}},
    }


def reserver(finds: list[str], name: str) -> Json:
    return {
        "name": "reserve_offer",
        "description": "Reserve an offer for somebody.",
        "parameters": {
            "type": "object",
            "properties": {
                "offer_id": described("string", "Id of the offer."),
                "guest": described("string", "Full name of whom it is for."),
            },
            "required": ["offer_id", "guest"],
        },
        "responses": {
            "type": "object",
            "properties": {"reservation_id": described("string", "Id of the reservation.")},
        },
        "inputs_from": [
            {"parameter": "offer_id", "function": f"find_{thing}", "field": "offers[].offer_id"}
            for thing in finds
        ],
        "inputs_said": [{"parameter": "guest", "words": name}],
    }


def assistant(turns: Turns) -> Json:
    """Do what the hints say, as many calls a turn as are allowed."""
    system, request = turns[0]["content"], turns[1]["content"]
    hints = re.findall(r"^\d+\. .*? \[(\w+)\]( \(after .*\))?$", system, re.MULTILINE)
    finds = [name for name, waits in hints if not waits]
    results = [entry for turn in turns[2:] for entry in listed(turn)]
    found = WANTS.match(request)
    assert found, request
    waiting = [f for f in finds if f not in {entry["name"] for entry in results}]
    if waiting:
        now = waiting if "go together in one turn" in system else waiting[:1]
        given = {"town": found[2], "day": f"{found[3]} June"}
        calls = [{"name": name, "arguments": given} for name in now]
        return {"thought": "First I look up what there is.", "calls": calls}
    offers = [o for entry in results for o in entry["result"].get("offers", ())]
    best = min(offers, key=lambda o: o["price"]) if len(finds) > 1 else offers[0]
    if "reservation_id" not in results[-1]["result"]:
        given = {"offer_id": best["offer_id"], "guest": found[1]}
        call = {"name": hints[-1][0], "arguments": given}
        return {"thought": f"The offer {best['offer_id']} is the one to take.", "calls": [call]}
    done = results[-1]["result"]["reservation_id"]
    answer = f"It is reserved for {found[1]}: {done}, at {best['price']} euros."
    return {"thought": "All is done.", "answer": answer}


def listed(turn: dict[str, str]) -> list[Json]:
    """Give the results in a turn; none where it is something else."""
    try:
        content = json.loads(turn["content"])
    except ValueError:
        return []
    return content if turn["role"] == "user" and isinstance(content, list) else []


def tool(turns: Turns) -> Json:
    name, arguments = re.findall(r"^(\w+)\((\{.*\})\)$", turns[1]["content"], re.MULTILINE)[-1]
    if "offer_id" in arguments:
        return {"reservation_id": f"RS-{number(arguments) % 90000 + 10000}"}
    return {
        "offers": [
            {
                "offer_id": f"OF-{number(name, arguments, str(i)) % 90000 + 10000}",
                "price": 20 + number(str(i), name, arguments) % 300,
            }
            for i in range(3)
        ]
    }


ANSWERS: dict[str, Callable[[Turns], Json]] = {
    "parts": functions,
    "verdict": consistent,
    "parallel_task": parallel_then_sequential,
    "subsequent_task": sequential,
    "change": expanded,
    "thought": assistant,
    "task": atom,
    "scenario": extracted,
}

# --- the same teacher, without and with a network ------------------------------------------------


@pytest.fixture
def teaching() -> Callable[[Turns], Json]:
    """Give the teacher as it is."""
    return teach


@pytest.fixture
def scripted() -> Scripted:
    """Give the teacher as a model in this process."""

    def script(request: Request) -> Reply:
        turns = [{"role": turn.role, "content": turn.content} for turn in request.messages]
        return Reply(json.dumps(teach(turns)), prompt_tokens=100, completion_tokens=10)

    return Scripted(script)


Mood = Callable[[Json, int], web.Response | None]
"""What a server does instead of answering a body that it is sent for the n-th time."""


@dataclass(slots=True)
class Server:
    """An OpenAI-compatible endpoint that counts what it is asked, by Idempotency-Key."""

    mood: Mood | None = None
    slowest: float = 0.0
    """Seconds; how long each reply takes follows from its request."""
    asked: list[str] = field(default_factory=list)
    """Keys, in order of arrival."""
    bodies: list[Json] = field(default_factory=list)
    """What was asked, in the same order."""
    reasons: bool = False
    """Whether it reasons first: in a field of its own, or in the text, as models do."""
    waiting: int = 0
    """Requests that are being answered now."""
    address: str = ""

    @property
    def repeats(self) -> int:
        """Requests that had been asked before."""
        return len(self.asked) - len(set(self.asked))

    async def complete(self, request: web.Request) -> web.Response:
        body = await request.json()
        key = request.headers["Idempotency-Key"]
        self.asked.append(key)
        self.bodies.append(body)
        self.waiting += 1
        try:
            await asyncio.sleep(self.slowest * (number(key) % 100) / 100)
        finally:
            self.waiting -= 1
        moody = self.mood(body, self.asked.count(key)) if self.mood else None
        return moody or completion(json.dumps(teach(body["messages"])), reasons=self.reasons)


REASONING = "PONDERING which of them it is"


def completion(text: str, *, reasons: bool = False) -> web.Response:
    """Answer as an endpoint does."""
    message = {"role": "assistant", "content": text}
    if reasons and len(text) % 2:
        message["reasoning_content"] = REASONING
    elif reasons:
        message["content"] = f"<think>\n{REASONING}\n</think>\n{text}"
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    used = {"prompt_tokens": 100, "completion_tokens": 10}
    return web.json_response({"choices": [choice], "usage": used})


@pytest.fixture
def serve(beside: Callable[[web.Application], str]) -> Callable[..., Server]:
    """Start servers on loopback addresses."""

    async def models(_request: web.Request) -> web.Response:
        return web.json_response({"data": []})

    def make(**given: Any) -> Server:
        server = Server(**given)
        app = web.Application(client_max_size=2**24)
        app.router.add_get("/v1/models", models)
        app.router.add_post("/v1/chat/completions", server.complete)
        server.address = beside(app)
        return server

    return make


# --- the command ---------------------------------------------------------------------------------

Command = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Command]:
    """Start `buttonup WORDS` in the test's folder; what is left at the end is killed."""
    begun: list[subprocess.Popen[str]] = []

    def make(*words: object, **more: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "buttonup", *map(str, words)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **more.pop("env", {})},
            **more,
        )
        begun.append(process)
        return process

    yield make
    for process in begun:
        process.kill()
        process.communicate()


Finished = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def buttonup(start: Command) -> Finished:
    """Run `buttonup WORDS` to its end."""

    def finish(*words: object, **more: Any) -> subprocess.CompletedProcess[str]:
        process = start(*words, **more)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    return finish


@pytest.fixture
def made() -> Callable[[Path], dict[str, bytes]]:
    """Read all records of a run's folder, by file."""

    def read(folder: Path) -> dict[str, bytes]:
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.jsonl"))}

    return read


@pytest.fixture
def text_first() -> Callable[[Server, Path, int], list[object]]:
    """Give the words of a text-first run at a server."""

    def words(server: Server, folder: Path, n: int) -> list[object]:
        given = ["--tools", "simulated", "--teacher", "scripted", "--base-url", server.address]
        return ["run", *given, "-n", n, "--out", folder]

    return words
