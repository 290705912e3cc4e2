"""What a chat template keeps of a conversation, found by asking it: the canonical probe.

A template is not believed by its name. Small conversations are rendered, each with one thing that
templates are known to lose, and what comes out is read back.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from msgspec import structs

from buttonup.chat.dialects import DIALECTS, Dialect, messages, tools
from buttonup.chat.rendered import Rendered, render
from buttonup.chat.syntaxes import SYNTAXES, calls_in
from buttonup.chat.template import Template
from buttonup.errors import BadInput, Reject
from buttonup.records import (
    Assistant,
    Call,
    Conversation,
    Function,
    Json,
    Record,
    Tool,
    User,
)


class Findings(Record):
    """What a template keeps of the probe."""

    template: str
    calls: str = ""
    """The syntax in which it writes calls; empty when none can be read back."""
    thought: str = ""
    """Which turns keep their thought: "every turn", "with calls", "without calls" or none."""
    needs_thoughts: bool = False
    """Whether a turn without a thought cannot be taught: the model is prompted with its opening."""
    tools: bool = False
    parallel: bool = False
    ids: bool = False
    beside: bool = False
    """Words beside calls."""
    error: bool = False
    unicode: bool = False
    """As it is, not escaped."""
    nested: bool = False
    quotes: bool = False
    """Arguments with quotes and line ends in them."""
    spans: str = ""
    """The word "exact", or why they cannot be told."""
    rows: int = 0
    """Texts that it takes to teach a conversation of two requests with thoughts."""
    ends: str = ""
    """What it writes behind an answer, where the model is to stop."""

    @property
    def trains(self) -> bool:
        """True when it can teach calls."""
        return bool(self.calls and self.tools and self.error and self.ends.strip())

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do about what is lost."""
        return tuple(_advice(self))


# --- the probe ----------------------------------------------------------------------------------

FIND = Function(
    "find_rooms",
    "Find rooms that are free in a town.",
    {
        "type": "object",
        "properties": {
            "town": {"type": "string"},
            "guests": {"type": "integer"},
            "wishes": {"type": "object", "properties": {"beds": {"type": "array"}}},
        },
        "required": ["town"],
    },
)
RATE = Function(
    "room_rate",
    "Tell what a room costs.",
    {"type": "object", "properties": {"room": {"type": "string"}}, "required": ["room"]},
)
PLAIN: dict[str, Json] = {"town": "Ghent", "guests": 2}
NESTED: dict[str, Json] = {"town": "Ghent", "wishes": {"beds": [{"wide": True, "n": 2.5}, None]}}
UNICODE: dict[str, Json] = {"town": "Łódź 東京 🦊"}
QUOTED: dict[str, Json] = {"town": 'O\'Hara "old" town\nby the lake'}
FAILED = {"error": "no such town: Quartz"}
ANSWER = "R7 is free on Friday."
THOUGHTS = ("Zirconia first.", "Beryllium next.", "Cadmium then.", "Dysprosium last.")


def conversation(
    *thoughts: str,
    arguments: dict[str, Json] = PLAIN,
    result: Json = "R7",
    beside: str = "",
    parallel: bool = False,
) -> Conversation:
    """Make the probe: two requests, each with a call, its result and an answer."""
    first, next_, then, last = thoughts or ("",) * 4
    calls = [Call.of("call_1", FIND.name, arguments)]
    calls += [Call.of("call_2", RATE.name, {"room": "R7"})] * parallel
    again = Call.of("call_3", RATE.name, {"room": "R7"})
    return Conversation(
        functions=(FIND, RATE),
        messages=(
            User("Is a room free in Ghent?"),
            Assistant(thought=first, calls=tuple(calls), answer=beside),
            *(Tool(call.id, call.name, result) for call in calls),
            Assistant(thought=next_, answer=ANSWER),
            User("And the rate?"),
            Assistant(thought=then, calls=(again,)),
            Tool(again.id, again.name, {"euro": 80}),
            Assistant(thought=last, answer="80 euro a night."),
        ),
        context="Today is 2026-05-01.",
    )


# --- what comes of it ---------------------------------------------------------------------------


class Taken(Record):
    """How a template takes conversations."""

    to: Dialect
    thoughts: tuple[str, ...] = ()
    """The thoughts of the probe; none where it takes conversations without any."""
    kept: tuple[bool, ...] = (False,) * 4
    """Whether each of four thoughts is in what the assistant wrote."""


@functools.lru_cache(maxsize=256)
def taken(template: Template) -> Taken:
    """Find how a template wants a conversation told, and how the calls that it writes are read.

    The way that keeps most thoughts is taken, the first of several.
    Rejects  as `render` does, when it can teach no call
    """
    best, why = None, None
    for one in DIALECTS:
        try:
            found = _taken(template, _read_back(template, one))
        except Reject as reject:
            better = why is None or why.reason == "template_refuses"
            why = reject if better else why
            continue
        if best is None or sum(found.kept) > sum(best.kept):
            best = found
        if all(best.kept):
            break
    if best is None:
        assert why is not None
        raise why
    return best


def _read_back(template: Template, to: Dialect) -> Dialect:
    """Find the syntax in which a call is written; one that no template knows has no syntax."""
    why = None
    for thoughts in ((), THOUGHTS):
        c = conversation(*thoughts)
        try:
            render(c, template, to)
        except Reject as reject:
            if reject.reason == "calls_lost":
                return structs.replace(to, calls=_syntax(reject.detail, c))
            why = why or reject
    assert why is not None  # without a syntax no call is read
    raise why


def _syntax(written: str, c: Conversation) -> str:
    called = c.messages[1]
    assert isinstance(called, Assistant)
    wanted = [(call.name, call.arguments) for call in called.calls]
    read = (s.name for s in SYNTAXES if calls_in(written, s, c.functions) == wanted)
    return next(read, "")


def _taken(template: Template, to: Dialect) -> Taken:
    """See which thoughts are kept, and whether a conversation may have none."""
    plain, why = _tried(conversation(), template, to)
    thinking, _ = _tried(conversation(*THOUGHTS), template, to)
    if not plain and not thinking:
        assert why is not None
        raise why
    if to.thought != "none" and not thinking:
        return Taken(to)
    written = "".join(text for row in thinking for text in row.written)
    kept = tuple(thought in written for thought in THOUGHTS)
    return Taken(to, () if plain else THOUGHTS, kept)


def _tried(
    c: Conversation, template: Template, to: Dialect
) -> tuple[tuple[Rendered, ...], Reject | None]:
    """Render; or give nothing, and why, where the template loses something."""
    try:
        return render(c, template, to), None
    except Reject as reject:
        return (), reject


def examine(template: Template) -> Findings:
    """Find what a template keeps of the probe."""
    try:
        how = taken(template)
    except Reject as reject:
        return _hopeless(template, reject)

    def shows(word: str, c: Conversation) -> bool:
        return word in "".join(row.text for row in _tried(c, template, how.to)[0])

    probe = functools.partial(conversation, *how.thoughts)
    rows = render(probe(), template, how.to)
    known = [id for m in messages(probe(), how.to) for id in _ids(m)]
    return Findings(
        template=template.name,
        calls=how.to.calls,
        thought=_which(how.kept),
        needs_thoughts=bool(how.thoughts),
        tools=_shown(rows[0].text),
        parallel=bool(_tried(probe(parallel=True), template, how.to)[0]),
        ids=all(id in rows[0].text for id in known),
        beside=shows("Feldspar", probe(beside="I look for Feldspar.")),
        error=shows("Quartz", probe(result=FAILED)),
        unicode=shows(UNICODE["town"], probe(arguments=UNICODE)),
        nested=shows("wide", probe(arguments=NESTED)),
        quotes=shows("lake", probe(arguments=QUOTED)),
        spans="exact",
        rows=len(_tried(conversation(*THOUGHTS), template, how.to)[0]) or len(rows),
        ends=rows[0].text.rpartition("80 euro a night.")[2],
    )


def usable(template: Template) -> Dialect:
    """Give the dialect of a template. Raises BadInput when it can teach no call, and says why."""
    found = examine(template)
    if found.trains:
        return taken(template).to
    why = found.spans if not found.calls else found.advice[0]
    mend = "name another with --template; `buttonup templates` tells what each keeps"
    raise BadInput(f"the chat template {template.name} cannot teach calls: {why}", mend)


def _hopeless(template: Template, why: Reject) -> Findings:
    """Say what is known of a template that can teach no call."""
    shown = ""
    for to in DIALECTS:
        try:
            shown = template.text(messages(conversation(), to), tools(conversation()))
        except Reject:
            continue
        break
    told = _REASONS[why.reason].format(why.detail[:120])
    return Findings(template.name, tools=_shown(shown), spans=told)


_REASONS = {
    "template_refuses": "refuses: {}",
    "calls_lost": "shows no call that can be read back: {!r}",
    "prompt_rewritten": "changes the text before a turn: {}",
    "prompt_behind": "prompts again behind a turn: {}",
    "words_lost": "loses words: {!r}",
    "result_lost": "loses results: {!r}",
}


def _shown(text: str) -> bool:
    """Tell whether both functions are shown, with what they do and take."""
    told = (FIND.name, FIND.description, "wishes", RATE.name, RATE.description)
    return all(word in text for word in told)


def _ids(message: dict[str, Json]) -> list[str]:
    return [one["id"] for one in message.get("tool_calls", ())]


def _which(kept: tuple[bool, ...]) -> str:
    """Tell which turns keep their thought: those of the probe with calls and without take turns."""
    calling, answering = all(kept[::2]), all(kept[1::2])
    if calling and answering:
        return "every turn"
    return "with calls" if calling else "without calls" if answering else ""


def _advice(f: Findings) -> Iterator[str]:
    if not f.calls:
        yield "train with another template"
        return
    told = (
        (f.tools, "another template: the model would not see the tools"),
        (f.error, "another template: results that tell of errors are lost"),
        (f.ends.strip(), "another template: no end of turn, the model would not learn to stop"),
        (f.parallel, "samples with several calls in a turn are left out"),
        (f.quotes, "samples with quotes or line ends in arguments are left out"),
        (f.nested, "samples with nested arguments are left out"),
        (f.unicode, "arguments are escaped: the model learns to write \\u escapes"),
        (f.thought == "every turn", f"thoughts are {_LOST.get(f.thought)}"),
        (not f.needs_thoughts, "samples with a turn without a thought are left out"),
        (f.rows <= 1, f"history is rewritten: {f.rows} rows for the probe, each turn in its place"),
    )
    yield from (words for fine, words in told if not fine)


_LOST = {
    "with calls": "lost where there is no call",
    "without calls": "lost where there are calls",
    "": "lost",
}
