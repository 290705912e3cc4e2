"""Conversations to write and read: one plain one, and every nasty one Hypothesis can think of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from buttonup.errors import Reject
from buttonup.formats.button import LISTED, PREAMBLE
from buttonup.formats.detect import Format
from buttonup.formats.tags import (
    CALL,
    FINAL,
    PARALLEL,
    THINK,
    TOOL,
    TOOL_CALL,
    TOOL_RESPONSE,
    TOOLS,
)
from buttonup.records import (
    Assistant,
    AtomicTask,
    Blueprint,
    Call,
    Cast,
    CompositionalTask,
    Conversation,
    Function,
    Goal,
    Json,
    Message,
    PlannedCall,
    Sample,
    Source,
    Step,
    Tool,
    Tools,
    Trajectory,
    User,
    UserTurn,
    Verdict,
    decode,
    encode,
)

TAGS = [mark for tag in (TOOL, CALL, FINAL, TOOLS, TOOL_CALL, TOOL_RESPONSE, THINK) for mark in tag]
NASTY = [*PARALLEL.values(), PREAMBLE, LISTED]
NASTY += (
    "\u2028 \u2029 \x85 \x00 \x1b \ufeff \\u003ccall> \\ \" ' < > </ <ca ll> {} [] 0 null".split(
        " "
    )
)
NASTY += ["\n", "\n\n", "\r\n", " ", "🦊", "e\u0301", "\ud7ff", "\U0010ffff"]


def texts_of(fragments: list[str]) -> st.SearchStrategy[str]:
    letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
    return st.lists(st.sampled_from(fragments) | letters, max_size=4).map("".join)


texts = texts_of([*TAGS, *NASTY])
words = texts_of(NASTY).filter(lambda text: not re.search("|".join(TAGS), text))
scalars = st.none() | st.booleans() | st.integers() | st.integers(2**63, 2**200) | texts
numbers = st.floats(allow_nan=False, allow_infinity=False)
values: st.SearchStrategy[Json] = st.recursive(
    scalars | numbers,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(texts, values, max_size=3)
functions = st.builds(Function, texts, texts, objects, objects)
offers = st.lists(functions, max_size=2).map(tuple)
switches = st.sampled_from([True, False, None])
masks = st.sampled_from([False, False, False, True])


@st.composite
def calls_as_emitted(draw: st.DrawFn, id: str) -> Call:
    """Make a canonical call, its arguments malformed now and then."""
    name = draw(texts)
    if draw(st.booleans()):
        return Call.of(id, name, draw(objects))
    call = Call.parse(id, name, draw(texts))
    return call if call.arguments is None else Call.of(id, name, call.arguments)


@st.composite
def canonical(draw: st.DrawFn) -> Conversation:
    """Make a conversation that the button format carries without loss."""
    messages: list[Message] = []
    number = 0
    for kind in draw(st.lists(st.sampled_from(["user", "calls", "answer"]), max_size=4)):
        if kind == "user":
            messages.append(User(draw(words), draw(offers)))
        elif kind == "answer":
            messages.append(Assistant(draw(words), answer=draw(words), masked=draw(masks)))
        else:
            ids = [f"call_{number + n}" for n in range(1, draw(st.integers(1, 3)) + 1)]
            number += len(ids)
            calls = tuple(draw(calls_as_emitted(id)) for id in ids)
            messages.append(Assistant(draw(words), calls, masked=draw(masks)))
            if draw(st.booleans()):
                messages += [Tool(call.id, call.name, draw(values)) for call in calls]
    listed = draw(st.lists(functions, max_size=2).map(tuple))
    return Conversation(listed, tuple(messages), draw(switches), draw(words))


@st.composite
def arbitrary(draw: st.DrawFn) -> Conversation:
    """Make a conversation in any order, with any ids and raw arguments."""
    raw = texts | values.map(repr) | st.just('{"a": 1}')
    calls = st.lists(st.builds(Call.parse, texts, texts, raw), max_size=2).map(tuple)
    turns = (
        st.builds(User, texts, offers)
        | st.builds(Assistant, texts, calls, texts, st.booleans())
        | st.builds(Tool, texts, texts, values)
    )
    return Conversation(
        draw(st.lists(functions, max_size=2).map(tuple)),
        draw(st.lists(turns, max_size=5).map(tuple)),
        draw(switches),
        draw(texts),
    )


@pytest.fixture(scope="session")
def canonical_conversations() -> st.SearchStrategy[Conversation]:
    return canonical()


@pytest.fixture(scope="session")
def read_back() -> Callable[[Format, Conversation], str]:
    """Write a conversation and read it back the same, or give the reason why it is refused."""

    def reason(to: Format, c: Conversation) -> str:
        try:
            row = to.render(c)
        except Reject as refused:
            return refused.reason
        assert to.parse(decode(encode(row), dict[str, Any])) == c
        return ""

    return reason


@pytest.fixture(scope="session")
def any_conversations() -> st.SearchStrategy[Conversation]:
    return arbitrary()


@pytest.fixture(scope="session")
def sample() -> Sample:
    """Give an accepted sample, its privileged parts marked PRIVILEGED."""
    find = Function(
        "find_rooms",
        "Find rooms that are free on a day.",
        {
            "type": "object",
            "properties": {"town": {"type": "string"}, "day": {"type": "string"}},
            "required": ["town", "day"],
        },
        {"type": "object", "properties": {"rooms": {"type": "array"}}},
    )
    book = Function(
        "book_room",
        "Book a room.",
        {"type": "object", "properties": {"room": {"type": "string"}}, "required": ["room"]},
    )
    first = [
        Call.of("call_1", "find_rooms", {"town": "Ghent", "day": "2026-05-02"}),
        Call.of("call_2", "find_rooms", {"town": "Liège", "day": "2026-05-02"}),
    ]
    last = Call.of("call_3", "book_room", {"room": "R7"})
    plan = PlannedCall("book_room", {"room": "PRIVILEGED"}, "PRIVILEGED", {"room": Source("said")})
    return Sample(
        Trajectory(
            Blueprint(
                CompositionalTask(
                    "PRIVILEGED", (AtomicTask("PRIVILEGED"), AtomicTask("PRIVILEGED")), ((0, 1),)
                ),
                functions=(find, book),
                needs=(("find_rooms",), ("book_room", "PRIVILEGED")),
                context="Today is 2026-05-01.",
                tools=Tools("worlds", ("PRIVILEGED",)),
                plan=(Step((plan,), "PRIVILEGED", "PRIVILEGED", "PRIVILEGED"),),
                turns=(UserTurn("PRIVILEGED", answer="PRIVILEGED"),),
                goal=Goal({"PRIVILEGED": {}}, ("PRIVILEGED",)),
            ),
            (
                User("Book the cheaper of the free rooms in Ghent and Liège for tomorrow."),
                Assistant(thought="Neither search needs the other.", calls=tuple(first)),
                Tool("call_1", "find_rooms", {"rooms": [{"id": "R7", "price": 70}]}),
                Tool("call_2", "find_rooms", {"rooms": [{"id": "R9", "price": 85.5}]}),
                Assistant(thought="R7 in Ghent is cheaper.", calls=(last,)),
                Tool("call_3", "book_room", "booked"),
                Assistant(thought="It is done.", answer="I booked room R7 in Ghent for you."),
            ),
            cast=Cast("script", "plan", "world"),
            prompts={"PRIVILEGED": "PRIVILEGED"},
        ),
        (Verdict("structure", passed=True),),
    )
