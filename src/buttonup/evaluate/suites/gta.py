"""The suite `gta`: General Tool Agents, 229 queries over images and 14 tools, from a path.

`steps` gives the gold steps before and asks for one; `end_to_end` has the model call the tools,
which a server of AgentLego runs. Metrics are those of GTA (gta_scores.py). Functions are shown as
functions, where GTA's own runner writes ReAct; files are named by their path in the dataset.
Source  open-compass/GTA: dataset.json as opencompass/opencompass/datasets/gta_bench.py reads it, a
        conversation as opencompass/opencompass/models/lagent.py and
        openicl/icl_inferencer/icl_agent_inferencer.py lead it
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from buttonup.errors import BadInput
from buttonup.evaluate.measures import summed
from buttonup.evaluate.suite import Played, Player, Suite, Task, taken
from buttonup.evaluate.suites.gta_scores import (
    ANS_ACC,
    STEP_MEASURES,
    SUMM_ACC,
    SUMMARY,
    WHOLE_MEASURES,
    Likeness,
    Truth,
    accepted,
    asked_counts,
    read_truth,
    step_counts,
    whole_counts,
)
from buttonup.evaluate.suites.gta_tools import FILES, Desk, Signature, Tools, desk_of
from buttonup.records import (
    Assistant,
    Call,
    Conversation,
    Function,
    Json,
    Message,
    Tool,
    User,
    digest,
)

PARTS = ("steps", "end_to_end")
TURNS = 10  # `max_turn` of GTA's own settings
LAST = "Please summarize the chat history and give a final answer. Do not call any tools."
"""What GTA's runner asks before the last step (`LagentAgent.next_step`)."""
TYPES = {"int": "integer", "integer": "integer", "float": "number", "bool": "boolean"}
GIVE = "give the folder of gta_dataset, with dataset.json in it"


class _Value(msgspec.Struct):
    type: str = "text"
    name: str | None = None
    description: str | None = None
    optional: bool = False


class _Meta(msgspec.Struct):
    name: str
    description: str | None = None
    inputs: list[_Value] = []
    outputs: list[_Value] = []


class _File(msgspec.Struct):
    path: str


class _Row(msgspec.Struct):
    tools: list[_Meta]
    dialogs: list[dict[str, Any]]
    files: list[_File] = []
    gt_answer: Any = None


@dataclass(frozen=True, slots=True)
class Query:
    """A query of GTA."""

    id: str
    functions: tuple[Function, ...]
    signatures: dict[str, Signature]
    files: tuple[str, ...]
    messages: tuple[Message, ...]
    """The gold conversation."""
    truth: Truth

    @property
    def gold(self) -> tuple[Assistant, ...]:
        """The gold turns."""
        return tuple(m for m in self.messages if isinstance(m, Assistant))

    @property
    def context(self) -> str:
        """What is said of the files."""
        return f"The related files are at {', '.join(f'`{file}`' for file in self.files)}."


@asynccontextmanager
async def gta(
    wanted: tuple[str, ...],
    data: Path,
    likeness: Likeness | None = None,
    tools: Tools | None = None,
) -> AsyncIterator[Suite]:
    """Give the suite: the parts wanted, or all that can be had.

    Raises  BadInput for an unknown part, a path without the dataset, or end_to_end without tools
    """
    if unknown := [name for name in wanted if name not in PARTS]:
        raise BadInput(f"gta has no {unknown[0]}", f"choose from {', '.join(PARTS)}")
    if "end_to_end" in wanted and tools is None:
        what = "gta:end_to_end calls tools that have to run somewhere"
        raise BadInput(what, "start agentlego-server as GTA says, and give --tools URL")
    queries = list(read_queries(data))
    plays: dict[str, Callable[[Query, Player], Awaitable[Played]]] = {
        "steps": partial(_play_steps, likeness)
    }
    if tools:
        plays["end_to_end"] = partial(_play_whole, tools, data, likeness)
    parts = wanted or tuple(plays)
    tasks = (_task(part, query, partial(plays[part], query)) for part in parts for query in queries)
    counted = {
        "steps": (*STEP_MEASURES, *((SUMM_ACC,) if likeness else ())),
        "end_to_end": (*WHOLE_MEASURES, *(ANS_ACC if likeness else ())),
    }
    content = digest([[q.id, q.files, q.functions, q.messages, q.truth] for q in queries])
    told = f"gta {content}, {'likeness' if likeness else 'objective answers alone'}"
    yield Suite("gta", told, tuple(tasks), tuple(m for part in parts for m in counted[part]))


def read_queries(data: Path) -> Iterator[Query]:
    """Read dataset.json. Raises BadInput, with the query, for what is none."""
    rows = _read(data / "dataset.json", dict[str, Any])
    beside = data / "toolmeta.json"
    metas = _read(beside, dict[str, _Meta]) if beside.is_file() else {}
    for id, found in rows.items():
        try:
            row = msgspec.convert(found, _Row)
            shown = [
                metas.get(t.name, t) if not (t.inputs or t.description) else t for t in row.tools
            ]
            yield Query(
                id=f"gta_{id}",
                functions=tuple(map(_function, shown)),
                signatures={meta.name: _signature(meta) for meta in shown},
                files=tuple(file.path for file in row.files),
                messages=tuple(_messages(row.dialogs)),
                truth=read_truth(row.gt_answer),
            )
        except (msgspec.ValidationError, ValueError, KeyError, TypeError, IndexError) as error:
            what = f"query {id} of {data / 'dataset.json'} cannot be read: {error}"
            raise BadInput(what, GIVE) from error


def _read(path: Path, kind: Any) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}", GIVE) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadInput(f"{path} is not as GTA has it: {error}", GIVE) from error


def _function(meta: _Meta) -> Function:
    properties = {
        str(one.name): {
            "type": TYPES.get(one.type, "string"),
            **({"description": one.description} if one.description else {}),
        }
        for one in meta.inputs
    }
    needed = [str(one.name) for one in meta.inputs if not one.optional]
    schema = {
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }
    return Function(meta.name, meta.description or "", schema)


def _signature(meta: _Meta) -> Signature:
    files = frozenset(str(one.name) for one in meta.inputs if one.type in FILES)
    return Signature(files, tuple(one.type for one in meta.outputs))


def _messages(dialogs: list[dict[str, Any]]) -> Iterator[Message]:
    last = ""
    for n, said in enumerate(dialogs):
        match said["role"]:
            case "user":
                yield User(said["content"])
            case "assistant" if "tool_calls" in said:
                called = said["tool_calls"][0]["function"]
                last = f"call_{n}"
                yield Assistant(calls=(Call.of(last, called["name"], called["arguments"]),))
            case "assistant":
                yield Assistant(answer=said["content"])
            case "tool":
                yield Tool(last, said["name"], _result(said["content"]))
            case role:
                raise ValueError(f"nobody is called {role!r:.40}")


def _result(content: Json) -> Json:
    match content:
        case {"type": "text", "content": text}:
            return text
    return content


def _task(part: str, query: Query, play: Any) -> Task:
    async def gold(conversation: Conversation) -> Assistant:
        n = taken(conversation)
        return query.gold[n] if n < len(query.gold) else Assistant()

    kind = "objective" if query.truth.objective else "subjective" if query.truth else "image"
    return Task(f"{query.id}_{part}", {"part": part, "answer": kind}, gold, play)


async def _play_steps(likeness: Likeness | None, query: Query, player: Player) -> Played:
    """Ask for each gold step behind the gold steps before it."""
    heard, counted = [], [asked_counts(SUMMARY, query.truth)]
    places = [i for i, m in enumerate(query.messages) if isinstance(m, Assistant)]
    for at in places:
        before = query.messages[:at]
        before += (User(LAST),) if at == places[-1] else ()
        turn = await player(Conversation(query.functions, before, False, query.context))
        heard.append(turn)
        gold = query.messages[at]
        assert isinstance(gold, Assistant)
        counted.append(step_counts(turn, gold, query.functions, query.truth, likeness))
    right = [
        bool(
            c["aligned"]
            and (c.get("arguments") if c["tool_steps"] else c.get("summary accepted", 1))
        )
        for c in counted[1:]
    ]
    reason = "" if all(right) else "wrong_step"
    credit = sum(right) / len(right) if right else 0.0
    return Played(all(right), credit, reason, tuple(heard), summed(counted))


async def _play_whole(
    tools: Tools, data: Path, likeness: Likeness | None, query: Query, player: Player
) -> Played:
    """Have a query solved with the tools, in ten turns at most."""
    messages: tuple[Message, ...] = (next(m for m in query.messages if isinstance(m, User)),)
    heard: list[Assistant] = []
    desk = desk_of(data, query.files)
    while len(heard) < TURNS:
        turn = await player(Conversation(query.functions, messages, False, query.context))
        heard.append(turn)
        messages += (turn,)
        if not turn.calls:
            break
        for call in turn.calls:
            messages += (Tool(call.id, call.name, await _ran(tools, desk, query, call)),)
    counts = whole_counts(heard, query.gold, query.functions, query.truth, likeness)
    if query.truth.objective:
        passed = not heard[-1].calls and accepted(heard[-1].answer, query.truth)
        reason = "" if passed else "wrong_answer"
    else:
        called = {call.name for turn in heard for call in turn.calls}
        passed = {call.name for turn in query.gold for call in turn.calls} <= called
        reason = "" if passed else "tool_missing"
    return Played(passed, float(passed), reason, messages, counts)


async def _ran(tools: Tools, desk: Desk, query: Query, call: Call) -> Json:
    takes = query.signatures.get(call.name)
    if takes is None:
        return {"error": f"there is no tool {call.name}"}
    if call.arguments is None:
        return {"error": "the arguments are no JSON object"}
    return await tools.run(desk, call.name, takes, call.arguments)
