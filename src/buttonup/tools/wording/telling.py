"""How a result is told."""

from __future__ import annotations

from collections.abc import Mapping

from buttonup.tools.learning.function import OwnFunction
from buttonup.tools.learning.names import plural, singular, words
from buttonup.tools.learning.shape import kind_of
from buttonup.tools.wording.fields import called, label_in, told_of
from buttonup.worlds.phrases import Ways


def said_of_list() -> Ways:
    """Say a list."""
    return (
        "There are {count}: {items}.",
        "I found {count}: {items}.",
        "Here are {count}: {items}.",
    )


def said_of_one(f: OwnFunction, noun: str, nouns: Mapping[str, str]) -> Ways:
    """Say one object or plain value, or that a write is done."""
    told = told_of(f)
    if not told:
        return ("That is done.",) if f.writes else (f"I have the {noun}.",)
    if told == [""]:
        counts = words(f.name)[:1] == ("count",)
        what = f"number of {plural(noun)}" if counts else noun
        return (f"The {what} is {{}}.",)
    head = called(f, noun, told)
    pieces = [_piece(f, n, nouns) for n in told if f"{{{n}}}" not in head]
    facts = f"{', '.join(pieces[:-1])} and {pieces[-1]}" if pieces[1:] else "".join(pieces)
    first = f"{head[:1].upper()}{head[1:]}"
    if f.writes:
        return (
            f"That is done. {first}: {facts}." if head and facts else f"Done: {head or facts}.",
        )
    if head and facts:
        return (f"{first}: {facts}.", f"For {head}, {facts}.")
    return (f"{first or facts}.",)


def _piece(f: OwnFunction, name: str, nouns: Mapping[str, str]) -> str:
    said = label_in(f, name, nouns)
    odd = said.split()[-1] in ("at", "on", "by", "for", "to", "from", "of", "in")
    if odd or said.split()[0] in ("is", "has", "can"):
        return f"{said}: {{{name}}}"
    several = singular(said.split()[-1]) != said.split()[-1]
    if kind_of(f.schemas[name]) == "boolean" or (several and kind_of(f.schemas[name]) == "string"):
        return f"{said}: {{{name}}}"  # neither "the free is yes" nor "the looks are black"
    return f"the {said} {'are' if several else 'is'} {{{name}}}"
