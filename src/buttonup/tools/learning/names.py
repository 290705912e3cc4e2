"""What names tell: the words of a function, a parameter or a field, and how they are said."""

from __future__ import annotations

import functools
import re

IDS = frozenset("id ids uuid guid key code slug number no ref reference sku isbn email".split())
"""Last words of names that stand for one thing."""

GENERIC = IDS - {"sku", "isbn", "email"} | frozenset(
    "name type status date time value query limit page offset text kind title state sort".split()
)
"""Words that mean nothing without the thing that they are of."""

READS = frozenset(
    "get list find search check look lookup query read show view fetch calculate compute convert "
    "quote compare estimate track verify validate count translate analyze describe retrieve browse "
    "is has can preview summarize tell see stat head ping whoami measure detect parse".split()
)
"""First words of function names that say, though they do not prove it, that it only reads."""

_TAIL = frozenset("by for of in on at with from to using about all".split())
_VERBS = READS | frozenset(
    "add append apply approve archive arrange assign attach authorize begin book borrow buy call "
    "cancel change charge clear clone close collect comment commit complete confirm copy create "
    "deactivate decline delete deliver deposit disable edit enable end enrol erase exchange "
    "execute export extend extract file finish follow format generate give grant hire hold import "
    "increase insert install invite issue join launch leave lend link load lock log make mark "
    "merge message modify move notify open order park patch pause pay pick place plan play post "
    "print process publish purchase push put rate receive record refund register reject release "
    "remind remove rename renew rent reopen reorder replace reply report request reschedule "
    "reserve reset resolve restart restore resume return revoke roll run save schedule select "
    "sell send set share ship sign sort split start stop submit subscribe suggest sum swap switch "
    "take test transfer turn undo unlock unsubscribe update upgrade upload use verify vote "
    "withdraw write".split()
)
_SPLIT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")


@functools.lru_cache(4096)
def words(name: str) -> tuple[str, ...]:
    """Split a name into its words, in small letters: orderId, order-id and order_id are one."""
    return tuple(w.lower() for w in _SPLIT.split(name) if w)


_CAPITALS = frozenset("id url sku isbn iban vat uuid ip utc iso zip pin vip eta".split())


def label(name: str) -> str:
    """Say a name: "order ID", "max price"."""
    said = ("IDs" if w == "ids" else w.upper() if w in _CAPITALS else w for w in words(name))
    return " ".join(said)


def is_verb(word: str) -> bool:
    """Say whether a word is what functions are called by: "list", "book"."""
    return word in _VERBS


def only_reads(name: str) -> bool:
    """Say whether a function's name says that it changes nothing. A doubt, not a proof."""
    return any(word in READS for word in words(name)[:1])


def thing(name: str) -> tuple[str, ...]:
    """Give the words of what a function is about, one of it: get_orders_by_date is about order."""
    said = list(words(name))
    if len(said) > 1 and is_verb(said[0]):
        said = said[1:]
    cut = next((i for i, w in enumerate(said) if i and w in _TAIL), len(said))
    kept = [w for w in said[:cut] if w not in ("all", "details", "info", "my", "new", "a", "an")]
    kept = kept or said[:1]
    return (*kept[:-1], singular(kept[-1])) if kept else ("result",)


def singular(word: str) -> str:
    """Give one of several: "orders" -> "order"."""
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004 - "ties" and "pies" stay
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes", "atuses", "nuses")) or word == "buses":
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is", "news")):
        return word[:-1]
    return word


def plural(noun: str) -> str:
    """Give several of one: "order" -> "orders"."""
    if noun.endswith(("s", "x", "ch", "sh", "z")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def qualified(name: str, of: tuple[str, ...]) -> tuple[str, ...]:
    """Give the words of a field or a parameter, with the thing it is of where it needs it.

    `id` of an order is order_id; `name` is a product's.
    """
    said = [w for part in name.split(".") for w in words(part)]
    said = [*said[:-1], singular(said[-1])] if said else []
    bare = len(said) == 1 and said[0] in GENERIC
    return (*of, *said) if bare or not said else tuple(said)


def is_id(name: str) -> bool:
    """Say whether a name stands for one thing: order_id, sku, number."""
    said = words(name.rpartition(".")[2])
    return bool(said) and (said[-1] in IDS or singular(said[-1]) in IDS)
