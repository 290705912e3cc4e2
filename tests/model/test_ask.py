from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import pytest

from buttonup.errors import Fault, Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Reply, Request, Turn
from buttonup.model.scripted import Scripted
from buttonup.model.tally import tally
from buttonup.records import Usage

SLOTS = {"scenario": "Baking bread", "most_words": 30, "given": None}


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """An answer."""

    word: Annotated[str, msgspec.Meta(max_length=9)]
    number: int = 0


GOOD = '{"word": "yes", "number": 3}'


def teacher(*replies: str | Reply, tries: int = 3) -> tuple[Teacher, list[Request]]:
    """Make a teacher that gives these replies in order."""
    left = iter(replies)
    model = Scripted(lambda _: next(left))
    return Teacher(model, "m", tries=tries), model.asked


def asked(who: Teacher, check: Callable[[Answer], None] | None = None, draw: int = 0) -> Answer:
    return asyncio.run(who.ask("atom", Answer, SLOTS, check=check, draw=draw))


def test_a_reply_becomes_a_value_of_the_class_that_was_wanted() -> None:
    who, requests = teacher(Reply(GOOD, prompt_tokens=9, completion_tokens=4, cached_tokens=2))
    with tally() as taken:
        assert asked(who) == Answer("yes", 3)
    assert taken == {who.name: Usage(1, 9, 4, 2)}
    assert [turn.role for turn in requests[0].messages] == ["system", "user"]


def test_the_schema_that_is_sent_and_shown_is_the_class_own() -> None:
    who, requests = teacher(GOOD)
    asked(who)
    schema = requests[0].schema
    assert schema is not None
    assert schema["properties"]["word"] == {"type": "string", "maxLength": 9}
    assert schema["additionalProperties"] is False
    shown = requests[0].messages[1].content
    assert json.loads(shown[shown.index("{") :]) == schema


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("I'd rather not.", "no JSON"),
        ('{"word": 1}', "Expected `str`"),
        ('{"word": "yes", "other": 1}', "unknown field"),
        ('{"word": "far too long"}', "length"),
        ("[1]", "Expected `object`"),
        (Reply(GOOD, finish="length"), "briefly"),
        ("", "no JSON"),
    ],
)
def test_a_bad_reply_is_asked_again_with_what_was_wrong(bad: str | Reply, words: str) -> None:
    who, requests = teacher(bad, GOOD)
    with tally() as taken:
        assert asked(who) == Answer("yes", 3)
    assert taken[who.name].calls == 2
    first, second = requests
    assert second.messages[: len(first.messages)] == first.messages
    assistant, user = second.messages[len(first.messages) :]
    assert (assistant.role, user.role) == ("assistant", "user")
    assert assistant.content
    assert words in user.content


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("no", "unparsable"),
        ("{}", "off_schema"),
        (Reply("", finish="length"), "cut_off"),
        (Reply(GOOD, finish="length"), "cut_off"),
    ],
)
def test_the_last_try_rejects_with_its_reason(bad: str | Reply, reason: str) -> None:
    who, requests = teacher(bad, bad)
    with pytest.raises(Reject) as rejected:
        asked(Teacher(who.model, "m", tries=2))
    assert rejected.value.reason == reason
    assert rejected.value.detail.startswith("atom: ")
    assert len(requests) == 2


def test_a_well_formed_reply_that_is_wrong_is_told_so_and_may_be_mended() -> None:
    def check(answer: Answer) -> None:
        if answer.number != 3:
            raise ValueError("number must be three")

    who, requests = teacher('{"word": "x"}', GOOD)
    assert asked(who, check).number == 3
    assert "number must be three" in requests[1].messages[-1].content
    who, _ = teacher('{"word": "x"}', tries=1)
    with pytest.raises(Reject, match=r"unfit.*three"):
        asked(who, check)


def test_a_filtered_reply_is_not_asked_again() -> None:
    who, requests = teacher(Reply("", finish="content_filter"))
    with pytest.raises(Reject, match="filtered"):
        asked(who)
    assert len(requests) == 1


def test_a_fault_goes_through_untouched() -> None:
    def down(request: Request) -> str:
        raise Fault("down")

    with pytest.raises(Fault):
        asked(Teacher(Scripted(down), "m"))


def test_a_runaway_reply_does_not_grow_the_next_request_without_bound() -> None:
    who, requests = teacher("x" * 1_000_000, GOOD)
    asked(who)
    assert len(requests[1].messages[-2].content) < 10_000


def test_each_draw_is_another_request_and_the_same_draw_the_same() -> None:
    who, requests = teacher(*[GOOD] * 4)
    for draw in (0, 1, 0):
        asked(who, draw=draw)
    other = Teacher(who.model, "m", seed=1)
    asked(other)
    first, second, third, fourth = (request.key for request in requests)
    assert first == third
    assert len({first, second, fourth}) == 3
    assert all(0 <= request.seed < 2**31 for request in requests)


def test_a_conversation_follows_the_prompt() -> None:
    who, requests = teacher(GOOD)
    history = (Turn("user", "hi"), Turn("assistant", "hello"), Turn("user", "go on"))
    slots = {"context": "", "functions": [], "hints": [], "parallel": True}
    asyncio.run(who.ask("assistant", Answer, slots, history=history))
    system, *rest = requests[0].messages
    assert system.role == "system"
    assert tuple(rest) == history


# --- a schema known only now ----------------------------------------------------------------------

PRICE: dict[str, Any] = {
    "type": "object",
    "properties": {"price": {"type": "number"}, "tags": {"type": "array", "maxItems": 2}},
    "required": ["price"],
}


def asked_json(who: Teacher, schema: dict[str, Any], check: Any = None) -> Any:
    return asyncio.run(who.ask_json("atom", schema, SLOTS, check=check))


def test_json_must_fit_the_schema_it_was_asked_with() -> None:
    who, requests = teacher('{"price": "9", "tags": [1, 2, 3]}', '{"price": 9}')
    with tally() as taken:
        assert asked_json(who, PRICE) == {"price": 9}
    assert taken == {who.name: Usage(2, *tokens(requests))}
    told = requests[1].messages[-1].content
    assert "$.price" in told
    assert "$.tags" in told


def tokens(requests: list[Request]) -> tuple[int, int]:
    read = sum(len(turn.content.split()) for request in requests for turn in request.messages)
    return read, 8


def test_json_that_is_wrong_for_another_reason_is_unfit() -> None:
    def check(value: Any) -> None:
        raise ValueError("too dear")

    who, _ = teacher('{"price": 9}', tries=1)
    with pytest.raises(Reject, match=r"unfit.*too dear"):
        asked_json(who, PRICE, check)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": 5},
        {"$ref": "#/nowhere"},
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"type": "string", "pattern": "("},
    ],
)
def test_a_schema_that_nothing_can_fit_is_rejected_before_anything_is_asked(
    schema: dict[str, Any],
) -> None:
    who, requests = teacher()
    with pytest.raises(Reject, match="unusable_schema"):
        asked_json(who, schema)
    assert requests == []


def test_a_fault_that_quotes_a_huge_value_is_told_in_brief() -> None:
    who, requests = teacher(json.dumps({"price": "x" * 100_000}), '{"price": 1}')
    asked_json(who, PRICE)
    assert len(requests[1].messages[-1].content) < 1000
