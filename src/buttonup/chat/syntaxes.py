"""The ways in which models write calls, and the reading of them: the proof that none is lost.

Nothing is evaluated. Where a syntax writes texts without quotes, the function's schema tells a
text from a number, as the servers do that read such models (vLLM's tool parsers).

Source: what the chat templates of TRL 1.16.0 and axolotl 0.19.0 write, and those of Mistral
(v11 on), DeepSeek V3.1 and Kimi K2 as they stand with the models.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from buttonup.records import Function, Json

Read = Callable[[str, tuple[Function, ...]], Iterator[tuple[str, Json]]]
"""What the assistant wrote, and the functions -> each call's name and arguments, or ValueError."""

_decode = json.JSONDecoder().raw_decode
_BETWEEN = re.compile(r"[\s,;]*")


class Syntax(NamedTuple):
    """A way to write calls."""

    name: str
    read: Read


def calls_in(
    text: str, syntax: Syntax, functions: tuple[Function, ...]
) -> list[tuple[str, Json]] | None:
    """Read the calls in what the assistant wrote; None when they cannot be read."""
    try:
        return list(syntax.read(text, functions))
    except (ValueError, SyntaxError, RecursionError, MemoryError, KeyError, IndexError):
        return None


# --- JSON: objects with a name and arguments ----------------------------------------------------


def _objects(
    text: str, _functions: tuple[Function, ...], opens: str, closes: str = ""
) -> Iterator[tuple[str, Json]]:
    """Read objects, or lists of them, behind an opening mark and before a closing one."""
    at = text.find(opens)
    while at >= 0:
        at = _past(text, at + len(opens))
        while text[at : at + 1] in ("{", "["):
            found, at = _decode(text, at)
            yield from map(_named, found if isinstance(found, list) else [found])
            at = _past(text, at)
        if not text.startswith(closes, at):
            raise ValueError(closes)
        at = text.find(opens, at) if opens else -1


def _past(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _named(one: Json) -> tuple[str, Json]:
    if not isinstance(one, dict):
        raise ValueError(one)  # noqa: TRY004 - it is the text that is wrong
    name = one["name"] if "name" in one else one["tool_name"]
    return name, one["arguments"] if "arguments" in one else one["parameters"]


def _headed(
    text: str, _functions: tuple[Function, ...], head: re.Pattern[str]
) -> Iterator[tuple[str, Json]]:
    """Read a head with the function's name, and the arguments as JSON behind it."""
    at = 0
    while found := head.search(text, at):
        arguments, at = _decode(text, found.end())
        yield found[1], arguments


# --- fields: a pair of tags for each argument ---------------------------------------------------


def _fields(
    text: str, functions: tuple[Function, ...], call: re.Pattern[str], field: re.Pattern[str]
) -> Iterator[tuple[str, Json]]:
    schemas = {f.name: f.parameters.get("properties", {}) for f in functions}
    for name, body in call.findall(text):
        known = schemas.get(name, {})
        yield name, {key: _bare(raw, known.get(key)) for key, raw in field.findall(body)}


def _bare(raw: str, schema: Json) -> Json:
    """Read a value without quotes: a text where the schema says so, and where it is no JSON."""
    if isinstance(schema, dict) and schema.get("type") == "string":
        return raw
    try:
        return json.loads(raw)
    except ValueError:
        return raw


# --- Python's words -----------------------------------------------------------------------------

_JSON_WORDS = {"true": True, "false": False, "null": None}


def _pythonic(
    text: str, _functions: tuple[Function, ...], opens: str, closes: str
) -> Iterator[tuple[str, Json]]:
    """Read `[f(a=1), g(b='x')]`: literals only, of Python or of JSON; nothing is evaluated."""
    for part in text.split(opens)[1:]:
        tree = ast.parse(part[: part.rindex(closes)].strip(), mode="eval").body
        for one in tree.elts if isinstance(tree, ast.List) else [tree]:
            if not isinstance(one, ast.Call) or one.args:
                raise ValueError(ast.dump(one)[:80])
            yield (
                ast.unparse(one.func),
                {str(k.arg): ast.literal_eval(_Words().visit(k.value)) for k in one.keywords},
            )


class _Words(ast.NodeTransformer):
    """JSON's words in a literal of Python."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(_JSON_WORDS[node.id])


# --- Gemma 4: call:NAME{key:<|"|>text<|"|>,n:5} -------------------------------------------------

_QUOTE = '<|"|>'
_SCALAR = re.compile(r"[^,\]}]+")


def _gemma(text: str, _functions: tuple[Function, ...]) -> Iterator[tuple[str, Json]]:
    head, at = re.compile(r"<\|tool_call>call:([^{]+)"), 0
    while found := head.search(text, at):
        arguments, at = _gemma_value(text, found.end())
        if not text.startswith("<tool_call|>", at):
            raise ValueError(text[at : at + 20])
        yield found[1], arguments


def _gemma_value(text: str, at: int) -> tuple[Json, int]:
    if text.startswith(_QUOTE, at):
        end = text.index(_QUOTE, at + len(_QUOTE))
        return text[at + len(_QUOTE) : end], end + len(_QUOTE)
    match text[at]:
        case "{":
            pairs, at = dict[str, Json](), at + 1
            while text[at] != "}":
                end = text.index(":", at)
                key = text[at:end].removeprefix(_QUOTE).removesuffix(_QUOTE)
                pairs[key], at = _gemma_value(text, end + 1)
                at += text[at] == ","
            return pairs, at + 1
        case "[":
            items, at = list[Json](), at + 1
            while text[at] != "]":
                item, at = _gemma_value(text, at)
                items.append(item)
                at += text[at] == ","
            return items, at + 1
    found = _SCALAR.match(text, at)
    if found is None:
        raise ValueError(text[at : at + 20])
    return json.loads(_JSON_SPELLING.get(found[0], found[0])), found.end()


_JSON_SPELLING = {"None": "null", "True": "true", "False": "false"}

# --- all of them --------------------------------------------------------------------------------


def _json(name: str, opens: str, closes: str = "") -> Syntax:
    return Syntax(name, partial(_objects, opens=opens, closes=closes))


def _head(name: str, pattern: str) -> Syntax:
    return Syntax(name, partial(_headed, head=re.compile(pattern)))


def _tags(name: str, call: str, field: str) -> Syntax:
    whole, part = re.compile(call, re.DOTALL), re.compile(field, re.DOTALL)
    return Syntax(name, partial(_fields, call=whole, field=part))


SYNTAXES = (
    _json("hermes", "<tool_call>", "</tool_call>"),
    _json("phi", "<|tool_call|>", "<|/tool_call|>"),
    _json("granite", "<|tool_call|>"),
    _json("jamba", "<tool_calls>", "</tool_calls>"),
    _json("cohere", "<|START_ACTION|>", "<|END_ACTION|>"),
    _json("mistral", "[TOOL_CALLS]"),
    _json("llama4", "<|python_end|>"),
    _json("llama3", ""),
    _head("mistral-v11", r"\[TOOL_CALLS\]([\w.-]+)(?:\[CALL_ID\]\w+)?\[ARGS\]"),
    _head("deepseek", r"<｜tool▁call▁begin｜>function<｜tool▁sep｜>([^\n]+)\n```json\n"),
    _head("deepseek-v3.1", r"<｜tool▁call▁begin｜>([^<\n]+)<｜tool▁sep｜>"),
    _head("kimi", r"<\|tool_call_begin\|>functions\.([^:]+):\d+<\|tool_call_argument_begin\|>"),
    _head(
        "harmony",
        r"to=functions\.([^<\s]+)<\|channel\|>commentary (?:<\|constrain\|>)?json<\|message\|>",
    ),
    _tags(
        "qwen-xml",
        r"<tool_call>\s*<function=([^>\n]+)>\n(.*?)</function>\s*</tool_call>",
        r"<parameter=([^>\n]+)>\n(.*?)\n</parameter>",
    ),
    _tags(
        "glm",
        r"<tool_call>([^\n<{]+)\n(.*?)</tool_call>",
        r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>",
    ),
    _tags(
        "atem",
        r'<atem:invoke name="([^"]+)">\n(.*?)</atem:invoke>',
        r'<atem:parameter name="([^"]+)">(.*?)</atem:parameter>',
    ),
    Syntax("gemma", _gemma),
    Syntax(
        "pythonic",
        partial(_pythonic, opens="<|tool_call_start|>", closes="<|tool_call_end|>"),
    ),
)
"""Each by the family that it is best known from; more families share one."""
