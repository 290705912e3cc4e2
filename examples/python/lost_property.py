"""The lost-property office of a small railway: what was found on trains, and who wants it back.

    buttonup tools python:examples/python/lost_property.py

Its state is plain data that is made on import, so it begins anew whenever ButtonUp resets it. Where
that is not enough (a database, say), define `def reset()` here. `buttonup_writes` names what
changes something; without it ButtonUp has to take every call for one that may.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Literal

from pydantic import Field

buttonup_writes = ["report_loss", "hold_item", "release_item", "post_item"]

TODAY = date(2026, 5, 4)
KEPT = timedelta(days=60)

Station = Literal["Alder Halt", "Brook Junction", "Castle Hill", "Dunmouth"]
ItemId = Annotated[str, Field(pattern=r"^LP-\d{4}$", description="Number on the label, LP-1234.")]
LossId = Annotated[str, Field(pattern=r"^LR-\d{3}$", description="Number of the report, LR-123.")]


class Kind(Enum):
    """What sort of thing it is."""

    UMBRELLA = "umbrella"
    BAG = "bag"
    CLOTHES = "clothes"
    PHONE = "phone"
    TOY = "toy"
    INSTRUMENT = "instrument"
    OTHER = "other"


@dataclass(frozen=True)
class Item:
    """Something that was found."""

    item_id: ItemId
    kind: Kind
    looks: str
    found_on: date
    train: str
    station: Station
    state: Literal["waiting", "held", "collected", "posted"] = "waiting"
    held_for: str | None = None


@dataclass(frozen=True)
class Loss:
    """What somebody misses."""

    loss_id: LossId
    name: str
    kind: Kind
    looks: str
    lost_on: date


@dataclass(frozen=True)
class Fee:
    """What it costs to have a thing back."""

    item_id: ItemId
    days: int
    fee: Decimal
    last_day: date


@dataclass(frozen=True)
class Posted:
    """A parcel that is on its way."""

    item_id: ItemId
    postage: Decimal
    arrives: date


ITEMS = {
    item.item_id: item
    for item in (
        Item("LP-1041", Kind.UMBRELLA, "green, a duck's head for a handle",
             date(2026, 4, 28), "07:12 to Dunmouth", "Dunmouth"),
        Item("LP-1044", Kind.INSTRUMENT, "tuba in a black case, a sticker of a whale",
             date(2026, 4, 29), "18:40 to Castle Hill", "Castle Hill"),
        Item("LP-1047", Kind.UMBRELLA, "black, folding",
             date(2026, 4, 30), "08:05 to Alder Halt", "Alder Halt"),
        Item("LP-1052", Kind.TOY, "knitted octopus with seven arms",
             date(2026, 5, 1), "15:33 to Dunmouth", "Dunmouth"),
        Item("LP-1053", Kind.PHONE, "cracked screen, a picture of a goat on it",
             date(2026, 5, 1), "16:02 to Brook Junction", "Brook Junction"),
        Item("LP-1058", Kind.BAG, "red rucksack with a beekeeper's veil in it",
             date(2026, 5, 2), "09:21 to Castle Hill", "Castle Hill"),
        Item("LP-1060", Kind.CLOTHES, "one left skating boot, size 39",
             date(2026, 5, 3), "20:10 to Alder Halt", "Alder Halt"),
        Item("LP-1061", Kind.OTHER, "cello bow wrapped in a newspaper",
             date(2026, 5, 3), "20:10 to Alder Halt", "Alder Halt", "held", "Ines Moreau"),
    )
}  # fmt: skip
LOSSES: dict[str, Loss] = {}


def search_items(
    kind: Kind | None = None,
    station: Station | None = None,
    since: date | None = None,
    words: str = "",
) -> list[Item]:
    """Search what was found and not yet given back, newest first.

    Args:
        kind: Only things of this sort.
        station: Only things that are kept at this station.
        since: Only things found on this day or later.
        words: Words that must all be in its description.
    """
    there = [
        item
        for item in ITEMS.values()
        if item.state in ("waiting", "held")
        and kind in (None, item.kind)
        and station in (None, item.station)
        and (since is None or item.found_on >= since)
        and all(word in item.looks.lower() for word in words.lower().split())
    ]
    return sorted(there, key=lambda item: (item.found_on, item.item_id), reverse=True)


def get_item(item_id: ItemId) -> Item:
    """Get everything that is known of one thing, given back or not.

    Args:
        item_id: Number on its label.
    """
    if item_id not in ITEMS:
        raise LookupError(f"there is no item {item_id}")
    return ITEMS[item_id]


def collection_fee(item_id: ItemId, on: date = TODAY) -> Fee:
    """Work out what it costs to collect a thing on a day: 2 euros, and 50 cents for every day.

    Args:
        item_id: Number on its label.
        on: The day of collection; today when left out.

    Returns:
        The days that it was kept, the fee in euros, and the last day on which it can be collected.
    """
    item = get_item(item_id)
    days = (on - item.found_on).days
    if days < 0:
        raise ValueError(f"{item_id} was only found on {item.found_on}")
    fee = Decimal("2.00") + days * Decimal("0.50")
    return Fee(item_id, days, fee, item.found_on + KEPT)


async def opening_hours(station: Station, day: date) -> str | None:
    """Look up when the counter at a station is open on a day; nothing when it is closed.

    Args:
        station: Where the counter is.
        day: Which day.
    """
    await asyncio.sleep(0)  # the real one asks another system
    if day.isoweekday() == 7:
        return None
    return "08:00 to 19:30" if station == "Brook Junction" else "09:00 to 17:00"


def report_loss(name: str, kind: Kind, looks: str, lost_on: date) -> Loss:
    """Report something as lost, so that the office looks out for it.

    Args:
        name: Whose it is.
        kind: What sort of thing it is.
        looks: What it looks like, in a few words.
        lost_on: When it was last seen.
    """
    if lost_on > TODAY:
        raise ValueError("that day has not come yet")
    loss = Loss(f"LR-{len(LOSSES) + 101}", name, kind, looks, lost_on)
    LOSSES[loss.loss_id] = loss
    return loss


def hold_item(item_id: ItemId, name: str) -> Item:
    """Hold a thing at the counter for somebody, so that nobody else is given it.

    Args:
        item_id: Number on its label.
        name: Who will collect it.
    """
    item = get_item(item_id)
    if item.state != "waiting":
        raise ValueError(f"{item_id} is {item.state} already")
    ITEMS[item_id] = replace(item, state="held", held_for=name)
    return ITEMS[item_id]


def release_item(item_id: ItemId) -> Item:
    """Stop holding a thing: it is free for whoever proves that it is theirs.

    Args:
        item_id: Number on its label.
    """
    item = get_item(item_id)
    if item.state != "held":
        raise ValueError(f"{item_id} is not held")
    ITEMS[item_id] = replace(item, state="waiting", held_for=None)
    return ITEMS[item_id]


def post_item(
    item_id: ItemId, address: Annotated[str, "Street, town and postcode."], *, express: bool = False
) -> Posted:
    """Post a thing to its owner, who pays the postage at the door.

    Args:
        item_id: Number on its label.
        express: Whether it is to arrive the next day instead of in three days.
    """
    item = get_item(item_id)
    if item.kind is Kind.INSTRUMENT:
        raise ValueError("instruments are not posted; they have to be collected")
    if item.state in ("collected", "posted"):
        raise ValueError(f"{item_id} is {item.state} already")
    ITEMS[item_id] = replace(item, state="posted")
    postage = Decimal("11.90") if express else Decimal("5.40")
    return Posted(item_id, postage, TODAY + timedelta(days=1 if express else 3))
