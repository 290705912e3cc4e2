"""How something is asked for: a verb phrase, and where in it the values stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from buttonup.records import Json
from buttonup.tools.learning.names import is_id, is_verb, label, words
from buttonup.tools.wording.named import added
from buttonup.worlds.phrases import Ways
from buttonup.worlds.spoken import listed
from buttonup.worlds.world import Parameter

LONGEST = 14  # words of a description that are said; more is no verb phrase
_INSTEAD = {
    "return": "get", "retrieve": "get", "fetch": "get", "obtain": "get", "query": "look up",
    "looks": "look", "lookup": "look up", "does": "do", "given": "get",
}  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?])\s|\n|;|: ")
_BY = re.compile(
    r"\s+(?:by|with|for|from|given|using|matching|based on)\s+(?:(?:its|their|the|an?|some|one of|"
    r"given)\s+)*(?:unique\s+|exact\s+)?(?:\w+\s+)?(?:ids?|identifiers?|names?|numbers?|keys?|codes?|"
    r"slugs?|query|text|uuids?|terms?|filters?|parameters?|arguments?|criteria)$",
    re.IGNORECASE,
)
_ARTICLES = frozenset("a an the all every each one this that your their its".split())
LOOSE = re.compile(r"[{}`*_\"<>\[\]\\|]+")
"""Signs of markup and templates, which no request says."""


def verb_phrase(name: str, description: str) -> str:
    """Say what a function does as a request would: "get the details of an order"."""
    first = LOOSE.sub(" ", _SENTENCE.split(description.strip())[0])
    said = re.sub(r"\([^)]*\)?", " ", first).replace(",", " , ").split()
    said = said[: said.index(",")] if "," in said else said
    if said and said[0].lower() in ("this", "it") and len(said) > 2:  # noqa: PLR2004 - "This tool gets"
        said = said[2:] if said[0].lower() == "this" else said[1:]
    head = _base(said[0].lower()) if said else ""
    plain = all(word.isprintable() for word in said)
    if head and plain and 1 < len(said) <= LONGEST:
        text = " ".join([head, *said[1:]]).rstrip(".!?:, ")
        return _BY.sub("", text) or text
    return _named(name)


def _base(word: str) -> str:
    """Give the verb that a sentence begins with, as it is asked for; "" where it is none."""
    word = _INSTEAD.get(word, word)
    forms = (word, word.removesuffix("s"), word.removesuffix("es"), f"{word.removesuffix('ies')}y")
    for form in forms:
        if is_verb(form.partition(" ")[0]):
            return _INSTEAD.get(form, form)
    return ""


def _named(name: str) -> str:
    said = list(words(name)) or ["call", "it"]
    if is_verb(said[0]):
        head, rest = _base(said[0]) or said[0], said[1:]
        return " ".join([head, *([] if not rest or rest[0] in _ARTICLES else ["the"]), *rest])
    return f"get the {' '.join(said)}"


def asking(verb: str, needed: Sequence[Parameter], nouns: Mapping[str, str]) -> str:
    """Put slots into a verb phrase: where it speaks of the thing, and the rest behind it.

    "cancel an open order" -> "cancel {order_id}"; "find customers in a city" -> "find customers in
    {city}"; what it does not speak of: "with {reason} and {note}".
    """
    rest: list[Parameter] = []
    for p in needed:
        spoken_of = _spoken_of(verb, p, nouns.get(p.kind or "", ""))
        if spoken_of is None:
            rest.append(p)
            continue
        lead = f"{spoken_of['lead'] or spoken_of['by'] or ''} ".lstrip()
        lead = "with " if lead.lower() in ("by ", "using ", "given ", "matching ") else lead
        verb = f"{verb[: spoken_of.start()]}{lead}{{{p.name}}}{verb[spoken_of.end() :]}"
    verb = " ".join([verb, *(way for p in rest if (way := _added(p)))])
    rest = [p for p in rest if not _added(p)]
    slots = [f"{{{p.name}}}" for p in rest]
    if not slots:
        return verb
    told = f"{', '.join(slots[:-1])} and {slots[-1]}" if slots[1:] else slots[0]
    ids = "{" not in verb and all(p.kind in nouns for p in rest)
    return f"{verb} {'for' if ids else 'with'} {told}"


def _spoken_of(verb: str, p: Parameter, noun: str) -> re.Match[str] | None:
    """Find where a verb phrase speaks of what a parameter takes: the last such place."""
    own = " ".join(words(p.name))
    names = [rf"{own}(?: (?:id|number|code))?", *([noun, _ANYTHING] if noun else [])]
    by = "|".join(
        {own, own.rpartition(" ")[2], "ids?", "identifier", "number", "code", "key", "name"}
    )
    found = [
        m for n in names for m in re.finditer(_SPOKEN_OF.format(n, by=by), verb, re.IGNORECASE)
    ]
    return max(found, key=lambda m: (m.end(), m.end() - m.start()), default=None)


_ANYTHING = "(?:thing|object|record|entry)"  # "have a thing sent home", of an item
_SPOKEN_OF = (
    r"\b(?:(?P<lead>by|with|using|given|matching|in|of|for|from|on|to|at)\s+)?"
    r"(?:(?:a|an|the|its|their|one|some|this|your|given|specific|single|particular)\s+)"
    r"(?:(?!of\b|for\b|in\b)\w+\s+)?{0}\b(?!\s+(?:of|for)\b)"
    r"(?:\s+(?:by|with|given|using)\s+(?:(?:its|their|the|an?|unique)\s+)*(?:{by})\b)?"
    r"|\b(?P<by>by|using|given)\s+{0}\b"
)


def with_one(p: Parameter, verb: str) -> str:
    """Say what is added to a request for an optional parameter: "found at {place}".

    What the verb phrase ends with is not said again: "list what was found", "at {place}".
    """
    way = _added(p) or f"with {{{p.name}}}"
    head, _, rest = way.partition(" ")
    return rest if rest and verb.split()[-1:] == [head] else way


def _added(p: Parameter) -> str:
    """Say how a value is added where the parameter's name tells; "" elsewhere."""
    told = not is_id(p.name) and p.hint is not bool
    return added(label(p.name), f"{{{p.name}}}") if told else ""


def said_as(p: Parameter, noun: str = "") -> str:
    """Say how a request names a value: "order {}", "query "{}"", "yes for gift wrap"."""
    name = label(p.name)
    if noun:
        return f"{noun} {{}}"
    if p.hint is bool:
        return f"{{}} for {name}"
    if words(p.name)[-1:] in _BARE:
        return "{}"
    if _added(p):
        return '"{}"' if p.hint in (str, list[str]) else "{}"
    free = p.hint in (str, list[str]) and not is_id(p.name) and words(p.name)[-1:] not in _SHORT
    return f'{name} "{{}}"' if free else f"{name} {{}}"


def said_object(name: str, values: Sequence[Json]) -> str:
    """Say an object by its parts: "a contact whose name is {name} and whose phone is {phone}"."""
    first = next((v for v in values if isinstance(v, dict)), {})
    parts = [f"whose {label(part)} is {{{part}}}" for part in first]
    return f"a {label(name)} {listed(parts)}".strip()


_BARE = (("city",), ("town",), ("country",))
_SHORT = (("status",), ("state",), ("type",), ("category",), ("currency",), ("unit",), ("units",),
          ("language",), ("sort",), ("order",), ("priority",), ("team",), ("genre",))  # fmt: skip


def asked_back(p: Parameter, noun: str) -> Ways:
    """Ask a user for a value that is missing."""
    name = noun or label(p.name)
    return (
        f"Which {name} should it be?",
        f"Which {name} do you mean?",
        f"What {name} is it about?",
    )
