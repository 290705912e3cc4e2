"""Ask a model for a value of a class: the schema that is sent is read off the class that parses.

A reply that does not fit is asked for again with the reply and what is wrong with it; that is the
only place where a model is asked twice for one thing. (Faults of the outside world are retried in
`retrying.py`.)
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import jsonschema_rs
import msgspec

from buttonup.errors import Reject
from buttonup.model.door import Model, Reply, Request, Turn
from buttonup.model.parse import only_json
from buttonup.model.schemas import checker, schema_of
from buttonup.model.tally import count
from buttonup.prompts.render import render
from buttonup.records import Json, Schema, Usage, digest

T = TypeVar("T")

CLIP = 8000  # characters of a bad reply that are shown back; a runaway reply must not grow the bill
FAULTS = 8  # told at once; more would drown the reply they are about
SHOWN = 300  # characters of one fault, which may quote the value it is about


class _Bad(Exception):  # noqa: N818 - a reply, not an error of the program
    """A reply that does not do, with the reason to count and the words to feed back."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(words)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Teacher:
    """A model together with how it is asked."""

    model: Model
    name: str
    """The endpoint's name for it."""
    seed: int = 0
    temperature: float = 0.7
    max_tokens: int = 2048
    tries: int = 3
    """Asks in all for one thing."""

    async def ask(
        self,
        prompt: str,
        want: type[T],
        slots: Mapping[str, object],
        *,
        check: Callable[[T], None] | None = None,
        history: tuple[Turn, ...] = (),
        draw: int = 0,
    ) -> T:
        """Ask for a value of the class `want`.

        `check` raises ValueError, in words for the model, when a well-formed reply is still wrong.
        `history` follows the prompt, where a conversation goes on. `draw` tells apart several
        draws of the same prompt.

        Rejects  "unparsable", "cut_off", "off_schema" or "unfit" after the last try; "filtered"
                 when the endpoint would not answer
        """

        def parse(value: Json) -> T:
            try:
                made = msgspec.convert(value, want)
            except msgspec.ValidationError as error:
                raise _Bad("off_schema", str(error)) from error
            return _checked(made, check)

        schema = schema_of(want)  # type: ignore[arg-type] # a class is hashable
        return await self._ask(prompt, schema, slots, parse, history, draw)

    async def ask_json(
        self,
        prompt: str,
        schema: Schema,
        slots: Mapping[str, object],
        *,
        check: Callable[[Json], None] | None = None,
        history: tuple[Turn, ...] = (),
        draw: int = 0,
    ) -> Json:
        """Ask for JSON that fits a schema known only now. The rest is as for `ask`.

        Rejects  "unusable_schema" too, when no reply could fit; nothing is fetched for a `$ref`
        """
        try:
            validator = checker(schema)
        except jsonschema_rs.ValidationError as error:
            raise Reject("unusable_schema", f"{prompt}: {error.message[:SHOWN]}") from error

        def parse(value: Json) -> Json:
            faults = islice(validator.iter_errors(value), FAULTS)
            if words := "\n".join(f"{_where(f)}: {f.message[:SHOWN]}" for f in faults):
                raise _Bad("off_schema", words)
            return _checked(value, check)

        return await self._ask(prompt, schema, slots, parse, history, draw)

    async def _ask(
        self,
        prompt: str,
        schema: Schema,
        slots: Mapping[str, object],
        parse: Callable[[Json], T],
        history: tuple[Turn, ...],
        draw: int,
    ) -> T:
        rendered = render(prompt, {**slots, "schema": _shown(msgspec.json.encode(schema))})
        turns: tuple[Turn, ...] = (Turn("system", rendered.system),)
        turns += (Turn("user", rendered.user),) if rendered.user else ()
        turns += history
        wrong = _Bad("unparsable", "the model was not asked")
        for _ in range(self.tries):
            reply = await self.model(self._request(prompt, schema, turns, draw))
            count(self.name, usage_of(reply))
            try:
                return parse(_value(reply))
            except _Bad as bad:
                wrong = bad
                turns += _sent_back(reply, bad)
        raise Reject(wrong.reason, f"{prompt}: {wrong}")

    def _request(self, prompt: str, schema: Schema, turns: tuple[Turn, ...], draw: int) -> Request:
        return Request(
            model=self.name,
            messages=turns,
            schema=schema,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
            seed=int(digest((self.seed, draw)), 16) % 2**31,
            prompt=prompt,
        )


@functools.lru_cache(maxsize=1024)
def _shown(schema: bytes) -> str:
    return msgspec.json.format(schema, indent=1).decode()


def usage_of(reply: Reply) -> Usage:
    """Count what a reply took."""
    return Usage(
        calls=1,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        cached_tokens=reply.cached_tokens,
    )


def _value(reply: Reply) -> Json:
    if reply.finish == "content_filter":
        raise Reject("filtered", "the endpoint refused to answer")
    if reply.finish == "length":  # never mended: what is missing cannot be known
        raise _Bad("cut_off", "it was cut off for its length; answer more briefly")
    try:
        return only_json(reply.text)
    except ValueError as error:
        raise _Bad("unparsable", str(error)) from error


def _checked(value: T, check: Callable[[T], None] | None) -> T:
    try:
        if check is not None:
            check(value)
    except ValueError as error:
        raise _Bad("unfit", str(error)) from error
    return value


def _sent_back(reply: Reply, bad: _Bad) -> tuple[Turn, ...]:
    words = f"That reply cannot be used:\n{bad}\n\nAnswer again, with the whole JSON, corrected."
    return (Turn("assistant", reply.text[:CLIP] or "(nothing)"), Turn("user", words))


def _where(error: jsonschema_rs.ValidationError) -> str:
    return "$" + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.instance_path)
