"""What is known of a user's tools beyond their definitions: one file that people can read and edit.

[functions.get_order]
writes = false
because = "its name begins with get"
noun = "order"

[functions.get_order.parameters.order_id]
values = ["O-1001", "O-1002"]

[[feeds]]
field = "list_orders.id"
parameter = "get_order.order_id"
score = 0.85
because = ["the same name", "3 of 3 calls with it went through"]
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Json, Record, Schema, encode
from buttonup.worlds.phrases import Entity, Phrases

HEAD = """\
# What was learned of your tools. Edit what is wrong and give the file again with --learned:
# what stands here wins, and a feed that is taken out is not used. docs/tools.md has every key.
"""

FED = 0.5
"""Score from which a field feeds a parameter; ours."""


class LearnedParameter(Record):
    """What is known of a parameter."""

    values: tuple[Json, ...] = ()
    """What a request may say: values that calls have taken, or that results have."""
    says: str = ""
    """How a request says one: "order {}"; made from the name where it is empty."""
    proposed: bool = False
    """Whether a model proposed the values, and no call showed them."""


class LearnedFunction(Record):
    """What is known of a function."""

    writes: bool
    because: str = ""
    """How that is known."""
    gives: Literal["one", "list", ""] = ""
    """An object (or a plain value), a list of them; "" where it is not known: it is not called."""
    at: str = ""
    """JSON pointer of that object or list in a result."""
    noun: str = ""
    plural: str = ""
    asks: str = ""
    """What is asked for, as a verb phrase: "get the details of an order"."""
    responses: str = ""
    """JSON Schema of a result, as JSON, where it was inferred; "" for what the tool declares."""
    called: int = 0
    """Calls made to learn about it."""
    failed: int = 0
    """Those that gave an error."""
    steady: bool = True
    """Whether the same call gave the same when it was made again."""
    doubts: tuple[str, ...] = ()
    """Why plans do not call it, or what they should be read for: "no_values:city"."""
    proposed: bool = False
    """Whether a model proposed the words below."""
    phrases: Phrases | None = None
    """How it is asked for and its result told, as in a world's phrase book (docs/worlds.md)."""
    entity: Entity | None = None
    """How what it gives is talked about, in the same form."""
    parameters: dict[str, LearnedParameter] = {}


class Feed(Record):
    """A result field that can fill a parameter."""

    field: str
    """FUNCTION.FIELD: "list_orders.id"; dots reach into objects."""
    parameter: str
    """FUNCTION.PARAMETER: "get_order.order_id"."""
    score: Annotated[float, msgspec.Meta(ge=0, le=1)]
    because: tuple[str, ...] = ()
    proposed: bool = False
    """Whether a model proposed it."""


class Learned(Record):
    """What is known of all the tools of a run."""

    tools: tuple[str, ...] = ()
    """As the user named them."""
    title: str = ""
    """What the assistant is for: "You are the assistant of {title}."."""
    today: str = ""
    """The day that requests are made on, YYYY-MM-DD."""
    given: str = ""
    """Digest of the file with which it was learned, if there was one."""
    functions: dict[str, LearnedFunction] = {}
    feeds: tuple[Feed, ...] = ()

    def responses(self, name: str, declared: Schema) -> Schema:
        """Give the schema of a function's result: what stands here, or what it declares."""
        known = self.functions.get(name)
        if known is None or not known.responses:
            return declared
        schema: Schema = msgspec.json.decode(known.responses)
        return schema


def written(learned: Learned) -> str:
    """Write it down as the file that people edit: what is as usual is left out."""
    feeds = [
        f"  {{ {', '.join(_keys(feed, *feed.__struct_fields__))} }}," for feed in learned.feeds
    ]
    lines = [HEAD, *_keys(learned, "tools", "title", "today", "given"), "feeds = [", *feeds, "]"]
    for name, function in learned.functions.items():
        own = [n for n in function.__struct_fields__ if n not in TABLES]
        lines += ["", f"[functions.{_name(name)}]", *_keys(function, *own)]
        for parameter, known in function.parameters.items():
            at = f"functions.{_name(name)}.parameters.{_name(parameter)}"
            lines += [f"[{at}]", *_keys(known, *known.__struct_fields__)]  # empty: to be filled in
        words = {"phrases": function.phrases, "entity": function.entity}
        for table, said in words.items():
            if said is not None:
                told = _keys(said, *said.__struct_fields__)
                lines += [f"[functions.{_name(name)}.{table}]", *told]
    return "\n".join([*lines, ""])


TABLES = ("parameters", "phrases", "entity")
"""Keys of a function that are written as tables of their own."""


def _keys(record: Record, *names: str) -> list[str]:
    told: dict[str, Json] = msgspec.to_builtins(record)
    return [f"{name} = {_value(told[name])}" for name in names if name in told]


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: Json) -> str:
    """Write a value: as JSON does where it is plain, else a list or an inline table."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_name(k)} = {_value(v)}' for k, v in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return encode(value).decode().replace("\x7f", "\\u007f")


def read_learned(path: Path) -> Learned:
    """Read such a file. Raises BadInput where it is missing, or not what it should be."""
    try:
        return read_text(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not TOML: {error}") from error


def read_text(text: str, where: str) -> Learned:
    """Read the content of such a file. Raises BadInput."""
    mend = "docs/tools.md has what belongs there"
    try:
        learned = msgspec.convert(tomllib.loads(text), Learned)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{where} is not TOML: {error}", mend) from error
    except msgspec.ValidationError as error:
        raise BadInput(f"{where}: {error}", mend) from error
    for name, function in learned.functions.items():
        try:
            schema = msgspec.json.decode(function.responses or "{}")
        except msgspec.DecodeError as error:
            raise BadInput(f"{where}: responses of {name} are not JSON: {error}", mend) from error
        if not isinstance(schema, dict):
            raise BadInput(f"{where}: responses of {name} are no JSON object", mend)
    return learned


def plain(schema: Schema) -> str:
    """Write a schema as the file has it."""
    return encode(schema).decode()
