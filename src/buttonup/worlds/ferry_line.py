"""A ferry line: routes between ports, sailings, cabins, vehicles and passengers' crossings."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.records import Json, digest
from buttonup.worlds.kinds import City, Count, Country, Date, Kind, Money, PersonName, Time
from buttonup.worlds.names import CITIES, clock_time, day, numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

RouteId = Annotated[
    str, Kind("FerryRouteId"), Meta(pattern=r"^FR-\d{3}$", description="Route id, like FR-217.")
]
SailingId = Annotated[
    str,
    Kind("SailingId"),
    Meta(pattern=r"^SG-\d{4}$", description="One sailing on one day, like SG-4031."),
]
CrossingId = Annotated[
    str,
    Kind("CrossingId"),
    Meta(pattern=r"^FX-\d{5}$", description="Number of a booked crossing, like FX-20431."),
]
CustomerId = Annotated[
    str, Kind("FerryCustomerId"), Meta(pattern=r"^FC-\d{5}$", description="Customer number.")
]
ShipName = Annotated[str, Kind("FerryShipName"), Meta(description="Name of a ship.")]
Metres = Annotated[float, Kind("VehicleMetres"), Meta(ge=1, le=14, description="Length in metres.")]
Vehicle = Annotated[
    Literal["car", "van", "camper van", "minibus", "pick-up truck"], Kind("FerryVehicle")
]
Meal = Annotated[
    Literal[
        "breakfast buffet", "dinner buffet", "vegetarian dinner", "children's menu", "packed lunch"
    ],
    Kind("FerryMeal"),
]
CabinType = Literal["standard cabin", "sea-view cabin", "deluxe cabin", "pet-friendly cabin"]
SeaUnit = Literal["km", "nautical miles"]
WindUnit = Literal["km/h", "knots"]


class FerryRoute(Row):
    """A connection between two ports, in one direction."""

    route_id: RouteId
    from_port: City
    to_port: City
    country: Annotated[Country, Meta(description="Country where it arrives.")]
    hours: Annotated[float, Meta(description="How long the crossing takes.")]
    distance: int
    unit: SeaUnit


class Sailing(Row):
    """A ship's departure on one day."""

    sailing_id: SailingId
    route_id: RouteId
    ship: ShipName
    from_port: City
    to_port: City
    date: Date
    departs: Time
    arrival_date: Date
    arrives: Time
    fare: Annotated[Money, Meta(description="For one adult; children pay half.")]
    places_left: Annotated[Count, Meta(description="How many more passengers it takes.")]
    deck_metres: Annotated[float, Meta(description="Room left on the vehicle deck, in metres.")]


class Outlook(Row):
    """What to expect of a sailing."""

    sailing_id: SailingId
    ship: ShipName
    check_in_until: Time
    wind: Annotated[int, Meta(description="Speed of the wind.")]
    unit: WindUnit
    waves_m: Annotated[float, Kind("WaveMetres"), Meta(description="Height of the waves, metres.")]
    running: Literal["on time", "perhaps late", "later than planned"]


class SailingCabin(Row):
    """A type of cabin on a sailing."""

    cabin: CabinType
    berths: Annotated[Count, Meta(description="How many people sleep in it.")]
    price: Annotated[Money, Meta(description="For the whole cabin, on top of the fare.")]
    left: Annotated[Count, Meta(description="How many are free.")]
    window: bool


class FerryShip(Row):
    """A ship of the line."""

    ship: ShipName
    built: Annotated[int, Kind("ShipYear"), Meta(description="Year in which it was built.")]
    passengers: Annotated[Count, Meta(description="How many passengers it takes.")]
    cabins: Annotated[Count, Meta(description="How many cabins it has.")]
    restaurants: Count
    sauna: bool


class Party(Row):
    """Who travels together."""

    adults: Annotated[int, Meta(ge=1, le=8, description="Passengers of 14 and older.")]
    children: Annotated[int, Meta(ge=0, le=8, description="Passengers under 14.")]


class Crossing(Row):
    """A booked crossing."""

    crossing_id: CrossingId
    customer_id: CustomerId
    sailing_id: SailingId
    ship: ShipName
    from_port: City
    to_port: City
    date: Date
    departs: Time
    arrival_date: Date
    adults: int
    children: int
    cabin: CabinType | None
    vehicle: Vehicle | None
    meals: list[Meal]
    total: Annotated[Money, Meta(description="Price of all that is booked.")]
    flexible: Annotated[bool, Meta(description="Whether it can be moved to another day.")]


class FerryRefund(Row):
    """A crossing given back."""

    crossing_id: CrossingId
    paid: Money
    refund: Money


class FerryCustomer(Row):
    """Somebody who books."""

    customer_id: CustomerId
    name: PersonName


@dataclasses.dataclass
class FerryLine(State):
    """The line's timetable and bookings."""

    ships: Table[FerryShip]
    routes: Table[FerryRoute]
    sailings: Table[Sailing]
    customers: Table[FerryCustomer]
    crossings: Table[Crossing]


ROUTES = (
    ("Stockholm", "Helsinki", 440), ("Stockholm", "Tallinn", 390), ("Stockholm", "Riga", 450),
    ("Helsinki", "Tallinn", 85), ("Helsinki", "Riga", 480), ("Copenhagen", "Oslo", 510),
    ("Copenhagen", "Tallinn", 830), ("Oslo", "Hamburg", 790), ("Hamburg", "Edinburgh", 880),
    ("Amsterdam", "Edinburgh", 640), ("Amsterdam", "Oslo", 900), ("Rotterdam", "Dublin", 980),
    ("Rotterdam", "Cork", 920), ("Cork", "Porto", 1180), ("Dublin", "Porto", 1340),
)  # fmt: skip
"""Two ports, and how far apart they are by sea in km."""
SHIPS = (
    "Northern Dawn|Silver Gull|Baltic Star|Lady Freya|Sea Orchard|Tern|Blue Herald|Evening Tide|"
    "Morning Isle|Saga of the Sound"
).split("|")
CABINS: dict[CabinType, tuple[int, float]] = {
    "standard cabin": (4, 68.0), "sea-view cabin": (4, 96.0), "deluxe cabin": (2, 154.0),
    "pet-friendly cabin": (3, 82.0),
}  # fmt: skip
"""Type of cabin: its berths, and what it costs on a middling route."""
MEALS: dict[Meal, float] = {
    "breakfast buffet": 14.5, "dinner buffet": 36.0, "vegetarian dinner": 29.0,
    "children's menu": 11.0, "packed lunch": 9.5,
}  # fmt: skip


def seed(rng: random.Random, today: dt.date) -> FerryLine:
    """Make 10 ships, 30 routes with 7 sailings each, 50 customers and 70 crossings."""
    ships = [
        FerryShip(
            name, built, places, places // 3 - rng.randrange(20, 120, 10), rng.randint(2, 7),
            rng.random() < 0.5,
        )
        for name, built, places in zip(
            SHIPS, rng.sample(range(1994, 2025), 10), rng.sample(range(800, 2900, 50), 10),
            strict=True,
        )
    ]  # fmt: skip
    ways = [way for a, b, km in ROUTES for way in ((a, b, km), (b, a, km))]
    routes = [
        FerryRoute(id_, a, b, CITIES[b], round(km / 36 * 2) / 2, km, "km")
        for id_, (a, b, km) in zip(numbers(rng, "FR", len(ways), digits=3), ways, strict=True)
    ]
    ids = iter(numbers(rng, "SG", 7 * len(routes), digits=4))
    sailings = [_sailing(rng, next(ids), r, today) for r in routes for _ in range(7)]
    customers = [
        FerryCustomer(id_, name)
        for id_, name in zip(numbers(rng, "FC", 50), people(rng, 50), strict=True)
    ]
    crossings = [
        _crossing(sailing, rng.choice(customers[:30]), _party(rng), None)
        for sailing in rng.sample(sailings, 70)
    ]
    return FerryLine(
        today,
        ships=Table("ship", ships),
        routes=Table("route_id", routes),
        sailings=Table("sailing_id", sailings),
        customers=Table("customer_id", customers),
        crossings=Table("crossing_id", crossings),
    )


def _sailing(rng: random.Random, sailing_id: str, route: FerryRoute, today: dt.date) -> Sailing:
    date, departs = day(rng, today, 2, 60), clock_time(rng, 7, 20, 30)
    leaves = dt.datetime.fromisoformat(f"{date}T{departs}")
    lands = leaves + dt.timedelta(hours=route.hours)
    fare = round(18 + route.distance * rng.uniform(0.05, 0.1)) + 0.5
    return Sailing(
        sailing_id, route.route_id, rng.choice(SHIPS), route.from_port, route.to_port, date,
        departs, str(lands.date()), f"{lands:%H:%M}", fare, rng.randint(3, 240),
        float(rng.randint(6, 180)),
    )  # fmt: skip


def _party(rng: random.Random) -> Party:
    return Party(rng.randint(2, 4), rng.randint(2, 3))


def _heads(adults: int, children: int) -> float:
    """Count passengers as fares do: a child is half an adult."""
    return adults + 0.5 * children


def _crossing(
    sailing: Sailing, customer: FerryCustomer, party: Party, cabin: CabinType | None
) -> Crossing:
    total = sailing.fare * _heads(party.adults, party.children)
    total += _cabin_price(sailing, cabin) if cabin else 0.0
    return Crossing(
        fresh_id("FX", sailing.sailing_id, customer.customer_id), customer.customer_id,
        sailing.sailing_id, sailing.ship, sailing.from_port, sailing.to_port, sailing.date,
        sailing.departs, sailing.arrival_date, party.adults, party.children, cabin, None, [],
        round(total, 2), _settled(4, sailing.sailing_id, "flexible") > 0,
    )  # fmt: skip


def _settled(below: int, *content: Json) -> int:
    """Give a number that depends on nothing but the content: the same each time it is asked."""
    return int(digest(content), 16) % below


def _cabin_price(sailing: Sailing, cabin: CabinType) -> float:
    return round(CABINS[cabin][1] * (0.5 + sailing.fare / 80), 2)


def _cabins_left(sailing: Sailing, cabin: CabinType) -> int:
    return max(0, _settled(40, sailing.sailing_id, cabin) - 6)


world = World(
    "ferry_line",
    "A ferry line",
    seed,
    known={
        "City": lambda s, rng: rng.choice(list(s.routes)).from_port,
        "Country": lambda s, rng: rng.choice(list(s.routes)).country,
        "Date": lambda s, rng: day(rng, s.today, 4, 40),
        "FerryCustomerId": lambda s, rng: rng.choice(list(s.crossings)).customer_id,
        "FerryParty": lambda _s, rng: _party(rng),
        "FerryShipName": lambda _s, rng: rng.choice(SHIPS),
        "VehicleMetres": lambda _s, rng: rng.choice((3.9, 4.2, 4.5, 4.9, 5.4, 5.9)),
        "ferry_sailings.max_fare": lambda _s, rng: float(rng.randrange(60, 120, 10)),
        "sailing_cabins.max_price": lambda _s, rng: float(rng.randrange(100, 200, 20)),
    },
)


@world.function()
def ferry_routes(
    db: FerryLine, from_port: City, country: Country | None = None, unit: SeaUnit = "km"
) -> list[FerryRoute]:
    """List the routes that the line serves from a port, with length and crossing time.

    from_port: the port city where the ships leave
    country: only routes that arrive in this country
    unit: unit of the distances
    """
    found = db.routes.where(lambda r: r.from_port.casefold() == from_port.casefold())
    if not found:
        raise Refused(f"No ships of the line leave from {from_port!r}.")
    scale = 1.852 if unit == "nautical miles" else 1
    return [
        replace(r, distance=round(r.distance / scale), unit=unit)
        for r in found
        if country is None or r.country.casefold() == country.casefold()
    ]


@world.function()
def ferry_sailings(
    db: FerryLine,
    route_id: RouteId,
    on_or_after: Date | None = None,
    max_fare: Money | None = None,
    page: PageNumber = 1,
) -> Page[Sailing]:
    """List the sailings on a route within the next two months, soonest first, four to a page.

    route_id: the route
    on_or_after: only sailings on this day or later
    max_fare: only sailings that cost at most this much for one adult, in euros
    page: which page of the list
    """
    route = db.routes[route_id]
    found = db.sailings.where(
        lambda s: (
            s.route_id == route.route_id
            and (on_or_after is None or s.date >= on_or_after)
            and (max_fare is None or s.fare <= max_fare)
        )
    )
    return page_of(sorted(found, key=lambda s: (s.date, s.departs)), page, 4)


@world.function()
def sailing_outlook(db: FerryLine, sailing_id: SailingId, unit: WindUnit = "km/h") -> Outlook:
    """Get what to expect of a sailing: check-in time, wind, waves and whether it runs on time.

    sailing_id: the sailing
    unit: unit of the wind's speed
    """
    sailing = db.sailings[sailing_id]
    check_in = dt.datetime.fromisoformat(f"{sailing.date}T{sailing.departs}")
    wind = 8 + _settled(60, sailing_id, "wind")
    return Outlook(
        sailing_id,
        sailing.ship,
        f"{check_in - dt.timedelta(minutes=45):%H:%M}",
        round(wind / (1.852 if unit == "knots" else 1)),
        unit,
        round(0.2 + wind / 22, 1),
        "on time" if wind < 40 else "perhaps late" if wind < 56 else "later than planned",
    )


@world.function()
def sailing_cabins(
    db: FerryLine, sailing_id: SailingId, max_price: Money | None = None
) -> list[SailingCabin]:
    """List the types of cabin that are free on a sailing.

    sailing_id: the sailing
    max_price: only cabins that cost at most this much, in euros
    """
    sailing = db.sailings[sailing_id]
    cabins = [
        SailingCabin(
            cabin, berths, _cabin_price(sailing, cabin), _cabins_left(sailing, cabin),
            cabin in ("sea-view cabin", "deluxe cabin"),
        )
        for cabin, (berths, _) in CABINS.items()
    ]  # fmt: skip
    return [c for c in cabins if c.left and (max_price is None or c.price <= max_price)]


@world.function(writes=True)
def book_crossing(
    db: FerryLine,
    sailing_id: SailingId,
    party: Annotated[Party, Kind("FerryParty")],
    customer_id: CustomerId,
    cabin: CabinType | None = None,
) -> Crossing:
    """Book a sailing for one party, with a cabin if wanted. Children pay half the fare.

    Refused when the ship or its cabins are full, or when the customer has booked it already.

    sailing_id: the sailing to book
    party: how many adults and children travel
    customer_id: customer number of the person who books
    cabin: type of cabin for the party
    """
    sailing, customer = db.sailings[sailing_id], db.customers[customer_id]
    if sailing.places_left < party.adults + party.children:
        raise Refused(f"Sailing {sailing_id} takes {sailing.places_left} more passengers only.")
    if cabin and not _cabins_left(sailing, cabin):
        raise Refused(f"Sailing {sailing_id} has no {cabin} left.")
    crossing = _crossing(sailing, customer, party, cabin)
    if crossing.crossing_id in db.crossings:
        raise Refused(f"Sailing {sailing_id} is booked already, as {crossing.crossing_id}.")
    places = sailing.places_left - party.adults - party.children
    db.sailings.put(replace(sailing, places_left=places))
    return db.crossings.put(crossing)


@world.function()
def list_crossings(db: FerryLine, customer_id: CustomerId) -> list[Crossing]:
    """List a customer's crossings to come, with all that is booked on them, the next one first.

    customer_id: customer number
    """
    customer = db.customers[customer_id]
    booked = db.crossings.where(lambda c: c.customer_id == customer.customer_id)
    return sorted(booked, key=lambda c: (c.date, c.departs))


@world.function(writes=True)
def add_crossing_vehicle(
    db: FerryLine, crossing_id: CrossingId, vehicle: Vehicle, length_m: Metres
) -> Crossing:
    """Take a vehicle along on a crossing, at 12 euros a metre begun. One vehicle per crossing.

    Refused when the vehicle deck has too little room left.

    crossing_id: the crossing
    vehicle: what kind of vehicle
    length_m: how long it is in metres, with whatever hangs on it
    """
    crossing = db.crossings[crossing_id]
    sailing = db.sailings[crossing.sailing_id]
    if crossing.vehicle:
        raise Refused(f"Crossing {crossing_id} has a vehicle already.")
    if sailing.deck_metres < length_m:
        raise Refused(f"The vehicle deck of crossing {crossing_id} has too little room left.")
    db.sailings.put(replace(sailing, deck_metres=round(sailing.deck_metres - length_m, 1)))
    total = round(crossing.total + 12.0 * -(-length_m // 1), 2)
    return db.crossings.put(replace(crossing, vehicle=vehicle, total=total))


@world.function(writes=True)
def order_ferry_meals(db: FerryLine, crossing_id: CrossingId, meals: list[Meal]) -> Crossing:
    """Order meals for a crossing, each for the whole party.

    crossing_id: the crossing
    meals: which meals
    """
    crossing = db.crossings[crossing_id]
    if not meals or len(set(meals)) < len(meals):
        raise Refused("An order takes one meal or more, each of them once.")
    if double := [meal for meal in meals if meal in crossing.meals]:
        raise Refused(f"Crossing {crossing_id} has the {double[0]} already.")
    each = sum(MEALS[meal] for meal in meals)
    total = round(crossing.total + each * _heads(crossing.adults, crossing.children), 2)
    return db.crossings.put(replace(crossing, meals=[*crossing.meals, *meals], total=total))


@world.function(writes=True)
def move_crossing(db: FerryLine, crossing_id: CrossingId, date: Date) -> Crossing:
    """Move a crossing to the first sailing of its route on or after a day that has room.

    The fare may differ. Refused for inflexible crossings and once a vehicle is booked.

    crossing_id: the crossing to move
    date: the first day that would do
    """
    crossing = db.crossings[crossing_id]
    old = db.sailings[crossing.sailing_id]
    if not crossing.flexible:
        raise Refused(f"Crossing {crossing_id} is booked at a rate that cannot be changed.")
    if crossing.vehicle:
        raise Refused(f"Crossing {crossing_id} has a vehicle on it and cannot be moved.")
    heads = crossing.adults + crossing.children
    later = db.sailings.where(
        lambda s: s.route_id == old.route_id and s.date >= date and s.places_left >= heads
    )
    if not later:
        raise Refused(f"There is no sailing on or after {date} for crossing {crossing_id}.")
    new = min(later, key=lambda s: (s.date, s.departs))
    if new.sailing_id == old.sailing_id:
        raise Refused(f"Crossing {crossing_id} is on that sailing already.")
    db.sailings.put(replace(old, places_left=old.places_left + heads))
    db.sailings.put(replace(new, places_left=new.places_left - heads))
    more = (new.fare - old.fare) * _heads(crossing.adults, crossing.children)
    return db.crossings.put(
        replace(
            crossing, sailing_id=new.sailing_id, ship=new.ship, date=new.date,
            departs=new.departs, arrival_date=new.arrival_date,
            total=round(crossing.total + more, 2),
        )
    )  # fmt: skip


@world.function(writes=True)
def cancel_crossing(db: FerryLine, crossing_id: CrossingId) -> FerryRefund:
    """Cancel a crossing. A flexible one is refunded but for 20 euros, any other by a quarter.

    crossing_id: the crossing to cancel
    """
    crossing = db.crossings[crossing_id]
    sailing = db.sailings[crossing.sailing_id]
    places = sailing.places_left + crossing.adults + crossing.children
    db.sailings.put(replace(sailing, places_left=places))
    db.crossings.remove(crossing_id)
    back = max(0.0, crossing.total - 20) if crossing.flexible else crossing.total / 4
    return FerryRefund(crossing_id, crossing.total, round(back, 2))


@world.function()
def get_ferry_ship(db: FerryLine, ship: ShipName) -> FerryShip:
    """Get a ship: when it was built, how many it carries, cabins, restaurants and sauna.

    ship: name of the ship
    """
    return db.ships[ship]
