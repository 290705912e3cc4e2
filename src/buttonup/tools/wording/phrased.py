"""The phrase book of a user's functions, put together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from buttonup.tools.learning.function import OwnFunction
from buttonup.tools.learning.learned import Learned, LearnedFunction, LearnedParameter
from buttonup.tools.learning.names import is_id, plural, qualified, thing
from buttonup.tools.wording.asking import (
    LOOSE,
    asked_back,
    asking,
    said_as,
    said_object,
    verb_phrase,
    with_one,
)
from buttonup.tools.wording.fields import id_of, listed, told_of
from buttonup.tools.wording.telling import said_of_list, said_of_one
from buttonup.tools.wording.things import entity
from buttonup.tools.wording.written import try_words
from buttonup.worlds.phrases import PhraseBook, Phrases, Ways


def phrased(functions: Sequence[OwnFunction], learned: Learned, fed: Collection[str]) -> PhraseBook:
    """Make the phrase book of some functions. `fed` are the fields that feed a parameter.

    Raises  BadInput where words that somebody wrote have a slot that nothing fills
    """
    known = {f.name: learned.functions[f.name] for f in functions}
    for f in functions:
        try_words(f, known[f.name])
    nouns = _nouns(functions, known, fed)
    kinds: dict[str, Ways] = {}
    for f in functions:
        for p in f.parameters:
            mine = known[f.name].parameters.get(p.name, LearnedParameter())
            way = mine.says or (said_object(p.name, mine.values) if p.hint is dict else "")
            if p.kind and (way or p.kind != "Date"):
                kinds.setdefault(p.kind, (way or said_as(p, nouns.get(p.kind, "")),))
    return PhraseBook(
        functions={
            f.name: _over(known[f.name].phrases, _phrases(f, known[f.name], nouns))
            for f in functions
        },
        entities={
            f.name: known[f.name].entity or entity(f, known[f.name], fed, nouns) for f in functions
        },
        kinds=kinds,
        ask_back={
            f"{f.name}.{p.name}": asked_back(p, nouns.get(p.kind or "", ""))
            for f in functions
            for p in f.parameters
        },
    )


def _over(said: Phrases | None, made: Phrases) -> Phrases:
    """Lay the words that somebody wrote over those that are made."""
    if said is None:
        return made
    omit, modify = {**made.omit, **said.omit}, {**made.modify, **said.modify}
    np = said.np or made.np
    return replace(said, wish=said.wish or said.ask, omit=omit, modify=modify, np=np)


def _nouns(
    functions: Sequence[OwnFunction], known: Mapping[str, LearnedFunction], fed: Collection[str]
) -> dict[str, str]:
    """Say what a value of each kind stands for: an order_id for an order, a sku for a product."""
    nouns: dict[str, str] = {}
    for f in functions:
        id_ = id_of(f, fed)
        for field in f.fields:
            if field.name == id_ and field.kind and is_id(id_):
                nouns.setdefault(field.kind, known[f.name].noun or " ".join(thing(f.name)))
    for f in functions:
        for p in f.parameters:
            said = qualified(p.name, thing(f.name))
            if p.kind and len(said) > 1 and said[-1] in ("id", "uuid", "guid"):
                nouns.setdefault(p.kind, " ".join(said[:-1]))
    return nouns


def _phrases(f: OwnFunction, known: LearnedFunction, nouns: Mapping[str, str]) -> Phrases:
    verb = LOOSE.sub(" ", known.asks).strip() or verb_phrase(f.name, f.definition.description)
    if not f.writes and verb.startswith("give "):  # to whoever asks, and not away
        verb = f"get {verb.removeprefix('give ')}"
    needed = [p for p in f.parameters if p.required]
    noun = known.noun or " ".join(thing(f.name))
    many = f.gives == "list"
    ask = asking(verb, needed, nouns)
    goal = f"the {known.plural or plural(noun)}"
    return Phrases(
        ask=(ask,),
        wish=(ask,),
        say=said_of_list() if many else said_of_one(f, noun, nouns),
        tell=tuple(listed(f)) if many else tuple(told_of(f)),
        omit={p.name: (asking(verb, [o for o in needed if o is not p], nouns),) for p in needed},
        modify={p.name: (with_one(p, verb),) for p in f.parameters if not p.required},
        np={} if f.writes or not many else {"self": (asking(goal, needed, nouns),)},
    )
