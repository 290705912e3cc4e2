"""A moving company: crews and their free days, moves between cities, what is moved, hired vans."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Kind, Money
from buttonup.worlds.names import day, numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

CustomerId = Annotated[
    str, Kind("MoverCustomerId"), Meta(pattern=r"^MVC-\d{5}$", description="Customer number.")
]
SlotId = Annotated[
    str,
    Kind("MovingSlotId"),
    Meta(pattern=r"^MSL-\d{5}$", description="Id of a crew's free day, like MSL-20431."),
]
VanId = Annotated[
    str, Kind("MovingVanId"), Meta(pattern=r"^VAN-\d{4}$", description="Van id, like VAN-3308.")
]
MoveId = Annotated[
    str, Kind("MoveId"), Meta(pattern=r"^MOV-\d{5}$", description="Id of a move, like MOV-20431.")
]
ItemId = Annotated[
    str, Kind("MoveItemId"), Meta(pattern=r"^ITM-\d{5}$", description="Item id, like ITM-20431.")
]
Volume = Annotated[
    float, Kind("CubicMetres"), Meta(gt=0, le=120, description="Volume in cubic metres.")
]
Days = Annotated[int, Kind("VanDays"), Meta(ge=1, le=14, description="Length in days.")]
Room = Annotated[
    Literal["living room", "bedroom", "kitchen", "study", "hallway", "cellar"], Kind("PackedRoom")
]
Unit = Literal["km", "miles"]
Cover = Annotated[Literal["basic", "full"], Kind("MoveCover")]


class MovingSlot(Row):
    """A day on which a crew is free."""

    slot_id: SlotId
    city: Annotated[City, Meta(description="City where the crew can load.")]
    day: Date
    leader: Annotated[str, Kind("PersonName"), Meta(description="Who leads the crew.")]
    movers: Annotated[int, Meta(description="How many people come.")]
    price: Annotated[Money, Meta(description="Price of the day, without the road.")]
    free: bool


class MoveQuote(Row):
    """What a move would cost."""

    origin: City
    destination: City
    volume: Volume
    distance: Annotated[int, Meta(description="Distance by road, in the unit below.")]
    unit: Unit
    road_days: Annotated[int, Meta(description="Days from loading to arrival.")]
    total: Money


class Move(Row):
    """A move that is booked."""

    move_id: MoveId
    customer_id: CustomerId
    origin: City
    destination: City
    day: Annotated[Date, Meta(description="Day on which the van is loaded.")]
    arrives: Date
    leader: Annotated[str, Kind("PersonName"), Meta(description="Who leads the crew.")]
    movers: Annotated[int, Meta(description="How many people come.")]
    price: Money


class MoveCancellation(Row):
    """A move that was called off."""

    move_id: MoveId
    destination: City
    day: Annotated[Date, Meta(description="Day on which it would have been.")]
    fee: Annotated[Money, Meta(description="What has to be paid all the same.")]


class MoveItem(Row):
    """Something that goes along on a move."""

    item_id: ItemId
    move_id: MoveId
    name: Annotated[str, Kind("MoveItemName")]
    room: Annotated[Room, Meta(description="Room that it comes out of.")]
    volume: Volume
    value: Money
    fragile: bool


class NewItem(Row):
    """Something to be added to the list of what is moved."""

    name: Annotated[str, Meta(description="What it is, like sideboard.")]
    room: Annotated[Room, Meta(description="Room that it comes out of.")]
    volume: Volume


class ItemInsurance(Row):
    """Cover for things while they are on the road."""

    policy_id: Annotated[
        str, Kind("MovePolicyId"), Meta(pattern=r"^POL-\d{5}$", description="Id of the policy.")
    ]
    cover: Cover
    items: list[MoveItem]
    insured: Annotated[Money, Meta(description="The most that is paid out.")]
    premium: Annotated[Money, Meta(description="Price of the cover.")]


class MovingVan(Row):
    """A van that people hire and drive themselves."""

    van_id: VanId
    city: City
    model: Annotated[str, Kind("MovingVanModel")]
    volume: Annotated[Volume, Meta(description="Room inside, in cubic metres.")]
    price_per_day: Money
    tail_lift: bool


class VanHire(Row):
    """A van in a customer's hands."""

    hire_id: Annotated[
        str, Kind("VanHireId"), Meta(pattern=r"^VHR-\d{5}$", description="Id of the hire.")
    ]
    customer_id: CustomerId
    van_id: VanId
    model: Annotated[str, Kind("MovingVanModel")]
    city: Annotated[City, Meta(description="Where it is picked up and brought back.")]
    starts: Date
    back_by: Date
    total: Money


@dataclasses.dataclass
class Removals(State):
    """All of the company's records."""

    slots: Table[MovingSlot]
    moves: Table[Move]
    items: Table[MoveItem]
    policies: Table[ItemInsurance]
    vans: Table[MovingVan]
    hires: Table[VanHire]


PLACES = {
    "Amsterdam": (52.4, 4.9), "Berlin": (52.5, 13.4), "Bordeaux": (44.8, -0.6),
    "Brussels": (50.8, 4.4), "Copenhagen": (55.7, 12.6), "Hamburg": (53.6, 10.0),
    "Lyon": (45.8, 4.8), "Milan": (45.5, 9.2), "Munich": (48.1, 11.6), "Prague": (50.1, 14.4),
    "Vienna": (48.2, 16.4), "Zurich": (47.4, 8.5),
}  # fmt: skip
"""Cities with a depot -> latitude and longitude."""
ROOMS: tuple[Room, ...] = get_args(get_args(Room)[0])
THINGS: dict[Room, dict[str, tuple[float, int, bool]]] = {
    "living room": {
        "sofa": (2.2, 900, False), "upright piano": (1.8, 3800, True),
        "glass cabinet": (1.1, 650, True), "television": (0.4, 700, True),
        "bookcase": (1.3, 240, False),
    },
    "bedroom": {
        "double bed": (2.6, 800, False), "wardrobe": (2.4, 620, False),
        "chest of drawers": (0.9, 310, False), "tall mirror": (0.3, 180, True),
    },
    "kitchen": {
        "fridge": (1.2, 690, False), "dining table": (1.6, 540, False),
        "box of crockery": (0.2, 260, True), "coffee machine": (0.1, 340, True),
    },
    "study": {
        "desk": (1.1, 420, False), "filing cabinet": (0.7, 150, False),
        "computer": (0.2, 1400, True), "globe": (0.2, 120, True),
    },
    "hallway": {
        "shoe rack": (0.4, 70, False), "coat stand": (0.3, 60, False),
        "grandfather clock": (0.8, 2100, True),
    },
    "cellar": {
        "bicycle": (0.8, 750, False), "tool chest": (0.5, 280, False),
        "wine rack": (0.6, 410, True), "washing machine": (0.7, 520, False),
    },
}  # fmt: skip
"""Room -> what stands in it: volume, value, and whether it breaks easily."""
EXTRA: dict[Room, tuple[str, ...]] = {
    "living room": ("floor lamp", "rug", "record player"), "bedroom": ("bedside table", "cot"),
    "kitchen": ("bench", "box of pans"), "study": ("printer", "reading chair"),
    "hallway": ("mirror", "bench"), "cellar": ("sledge", "tent", "ladder"),
}  # fmt: skip
MODELS = (("Courier", 8), ("Tallboy", 12), ("Longhaul", 17), ("Boxer Plus", 22), ("Giant", 30))


def seed(rng: random.Random, today: dt.date) -> Removals:
    """Make 72 free days of crews, 50 moves and what goes along on them, and 84 vans."""
    crews = [
        (city, name, rng.randint(2, 5))
        for city, name in zip([*PLACES, *PLACES], people(rng, 24), strict=True)
    ]
    ahead = sorted((day(rng, today, 6, 70), crew) for crew in crews for _ in range(3))
    customers = [c for c in numbers(rng, "MVC", 34) for _ in range(rng.choice((1, 1, 2)))]
    moves = [_move(rng, customer, rng.choice(crews), today) for customer in customers]
    vans = [(city, *model) for city in PLACES for model in rng.choices(MODELS, k=7)]
    ids = numbers(rng, "VAN", len(vans), 4)
    return Removals(
        today,
        slots=Table("slot_id", [_slot(rng, on, crew) for on, crew in ahead]),
        moves=Table("move_id", moves),
        items=Table("item_id", [i for m in moves for i in _items(rng, m)]),
        policies=Table("policy_id", ()),
        vans=Table("van_id", [_van(rng, id, *v) for id, v in zip(ids, vans, strict=True)]),
        hires=Table("hire_id", ()),
    )


def _slot(rng: random.Random, on: str, crew: tuple[str, str, int]) -> MovingSlot:
    city, leader, movers = crew
    price = float(movers * rng.randrange(210, 290, 5))
    return MovingSlot(fresh_id("MSL", city, leader, on), city, on, leader, movers, price, True)


def _move(rng: random.Random, customer_id: str, crew: tuple[str, str, int], today: dt.date) -> Move:
    origin, leader, movers = crew
    destination = rng.choice([city for city in PLACES if city != origin])
    on = day(rng, today, 4, 75)
    km = _km(origin, destination)
    return Move(
        fresh_id("MOV", customer_id, destination, on), customer_id, origin, destination, on,
        _arrival(on, km), leader, movers, _price(float(movers * 240), km),
    )  # fmt: skip


def _km(origin: str, destination: str) -> int:
    (lat, lon), (to_lat, to_lon) = PLACES[origin], PLACES[destination]
    east = (to_lon - lon) * math.cos(math.radians((lat + to_lat) / 2))
    return round(math.hypot(to_lat - lat, east) * 111 * 1.25)  # roads wind by a quarter


def _arrival(on: str, km: int) -> str:
    return str(dt.date.fromisoformat(on) + dt.timedelta(days=_road_days(km)))


def _road_days(km: int) -> int:
    return 1 + km // 650


def _price(day_price: float, km: int) -> float:
    return round(day_price + 1.15 * km, 2)


def _items(rng: random.Random, move: Move) -> list[MoveItem]:
    stock = [(room, name) for room, things in THINGS.items() for name in things]
    return [_item(rng, move, *thing) for thing in rng.sample(stock, rng.randint(3, 7))]


def _item(rng: random.Random, move: Move, room: Room, name: str) -> MoveItem:
    volume, value, fragile = THINGS[room][name]
    return MoveItem(
        fresh_id("ITM", move.move_id, name), move.move_id, name, room,
        round(volume * rng.uniform(0.8, 1.3), 1), float(round(value * rng.uniform(0.4, 1.3), -1)),
        fragile,
    )  # fmt: skip


def _van(rng: random.Random, van_id: str, city: str, model: str, volume: int) -> MovingVan:
    price = 34 + volume * 2.5 + rng.randrange(0, 24, 2)
    room = volume + rng.choice((-0.5, 0.0, 0.5, 1.0))
    return MovingVan(van_id, city, model, room, price, rng.random() < 0.4)


def _new_item(_s: Removals, rng: random.Random) -> NewItem:
    room = rng.choice(ROOMS)
    return NewItem(rng.choice(EXTRA[room]), room, rng.choice((2, 3, 4, 6, 8, 12, 15)) / 10)


world = World(
    "removals",
    "A moving company",
    seed,
    known={
        "MoverCustomerId": lambda s, rng: rng.choice(list(s.moves)).customer_id,
        "City": lambda _s, rng: rng.choice(list(PLACES)),
        "Date": lambda s, rng: day(rng, s.today, 12, 80),
        "VanDays": lambda _s, rng: rng.randint(2, 6),
        "quote_move.volume": lambda _s, rng: float(rng.randrange(8, 62, 2)),
        "find_moving_vans.min_volume": lambda _s, rng: float(rng.choice((10, 12, 15, 20))),
        "find_moving_vans.max_price": lambda _s, rng: float(rng.randrange(70, 121, 10)),
        "find_moving_slots.min_movers": lambda _s, rng: rng.choice((3, 4)),
        "add_move_item.item": _new_item,
    },
)


def _depot(city: str) -> str:
    if city not in PLACES:
        raise Refused(f"The company has no depot in {city}.")
    return city


@world.function()
def find_moving_slots(
    db: Removals, city: City, before: Date | None = None, min_movers: int | None = None
) -> list[MovingSlot]:
    """List the days on which a crew could load in a city, the soonest first.

    city: the city to move out of
    before: only days before this one
    min_movers: only crews of at least so many people
    """
    depot = _depot(city)
    return db.slots.where(
        lambda s: (
            s.free
            and s.city == depot
            and (before is None or s.day < before)
            and (min_movers is None or s.movers >= min_movers)
        )
    )


@world.function()
def quote_move(
    db: Removals,  # noqa: ARG001 - a price does not depend on what is booked
    origin: City,
    destination: City,
    volume: Volume,
    unit: Unit = "km",
) -> MoveQuote:
    """Work out what a move between two cities would cost, and how long it takes. Nothing is booked.

    origin: the city to move out of
    destination: the city to move to
    volume: how much there is to move, in cubic metres
    unit: unit of the distance
    """
    if _depot(origin) == _depot(destination):
        raise Refused("Moves within one city are priced by the hour; please ring the depot.")
    km = _km(origin, destination)
    total = _price(220 + 31 * volume, km)
    distance = km if unit == "km" else round(km * 0.621371)
    return MoveQuote(origin, destination, volume, distance, unit, _road_days(km), total)


@world.function(writes=True)
def book_move(db: Removals, customer_id: CustomerId, slot_id: SlotId, destination: City) -> Move:
    """Book a crew's free day for a move to another city. The road is charged by distance.

    customer_id: customer number
    slot_id: the free day to book
    destination: the city to move to
    """
    slot = db.slots[slot_id]
    if not slot.free:
        raise Refused(f"The day {slot_id} has been taken.")
    if _depot(destination) == slot.city:
        raise Refused(f"The day {slot_id} is for moves out of {slot.city}, not within it.")
    km = _km(slot.city, destination)
    db.slots.put(replace(slot, free=False))
    return db.moves.put(
        Move(
            fresh_id("MOV", customer_id, destination, slot.day), customer_id, slot.city,
            destination, slot.day, _arrival(slot.day, km), slot.leader, slot.movers,
            _price(slot.price, km),
        )
    )  # fmt: skip


@world.function()
def list_moves(db: Removals, customer_id: CustomerId) -> list[Move]:
    """List a customer's moves that are still to come, with days, crew and price.

    customer_id: customer number
    """
    found = db.moves.where(lambda m: m.customer_id == customer_id)
    return sorted(found, key=lambda m: (m.day, m.move_id))


@world.function(writes=True)
def postpone_move(db: Removals, move_id: MoveId, day: Date) -> Move:
    """Put a move off to a later day with the same crew, provided it has no other move that day.

    move_id: the move to put off
    day: the new day of loading
    """
    move = db.moves[move_id]
    if day <= move.day:
        raise Refused(f"Move {move_id} is on {move.day}; it can only be put off to a later day.")
    if any(m.leader == move.leader and m.day == day for m in db.moves):
        raise Refused(f"The crew of move {move_id} has another move on {day}.")
    arrives = _arrival(day, _km(move.origin, move.destination))
    return db.moves.put(replace(move, day=day, arrives=arrives))


@world.function(writes=True)
def cancel_move(db: Removals, move_id: MoveId) -> MoveCancellation:
    """Call a move off. It is free up to two weeks before, then a quarter of the price is due.

    move_id: the move to cancel
    """
    move = db.moves[move_id]
    left = (dt.date.fromisoformat(move.day) - db.today).days
    fee = 0.0 if left >= 14 else round(move.price / 4, 2)
    db.moves.remove(move_id)
    return MoveCancellation(move_id, move.destination, move.day, fee)


@world.function()
def list_move_items(
    db: Removals, move_id: MoveId, room: Room | None = None, page: PageNumber = 1
) -> Page[MoveItem]:
    """List what goes along on a move, with volume and value, four things to a page.

    move_id: the move in question
    room: only things out of this room
    page: which page of the list
    """
    move = db.moves[move_id]
    found = db.items.where(lambda i: i.move_id == move.move_id and (room is None or i.room == room))
    return page_of(found, page, 4)


@world.function(writes=True)
def add_move_item(
    db: Removals, move_id: MoveId, item: Annotated[NewItem, Kind("NewMoveItem")]
) -> MoveItem:
    """Put one more thing on the list of what goes along on a move.

    Its value is set at 250 euros per cubic metre until somebody has seen it.

    move_id: the move in question
    item: what it is, where it stands and how big it is
    """
    move = db.moves[move_id]
    item_id = fresh_id("ITM", move_id, item.name, item.room, item.volume)
    value = round(item.volume * 250, 2)
    return db.items.put(
        MoveItem(item_id, move.move_id, item.name, item.room, item.volume, value, False)
    )


@world.function(writes=True)
def insure_move_items(db: Removals, item_ids: list[ItemId], cover: Cover) -> ItemInsurance:
    """Insure two or more things while they are on the road.

    Basic cover pays out half of their value and costs 1 %; full cover pays all and costs 3 %.

    item_ids: all things to be insured
    cover: how much is paid out
    """
    items = [db.items[item_id] for item_id in dict.fromkeys(item_ids)]
    if len(items) < 2:
        raise Refused("A policy covers two different things at least.")
    value = sum(item.value for item in items)
    insured, rate = (value, 0.03) if cover == "full" else (value / 2, 0.01)
    policy_id = fresh_id("POL", cover, *(item.item_id for item in items))
    return db.policies.put(
        ItemInsurance(policy_id, cover, items, round(insured, 2), round(value * rate, 2))
    )


@world.function()
def find_moving_vans(
    db: Removals,
    city: City,
    min_volume: Volume | None = None,
    max_price: Money | None = None,
    tail_lift: bool = False,
    page: PageNumber = 1,
) -> Page[MovingVan]:
    """List the vans that can be hired in a city to drive oneself, four to a page.

    city: where the van is picked up and brought back
    min_volume: only vans with at least so much room inside, in cubic metres
    max_price: only vans that cost at most this much a day, in euros
    tail_lift: only vans with a tail lift
    page: which page of the list
    """
    depot = _depot(city)
    found = db.vans.where(
        lambda v: (
            v.city == depot
            and (min_volume is None or v.volume >= min_volume)
            and (max_price is None or v.price_per_day <= max_price)
            and (v.tail_lift or not tail_lift)
        )
    )
    return page_of(found, page, 4)


@world.function(writes=True)
def rent_moving_van(
    db: Removals, customer_id: CustomerId, van_id: VanId, starts: Date, days: Days
) -> VanHire:
    """Hire a van from a day on. Five days or more are 15 % cheaper.

    customer_id: customer number
    van_id: the van to hire
    starts: first day of the hire
    days: for how many days
    """
    van = db.vans[van_id]
    first = dt.date.fromisoformat(starts)
    if first < db.today:
        raise Refused(f"Van {van_id} cannot be hired from {starts}: that day has passed.")
    back_by = str(first + dt.timedelta(days=days))
    if any(h.van_id == van_id and h.starts < back_by and starts < h.back_by for h in db.hires):
        raise Refused(f"Van {van_id} is out on hire at that time.")
    total = round(van.price_per_day * days * (0.85 if days >= 5 else 1), 2)
    hire_id = fresh_id("VHR", van_id, starts, days)
    return db.hires.put(
        VanHire(hire_id, customer_id, van_id, van.model, van.city, starts, back_by, total)
    )
