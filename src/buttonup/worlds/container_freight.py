"""Sea freight in containers: ports, vessels, sailings, boxes, bookings and customs declarations."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Country, Date, Kind, Money
from buttonup.worlds.names import CITIES, day, numbers
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

VesselId = Annotated[
    str, Kind("FreightVesselId"), Meta(pattern=r"^VES-\d{3}$", description="Vessel id.")
]
SailingId = Annotated[
    str, Kind("FreightSailingId"), Meta(pattern=r"^SAIL-\d{5}$", description="Sailing number.")
]
ContainerId = Annotated[
    str,
    Kind("ContainerId"),
    Meta(pattern=r"^BOX-\d{6}$", description="Number on a container, like BOX-204317."),
]
BookingId = Annotated[
    str, Kind("FreightBookingId"), Meta(pattern=r"^FRB-\d{5}$", description="Booking id.")
]
DeclarationId = Annotated[
    str, Kind("CustomsDeclarationId"), Meta(pattern=r"^CUS-\d{5}$", description="Declaration id.")
]
ShipperId = Annotated[
    str, Kind("FreightShipperId"), Meta(pattern=r"^SHP-\d{4}$", description="Customer number.")
]
Payload = Annotated[int, Kind("ContainerPayload"), Meta(description="Most it may carry, in kg.")]
Count = Annotated[int, Kind("Count")]
ContainerType = Literal["standard", "refrigerated", "open-top", "tank"]
SpeedUnit = Literal["knots", "km/h"]
BookingStatus = Literal["open", "shipped", "cancelled"]
CustomsStatus = Literal["submitted", "cleared", "held"]
Happening = Literal["picked up", "loaded", "unloaded", "inspected"]


class Port(Row):
    """A harbour with a container terminal."""

    city: City
    country: Country
    berths: Annotated[Count, Meta(description="Vessels that can be unloaded at once.")]
    waiting_hours: Annotated[Count, Meta(description="How long vessels wait for a berth now.")]
    storage_fee: Annotated[Money, Meta(description="For a container and day, in euros.")]


class Vessel(Row):
    """A container ship, and where it is going."""

    vessel_id: VesselId
    name: Annotated[str, Kind("VesselName")]
    capacity: Annotated[Count, Meta(description="Containers it can carry.")]
    speed: Annotated[float, Meta(description="Cruising speed, in `speed_unit`.")]
    speed_unit: SpeedUnit
    next_port: City
    next_port_on: Annotated[Date, Meta(description="Day it is expected in the next port.")]


class Sailing(Row):
    """A vessel's voyage from one port to another."""

    sailing_id: SailingId
    vessel_id: VesselId
    departure_city: City
    arrival_city: City
    departs: Date
    arrives: Date
    free_slots: Annotated[Count, Meta(description="Containers there is still room for.")]
    rate: Annotated[Money, Meta(description="For one container, in euros.")]


class Container(Row):
    """A container that the line lets."""

    container_id: ContainerId
    type: ContainerType
    city: City
    length_feet: Literal[20, 40]
    payload_kg: Payload
    daily_fee: Money
    free: bool


class FreightBooking(Row):
    """Containers that travel on a sailing."""

    booking_id: BookingId
    shipper_id: ShipperId
    sailing: Sailing
    containers: list[Container]
    cost: Money
    insured: bool
    status: BookingStatus


class ContainerEvent(Row):
    """Something that happened to a container on its way."""

    event_id: Annotated[
        str, Kind("ContainerEventId"), Meta(pattern=r"^EVT-\d{5}$", description="Event id.")
    ]
    container_id: ContainerId
    date: Date
    city: City
    event: Happening


class Goods(Row):
    """What is in a consignment."""

    description: Annotated[str, Meta(description="What the goods are, in plain words.")]
    value: Annotated[float, Meta(ge=1, description="Value in euros.")]
    weight_kg: Annotated[int, Meta(ge=1, description="Weight in kg.")]


class Declaration(Row):
    """What customs was told about a booking."""

    declaration_id: DeclarationId
    booking_id: BookingId
    goods: Goods
    duty: Money
    decision_on: Date
    status: CustomsStatus


class FreightCancellation(Row):
    """The end of a booking."""

    booking_id: BookingId
    shipper_id: ShipperId
    fee: Money
    refund: Money


@dataclasses.dataclass
class ContainerFreight(State):
    """All of the shipping line's records."""

    ports: Table[Port]
    vessels: Table[Vessel]
    sailings: Table[Sailing]
    containers: Table[Container]
    bookings: Table[FreightBooking]
    events: Table[ContainerEvent]
    declarations: Table[Declaration]


HARBOURS = (
    "Antwerp", "Barcelona", "Copenhagen", "Dublin", "Hamburg", "Helsinki", "Lisbon", "Oslo",
    "Riga", "Rotterdam", "Tallinn", "Valencia",
)  # fmt: skip
SHIPS = (
    "Amber Wind|Blue Heron|Cape Linden|Delta Carrier|Eastern Lark|Fjord Merchant|Golden Reach|"
    "Harbour Light|Iron Tern|Juniper|Kestrel Bay|Long Meridian|Morning Tide|Northern Loom|"
    "Ocean Weaver|Pilot Star|Quiet Passage|Red Kite"
).split("|")
TYPES: dict[ContainerType, tuple[int, int]] = {
    "standard": (26_000, 6), "refrigerated": (27_500, 22), "open-top": (28_000, 11),
    "tank": (24_000, 17),
}  # fmt: skip
"""Type -> payload in kg and fee a day in euros."""
GOODS = (
    "ceramic tiles|bicycle parts|olive oil|office furniture|coffee beans|cotton fabric|"
    "garden tools|glass bottles|paper rolls|solar panels|toys|wooden flooring"
).split("|")
HAULAGE = 350.0  # to bring a container from another city to the port
DUTY = 0.042  # share of the value of goods
LATEST = 3  # days before departure until which a booking can still be changed


def seed(rng: random.Random, today: dt.date) -> ContainerFreight:
    """Make 12 ports, 18 vessels, 150 sailings, 110 containers, and the bookings of 14 shippers."""
    ports = [
        Port(city, CITIES[city], rng.randint(3, 16), rng.randint(3, 96), float(rng.randint(12, 48)))
        for city in HARBOURS
    ]
    vessels = [
        _vessel(rng, vessel_id, name, today)
        for vessel_id, name in zip(numbers(rng, "VES", len(SHIPS), 3), SHIPS, strict=True)
    ]
    sailings = [
        _sailing(rng, sailing_id, HARBOURS[n % len(HARBOURS)], rng.choice(vessels), today)
        for n, sailing_id in enumerate(numbers(rng, "SAIL", 150))
    ]
    containers = [_container(rng, box) for box in numbers(rng, "BOX", 110, 6)]
    waiting = [c for c in containers if not c.free]
    shippers = numbers(rng, "SHP", 14, 4)
    bookings = []
    while waiting:
        boxes, waiting = waiting[: (size := rng.choice((1, 1, 2)))], waiting[size:]
        bookings.append(_booking(rng, rng.choice(shippers), rng.choice(sailings), boxes))
    return ContainerFreight(
        today,
        ports=Table("city", ports),
        vessels=Table("vessel_id", vessels),
        sailings=Table("sailing_id", sailings),
        containers=Table("container_id", containers),
        bookings=Table("booking_id", bookings),
        events=Table("event_id", [e for b in bookings for e in _events(rng, b, today)]),
        declarations=Table(
            "declaration_id",
            [_declaration(rng, b, today) for b in bookings for _ in range(rng.randint(0, 2))],
        ),
    )


def _vessel(rng: random.Random, vessel_id: str, name: str, today: dt.date) -> Vessel:
    capacity, speed = rng.randrange(600, 9000, 100), rng.randrange(30, 46) / 2
    port = rng.choice(HARBOURS)
    return Vessel(vessel_id, name, capacity, speed, "knots", port, day(rng, today, 1, 9))


def _sailing(
    rng: random.Random, sailing_id: str, origin: str, vessel: Vessel, today: dt.date
) -> Sailing:
    departs = today + dt.timedelta(days=rng.randint(2, 45))
    arrives = departs + dt.timedelta(days=rng.randint(2, 14))
    goal = rng.choice([city for city in HARBOURS if city != origin])
    free, rate = rng.choice((0, 2, 6, 8, 12, 20, 35, 60)), float(rng.randrange(320, 1900, 10))
    return Sailing(
        sailing_id, vessel.vessel_id, origin, goal, str(departs), str(arrives), free, rate
    )


def _container(rng: random.Random, container_id: str) -> Container:
    kind: ContainerType = rng.choice(("standard", "standard", "refrigerated", "open-top", "tank"))
    payload, fee = TYPES[kind]
    length: Literal[20, 40] = rng.choice((20, 40))
    fee += rng.randint(0, 8) + (4 if length == 40 else 0)
    load = payload - rng.randrange(0, 4000, 100)
    city, free = rng.choice(HARBOURS), rng.random() < 0.55
    return Container(container_id, kind, city, length, load, float(fee), free)


def _booking(
    rng: random.Random, shipper_id: str, sailing: Sailing, containers: list[Container]
) -> FreightBooking:
    booking_id = fresh_id("FRB", shipper_id, sailing.sailing_id, containers[0].container_id)
    cost, insured = round(sailing.rate * len(containers), 2), rng.random() < 0.3
    return FreightBooking(booking_id, shipper_id, sailing, containers, cost, insured, "open")


def _events(rng: random.Random, booking: FreightBooking, today: dt.date) -> list[ContainerEvent]:
    story: tuple[Happening, ...] = ("picked up", "loaded", "inspected", "unloaded")
    made = []
    for box in booking.containers:
        ago = rng.randint(20, 45)
        for event in story[: rng.randint(2, 4)]:
            date, city = str(today - dt.timedelta(days=ago)), rng.choice(HARBOURS)
            event_id = fresh_id("EVT", box.container_id, event)
            made.append(ContainerEvent(event_id, box.container_id, date, city, event))
            ago -= rng.randint(1, 7)
    return made


def _goods(_state: object, rng: random.Random) -> Goods:
    weight = rng.randrange(800, 20_000, 100)
    return Goods(rng.choice(GOODS), float(rng.randrange(4000, 90_000, 500)), weight)


def _declaration(rng: random.Random, booking: FreightBooking, today: dt.date) -> Declaration:
    goods = _goods(None, rng)
    declaration_id = fresh_id("CUS", booking.booking_id, goods.description)
    statuses: tuple[CustomsStatus, ...] = ("submitted", "cleared", "held")
    decision, status = day(rng, today, -9, 9), rng.choice(statuses)
    duty = round(goods.value * DUTY, 2)
    return Declaration(declaration_id, booking.booking_id, goods, duty, decision, status)


def _bookable(s: ContainerFreight, rng: random.Random) -> str:
    last = str(s.today + dt.timedelta(days=LATEST))
    return rng.choice(s.bookings.where(lambda b: b.sailing.departs > last)).booking_id


world = World(
    "container_freight",
    "A container shipping line",
    seed,
    known={
        "City": lambda s, rng: rng.choice(list(s.ports)).city,
        "FreightShipperId": lambda s, rng: rng.choice(list(s.bookings)).shipper_id,
        "FreightBookingId": _bookable,
        "list_declarations.booking_id": lambda s, rng: rng.choice(list(s.declarations)).booking_id,
        "track_container.container_id": lambda s, rng: rng.choice(list(s.events)).container_id,
        "get_vessel.vessel_id": lambda s, rng: rng.choice(list(s.vessels)).vessel_id,
        "book_freight.sailing_id": lambda s, rng: (
            rng.choice(s.sailings.where(lambda x: x.free_slots > 1)).sailing_id
        ),
        "find_sailings.departs_from": lambda s, rng: day(rng, s.today, 3, 25),
        "find_depot_containers.min_payload_kg": lambda _s, rng: rng.randrange(22_000, 26_000, 500),
        "declare_goods.goods": _goods,
    },
)


@world.function()
def find_sailings(
    db: ContainerFreight,
    departure_city: City,
    arrival_city: City | None = None,
    departs_from: Date | None = None,
    page: PageNumber = 1,
) -> Page[Sailing]:
    """List the sailings from a port, six to a page, the earliest first.

    departure_city: where the voyage begins
    arrival_city: only sailings to this port
    departs_from: only sailings that leave on this day or later
    page: which page of the list
    """
    port = db.ports[departure_city]
    found = db.sailings.where(
        lambda s: (
            s.departure_city == port.city
            and (arrival_city is None or s.arrival_city == arrival_city)
            and (departs_from is None or s.departs >= departs_from)
        )
    )
    return page_of(sorted(found, key=lambda s: (s.departs, s.sailing_id)), page, 6)


@world.function()
def get_vessel(
    db: ContainerFreight, vessel_id: VesselId, speed_unit: SpeedUnit = "knots"
) -> Vessel:
    """Get a vessel: its size and speed, and which port it reaches next, and when.

    vessel_id: the vessel
    speed_unit: unit of the speed
    """
    vessel = db.vessels[vessel_id]
    if speed_unit == "knots":
        return vessel
    return replace(vessel, speed=round(vessel.speed * 1.852, 1), speed_unit=speed_unit)


@world.function()
def get_port(db: ContainerFreight, city: City) -> Port:
    """Get how things stand in a port: berths, waiting time and the storage fee.

    city: name of the city
    """
    return db.ports[city]


@world.function()
def find_depot_containers(
    db: ContainerFreight,
    city: City,
    container_type: ContainerType | None = None,
    min_payload_kg: Payload | None = None,
) -> list[Container]:
    """List the empty containers that can be had from the depot of a port.

    city: name of the city
    container_type: only containers of this type
    min_payload_kg: only containers that carry at least this much, in kg
    """
    port = db.ports[city]
    return db.containers.where(
        lambda c: (
            c.free
            and c.city == port.city
            and (container_type is None or c.type == container_type)
            and (min_payload_kg is None or c.payload_kg >= min_payload_kg)
        )
    )


@world.function()
def track_container(db: ContainerFreight, container_id: ContainerId) -> list[ContainerEvent]:
    """List what has happened to a container on its way, with dates and places.

    container_id: number on the container
    """
    box = db.containers[container_id]
    return db.events.where(lambda e: e.container_id == box.container_id)


@world.function(writes=True)
def book_freight(
    db: ContainerFreight,
    sailing_id: SailingId,
    container_ids: list[ContainerId],
    shipper_id: ShipperId,
    insured: bool = False,
) -> FreightBooking:
    """Book empty containers on a sailing. One from another city is brought to the port for 350 €.

    sailing_id: the sailing
    container_ids: the containers, up to ten
    shipper_id: customer number of the shipper
    insured: whether the goods are insured, for 60 € a container
    """
    sailing = db.sailings[sailing_id]
    if not 1 <= len(set(container_ids)) == len(container_ids) <= 10:
        raise Refused("A booking takes one to ten different containers.")
    boxes = [db.containers[box] for box in container_ids]
    if taken := next((c.container_id for c in boxes if not c.free), None):
        raise Refused(f"Container {taken} is in use.")
    if len(boxes) > sailing.free_slots:
        raise Refused(f"Sailing {sailing_id} has room for {sailing.free_slots} containers only.")
    away = sum(c.city != sailing.departure_city for c in boxes)
    cost = sailing.rate * len(boxes) + HAULAGE * away + (60.0 * len(boxes) if insured else 0.0)
    boxes = [db.containers.put(replace(c, free=False)) for c in boxes]
    sailing = db.sailings.put(replace(sailing, free_slots=sailing.free_slots - len(boxes)))
    booking_id = fresh_id("FRB", shipper_id, sailing_id, *container_ids)
    return db.bookings.put(
        FreightBooking(booking_id, shipper_id, sailing, boxes, round(cost, 2), insured, "open")
    )


@world.function()
def list_freight_bookings(
    db: ContainerFreight, shipper_id: ShipperId, arrival_city: City | None = None
) -> list[FreightBooking]:
    """List the open bookings of a shipper, with route, dates and cost.

    shipper_id: customer number of the shipper
    arrival_city: only bookings to this port
    """
    return db.bookings.where(
        lambda b: (
            b.shipper_id == shipper_id
            and b.status == "open"
            and (arrival_city is None or b.sailing.arrival_city == arrival_city)
        )
    )


@world.function(writes=True)
def roll_booking(
    db: ContainerFreight, booking_id: BookingId, sailing_id: SailingId
) -> FreightBooking:
    """Move a booking to another sailing. Refused from three days before the departure.

    booking_id: the booking to move
    sailing_id: the sailing that it moves to
    """
    booking, sailing = _changeable(db, booking_id), db.sailings[sailing_id]
    if sailing_id == booking.sailing.sailing_id:
        raise Refused(f"Booking {booking_id} is on sailing {sailing_id} already.")
    if len(booking.containers) > sailing.free_slots:
        raise Refused(f"Sailing {sailing_id} has room for {sailing.free_slots} containers only.")
    away = sum(c.city != sailing.departure_city for c in booking.containers)
    cost = round(sailing.rate * len(booking.containers) + HAULAGE * away, 2)
    taken = sailing.free_slots - len(booking.containers)
    sailing = db.sailings.put(replace(sailing, free_slots=taken))
    return db.bookings.put(replace(booking, sailing=sailing, cost=cost))


@world.function(writes=True)
def cancel_freight_booking(db: ContainerFreight, booking_id: BookingId) -> FreightCancellation:
    """Cancel a booking for a fee of a tenth of its cost. Refused from three days before departure.

    booking_id: the booking to cancel
    """
    booking = _changeable(db, booking_id)
    for box in booking.containers:
        db.containers.put(replace(box, free=True))
    db.bookings.put(replace(booking, status="cancelled"))
    fee = round(booking.cost / 10, 2)
    return FreightCancellation(booking_id, booking.shipper_id, fee, round(booking.cost - fee, 2))


@world.function(writes=True)
def declare_goods(
    db: ContainerFreight, booking_id: BookingId, goods: Annotated[Goods, Kind("FreightGoods")]
) -> Declaration:
    """Declare goods to customs for a booking. The duty is 4.2 % of their value.

    booking_id: the booking under which the goods travel
    goods: what they are, what they are worth and what they weigh
    """
    booking = db.bookings[booking_id]
    if booking.status != "open":
        raise Refused(f"Booking {booking_id} is {booking.status}.")
    if goods.weight_kg > sum(c.payload_kg for c in booking.containers):
        raise Refused(f"The containers of booking {booking_id} cannot carry that much.")
    declaration_id = fresh_id("CUS", booking_id, goods.description, goods.weight_kg)
    decision = str(db.today + dt.timedelta(days=4))
    duty = round(goods.value * DUTY, 2)
    return db.declarations.put(
        Declaration(declaration_id, booking_id, goods, duty, decision, "submitted")
    )


@world.function()
def list_declarations(
    db: ContainerFreight,
    booking_id: BookingId,
    status: CustomsStatus | None = None,
) -> list[Declaration]:
    """List what has been declared to customs for a booking, with duty and state.

    booking_id: the booking
    status: only declarations in this state
    """
    booking = db.bookings[booking_id]
    return db.declarations.where(
        lambda d: d.booking_id == booking.booking_id and (status is None or d.status == status)
    )


def _changeable(db: ContainerFreight, booking_id: str) -> FreightBooking:
    booking = db.bookings[booking_id]
    if booking.status != "open":
        raise Refused(f"Booking {booking_id} is {booking.status}.")
    if dt.date.fromisoformat(booking.sailing.departs) <= db.today + dt.timedelta(days=LATEST):
        raise Refused(f"Booking {booking_id} leaves too soon to be changed.")
    return booking
