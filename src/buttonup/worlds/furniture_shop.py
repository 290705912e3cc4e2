"""A furniture shop: catalogue, showrooms, orders with lines, delivery slots, returns, fitters."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Kind, Money
from buttonup.worlds.names import CITIES, address, day, numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

FurnitureId = Annotated[
    str, Kind("FurnitureId"), Meta(pattern=r"^FUR-\d{4}$", description="Article, like FUR-2210.")
]
CustomerId = Annotated[
    str, Kind("FurnitureBuyerId"), Meta(pattern=r"^FCU-\d{5}$", description="Customer number.")
]
OrderId = Annotated[
    str, Kind("FurnitureOrderId"), Meta(pattern=r"^FOD-\d{5}$", description="Order number.")
]
SlotId = Annotated[
    str,
    Kind("FurnitureSlotId"),
    Meta(pattern=r"^FDS-\d{5}$", description="Id of a delivery slot, offered for one order."),
]
FitterId = Annotated[
    str, Kind("FitterId"), Meta(pattern=r"^FIT-\d{3}$", description="Fitter, like FIT-204.")
]
Centimetres = Annotated[int, Kind("FurnitureCm"), Meta(ge=1, description="Length in cm.")]
Pieces = Annotated[int, Kind("FurniturePieces"), Meta(ge=1, le=12)]
PieceName = Annotated[str, Kind("FurnitureName"), Meta(description="Like Bramley sofa.")]
Category = Literal[
    "armchairs", "beds", "bookcases", "desks", "dining chairs", "dining tables", "sideboards",
    "sofas",
]  # fmt: skip
Material = Literal["ash", "beech", "metal", "oak", "rattan", "walnut"]
Colour = Literal["black", "blue", "green", "grey", "natural", "white"]
OrderStatus = Literal["in preparation", "on the way", "delivered", "cancelled", "returned"]
PartOfDay = Literal["morning", "afternoon", "evening"]
ReturnReason = Literal["change of mind", "damage", "missing parts", "poor finish", "wrong size"]


class Piece(Row):
    """An article of the catalogue."""

    furniture_id: FurnitureId
    name: PieceName
    category: Category
    material: Material
    colour: Colour
    price: Money
    width_cm: Centimetres
    in_stock: bool
    rating: Annotated[float, Meta(ge=1, le=5, description="Customers' rating, 1 to 5.")]


class Measurements(Row):
    """How much room an article takes, and what it weighs."""

    furniture_id: FurnitureId
    name: PieceName
    width: float
    depth: float
    height: float
    unit: Annotated[Literal["cm", "inches"], Meta(description="Of width, depth and height.")]
    weight_kg: float


class ShowroomStock(Row):
    """How many pieces of an article one showroom has."""

    furniture_id: FurnitureId
    city: City
    street: Annotated[str, Meta(description="Where the showroom is, like 12 Mill Lane.")]
    pieces: int
    on_display: Annotated[bool, Meta(description="True where one is set up to be tried.")]


class OrderLine(Row):
    """One article of an order."""

    furniture_id: FurnitureId
    name: PieceName
    quantity: int
    amount: Annotated[Money, Meta(description="For all pieces of the line.")]


class DeliveryAddress(Row):
    """Where furniture is delivered."""

    street: Annotated[str, Meta(description="House number and street, like 12 Mill Lane.")]
    city: City


class FurnitureOrder(Row):
    """An order, and where and when it is delivered."""

    order_id: OrderId
    customer_id: CustomerId
    status: OrderStatus
    placed_on: Date
    delivery_day: Date
    address: DeliveryAddress
    lines: list[OrderLine]
    total: Annotated[Money, Meta(description="Delivery included.")]


class DeliverySlot(Row):
    """A time at which one order could be delivered."""

    slot_id: SlotId
    order_id: OrderId
    day: Date
    part: PartOfDay
    fee: Money


class FurnitureReturn(Row):
    """An order that goes back, and what is paid back for it."""

    return_id: Annotated[
        str, Kind("FurnitureReturnId"), Meta(pattern=r"^FRN-\d{5}$", description="Return id.")
    ]
    order: FurnitureOrder
    reason: ReturnReason
    collected_on: Date
    refund: Money


class Fitter(Row):
    """Somebody who puts furniture together at home."""

    fitter_id: FitterId
    name: Annotated[str, Kind("PersonName")]
    city: City
    hourly: Annotated[Money, Meta(description="Fee for an hour.")]
    rating: Annotated[float, Meta(ge=1, le=5, description="Customers' rating, 1 to 5.")]
    next_free: Date


class Assembly(Row):
    """A fitter's visit to put an order together."""

    assembly_id: Annotated[
        str, Kind("AssemblyId"), Meta(pattern=r"^FAS-\d{5}$", description="Id of the visit.")
    ]
    order_id: OrderId
    fitter: Fitter
    day: Date
    hours: int
    cost: Money


class Stocked(Row):
    """A row of the showrooms' books."""

    stock_id: str
    stock: ShowroomStock


class Customer(Row):
    """Somebody who buys here."""

    customer_id: CustomerId
    name: Annotated[str, Kind("PersonName")]
    addresses: tuple[DeliveryAddress, ...]


@dataclasses.dataclass
class FurnitureShop(State):
    """All of the shop's records."""

    pieces: Table[Piece]
    stock: Table[Stocked]
    customers: Table[Customer]
    orders: Table[FurnitureOrder]
    slots: Table[DeliverySlot]
    fitters: Table[Fitter]
    returns: Table[FurnitureReturn]
    assemblies: Table[Assembly]


RANGES = (
    "Ardley|Bramley|Calder|Dunmore|Eskdale|Fenwick|Glanton|Hartwell|Kelso|Larkfield|Marlow|"
    "Norbury|Oakham|Penrose|Rowan|Selby|Thornton|Wexford"
).split("|")
SINGULAR: dict[Category, str] = {
    "armchairs": "armchair", "beds": "bed", "bookcases": "bookcase", "desks": "desk",
    "dining chairs": "dining chair", "dining tables": "dining table", "sideboards": "sideboard",
    "sofas": "sofa",
}  # fmt: skip
PRICES: dict[Category, tuple[int, int]] = {
    "armchairs": (190, 640), "beds": (240, 980), "bookcases": (80, 420), "desks": (120, 560),
    "dining chairs": (45, 190), "dining tables": (210, 890), "sideboards": (160, 720),
    "sofas": (390, 1900),
}  # fmt: skip
SIZES: dict[Category, tuple[int, int, int, int]] = {
    "armchairs": (70, 98, 84, 92), "beds": (96, 190, 208, 104), "bookcases": (40, 140, 32, 188),
    "desks": (100, 180, 70, 75), "dining chairs": (42, 58, 52, 84),
    "dining tables": (110, 240, 92, 75), "sideboards": (90, 210, 45, 80),
    "sofas": (150, 290, 96, 85),
}  # fmt: skip
"""Category -> narrowest and widest, usual depth and height, in cm."""
OFTEN: dict[Category, tuple[int, ...]] = {
    "armchairs": (1, 2), "bookcases": (1, 1, 2, 3), "dining chairs": (2, 4, 6),
}  # fmt: skip
"""Category -> quantities that people order, where more than one piece is usual."""
STOPS: tuple[tuple[int, PartOfDay, float], ...] = (
    (2, "evening", 45.0), (4, "morning", 29.0), (7, "afternoon", 19.0), (9, "morning", 0.0),
)  # fmt: skip
"""Days from now, part of the day and fee of the delivery slots offered for an order."""


def seed(rng: random.Random, today: dt.date) -> FurnitureShop:
    """Make 96 articles, 28 customers, 76 orders with their slots, and 40 fitters."""
    pieces = [
        _piece(rng, category, brand, in_stock=rng.random() < 0.7)
        for category in get_args(Category)
        for brand in rng.sample(RANGES, 12)
    ]
    ids = numbers(rng, "FUR", len(pieces), 4)
    pieces = [replace(p, furniture_id=n) for p, n in zip(pieces, ids, strict=True)]
    cities = rng.sample(list(CITIES), 12)
    customers = [
        Customer(n, name, tuple(DeliveryAddress(address(rng), c) for c in rng.sample(cities, 3)))
        for n, name in zip(numbers(rng, "FCU", 28), people(rng, 28), strict=True)
    ]
    showrooms = [(city, address(rng)) for city in cities]
    orders = [
        _order(rng, n, rng.choice(customers), _bought(rng, pieces), today)
        for n in numbers(rng, "FOD", 76)
    ]
    fitters = [
        Fitter(
            f"FIT-{n}", name, cities[i % 12], rng.randrange(28, 66) + rng.choice((0.0, 0.5)),
            round(rng.uniform(3.4, 5.0), 1), day(rng, today, 1, 18),
        )
        for i, (n, name) in enumerate(
            zip(rng.sample(range(100, 999), 40), people(rng, 40), strict=True)
        )
    ]  # fmt: skip
    waiting = [o for o in orders if o.status != "delivered"]
    return FurnitureShop(
        today,
        pieces=Table("furniture_id", pieces),
        stock=Table("stock_id", _stocked(rng, pieces, showrooms)),
        customers=Table("customer_id", customers),
        orders=Table("order_id", orders),
        slots=Table("slot_id", [s for o in waiting for s in _slots(o.order_id, today)]),
        fitters=Table("fitter_id", fitters),
        returns=Table("return_id", ()),
        assemblies=Table("assembly_id", ()),
    )


def _piece(rng: random.Random, category: Category, brand: str, *, in_stock: bool) -> Piece:
    narrow, wide, _, _ = SIZES[category]
    material: Material = rng.choice(get_args(Material))
    colour: Colour = rng.choice(get_args(Colour))
    return Piece(
        "", f"{brand} {SINGULAR[category]}", category, material, colour,
        float(rng.randint(*PRICES[category])), rng.randrange(narrow, wide + 1, 2), in_stock,
        round(rng.uniform(2.9, 5.0), 1),
    )  # fmt: skip


def _order(
    rng: random.Random, order_id: str, customer: Customer, lines: list[OrderLine], today: dt.date
) -> FurnitureOrder:
    status: OrderStatus = rng.choice(
        ("in preparation", "in preparation", "on the way", "delivered", "delivered")
    )
    past = status == "delivered"
    placed = today - dt.timedelta(days=rng.randint(24, 45) if past else rng.randint(1, 20))
    arrives = day(rng, today, -20, -1) if past else day(rng, today, 1, 12)
    total = round(sum(line.amount for line in lines) + 29, 2)
    to = rng.choice(customer.addresses)
    return FurnitureOrder(
        order_id, customer.customer_id, status, str(placed), arrives, to, lines, total
    )


def _stocked(
    rng: random.Random, pieces: list[Piece], showrooms: list[tuple[str, str]]
) -> list[Stocked]:
    held = [
        ShowroomStock(p.furniture_id, city, street, rng.randint(1, 9), rng.random() < 0.5)
        for p in pieces
        for city, street in rng.sample(showrooms, rng.randint(1, 3))
    ]
    return [Stocked(f"{n}", stock) for n, stock in enumerate(held)]


def _bought(rng: random.Random, pieces: list[Piece]) -> list[OrderLine]:
    chosen = rng.sample(pieces, rng.randint(1, 3))
    return [_line(p, rng.choice(OFTEN.get(p.category, (1,)))) for p in chosen]


def _line(piece: Piece, quantity: int) -> OrderLine:
    return OrderLine(piece.furniture_id, piece.name, quantity, round(piece.price * quantity, 2))


def _slots(order_id: str, today: dt.date) -> list[DeliverySlot]:
    shift = int(order_id[-1]) % 4
    days = [str(today + dt.timedelta(days=ahead + shift)) for ahead, _, _ in STOPS]
    return [
        DeliverySlot(fresh_id("FDS", order_id, at), order_id, at, part, fee)
        for at, (_, part, fee) in zip(days, STOPS, strict=True)
    ]


world = World(
    "furniture_shop",
    "A furniture shop",
    seed,
    known={
        "FurnitureBuyerId": lambda s, rng: rng.choice(list(s.orders)).customer_id,
        "FurniturePieces": lambda _s, rng: rng.randint(2, 4),
        "City": lambda s, rng: rng.choice(list(s.fitters)).city,
        "FurnitureAddress": lambda s, rng: DeliveryAddress(
            address(rng), rng.choice(list(s.fitters)).city
        ),
        "search_furniture.max_price": lambda _s, rng: float(rng.randrange(100, 601, 50)),
        "search_furniture.max_width_cm": lambda _s, rng: rng.randrange(80, 201, 10),
        "find_fitters.free_by": lambda s, rng: day(rng, s.today, 8, 20),
        "find_fitters.max_hourly": lambda _s, rng: float(rng.randrange(40, 61, 5)),
    },
)


@world.function()
def search_furniture(
    db: FurnitureShop,
    category: Category,
    max_price: Money | None = None,
    max_width_cm: Centimetres | None = None,
    material: Material | None = None,
    in_stock_only: bool = False,
    page: PageNumber = 1,
) -> Page[Piece]:
    """List the articles of one category, cheapest first, eight to a page.

    category: what sort of furniture
    max_price: only articles that cost at most this much, in euros
    max_width_cm: only articles at most this wide, in centimetres
    material: only articles made of this
    in_stock_only: only articles that need not be made first
    page: which page of the list
    """
    found = db.pieces.where(
        lambda p: (
            p.category == category
            and (max_price is None or p.price <= max_price)
            and (max_width_cm is None or p.width_cm <= max_width_cm)
            and (material is None or p.material == material)
            and (p.in_stock or not in_stock_only)
        )
    )
    return page_of(sorted(found, key=lambda p: (p.price, p.furniture_id)), page, 8)


@world.function()
def compare_measurements(
    db: FurnitureShop, furniture_ids: list[FurnitureId], unit: Literal["cm", "inches"] = "cm"
) -> list[Measurements]:
    """Put the measurements and weights of two to six articles side by side.

    furniture_ids: the articles to compare, all different
    unit: in which unit lengths are given
    """
    if not 2 <= len(set(furniture_ids)) == len(furniture_ids) <= 6:
        raise Refused("A comparison takes two to six different articles.")
    return [_measured(db.pieces[n], unit) for n in furniture_ids]


def _measured(piece: Piece, unit: Literal["cm", "inches"]) -> Measurements:
    _, _, depth, height = SIZES[piece.category]
    per = 2.54 if unit == "inches" else 1.0
    deep, high = depth + int(piece.furniture_id[-1]) % 5, height + int(piece.furniture_id[-2])
    width, depth_, height_ = (round(cm / per, 1) for cm in (piece.width_cm, deep, high))
    weight = round(piece.width_cm * deep * high / 26_000 + 4, 1)
    return Measurements(piece.furniture_id, piece.name, width, depth_, height_, unit, weight)


@world.function()
def check_furniture_stock(
    db: FurnitureShop, furniture_id: FurnitureId, on_display: bool = False
) -> list[ShowroomStock]:
    """List the showrooms that have an article, and how many pieces each has.

    furniture_id: the article
    on_display: only showrooms where one is set up to be tried
    """
    piece = db.pieces[furniture_id]
    return [
        row.stock
        for row in db.stock
        if row.stock.furniture_id == piece.furniture_id and (row.stock.on_display or not on_display)
    ]


@world.function(writes=True)
def order_furniture(
    db: FurnitureShop,
    furniture_id: FurnitureId,
    customer_id: CustomerId,
    address: Annotated[DeliveryAddress, Kind("FurnitureAddress")],
    quantity: Pieces = 1,
) -> FurnitureOrder:
    """Order an article. What is in stock comes within a week, anything else in six weeks.

    Delivery costs 29 euros and is free from 500 euros.

    furniture_id: the article to order
    customer_id: customer number
    address: where it is delivered
    quantity: how many pieces
    """
    piece, customer = db.pieces[furniture_id], db.customers[customer_id]
    if address.city not in CITIES:
        raise Refused(f"The shop does not deliver to {address.city}.")
    arrives = db.today + dt.timedelta(days=7 if piece.in_stock else 42)
    order_id = fresh_id("FOD", furniture_id, customer_id, quantity, address.street, address.city)
    line = _line(piece, quantity)
    total = round(line.amount + (29 if line.amount < 500 else 0), 2)
    for slot in _slots(order_id, db.today if piece.in_stock else arrives):
        db.slots.put(slot)
    return db.orders.put(
        FurnitureOrder(
            order_id, customer.customer_id, "in preparation", str(db.today), str(arrives), address,
            [line], total,
        )
    )  # fmt: skip


@world.function()
def list_furniture_orders(
    db: FurnitureShop, customer_id: CustomerId, status: OrderStatus | None = None
) -> list[FurnitureOrder]:
    """List a customer's orders with their lines, address and day of delivery.

    customer_id: customer number
    status: only orders that are this far
    """
    customer = db.customers[customer_id]
    return db.orders.where(
        lambda o: o.customer_id == customer.customer_id and (status is None or o.status == status)
    )


@world.function(writes=True)
def cancel_furniture_order(db: FurnitureShop, order_id: OrderId) -> FurnitureOrder:
    """Cancel an order. Refused once it has left the warehouse.

    order_id: the order to cancel
    """
    order = db.orders[order_id]
    if order.status != "in preparation":
        raise Refused(f"Order {order_id} is {order.status} and can no longer be cancelled.")
    for slot in db.slots.where(lambda s: s.order_id == order_id):
        db.slots.remove(slot.slot_id)
    return db.orders.put(replace(order, status="cancelled"))


def _awaited(db: FurnitureShop, order_id: str) -> FurnitureOrder:
    order = db.orders[order_id]
    if order.status not in ("in preparation", "on the way"):
        raise Refused(f"Order {order_id} has been {order.status}; it has no delivery to plan.")
    return order


@world.function()
def list_delivery_slots(db: FurnitureShop, order_id: OrderId) -> list[DeliverySlot]:
    """List the times at which an order that has not arrived yet could be delivered, with fees.

    order_id: the order
    """
    order = _awaited(db, order_id)
    return db.slots.where(lambda s: s.order_id == order.order_id)


@world.function(writes=True)
def choose_delivery_slot(db: FurnitureShop, slot_id: SlotId) -> FurnitureOrder:
    """Have an order delivered at one of the times offered for it. The fee is added to the total.

    slot_id: the time to take
    """
    slot = db.slots[slot_id]
    order = _awaited(db, slot.order_id)
    if order.delivery_day == slot.day:
        raise Refused(f"Order {order.order_id} is to be delivered on {slot.day} already.")
    total = round(order.total + slot.fee, 2)
    return db.orders.put(replace(order, delivery_day=slot.day, total=total))


@world.function(writes=True)
def return_furniture_order(
    db: FurnitureShop, order_id: OrderId, reason: ReturnReason
) -> FurnitureReturn:
    """Send back a delivered order, all of it. It is collected three days later.

    A change of mind costs a fifth of the price; anything else is paid back in full.

    order_id: the order that goes back
    reason: why it goes back
    """
    order = db.orders[order_id]
    if order.status != "delivered":
        raise Refused(f"Order {order_id} is {order.status}; only delivered ones can go back.")
    order = db.orders.put(replace(order, status="returned"))
    paid = sum(line.amount for line in order.lines)
    refund = round(paid * (0.8 if reason == "change of mind" else 1.0), 2)
    collected = str(db.today + dt.timedelta(days=3))
    return db.returns.put(
        FurnitureReturn(fresh_id("FRN", order_id), order, reason, collected, refund)
    )


@world.function()
def find_fitters(
    db: FurnitureShop, city: City, max_hourly: Money | None = None, free_by: Date | None = None
) -> list[Fitter]:
    """List the fitters in a city who put furniture together at home.

    city: where they work
    max_hourly: only fitters who charge at most this much an hour, in euros
    free_by: only fitters who are free on this day or earlier
    """
    return db.fitters.where(
        lambda f: (
            f.city.casefold() == city.casefold()
            and (max_hourly is None or f.hourly <= max_hourly)
            and (free_by is None or f.next_free <= free_by)
        )
    )


@world.function(writes=True)
def book_assembly(db: FurnitureShop, order_id: OrderId, fitter_id: FitterId) -> Assembly:
    """Have a fitter put an order together, after its delivery and once the fitter is free.

    Every piece takes an hour. Out of the fitter's own city the way costs 35 euros.

    order_id: the order to put together
    fitter_id: who does it
    """
    order, fitter = db.orders[order_id], db.fitters[fitter_id]
    assembly_id = fresh_id("FAS", order_id)
    if order.status in ("cancelled", "returned"):
        raise Refused(f"Order {order_id} has been {order.status}.")
    if assembly_id in db.assemblies:
        raise Refused(f"A fitter is booked for order {order_id} already.")
    hours = sum(line.quantity for line in order.lines)
    way = 0 if fitter.city == order.address.city else 35
    visit = max(fitter.next_free, order.delivery_day)
    cost = round(hours * fitter.hourly + way, 2)
    return db.assemblies.put(Assembly(assembly_id, order_id, fitter, visit, hours, cost))
