"""Words that somebody wrote into the file of what is known, before they are believed."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from buttonup.errors import BadInput
from buttonup.tools.learning.function import OwnFunction
from buttonup.tools.learning.learned import LearnedFunction
from buttonup.worlds.phrases import Entity, Phrases
from buttonup.worlds.templates import slots_of


def try_words(f: OwnFunction, known: LearnedFunction) -> None:
    """Raise BadInput for words with a slot that nothing fills, or without one that they need."""
    for way, slot, needed in _wrong(f, known):
        what = f'functions.{f.name}: "{way}" {"lacks" if needed else "has"} {{{slot}}}'
        mend = "put it in" if needed else "no value stands for it"
        raise BadInput(what, f"{mend} (docs/tools.md)")


Wrong = tuple[str, str, bool]
"""A way, the slot that is wrong with it, and whether that is missing."""


def _wrong(f: OwnFunction, known: LearnedFunction) -> Iterator[Wrong]:
    if known.phrases is not None:
        yield from _in_phrases(f, known.phrases)
    if known.entity is not None:
        yield from _in_entity(f, known.entity)
    for name, parameter in known.parameters.items():
        parts = next((v for v in parameter.values if isinstance(v, dict)), None)
        if parameter.says:
            yield from _slots(parameter.says, [""] if parts is None else [*parts])
        if parts is not None and not parts:
            yield name, "…", True


def _in_phrases(f: OwnFunction, said: Phrases) -> Iterator[Wrong]:
    named = [p.name for p in f.parameters]
    required = [p.name for p in f.parameters if p.required]
    for way in (*said.ask, *said.question, *said.wish):
        yield from _slots(way, named, required)
    nouns = (way for ways in said.np.values() for way in ways)
    for way in (*nouns, *(w for ways in said.modify.values() for w in ways)):
        yield from _slots(way, named)
    for name, ways in said.omit.items():
        for way in ways:
            yield from _slots(way, named, [n for n in required if n != name])
    for way in said.say:
        if f.listed:
            yield from _slots(way, [*named, "items", "count"], ["items"])
        else:
            yield from _slots(way, [*named, *f.schemas], said.tell)
    yield from (("tell", field, False) for field in said.tell if field not in f.schemas)


def _in_entity(f: OwnFunction, said: Entity) -> Iterator[Wrong]:
    for way in (said.name, said.item):
        yield from _slots(way, f.schemas)
    for picks in said.pick.values():
        yield from _slots(picks.value, ["value"])
        yield from (wrong for way in (*picks.least, *picks.most) for wrong in _slots(way, []))
    for way in (way for ways in said.refs.values() for way in ways):
        yield from _slots(way, ["it"], ["it"])
    of = [*said.pick, *said.refs, *said.measures, *said.when, *([said.id] if said.id else [])]
    yield from (("a field", field, False) for field in of if field not in f.schemas)


def _slots(way: str, allowed: Collection[str], needed: Collection[str] = ()) -> Iterator[Wrong]:
    slots = slots_of(way)
    yield from ((way, slot, True) for slot in needed if slot not in slots)
    yield from ((way, slot, False) for slot in slots if slot not in allowed)
