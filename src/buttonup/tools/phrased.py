"""A phrase book made from names and descriptions, where nobody has written one.

The verb phrase of a function is the first sentence of its description, where that begins with a
verb, and else its name. Values are said with the name of their parameter: "order ID O-1001". It is
plain English, and stiff; a model can reword the requests (`rewrite`). Descriptions are untrusted
text: one sentence of them is said, without braces and control characters, and nothing obeys it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec.structs import replace

from buttonup.tools.function import OwnFunction
from buttonup.tools.learn_names import (
    is_id,
    is_verb,
    label,
    plural,
    qualified,
    singular,
    thing,
    words,
)
from buttonup.tools.learn_shape import kind_of
from buttonup.tools.learned import Learned, LearnedFunction
from buttonup.worlds.phrases import Entity, PhraseBook, Phrases, Picks, Ways
from buttonup.worlds.world import Field, Parameter

LONGEST = 14  # words of a description that are said; more is no verb phrase
TOLD = 6  # fields of one object that an answer tells
LISTED = 3  # fields of each of several
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
_LOOSE = re.compile(r"[{}`*_\"<>\[\]\\|]+")
_MEASURES = re.compile(
    r"price|amount|total|cost|fee|quantity|count|stock|balance|weight|size|minutes|hours|days|"
    r"duration|distance|length|height|seats|budget|points|population|spent|sold|area|sum"
)
_TITLES = ("name", "title", "label", "subject", "summary", "full_name", "display_name")


def phrased(functions: Sequence[OwnFunction], learned: Learned, fed: Collection[str]) -> PhraseBook:
    """Make the phrase book of some functions. `fed` are the fields that feed a parameter."""
    known = {f.name: learned.functions[f.name] for f in functions}
    nouns = _nouns(functions, known, fed)
    kinds: dict[str, Ways] = {}
    for f in functions:
        for p in f.parameters:
            way = (
                known[f.name].parameters[p.name].says if p.name in known[f.name].parameters else ""
            )
            if p.kind and (way or p.kind != "Date"):
                kinds.setdefault(p.kind, (way or said_as(p, nouns.get(p.kind, "")),))
    return PhraseBook(
        functions={
            f.name: _over(known[f.name].phrases, _phrases(f, known[f.name], nouns))
            for f in functions
        },
        entities={
            f.name: known[f.name].entity or _entity(f, known[f.name], fed, nouns) for f in functions
        },
        kinds=kinds,
        ask_back={
            f"{f.name}.{p.name}": _asked_back(p, nouns.get(p.kind or "", ""))
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
        id_ = _id_of(f, fed)
        for field in f.fields:
            if field.name == id_ and field.kind and is_id(id_):
                nouns.setdefault(field.kind, known[f.name].noun or " ".join(thing(f.name)))
    for f in functions:
        for p in f.parameters:
            said = qualified(p.name, thing(f.name))
            if p.kind and len(said) > 1 and said[-1] in ("id", "uuid", "guid"):
                nouns.setdefault(p.kind, " ".join(said[:-1]))
    return nouns


def said_as(p: Parameter, noun: str = "") -> str:
    """Say how a request names a value: "order {}", "query "{}"", "yes for gift wrap"."""
    name = label(p.name)
    if noun:
        return f"{noun} {{}}"
    if p.hint is bool:
        return f"{{}} for {name}"
    if words(p.name)[-1:] in _BARE:
        return "{}"
    free = p.hint in (str, list[str]) and not is_id(p.name) and words(p.name)[-1:] not in _SHORT
    return f'{name} "{{}}"' if free else f"{name} {{}}"


_BARE = (("city",), ("town",), ("country",))
_SHORT = (("status",), ("state",), ("type",), ("category",), ("currency",), ("unit",), ("units",),
          ("language",), ("sort",), ("order",), ("priority",), ("team",), ("genre",))  # fmt: skip


def _asked_back(p: Parameter, noun: str) -> Ways:
    name = noun or label(p.name)
    return (
        f"Which {name} should it be?",
        f"Which {name} do you mean?",
        f"What {name} is it about?",
    )


# --- functions ----------------------------------------------------------------------------------


def verb_phrase(name: str, description: str) -> str:
    """Say what a function does as a request would: "get the details of an order"."""
    first = _LOOSE.sub(" ", _SENTENCE.split(description.strip())[0])
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


def _phrases(f: OwnFunction, known: LearnedFunction, nouns: Mapping[str, str]) -> Phrases:
    verb = _LOOSE.sub(" ", known.asks).strip() or verb_phrase(f.name, f.definition.description)
    needed = [p for p in f.parameters if p.required]
    noun = known.noun or " ".join(thing(f.name))
    many = f.gives == "list"
    ask = asking(verb, needed, nouns)
    goal = f"the {known.plural or plural(noun)}"
    return Phrases(
        ask=(ask,),
        wish=(ask,),
        say=_said_of_list() if many else _said_of_one(f, noun, nouns),
        tell=tuple(_listed(f)) if many else tuple(_told(f)),
        omit={p.name: (asking(verb, [o for o in needed if o is not p], nouns),) for p in needed},
        modify={p.name: (f"with {{{p.name}}}",) for p in f.parameters if not p.required},
        np={} if f.writes or not many else {"self": (asking(goal, needed, nouns),)},
    )


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


def _said_of_list() -> Ways:
    return (
        "There are {count}: {items}.",
        "I found {count}: {items}.",
        "Here are {count}: {items}.",
    )


def _said_of_one(f: OwnFunction, noun: str, nouns: Mapping[str, str]) -> Ways:
    told = _told(f)
    if not told:
        return ("That is done.",) if f.writes else (f"I have the {noun}.",)
    if told == [""]:
        counts = words(f.name)[:1] == ("count",)
        what = f"number of {plural(noun)}" if counts else noun
        return (f"The {what} is {{}}.",)
    head = _called(f, noun, told)
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


def _called(f: OwnFunction, noun: str, told: Sequence[str]) -> str:
    """Call an object by its title and id, as far as it has them: "Desk lamp (LMP-101)"."""
    id_ = _id_of(f, ())
    known = bool(id_) and id_ in told
    title = next((n for n in told if n in _TITLES), "")
    if title:
        return f"{{{title}}} ({{{id_}}})" if known else f"{{{title}}}"
    return f"{noun} {{{id_}}}" if known else ""


def _piece(f: OwnFunction, name: str, nouns: Mapping[str, str]) -> str:
    said = _label_in(f, name, nouns)
    odd = said.split()[-1] in ("at", "on", "by", "for", "to", "from", "of", "in")
    if odd or said.split()[0] in ("is", "has", "can"):
        return f"{said}: {{{name}}}"
    several = singular(said.split()[-1]) != said.split()[-1]
    if kind_of(f.schemas[name]) == "boolean" or (several and kind_of(f.schemas[name]) == "string"):
        return f"{said}: {{{name}}}"  # neither "the free is yes" nor "the looks are black"
    return f"the {said} {'are' if several else 'is'} {{{name}}}"


def _label_in(f: OwnFunction, name: str, nouns: Mapping[str, str]) -> str:
    """Say what a field is: "customer" where it has a customer's id, "placed date" for a day."""
    kind = next((field.kind for field in f.fields if field.name == name), "")
    said = label(name.replace(".", "_"))
    if is_id(name) and nouns.get(kind):
        return nouns[kind]
    is_day = f.schemas[name].get("format") == "date"
    return f"{said} date" if is_day and not _DAYS.search(said) else said


_DAYS = re.compile(r"date|day|birthday|deadline|since|until|(?:at|on|by|from|to)$")


def _told(f: OwnFunction) -> list[str]:
    """Choose the fields of one object that an answer tells: names and ids first, then in order."""
    names = [n for n in f.schemas if not f.firm or n in f.firm]
    first = [n for n in names if n.rpartition(".")[2] in _TITLES]
    return sorted([*first, *[n for n in names if n not in first]][:TOLD], key=names.index)


def _listed(f: OwnFunction) -> list[str]:
    """Choose those of each of several objects."""
    names = [n for n in f.schemas if "." not in n and (not f.firm or n in f.firm)]
    id_ = _id_of(f, ())
    title = next((n for n in names if n in _TITLES), "")
    rest = [n for n in names if n not in (id_, title) and not n.endswith(("_at", "url"))]
    return [n for n in (title, id_) if n in names][:2] + rest[: LISTED - bool(title)]


# --- objects ------------------------------------------------------------------------------------


def _entity(
    f: OwnFunction, known: LearnedFunction, fed: Collection[str], nouns: Mapping[str, str]
) -> Entity:
    noun = known.noun or " ".join(thing(f.name))
    names = _listed(f)
    mine = [field for field in f.fields if field.entity == f.entity]
    id_ = _id_of(f, fed)
    name = _called(f, noun, [*names, id_]) or (f"{noun} {{{id_}}}" if id_ else f"the {noun}")
    return Entity(
        noun=noun,
        plural=known.plural or plural(noun),
        name=name,
        item=_item(f, names, nouns),
        id=id_,
        pick=dict(_picks(f, mine)),
        refs={
            field.name: (f"the {_label_in(f, field.name, nouns)} of {{it}}",)
            for field in mine
            if field.name and field.name != id_ and f"{f.name}.{field.name}" in fed
        },
        measures={
            field.name: _label_in(f, field.name, nouns)
            for field in mine
            if _is_number(f, field) and _MEASURES.search(field.name.lower())
        },
        when=dict(_cases(f, mine)),
    )


def _item(f: OwnFunction, names: Sequence[str], nouns: Mapping[str, str]) -> str:
    """Say one of several: "Desk lamp (LMP-101, category lamps)"."""
    if names == [""]:
        return "{}"
    id_ = _id_of(f, ())
    title = next((n for n in names if n in _TITLES), "") or (id_ if id_ in names else "")
    rest = [
        f"{{{n}}}" if n == id_ else f"{_label_in(f, n, nouns)} {{{n}}}" for n in names if n != title
    ]
    if not title:
        return ", ".join(rest)
    return f"{{{title}}} ({', '.join(rest)})" if rest else f"{{{title}}}"


def _id_of(f: OwnFunction, fed: Collection[str]) -> str:
    """Find the field that stands for the whole object: its own id, or what is fed on as one."""
    of = set(thing(f.name))
    mine = [field.name for field in f.fields if field.entity == f.entity]
    own = [n for n in mine if is_id(n) and (len(words(n)) == 1 or of.intersection(words(n)))]
    used = [n for n in own if f"{f.name}.{n}" in fed]
    if used or own:
        return (used or own)[0]
    if mine == [""]:
        return ""
    return next((n for n in mine if n in _TITLES and f"{f.name}.{n}" in fed), "")


def _is_number(f: OwnFunction, field: Field) -> bool:
    numeric = kind_of(f.schemas[field.name]) in ("integer", "number")
    return numeric and not is_id(field.name)


def _picks(f: OwnFunction, fields: Sequence[Field]) -> Iterator[tuple[str, Picks]]:
    for field in fields:
        said = _label_in(f, field.name, {})
        if _is_number(f, field) and field.name:
            least, most = (f"one with the lowest {said}",), (f"one with the highest {said}",)
            yield field.name, Picks(f"with {said} {{value}}", least, most)
        elif field.kind == "Date" and field.name:
            least, most = (f"one with the earliest {said}",), (f"one with the latest {said}",)
            yield field.name, Picks(f"with {said} {{value}}", least, most)


def _cases(f: OwnFunction, fields: Sequence[Field]) -> Iterator[tuple[str, dict[str, str]]]:
    for field in fields:
        schema, said = f.schemas[field.name], _label_in(f, field.name, {})
        choices = schema.get("enum")
        if kind_of(schema) == "boolean":
            yield field.name, _either(said)
        elif isinstance(choices, list) and all(isinstance(c, str) for c in choices):
            plain = [c for c in choices if not _LOOSE.search(c)]
            yield field.name, {c: f"has the {said} {label(c)}" for c in plain}


def _either(said: str) -> dict[str, str]:
    head, _, rest = said.partition(" ")
    if head == "has" and rest:
        return {"true": f"has {rest}", "false": f"has no {rest}"}
    told = rest if head == "is" and rest else said
    return {"true": f"is {told}", "false": f"is not {told}"}
