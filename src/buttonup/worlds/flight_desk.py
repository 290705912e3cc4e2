"""An airline's desk: flights between cities, seats, bags and passengers' bookings."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.records import Json, digest
from buttonup.worlds.kinds import City, Count, Country, Date, Kind, Money, PersonName, Time
from buttonup.worlds.names import CITIES, clock_time, day, numbers, people, person
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

FlightId = Annotated[
    str,
    Kind("FlightId"),
    Meta(pattern=r"^FG-\d{4}$", description="One flight on one day, like FG-3308."),
]
BookingId = Annotated[
    str,
    Kind("FlightBookingId"),
    Meta(pattern=r"^RB-\d{5}$", description="Booking number, like RB-20431."),
]
SeatId = Annotated[
    str,
    Kind("CabinSeatId"),
    Meta(pattern=r"^AS-\d{8}$", description="A free seat, kept for one booking."),
]
SwapId = Annotated[
    str,
    Kind("FlightSwapId"),
    Meta(pattern=r"^SW-\d{9}$", description="Another flight, offered for one booking."),
]
FlyerId = Annotated[
    str,
    Kind("FlyerId"),
    Meta(pattern=r"^FF-\d{6}$", description="Frequent flyer number, like FF-204318."),
]
Passenger = Annotated[str, Kind("FlightPassenger"), Meta(description="First and last name.")]
Bag = Annotated[
    Literal["suitcase", "second cabin bag", "bicycle", "pair of skis", "guitar", "pushchair"],
    Kind("FlightBag"),
]
Position = Literal["window", "middle", "aisle"]
Unit = Literal["km", "miles"]


class Flight(Row):
    """A flight on one day."""

    flight_id: FlightId
    from_city: City
    to_city: City
    date: Date
    departs: Time
    arrives: Time
    minutes: Annotated[int, Meta(description="Time in the air.")]
    price: Annotated[Money, Meta(description="For one passenger.")]
    seats_left: Count


class FlightDetails(Row):
    """What a passenger wants to know about a flight."""

    flight_id: FlightId
    terminal: Annotated[int, Meta(description="Terminal it leaves from.")]
    gate: str
    gate_closes: Time
    aircraft: Annotated[str, Kind("AircraftModel")]
    meal: Literal["hot meal", "snack", "drinks only"]
    wifi: bool
    distance: Annotated[int, Meta(description="Distance flown.")]
    unit: Unit


class Destination(Row):
    """A city that can be flown to without a stop."""

    city: City
    country: Country
    price_from: Annotated[Money, Meta(description="Cheapest flight for one passenger.")]
    cheapest_on: Annotated[Date, Meta(description="Day of that flight.")]
    flight_id: Annotated[FlightId, Meta(description="That flight.")]
    flights: Annotated[Count, Meta(description="How many flights are on sale.")]


class FlightBooking(Row):
    """Passengers booked on a flight."""

    booking_id: BookingId
    flyer_id: FlyerId
    flight_id: FlightId
    from_city: City
    to_city: City
    date: Date
    departs: Time
    passengers: list[Passenger]
    seats: Annotated[list[str], Meta(description="Reserved seats, like 14A.")]
    bags: list[Bag]
    total: Annotated[Money, Meta(description="Paid so far.")]
    changeable: Annotated[bool, Meta(description="Whether another flight can be taken.")]


class CabinSeat(Row):
    """A seat that can be reserved."""

    seat_id: SeatId
    seat: Annotated[str, Kind("CabinSeat"), Meta(description="Row and letter, like 14A.")]
    row: Annotated[int, Kind("CabinRow")]
    position: Position
    extra_legroom: bool
    price: Money


class FlightSwap(Row):
    """Another flight that a booking can be moved to."""

    swap_id: SwapId
    flight_id: FlightId
    date: Date
    departs: Time
    arrives: Time
    fee: Annotated[Money, Meta(description="What the change costs in all.")]


class FlightRefund(Row):
    """A booking given back."""

    booking_id: BookingId
    paid: Money
    refund: Money
    paid_by: Annotated[Date, Meta(description="Day by which the money arrives.")]


class Flyer(Row):
    """A frequent flyer."""

    flyer_id: FlyerId
    name: PersonName


@dataclasses.dataclass
class FlightDesk(State):
    """The airline's flights and bookings."""

    flights: Table[Flight]
    flyers: Table[Flyer]
    bookings: Table[FlightBooking]


PLACES = {
    "Athens": (38.0, 23.7), "Barcelona": (41.4, 2.2), "Copenhagen": (55.7, 12.6),
    "Dublin": (53.3, -6.3), "Helsinki": (60.2, 24.9), "Lisbon": (38.7, -9.1),
    "Milan": (45.5, 9.2), "Prague": (50.1, 14.4), "Vienna": (48.2, 16.4),
}  # fmt: skip
"""The cities flown to: degrees north and east."""
BAG_PRICES: dict[Bag, float] = {
    "suitcase": 32.0, "second cabin bag": 18.0, "bicycle": 55.0, "pair of skis": 45.0,
    "guitar": 40.0, "pushchair": 0.0,
}  # fmt: skip
AIRCRAFT = "Airbus A220|Airbus A320|Boeing 737|Embraer 195".split("|")
CHANGE_FEE = 35.0  # euros a passenger


def seed(rng: random.Random, today: dt.date) -> FlightDesk:
    """Make five to seven flights on each of 72 routes, 50 frequent flyers and 60 bookings."""
    routes = [(a, b) for a in PLACES for b in PLACES if a != b for _ in range(rng.randint(5, 7))]
    ids = numbers(rng, "FG", len(routes), digits=4)
    flights = [_flight(rng, id_, a, b, today) for id_, (a, b) in zip(ids, routes, strict=True)]
    flyers = [
        Flyer(number, name)
        for number, name in zip(numbers(rng, "FF", 50, digits=6), people(rng, 50), strict=True)
    ]
    bookings = [
        _booking(flight, rng.choice(flyers[:28]), [person(rng) for _ in range(rng.randint(1, 3))])
        for flight in rng.sample(flights, 60)
    ]
    return FlightDesk(
        today,
        flights=Table("flight_id", flights),
        flyers=Table("flyer_id", flyers),
        bookings=Table("booking_id", bookings),
    )


def _flight(rng: random.Random, flight_id: str, a: str, b: str, today: dt.date) -> Flight:
    minutes = round(_km(a, b) / 13) + 35 + rng.randint(-5, 10)
    departs = clock_time(rng, 6, 22 - math.ceil(minutes / 60), 5)
    price = round(_km(a, b) * rng.uniform(0.03, 0.12) + rng.randint(15, 60)) + 0.9
    return Flight(
        flight_id, a, b, day(rng, today, 2, 60), departs, _later(departs, minutes), minutes,
        price, rng.randint(0, 48),
    )  # fmt: skip


def _booking(flight: Flight, flyer: Flyer, passengers: list[Passenger]) -> FlightBooking:
    return FlightBooking(
        fresh_id("RB", flight.flight_id, flyer.flyer_id, *passengers), flyer.flyer_id,
        flight.flight_id, flight.from_city, flight.to_city, flight.date, flight.departs,
        passengers, [], [], round(flight.price * len(passengers), 2),
        _settled(5, flight.flight_id, "changeable") > 0,
    )  # fmt: skip


def _settled(below: int, *content: Json) -> int:
    """Give a number that depends on nothing but the content: the same each time it is asked."""
    return int(digest(content), 16) % below


def _km(a: str, b: str) -> float:
    (north, east), (to_north, to_east) = PLACES[a], PLACES[b]
    return math.hypot(111 * (north - to_north), 74 * (east - to_east))


def _later(time: str, minutes: int) -> str:
    total = int(time[:2]) * 60 + int(time[3:]) + minutes
    return f"{total // 60 % 24:02}:{total % 60:02}"


def _served(city: str) -> str:
    """Give the city as it is written here. Raises Refused when it is not flown to."""
    found = next((c for c in PLACES if c.casefold() == city.casefold()), None)
    if found is None:
        raise Refused(f"There are no flights to or from {city!r}.")
    return found


def _free_seats(db: FlightDesk, booking: FlightBooking) -> list[CabinSeat]:
    """List the seats of a booking's flight that nobody has. Seat ids hold booking and place."""
    taken = {
        seat for b in db.bookings.where(lambda b: b.flight_id == booking.flight_id)
        for seat in b.seats
    }  # fmt: skip
    seats = []
    for place in range(180):
        row, column = place // 6 + 1, place % 6
        name = f"{row}{'ABCDEF'[column]}"
        if name not in taken and _settled(17, booking.flight_id, place) == 0:
            position: Position = ("window", "middle", "aisle")[min(column, 5 - column)]
            legroom = row in (1, 12)
            price = 24.0 if legroom else 12.5 if row < 8 else 8.0 if position != "middle" else 5.5
            seat_id = f"AS-{booking.booking_id[3:]}{place:03}"
            seats.append(CabinSeat(seat_id, name, row, position, legroom, price))
    return seats


def _swaps(db: FlightDesk, booking: FlightBooking) -> list[FlightSwap]:
    """List the other flights of a booking's route. Swap ids hold booking and flight."""
    flown, heads = db.flights[booking.flight_id], len(booking.passengers)
    others = db.flights.where(
        lambda f: (
            (f.from_city, f.to_city) == (flown.from_city, flown.to_city)
            and f.flight_id != flown.flight_id
            and f.seats_left >= heads
        )
    )
    return [
        FlightSwap(
            f"SW-{booking.booking_id[3:]}{f.flight_id[3:]}", f.flight_id, f.date, f.departs,
            f.arrives, round(heads * (CHANGE_FEE + max(0.0, f.price - flown.price)), 2),
        )
        for f in sorted(others, key=lambda f: (f.date, f.departs))
    ]  # fmt: skip


world = World(
    "flight_desk",
    "An airline's booking desk",
    seed,
    known={
        "City": lambda _s, rng: rng.choice(list(PLACES)),
        "Country": lambda _s, rng: CITIES[rng.choice(list(PLACES))],
        "FlyerId": lambda s, rng: rng.choice(list(s.bookings)).flyer_id,
        "FlightPassenger": lambda _s, rng: person(rng),
        "flights_between.earliest": lambda s, rng: day(rng, s.today, 4, 20),
        "flights_between.latest": lambda s, rng: day(rng, s.today, 35, 55),
        "flights_between.max_price": lambda _s, rng: float(rng.randrange(120, 240, 20)),
        "flight_destinations.max_price": lambda _s, rng: float(rng.randrange(90, 180, 10)),
        "list_cabin_seats.max_price": lambda _s, rng: float(rng.choice((8, 10, 15))),
        "list_flight_swaps.on_or_after": lambda s, rng: day(rng, s.today, 8, 25),
    },
)


@world.function()
def flights_between(
    db: FlightDesk,
    from_city: City,
    to_city: City,
    earliest: Date | None = None,
    latest: Date | None = None,
    max_price: Money | None = None,
) -> list[Flight]:
    """List the flights on sale from one city to another within the next two months, soonest first.

    from_city: where the flight leaves
    to_city: where it lands
    earliest: only flights on this day or later
    latest: only flights on this day or before
    max_price: only flights that cost at most this much for one passenger, in euros
    """
    start, end = _served(from_city), _served(to_city)
    if start == end:
        raise Refused("A flight needs two different cities.")
    found = db.flights.where(
        lambda f: (
            (f.from_city, f.to_city) == (start, end)
            and f.seats_left > 0
            and (earliest is None or f.date >= earliest)
            and (latest is None or f.date <= latest)
            and (max_price is None or f.price <= max_price)
        )
    )
    return sorted(found, key=lambda f: (f.date, f.departs))


@world.function()
def flight_destinations(
    db: FlightDesk,
    from_city: City,
    country: Country | None = None,
    max_price: Money | None = None,
    page: PageNumber = 1,
) -> Page[Destination]:
    """List the cities that can be reached from a city without a stop, five to a page.

    Each comes with the cheapest flight there within the next two months.

    from_city: where the flights leave
    country: only cities in this country
    max_price: only cities with a flight for at most this much, in euros
    page: which page of the list
    """
    start = _served(from_city)
    reached: dict[str, list[Flight]] = {}
    for f in db.flights.where(lambda f: f.from_city == start and f.seats_left > 0):
        reached.setdefault(f.to_city, []).append(f)
    found = []
    for city, flights in reached.items():
        best = min(flights, key=lambda f: (f.price, f.date, f.flight_id))
        fits = country is None or CITIES[city].casefold() == country.casefold()
        if fits and (max_price is None or best.price <= max_price):
            told = (best.price, best.date, best.flight_id, len(flights))
            found.append(Destination(city, CITIES[city], *told))
    return page_of(found, page, 5)


@world.function()
def get_flight(db: FlightDesk, flight_id: FlightId, unit: Unit = "km") -> FlightDetails:
    """Get a flight's terminal, gate, aircraft, meal, wifi and distance.

    flight_id: the flight
    unit: unit of the distance
    """
    flight = db.flights[flight_id]
    return FlightDetails(
        flight_id,
        1 + _settled(3, flight_id, "terminal"),
        f"{'ABCD'[_settled(4, flight_id)]}{1 + _settled(32, flight_id, 'gate')}",
        _later(flight.departs, -20),
        AIRCRAFT[_settled(len(AIRCRAFT), flight_id, "aircraft")],
        ("hot meal", "snack", "drinks only")[_settled(3, flight_id, "meal")],
        _settled(2, flight_id, "wifi") == 1,
        round(_km(flight.from_city, flight.to_city) / (1.609 if unit == "miles" else 1)),
        unit,
    )


@world.function(writes=True)
def buy_flight_tickets(
    db: FlightDesk, flight_id: FlightId, passengers: list[Passenger], flyer_id: FlyerId
) -> FlightBooking:
    """Book and pay one seat each on a flight for up to nine passengers.

    Refused when the flight has too few seats left.

    flight_id: the flight to book
    passengers: everybody who flies, by full name
    flyer_id: frequent flyer number of the person who books
    """
    flight, flyer = db.flights[flight_id], db.flyers[flyer_id]
    if not 1 <= len(set(passengers)) == len(passengers) <= 9:
        raise Refused("A booking takes one to nine different passengers.")
    if flight.seats_left < len(passengers):
        raise Refused(f"Flight {flight_id} has {flight.seats_left} seats left, which is too few.")
    db.flights.put(replace(flight, seats_left=flight.seats_left - len(passengers)))
    return db.bookings.put(_booking(flight, flyer, passengers))


@world.function()
def list_flight_bookings(db: FlightDesk, flyer_id: FlyerId) -> list[FlightBooking]:
    """List a frequent flyer's bookings, with passengers, seats and bags, the next flight first.

    flyer_id: frequent flyer number
    """
    flyer = db.flyers[flyer_id]
    booked = db.bookings.where(lambda b: b.flyer_id == flyer.flyer_id)
    return sorted(booked, key=lambda b: (b.date, b.departs))


@world.function()
def list_cabin_seats(
    db: FlightDesk,
    booking_id: BookingId,
    position: Position | None = None,
    max_price: Money | None = None,
    page: PageNumber = 1,
) -> Page[CabinSeat]:
    """List the seats that a booking's passengers can still reserve, from the front, six to a page.

    booking_id: the booking that needs a seat
    position: only seats at a window, on an aisle or in the middle
    max_price: only seats that cost at most this much, in euros
    page: which page of the list
    """
    free = [
        seat
        for seat in _free_seats(db, db.bookings[booking_id])
        if (position is None or seat.position == position)
        and (max_price is None or seat.price <= max_price)
    ]
    return page_of(free, page, 6)


@world.function(writes=True)
def reserve_cabin_seat(db: FlightDesk, seat_id: SeatId) -> FlightBooking:
    """Reserve a free seat for the booking that it was listed for. Its price is added.

    Refused when the seat is gone, or when every passenger has a seat.

    seat_id: the seat to reserve
    """
    booking = db.bookings[f"RB-{seat_id[3:8]}"]
    seat = next((s for s in _free_seats(db, booking) if s.seat_id == seat_id), None)
    if seat is None:
        raise Refused(f"Seat {seat_id} is not free.")
    if len(booking.seats) == len(booking.passengers):
        raise Refused(f"Everybody on booking {booking.booking_id} has a seat already.")
    total = round(booking.total + seat.price, 2)
    return db.bookings.put(replace(booking, seats=[*booking.seats, seat.seat], total=total))


@world.function(writes=True)
def add_flight_bags(db: FlightDesk, booking_id: BookingId, bags: list[Bag]) -> FlightBooking:
    """Add checked bags and bulky things to a booking. Pushchairs are free.

    Refused beyond two items a passenger.

    booking_id: the booking
    bags: what is to be carried
    """
    booking = db.bookings[booking_id]
    if not bags:
        raise Refused("There has to be at least one bag to add.")
    if len(booking.bags) + len(bags) > 2 * len(booking.passengers):
        raise Refused(f"Booking {booking_id} may have {2 * len(booking.passengers)} bags at most.")
    total = round(booking.total + sum(BAG_PRICES[bag] for bag in bags), 2)
    return db.bookings.put(replace(booking, bags=[*booking.bags, *bags], total=total))


@world.function()
def list_flight_swaps(
    db: FlightDesk, booking_id: BookingId, on_or_after: Date | None = None
) -> list[FlightSwap]:
    """List the other flights that a booking could be moved to, and what the change would cost.

    booking_id: the booking to change
    on_or_after: only flights on this day or later
    """
    booking = db.bookings[booking_id]
    if not booking.changeable:
        raise Refused(f"Booking {booking_id} has a fare that cannot be changed.")
    return [s for s in _swaps(db, booking) if on_or_after is None or s.date >= on_or_after]


@world.function(writes=True)
def swap_flight(db: FlightDesk, swap_id: SwapId) -> FlightBooking:
    """Move a booking to the flight that was offered for it. Reserved seats are given up.

    swap_id: the offer to take
    """
    booking = db.bookings[f"RB-{swap_id[3:8]}"]
    swap = next((s for s in _swaps(db, booking) if s.swap_id == swap_id), None)
    if swap is None or not booking.changeable:
        raise Refused(f"There is no offer {swap_id} any more.")
    heads, old, new = len(booking.passengers), booking.flight_id, swap.flight_id
    db.flights.put(replace(db.flights[old], seats_left=db.flights[old].seats_left + heads))
    db.flights.put(replace(db.flights[new], seats_left=db.flights[new].seats_left - heads))
    return db.bookings.put(
        replace(
            booking, flight_id=new, date=swap.date, departs=swap.departs, seats=[],
            total=round(booking.total + swap.fee, 2),
        )
    )  # fmt: skip


@world.function(writes=True)
def refund_flight_booking(db: FlightDesk, booking_id: BookingId) -> FlightRefund:
    """Cancel a booking. Changeable fares are refunded less 35 euros a head, others by a fifth.

    booking_id: the booking to cancel
    """
    booking = db.bookings[booking_id]
    heads = len(booking.passengers)
    flight = db.flights[booking.flight_id]
    back = booking.total - CHANGE_FEE * heads if booking.changeable else 0.2 * booking.total
    db.flights.put(replace(flight, seats_left=flight.seats_left + heads))
    db.bookings.remove(booking_id)
    arrives = str(db.today + dt.timedelta(days=10))
    return FlightRefund(booking_id, booking.total, round(max(0.0, back), 2), arrives)
