"""What is missing or doubtful in a definition, for somebody who is to train a model on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from buttonup.records import Function, Json, Schema

MEND = {
    "no_description": "say what it does: a docstring, or a line in an overlay",
    "only_its_name": "the description only repeats the name: say what it does, and what it gives",
    "undescribed": "say what the parameter means, with unit or format",
    "untyped": "give the parameter a type",
    "guessed": "its type is that of its default: give the parameter a type",
    "not_json": "no JSON can become a value of this type; only a default can serve",
    "recursive": "the type holds itself: it is shown once, and anything fits further in",
    "left_out": "**keywords are not shown: name those that a model may give",
    "no_signature": "it does not tell its parameters: it is shown as one that takes none",
    "no_responses": "annotate what it returns; else that is learned from calls",
    "vague_responses": "what it returns has a type, but not what is in it",
    "simulated": "there is nothing to run: a write can be simulated, a read is only shown",
    "renamed": "its own name, which is not fit for a chat API or is taken",
    "unread_ref": "it refers to what is not there or may not be read: that part may be anything",
    "cut": "it is larger than a prompt bears: deeper levels are left open",
    "odd": "a part of the description makes no sense and is left out",
    "undeclared": "the path names it and no parameter does: it is taken for text",
    "long_description": "its end is cut off: say it in fewer than 1,024 characters",
    "big": "the definition alone is some 2,000 tokens: leave parameters out",
    "deprecated": "the service wants it used no more",
    "no_server": "nothing says where it is: name it as server=URL",
    "other_server": "it is on a host that you have not named: name it as server=URL",
    "body": "its body has a type that cannot be written here",
    "no_key": "it wants a key: name the variable that holds it as auth=VARIABLE",
    "claims_to_read": "the server says that it only reads, and may be wrong",
}
"""Kind of doubt -> how to mend it, in a line."""


def doubts_of(function: Function) -> tuple[str, ...]:
    """List what is missing in a definition, most grave first: "no_description", "untyped:NAME"."""
    return (*_in_words(function), *_in_parameters(function), *_in_responses(function.responses))


def doubts_again(function: Function, before: Iterable[str]) -> tuple[str, ...]:
    """List doubts anew for a definition that was changed; those of its source stay."""
    own = (doubt for doubt in before if kind_of(doubt) not in SEEN)
    return (*doubts_of(function), *own)


SEEN = frozenset(
    "no_description only_its_name undescribed untyped no_responses vague_responses".split()
)
"""Kinds of doubt that a definition shows of itself."""


def kind_of(doubt: str) -> str:
    """Give the kind of a doubt, without what it is about."""
    return doubt.partition(":")[0]


def _in_words(function: Function) -> Iterator[str]:
    said = _words(function.description)
    if not said:
        yield "no_description"
    elif said <= _words(function.name) | NOTHING:
        yield "only_its_name"


NOTHING = frozenset("a an the this function method tool to for of it".split())


def _words(text: str) -> frozenset[str]:
    spread = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return frozenset(re.findall(r"\w+", spread.replace("_", " ").lower()))


def _in_parameters(function: Function) -> Iterator[str]:
    properties = function.parameters.get("properties")
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        if not _typed(schema):
            yield f"untyped:{name}"
        if not (isinstance(schema, dict) and str(schema.get("description") or "").strip()):
            yield f"undescribed:{name}"


def _in_responses(responses: Schema) -> Iterator[str]:
    if not responses.keys() - {"description"}:
        yield "no_responses"
    elif vague(responses):
        yield "vague_responses"


def _typed(schema: Json) -> bool:
    words = ("type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf", "properties", "items")
    return isinstance(schema, dict) and any(word in schema for word in words)


def vague(schema: Json) -> bool:
    """Say whether a schema leaves open what is in an object or a list."""
    if not _typed(schema):
        return True
    match schema.get("type"):
        case "object":
            within = schema.get("properties") or schema.get("additionalProperties")
            return not isinstance(within, dict)
        case "array":
            return "prefixItems" not in schema and vague(schema.get("items"))
        case _:
            return any(map(vague, _branches(schema)))


def _branches(schema: Schema) -> Iterable[Json]:
    return [b for word in ("anyOf", "oneOf") for b in schema.get(word, ()) if isinstance(b, dict)]
