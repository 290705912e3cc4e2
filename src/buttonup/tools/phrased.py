"""A phrase book made from names and descriptions, where nobody has written one.

The verb phrase of a function is the first sentence of its description, where that begins with a
verb, and else its name. Values are said with the name of their parameter: "order ID O-1001". It is
plain English, and stiff; a model can reword the requests (`rewrite`). Descriptions are untrusted
text: one sentence of them is said, without braces and control characters, and nothing obeys it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from buttonup.tools.function import OwnFunction
from buttonup.tools.learn_names import is_id, is_verb, label, plural, thing, words
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
    says = {f"{n}.{p}": said.says for n, f in known.items() for p, said in f.parameters.items()}
    kinds: dict[str, Ways] = {}
    asked: dict[str, Ways] = {}
    for f in functions:
        for p in f.parameters:
            kind, way = p.kind or "", says.get(f"{f.name}.{p.name}", "") or said_as(p)
            if kind != "Date":
                kinds.setdefault(kind, (way,))
            asked[f"{f.name}.{p.name}"] = _asked_back(p)
    return PhraseBook(
        functions={f.name: _phrases(f, known[f.name]) for f in functions},
        entities={f.name: _entity(f, known[f.name], fed) for f in functions},
        kinds=kinds,
        ask_back=asked,
    )


def said_as(p: Parameter) -> str:
    """Say how a request names a value: "order ID {}", "query "{}"", "yes for gift wrap"."""
    inner = (p.kind or p.name).rpartition(".")[2]
    name = label(inner if is_id(p.name) else p.name)
    if p.hint is bool:
        return f"{{}} for {name}"
    free = p.hint in (str, list[str]) and not is_id(p.name) and words(p.name)[-1:] not in _SHORT
    return f'{name} "{{}}"' if free else f"{name} {{}}"


_SHORT = (("status",), ("state",), ("type",), ("category",), ("city",), ("country",), ("currency",),
          ("unit",), ("units",), ("language",), ("sort",), ("order",), ("priority",))  # fmt: skip


def _asked_back(p: Parameter) -> Ways:
    name = label(p.kind.rpartition(".")[2] if p.kind and is_id(p.name) else p.name)
    return (f"Which {name} should it be?", f"What {name} do you mean?", f"What is the {name}?")


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


def _phrases(f: OwnFunction, known: LearnedFunction) -> Phrases:
    verb = _LOOSE.sub(" ", known.asks).strip() or verb_phrase(f.name, f.definition.description)
    needed = [p.name for p in f.parameters if p.required]
    noun = known.noun or " ".join(thing(f.name))
    many = f.gives == "list"
    goal = (known.plural or plural(noun)) if many else noun
    ask = f"{verb}{_for(needed)}"
    return Phrases(
        ask=(ask,),
        wish=(ask,),
        say=_said_of_list() if many else _said_of_one(f, noun),
        tell=tuple(_listed(f)) if many else tuple(_told(f)),
        omit={name: (f"{verb}{_for([n for n in needed if n != name])}",) for name in needed},
        modify={p.name: (f"with {{{p.name}}}",) for p in f.parameters if not p.required},
        np={} if f.writes or not many else {"self": (f"the {goal}{_for(needed)}",)},
    )


def _for(names: Sequence[str]) -> str:
    """Name the slots of what is needed: " for {a}, {b} and {c}"."""
    slots = [f"{{{name}}}" for name in names]
    if not slots:
        return ""
    return f" for {', '.join(slots[:-1])} and {slots[-1]}" if slots[1:] else f" for {slots[0]}"


def _said_of_list() -> Ways:
    return (
        "There are {count}: {items}.",
        "I found {count}: {items}.",
        "Here are {count}: {items}.",
    )


def _said_of_one(f: OwnFunction, noun: str) -> Ways:
    told = _told(f)
    if not told:
        return (f"The {noun} is done.",) if f.writes else (f"I have the {noun}.",)
    if told == [""]:
        return (f"The {noun} is {{}}.", f"The {noun}: {{}}.")
    pieces = list(map(_piece, told))
    told_all = f"{', '.join(pieces[:-1])} and {pieces[-1]}" if pieces[1:] else pieces[0]
    if f.writes:
        return (f"That is done: {told_all}.", f"Done: {told_all}.")
    return (f"{told_all}.", f"Here is the {noun}: {told_all}.", f"For the {noun}, {told_all}.")


def _piece(name: str) -> str:
    said = _label_of(name)
    odd = said.split()[-1:] and said.split()[-1] in (
        "at",
        "on",
        "by",
        "for",
        "to",
        "from",
        "of",
        "in",
    )
    if odd or said.split()[0] in ("is", "has", "can"):
        return f"{said}: {{{name}}}"
    return f"the {said} is {{{name}}}"


def _label_of(name: str) -> str:
    return label(name.replace(".", "_"))


def _told(f: OwnFunction) -> list[str]:
    """Choose the fields of one object that an answer tells: names and ids first, then in order."""
    names = [field.name for field in f.fields if field.entity == f.entity and not field.rows]
    first = [n for n in names if n.rpartition(".")[2] in _TITLES]
    return sorted([*first, *[n for n in names if n not in first]][:TOLD], key=names.index)


def _listed(f: OwnFunction) -> list[str]:
    """Choose those of each of several objects."""
    names = [field.name for field in f.fields if field.entity == f.entity and "." not in field.name]
    id_ = _id_of(f, ())
    title = next((n for n in names if n in _TITLES), "")
    rest = [n for n in names if n not in (id_, title) and not n.endswith(("_at", "url"))]
    return [n for n in (title, id_) if n in names][:2] + rest[: LISTED - bool(title)]


# --- objects ------------------------------------------------------------------------------------


def _entity(f: OwnFunction, known: LearnedFunction, fed: Collection[str]) -> Entity:
    noun = known.noun or " ".join(thing(f.name))
    names = _listed(f)
    mine = [field for field in f.fields if field.entity == f.entity]
    id_ = _id_of(f, fed)
    title = next((n for n in names if n in _TITLES), "")
    name = f"{{{title}}} ({{{id_}}})" if title and id_ else f"{noun} {{{title or id_}}}"
    head = [n for n in (title, id_) if n]
    rest = [f"{_label_of(n)} {{{n}}}" for n in names if n not in head]
    shown = name if head else ""
    return Entity(
        noun=noun,
        plural=known.plural or plural(noun),
        name=name if head else f"the {noun}",
        item=_item(shown, rest, names),
        id=id_,
        pick=dict(_picks(f, mine)),
        refs={
            field.name: (f"the {_label_of(field.name)} of {{it}}",)
            for field in mine
            if field.name and field.name != id_ and f"{f.name}.{field.name}" in fed
        },
        measures={
            field.name: _label_of(field.name)
            for field in mine
            if _is_number(f, field) and _MEASURES.search(field.name.lower())
        },
        when=dict(_cases(f, mine)),
    )


def _item(name: str, rest: Sequence[str], names: Sequence[str]) -> str:
    if name and rest:
        return f"{name}, {', '.join(rest)}" if len(rest) == 1 else f"{name} ({', '.join(rest)})"
    return name or ", ".join(rest) or "".join(f"{{{n}}}" for n in names[:1])


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
        said = _label_of(field.name)
        if _is_number(f, field) and field.name:
            least, most = (f"one with the lowest {said}",), (f"one with the highest {said}",)
            yield field.name, Picks(f"with {said} {{value}}", least, most)
        elif field.kind == "Date" and field.name:
            least, most = (f"one with the earliest {said}",), (f"one with the latest {said}",)
            yield field.name, Picks(f"with {said} {{value}}", least, most)


def _cases(f: OwnFunction, fields: Sequence[Field]) -> Iterator[tuple[str, dict[str, str]]]:
    for field in fields:
        schema, said = f.schemas[field.name], _label_of(field.name)
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
