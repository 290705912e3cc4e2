"""Write what a chat-completions endpoint takes, and read what it sends."""

from __future__ import annotations

import email.utils
import functools
import re
import time
from collections.abc import Collection

import msgspec

from buttonup.errors import Fault
from buttonup.model.door import Reply, Request
from buttonup.model.schemas import strict
from buttonup.records import Json

THINKING = re.compile(r"\A\s*(?:<think>|(?![\s{\[`\"]))(.*?)</think>\s*", re.DOTALL)
"""Reasoning before the reply; some chat templates keep the opening tag to themselves."""
MOST_TOKENS = 2**48  # more is no count


def write_body(request: Request, without: Collection[str] = ()) -> dict[str, Json]:
    """Write a request as a body to post, without some fields; `max_tokens` has a newer name."""
    body: dict[str, Json] = {
        "model": request.model,
        **({"prompt": request.text} if request.text else {"messages": request.messages}),
        "temperature": request.temperature,
        "max_tokens": request.max_tokens,
        "seed": request.seed,
    }
    if request.tools:
        body["tools"] = request.tools
    if request.tool_choice:
        body["tool_choice"] = request.tool_choice
    if request.stop:
        body["stop"] = request.stop
    if request.schema is not None:
        schema = msgspec.json.encode(request.schema)
        body["response_format"] = _response_format(request.prompt, schema)
    if "max_tokens" in without:
        body["max_completion_tokens"] = request.max_tokens
    return {key: value for key, value in body.items() if key not in without}


def read_reply(body: bytes) -> Reply:
    """Read a completion, chat or text. Raises Fault for what is none: torn, HTML, empty."""
    try:
        content = msgspec.json.decode(body)
        choice = content["choices"][0]
        message = choice["message"] if "message" in choice else {"content": choice["text"]}
        text, thought = _text(message.get("content")), _thought(message)
        calls = _calls(message.get("tool_calls"))
        refused = bool(message.get("refusal")) and not text
        finish = "content_filter" if refused else str(choice.get("finish_reason") or "stop")
    except (msgspec.DecodeError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise Fault(f"the reply is no chat completion: {words_of(body)}") from error
    if found := THINKING.match(text):
        text, thought = text[found.end() :], thought or found[1].strip()
    used = _table(content.get("usage"))
    return Reply(
        text=text,
        finish=finish,
        prompt_tokens=_count(used.get("prompt_tokens")),
        completion_tokens=_count(used.get("completion_tokens")),
        cached_tokens=_count(_table(used.get("prompt_tokens_details")).get("cached_tokens")),
        reasoning=thought,
        calls=calls,
    )


def words_of(body: bytes, most: int = 200) -> str:
    """Say what an error body says, in one short line."""
    try:
        error = msgspec.json.decode(body)["error"]
        said = error.get("message", error) if isinstance(error, dict) else error
    except (msgspec.DecodeError, RecursionError, LookupError, TypeError):
        said = body[: 4 * most].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in str(said)).split())[:most]


def pause(header: str, now: str = "") -> float | None:
    """Read Retry-After, in seconds or as a date. Gives seconds; None when it says nothing.

    `now` is the reply's own Date, so that a clock of ours that is wrong does no harm.
    """
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", header):
        return float(header)
    if (then := _moment(header)) is None:
        return None
    here = _moment(now)
    return max(0.0, then - (time.time() if here is None else here))


def _moment(date: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _text(content: Json) -> str:
    match content:
        case None:
            return ""
        case str():
            return content
        case list():
            return "".join(str(part.get("text") or "") for part in content)
        case _:
            raise TypeError(f"content is {type(content).__name__}")


def _calls(found: Json) -> tuple[Json, ...]:
    """Read the calls of a message. Raises TypeError for what is no list of objects."""
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise TypeError("the calls are no list of objects")
    return tuple(found)


def _thought(message: dict[str, Json]) -> str:
    thought = message.get("reasoning_content") or message.get("reasoning") or ""
    return thought if isinstance(thought, str) else ""


def _table(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _count(value: Json) -> int:
    return value if type(value) is int and 0 <= value < MOST_TOKENS else 0  # True is no count


@functools.lru_cache(maxsize=1024)
def _response_format(prompt: str, schema: bytes) -> msgspec.Raw:
    """Ask for replies that fit a schema, in the endpoint's words."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", prompt)[:64] or "reply"
    enforced = strict(msgspec.json.decode(schema))
    asked = {"name": name, "schema": msgspec.Raw(schema), "strict": enforced}
    return msgspec.Raw(msgspec.json.encode({"type": "json_schema", "json_schema": asked}))
