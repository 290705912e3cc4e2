"""The tags and sentences that mark the parts of a text: spelt here and nowhere else."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from buttonup.errors import Reject
from buttonup.records import Function, decode, encode


class Tag(NamedTuple):
    """A pair of marks around a part of a text."""

    opens: str
    closes: str

    def around(self, text: str) -> str:
        """Put the marks around a text."""
        return f"{self.opens}{text}{self.closes}"


TOOL = Tag("<tool>", "</tool>")
CALL = Tag("<call>", "</call>")
FINAL = Tag("<final>", "</final>")

TOOLS = Tag("<tools>", "</tools>")
TOOL_CALL = Tag("<tool_call>", "</tool_call>")
TOOL_RESPONSE = Tag("<tool_response>", "</tool_response>")
THINK = Tag("<think>", "</think>")

PARALLEL = {
    True: "You may make several calls in one turn when none of them needs another's result.",
    False: "Make one call in a turn, and wait for its result before you make the next.",
}
"""The sentence of the system prompt that switches parallel calling on or off."""


def offered(words: str, functions: tuple[Function, ...]) -> str:
    """Write what a user says, and the functions offered with it behind the words.

    Rejects  "tag_in_text" when the words by themselves read as if they offered functions
    """
    if functions:
        return f"{words}\n{TOOL.around(escaped(encode(functions).decode()))}"
    if read_offered(words)[1]:
        raise Reject("tag_in_text", f"user: {TOOL.opens}")
    return words


def read_offered(words: str) -> tuple[str, tuple[Function, ...]]:
    """Take the functions that are offered off the end of what a user says; none where none fit."""
    if not words.endswith(TOOL.closes):
        return words, ()
    said, opened, listed = words.rpartition(f"\n{TOOL.opens}")
    if not opened:
        return words, ()
    try:
        functions = decode(listed.removesuffix(TOOL.closes), tuple[Function, ...])
    except (msgspec.DecodeError, RecursionError):
        return words, ()
    return (said, functions) if functions else (words, ())


def marks(*tags: Tag) -> re.Pattern[str]:
    """Make the pattern that finds any mark of some tags."""
    return re.compile("|".join(re.escape(mark) for tag in tags for mark in tag))


BUTTON = marks(TOOL, CALL, FINAL)
HERMES = marks(TOOLS, TOOL_CALL, TOOL_RESPONSE, THINK)


def escaped(json: str, tags: re.Pattern[str] = BUTTON) -> str:
    r"""Write the `<` of every tag in a JSON text as \u003c: the same JSON, and no tag in it."""
    return tags.sub(lambda found: "\\u003c" + found[0][1:], json)


def untagged(words: str, where: str, tags: re.Pattern[str] = BUTTON) -> str:
    """Give the words back.

    Rejects  "tag_in_text" when a tag is in them: it could not be told from the format's own
    """
    if found := tags.search(words):
        raise Reject("tag_in_text", f"{where}: {found[0]}")
    return words
