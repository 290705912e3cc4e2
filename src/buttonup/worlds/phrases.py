"""How a world is said in words: its phrase book, read from `phrases/LANGUAGE/WORLD.toml`.

All wording is data, so another language is a translation. `docs/worlds.md` explains every key.
"""

from __future__ import annotations

import functools
import importlib.resources
import tomllib

import msgspec

from buttonup.records import Record

Ways = tuple[str, ...]
"""Different ways of saying one thing; one is drawn."""


class Picks(Record):
    """Superlatives for a field that items can be ranked by."""

    value: str
    """How the winner's value is added: "at {value}", "due {value}", "with {value} free docks"."""
    least: Ways = ()
    """"cheapest one", "one due first"; nothing where the least is never wanted."""
    most: Ways = ()
    """"most expensive one", "latest one"."""


class Entity(Record):
    """How the objects of one Row class are talked about."""

    noun: str
    plural: str
    name: str
    """What one is called once it is known: "the {model} ({bike_id})"."""
    item: str
    """How one reads in a list: "{model} at {price_per_day} a day"."""
    id: str = ""
    """The field that stands for the whole object; "" when there is none."""
    pick: dict[str, Picks] = {}
    """Field -> superlatives."""
    refs: dict[str, Ways] = {}
    """Field -> how it is referred to; {it} is the object: "the station where {it} stands"."""
    measures: dict[str, str] = {}
    """Numeric field -> its name, where items can be compared or added up: "daily price"."""
    when: dict[str, dict[str, str]] = {}
    """Field -> value as JSON writes it -> what is then the case: `available.true = "is free"`,
    `status.active = "is still running"`. It follows the object: "if that bike is free"."""


class Phrases(Record):
    """How one function is asked for, and how its result is said."""

    ask: Ways
    """Verb phrases with every required parameter that is not the user's own: "look at {x}"."""
    say: Ways
    """Sentences; slots are result fields and arguments, and {count} and {items} for lists."""
    tell: Ways
    """Result fields (of each item, for lists) that every `say` reports: the facts."""
    question: Ways = ()
    """The same as whole questions, without the mark: "Which bikes are free at {station_id}"."""
    wish: Ways = ()
    """The same as what the user would do, after "I'd like to": "hire {bike_id} for {days}"."""
    omit: dict[str, Ways] = {}
    """Required parameter -> verb phrases that leave it unsaid, so that it must be asked for."""
    modify: dict[str, Ways] = {}
    """Optional parameter -> what is added to the verb phrase when it is given."""
    np: dict[str, Ways] = {}
    """Noun phrases for the result, so that its call can stay implicit: "self" for the object or
    the list ("bikes at {station_id}"), a field's name for that field ("my home station")."""


class PhraseBook(Record):
    """All the wording of a world."""

    functions: dict[str, Phrases]
    entities: dict[str, Entity]
    kinds: dict[str, Ways] = {}
    """Kind -> how a user says a value of it: "station {}". Absent: the bare value."""
    own: dict[str, Ways] = {}
    """Kinds that are the user's own, one value a request -> how they say so: "I'm member {}."."""
    ask_back: dict[str, Ways] = {}
    """Kind, or "function.parameter" -> how the assistant asks for it: "For how many days?"."""


@functools.cache
def phrase_book(world: str, language: str = "en") -> PhraseBook:
    """Read a world's phrase book. Raises msgspec.ValidationError where it is malformed."""
    return msgspec.convert(_toml(f"{language}/{world}.toml"), PhraseBook)


def _toml(name: str) -> dict[str, object]:
    file = importlib.resources.files("buttonup.worlds") / "phrases" / name
    return tomllib.loads(file.read_text("utf-8"))


class Register(Record):
    """A way of writing: how somebody opens, asks and ends."""

    openers: Ways
    """{c} is a verb phrase; {C} the same at the beginning of a sentence."""
    wishes: Ways
    """{w} is what the user would do."""
    forms: dict[str, float]
    """"ask", "question", "wish", "np" -> weight: what kind of sentence asks for a thing."""
    together: float
    """Chance that a clause joins the sentence before."""
    greetings: Ways = ("",)
    stories: Ways = ("",)
    """What leads up to the request and decides nothing: no number, name, day or place."""
    thanks: Ways = ("",)
    small: float = 0.0
    """Chance that everything is in small letters."""


class Chat(Record):
    """A turn that needs no call, and the reply to it."""

    user: str
    assistant: str


class Grammar(Record):
    """How clauses become a request and results an answer: `phrases/LANGUAGE/grammar.toml`."""

    follow: Ways
    follow_sentence: Ways
    beside: Ways
    beside_sentence: Ways
    same: Ways
    later: Ways
    change: Ways
    detail: Ways
    value: Ways
    correction: Ways
    offer: Ways
    conditional: Ways
    conditional_sentence: Ways
    conditional_else: Ways
    if_is: Ways
    if_over: Ways
    if_under: Ways
    it: Ways
    of: Ways
    check_task: Ways
    single_object: Ways
    among: Ways
    among_long: Ways
    """For a superlative of many words: "the one that cost the most of the orders" misleads."""
    superlative: Ways
    those: Ways
    known: Ways
    nth: Ways
    last: Ways
    each: Ways
    each_among: Ways
    each_known: Ways
    all: Ways
    all_among: Ways
    all_known: Ways
    decline: Ways
    unknown: Ways
    failed: Ways
    held_back: Ways
    dropped_before_day: Ways
    question: dict[str, Ways]
    wish: dict[str, Ways]
    named: dict[str, Ways]
    reduce: dict[str, Ways]
    reduce_among: dict[str, Ways]
    reduce_task: dict[str, Ways]
    reduce_say: dict[str, Ways]
    checked: dict[str, Ways]
    found: dict[str, Ways]
    answer: dict[str, Ways]
    context: dict[str, Ways]
    registers: dict[str, Register]
    chat: dict[str, tuple[Chat, ...]]


@functools.cache
def grammar(language: str = "en") -> Grammar:
    """Read the grammar of a language."""
    return msgspec.convert(_toml(f"{language}/grammar.toml"), Grammar)
