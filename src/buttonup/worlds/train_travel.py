"""Trains between cities: a timetable, fares, seats and what travellers have booked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import random
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta
from msgspec.structs import replace

from buttonup.records import Json, digest
from buttonup.worlds.kinds import City, Count, Country, Date, Kind, Money, Time
from buttonup.worlds.names import CITIES, clock_time, day, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

DepartureId = Annotated[
    str,
    Kind("TrainDepartureId"),
    Meta(pattern=r"^DP-\d{7}$", description="One train on one day, like DP-1042157."),
]
FareId = Annotated[
    str,
    Kind("TrainFareId"),
    Meta(pattern=r"^TF-\d{8}$", description="One fare of one departure, like TF-10421572."),
]
BookingId = Annotated[
    str,
    Kind("TrainBookingId"),
    Meta(pattern=r"^TK-\d{5}$", description="Booking number, like TK-20431."),
]
CardId = Annotated[
    str,
    Kind("RailCardId"),
    Meta(pattern=r"^RC-\d{6}$", description="Number of a rail card, like RC-204318."),
]
TrainName = Annotated[str, Kind("TrainName"), Meta(description="Like Meridian 412.")]
Passengers = Annotated[
    int, Kind("TrainPassengers"), Meta(ge=1, le=9, description="How many travel together.")
]
SeatWish = Annotated[
    Literal[
        "window seat", "seat at a table", "seat with more legroom", "quiet coach",
        "forward-facing seat", "power socket", "seat near the door",
    ],
    Kind("TrainSeatWish"),
]  # fmt: skip
Platform = Annotated[int, Meta(description="Number of the platform.")]
Minutes = Annotated[int, Kind("TrainMinutes"), Meta(description="Length in minutes.")]
TravelClass = Literal["first", "second"]
Unit = Literal["km", "miles"]


class Train(Row):
    """A train of the timetable. It runs every day."""

    number: Annotated[str, Meta(description="Four digits.")]
    name: TrainName
    from_city: City
    to_city: City
    departs: Time
    arrives: Time
    minutes: Minutes
    changes: Count
    base_price: Money


class RailStation(Row):
    """A city's main station."""

    city: City
    country: Country
    name: str
    opens: Annotated[Time, Meta(description="When the ticket office opens.")]
    closes: Annotated[Time, Meta(description="When the ticket office closes.")]
    free_lockers: Annotated[Count, Meta(description="Luggage lockers that are empty now.")]
    lounge: bool
    distance_to_centre: float
    unit: Unit


class Departure(Row):
    """A train on one day."""

    departure_id: DepartureId
    train: TrainName
    from_city: City
    to_city: City
    date: Date
    departs: Time
    arrives: Time
    minutes: Minutes
    changes: Count
    direct: bool
    price: Annotated[Money, Meta(description="Lowest fare for one person, second class.")]


class BoardLine(Row):
    """One line of a station's departure board."""

    departure_id: DepartureId
    train: TrainName
    departs: Time
    to_city: City
    country: Country
    platform: Platform


class Stop(Row):
    """A place where a train calls on its way."""

    city: City
    at: Annotated[Time, Meta(description="When it arrives there.")]


class Journey(Row):
    """What travelling on one departure is like."""

    departure_id: DepartureId
    train: TrainName
    platform: Platform
    stops: Annotated[list[Stop], Meta(description="In order, up to where the train ends.")]
    catering: Literal["restaurant car", "bistro", "trolley"]
    bikes: Annotated[bool, Meta(description="Whether bicycles can be taken along.")]
    distance: Annotated[int, Meta(description="Length of the line.")]
    unit: Unit


class Fare(Row):
    """A ticket that can be bought for a departure."""

    fare_id: FareId
    departure_id: DepartureId
    name: Annotated[str, Kind("TrainFareName")]
    travel_class: TravelClass
    price: Annotated[Money, Meta(description="For one person.")]
    changeable: Annotated[bool, Meta(description="Whether the day can be changed later.")]
    seats_left: Annotated[Count, Meta(description="Seats that can still be sold at this fare.")]


class TrainBooking(Row):
    """A paid journey."""

    booking_id: BookingId
    card_id: CardId
    departure_id: DepartureId
    train: TrainName
    from_city: City
    to_city: City
    date: Date
    departs: Time
    fare: Annotated[str, Kind("TrainFareName")]
    passengers: Passengers
    total: Money
    changeable: bool


class Refund(Row):
    """A booking given back."""

    booking_id: BookingId
    paid: Money
    refund: Annotated[Money, Meta(description="What is paid back.")]


class TrainSeat(Row):
    """A reserved seat."""

    coach: Annotated[int, Kind("TrainCoach")]
    seat: Annotated[int, Kind("TrainSeatNumber")]


class SeatPlan(Row):
    """The seats of a booking, reserved as wished."""

    booking_id: BookingId
    wishes: list[SeatWish]
    seats: list[TrainSeat]
    fee: Money


class RailCard(Row):
    """A traveller's card."""

    card_id: CardId
    name: Annotated[str, Kind("PersonName")]
    points: Annotated[int, Kind("RailPoints")]
    home_city: City
    valid_until: Date


class Tariff(NamedTuple):
    """How one kind of ticket is priced, and what can be done with it."""

    name: str
    travel_class: TravelClass
    factor: float
    changeable: bool
    refund: float


@dataclasses.dataclass
class TrainTravel(State):
    """The timetable and what was sold."""

    trains: Table[Train]
    stations: Table[RailStation]
    cards: Table[RailCard]
    bookings: Table[TrainBooking]
    seat_plans: Table[SeatPlan]


EPOCH = dt.date(2026, 1, 1)
ON_SALE = 90  # days ahead for which tickets are sold
TARIFFS = (
    Tariff("Saver", "second", 1.0, False, 0.0),
    Tariff("Flex", "second", 1.35, True, 0.9),
    Tariff("First", "first", 1.7, True, 0.5),
    Tariff("First Flex", "first", 2.1, True, 1.0),
)
PLACES = {
    "Amsterdam": (52.4, 4.9), "Antwerp": (51.2, 4.4), "Berlin": (52.5, 13.4),
    "Brussels": (50.8, 4.4), "Hamburg": (53.6, 10.0), "Leipzig": (51.3, 12.4),
    "Lyon": (45.8, 4.8), "Milan": (45.5, 9.2), "Munich": (48.1, 11.6),
    "Prague": (50.1, 14.4), "Vienna": (48.2, 16.4), "Zurich": (47.4, 8.5),
}  # fmt: skip
"""The cities on the network: degrees north and east."""
STATIONS = "Central|Main|South|Grand|North".split("|")
BRANDS = "Meridian|Kestrel|Arrow|Blue Line|Transalpine|Lowlander".split("|")


def seed(rng: random.Random, today: dt.date) -> TrainTravel:
    """Make 12 stations, three trains a day between any two, 60 cards and 80 bookings."""
    pairs = [(a, b) for a in PLACES for b in PLACES if a != b for _ in range(3)]
    numbers = rng.sample(range(1000, 9999), len(pairs))
    trains = [_train(rng, str(n), a, b) for n, (a, b) in zip(numbers, pairs, strict=True)]
    stations = [
        RailStation(
            city, CITIES[city], f"{city} {rng.choice(STATIONS)}", rng.choice(("05:30", "06:00")),
            rng.choice(("20:00", "21:30", "22:30")), rng.randint(4, 120), rng.random() < 0.5,
            rng.randrange(3, 42) / 10, "km",
        )
        for city in PLACES
    ]  # fmt: skip
    cards = [
        RailCard(f"RC-{n}", name, 10 * rng.randint(0, 400), rng.choice(list(PLACES)),
                 day(rng, today, 20, 700))
        for n, name in zip(rng.sample(range(100_000, 999_999), 60), people(rng, 60), strict=True)
    ]  # fmt: skip
    bookings = [_sold(rng, rng.choice(trains), rng.choice(cards[:40]), today) for _ in range(80)]
    return TrainTravel(
        today,
        trains=Table("number", trains),
        stations=Table("city", stations),
        cards=Table("card_id", cards),
        bookings=Table("booking_id", bookings),
        seat_plans=Table("booking_id", ()),
    )


def _train(rng: random.Random, number: str, from_city: str, to_city: str) -> Train:
    km = _km(from_city, to_city)
    changes = rng.choice((0, 0, 1)) if km < 500 else rng.choice((0, 1, 1, 2))
    minutes = round(km / rng.uniform(1.9, 2.6)) + 15 + 25 * changes
    departs = clock_time(rng, 5, 22 - minutes // 60)
    price = round(km * rng.uniform(0.08, 0.16) + 9) + 0.9
    return Train(
        number, f"{rng.choice(BRANDS)} {number[1:]}", from_city, to_city, departs,
        _later(departs, minutes), minutes, changes, price,
    )  # fmt: skip


def _sold(rng: random.Random, train: Train, card: RailCard, today: dt.date) -> TrainBooking:
    date = today + dt.timedelta(days=rng.randint(3, 45))
    return _booked(train, date, rng.randrange(len(TARIFFS)), rng.randint(1, 4), card.card_id)


def _booked(
    train: Train, date: dt.date, tariff: int, passengers: int, card_id: str
) -> TrainBooking:
    departure_id, ticket = _departure_id(train, date), TARIFFS[tariff]
    return TrainBooking(
        fresh_id("TK", departure_id, tariff, card_id), card_id, departure_id, train.name,
        train.from_city, train.to_city, str(date), train.departs, ticket.name, passengers,
        round(_price(train, date, ticket) * passengers, 2), ticket.changeable,
    )  # fmt: skip


def _km(a: str, b: str) -> float:
    (north, east), (to_north, to_east) = PLACES[a], PLACES[b]
    return 1.2 * math.hypot(111 * (north - to_north), 72 * (east - to_east))


def _later(time: str, minutes: float) -> str:
    total = int(time[:2]) * 60 + int(time[3:]) + round(minutes)
    return f"{total // 60 % 24:02}:{total % 60:02}"


def _settled(below: int, *content: Json) -> int:
    """Give a number that depends on nothing but the content: the same each time it is asked."""
    return int(digest(content), 16) % below


def _price(train: Train, date: dt.date, tariff: Tariff) -> float:
    demand = 1 + _settled(60, train.number, str(date)) / 100
    return round(train.base_price * demand * tariff.factor, 2)


def _departure_id(train: Train, date: dt.date) -> str:
    """A departure's id is its train's number and the day, counted in days."""
    return f"DP-{train.number}{(date - EPOCH).days:03}"


def _departure(db: TrainTravel, departure_id: str) -> tuple[Train, dt.date]:
    number, date = departure_id[3:7], EPOCH + dt.timedelta(days=int(departure_id[7:10]))
    if number not in db.trains or not _on_sale(db, date):
        raise Refused(f"There is no departure {departure_id} on sale.")
    return db.trains[number], date


def _on_sale(db: TrainTravel, date: dt.date) -> bool:
    return db.today <= date <= db.today + dt.timedelta(days=ON_SALE)


def _calendar_day(date: str) -> dt.date:
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        raise Refused(f"There is no day {date} in the calendar.") from None


def _travel_day(db: TrainTravel, date: str) -> dt.date:
    wanted = _calendar_day(date)
    if not _on_sale(db, wanted):
        raise Refused(f"Trains can be booked from today to {ON_SALE} days ahead, not for {date}.")
    return wanted


def _departing(train: Train, date: dt.date) -> Departure:
    return Departure(
        _departure_id(train, date), train.name, train.from_city, train.to_city, str(date),
        train.departs, train.arrives, train.minutes, train.changes, train.changes == 0,
        _price(train, date, TARIFFS[0]),
    )  # fmt: skip


def _station(db: TrainTravel, city: str) -> RailStation:
    found = db.stations.where(lambda s: s.city.casefold() == city.casefold())
    if not found:
        raise Refused(f"No trains go to or from {city!r}.")
    return found[0]


def _seats_left(db: TrainTravel, departure_id: str, tariff: int) -> int:
    sold = db.bookings.where(
        lambda b: b.departure_id == departure_id and b.fare == TARIFFS[tariff].name
    )
    return max(0, _settled(34, departure_id, tariff) - sum(b.passengers for b in sold))


world = World(
    "train_travel",
    "A booking office for trains between cities",
    seed,
    known={
        "City": lambda _s, rng: rng.choice(list(PLACES)),
        "Country": lambda _s, rng: rng.choice(
            ("Germany", "Germany", "Belgium", "Austria", "Switzerland", "Italy", "France")
        ),
        "Date": lambda s, rng: day(rng, s.today, 2, 45),
        "RailCardId": lambda s, rng: rng.choice(list(s.bookings)).card_id,
        "TrainPassengers": lambda _s, rng: rng.randint(2, 5),
        "station_departures.after": lambda _s, rng: clock_time(rng, 6, 15, 30),
        "search_trains.after": lambda _s, rng: clock_time(rng, 6, 11, 30),
        "search_trains.max_price": lambda _s, rng: float(rng.randrange(70, 160, 10)),
    },
)


@world.function()
def search_trains(
    db: TrainTravel,
    from_city: City,
    to_city: City,
    date: Date,
    after: Time | None = None,
    max_price: Money | None = None,
    direct_only: bool = False,
) -> list[Departure]:
    """List the trains from one city to another on a day, with the lowest second-class fare.

    from_city: where the journey begins
    to_city: where it ends
    date: day of travel, up to 90 days ahead
    after: only trains that leave at this time of day or later
    max_price: only trains with a fare of at most this much for one person, in euros
    direct_only: true for trains without a change only
    """
    start, end = _station(db, from_city), _station(db, to_city)
    if start == end:
        raise Refused("A journey needs two different cities.")
    wanted = _travel_day(db, date)
    trains = db.trains.where(
        lambda t: (
            t.from_city == start.city
            and t.to_city == end.city
            and (after is None or t.departs >= after)
            and not (direct_only and t.changes)
        )
    )
    found = [_departing(t, wanted) for t in sorted(trains, key=lambda t: t.departs)]
    return [d for d in found if max_price is None or d.price <= max_price]


@world.function()
def station_departures(
    db: TrainTravel,
    city: City,
    date: Date,
    after: Time,
    country: Country | None = None,
    page: PageNumber = 1,
) -> Page[BoardLine]:
    """Show a station's departure board for two hours of a day, five trains to a page.

    city: the city whose main station it is
    date: the day, up to 90 days ahead
    after: the time at which the two hours begin
    country: only trains that end in this country
    page: which page of the board
    """
    station, wanted, until = _station(db, city), _travel_day(db, date), _later(after, 120)
    trains = db.trains.where(
        lambda t: (
            t.from_city == station.city
            and after <= t.departs <= (until if until > after else "23:59")
            and (country is None or CITIES[t.to_city].casefold() == country.casefold())
        )
    )
    lines = [
        BoardLine(
            _departure_id(t, wanted), t.name, t.departs, t.to_city, CITIES[t.to_city],
            1 + _settled(16, t.number, "platform"),
        )
        for t in sorted(trains, key=lambda t: t.departs)
    ]  # fmt: skip
    return page_of(lines, page, 5)


@world.function()
def station_info(db: TrainTravel, city: City, unit: Unit = "km") -> RailStation:
    """Get a city's main station: ticket office hours, free lockers, lounge, way to the centre.

    city: the city whose station it is
    unit: unit of the distance to the centre
    """
    station = _station(db, city)
    away = station.distance_to_centre / (1.609 if unit == "miles" else 1)
    return replace(station, distance_to_centre=round(away, 1), unit=unit)


@world.function()
def get_journey(db: TrainTravel, departure_id: DepartureId, unit: Unit = "km") -> Journey:
    """Get what travelling on a departure is like: platform, stops, catering, bicycles, distance.

    departure_id: the train on its day
    unit: unit of the distance
    """
    train, _ = _departure(db, departure_id)
    km = _km(train.from_city, train.to_city)
    on_the_way = [
        (_km(train.from_city, city), city)
        for city in PLACES
        if city not in (train.from_city, train.to_city)
        and _km(train.from_city, city) < 0.9 * km
        and _km(train.from_city, city) + _km(city, train.to_city) < 1.12 * km
    ]
    stops = [
        Stop(city, _later(train.departs, train.minutes * way / km))
        for way, city in sorted(on_the_way)
    ]
    return Journey(
        departure_id,
        train.name,
        1 + _settled(16, train.number, "platform"),
        [*stops, Stop(train.to_city, train.arrives)],
        ("restaurant car", "bistro", "trolley")[_settled(3, train.number, "catering")],
        _settled(2, train.number, "bikes") == 1,
        round(km / (1.609 if unit == "miles" else 1)),
        unit,
    )


@world.function()
def list_train_fares(
    db: TrainTravel, departure_id: DepartureId, travel_class: TravelClass | None = None
) -> list[Fare]:
    """List the fares that are still on sale for a departure, cheapest first.

    departure_id: the train on its day
    travel_class: only fares of this class
    """
    train, date = _departure(db, departure_id)
    return [
        Fare(
            f"TF-{departure_id[3:]}{n}", departure_id, t.name, t.travel_class,
            _price(train, date, t), t.changeable, left,
        )
        for n, t in enumerate(TARIFFS)
        if (left := _seats_left(db, departure_id, n))
        and (travel_class is None or t.travel_class == travel_class)
    ]  # fmt: skip


@world.function(writes=True)
def book_train(
    db: TrainTravel, fare_id: FareId, passengers: Passengers, card_id: CardId
) -> TrainBooking:
    """Book a fare for one to nine people who travel together, and pay for it.

    Refused when the fare has too few seats left, or when the card has booked it already.

    fare_id: the fare to book
    passengers: how many people travel
    card_id: rail card that the booking is made on
    """
    card, tariff = db.cards[card_id], int(fare_id[-1])
    departure_id = f"DP-{fare_id[3:-1]}"
    train, date = _departure(db, departure_id)
    if tariff >= len(TARIFFS):
        raise Refused(f"There is no fare {fare_id}.")
    if (left := _seats_left(db, departure_id, tariff)) < passengers:
        raise Refused(f"Fare {fare_id} has {left} seats left, too few for {passengers} people.")
    booking = _booked(train, date, tariff, passengers, card.card_id)
    if booking.booking_id in db.bookings:
        raise Refused(f"Fare {fare_id} is booked on this card already, as {booking.booking_id}.")
    return db.bookings.put(booking)


@world.function()
def list_train_bookings(db: TrainTravel, card_id: CardId) -> list[TrainBooking]:
    """List the journeys to come that are booked on a rail card, first one first.

    card_id: number of the rail card
    """
    card = db.cards[card_id]
    booked = db.bookings.where(lambda b: b.card_id == card.card_id and b.date >= str(db.today))
    return sorted(booked, key=lambda b: (b.date, b.departs))


@world.function(writes=True)
def rebook_train(db: TrainTravel, booking_id: BookingId, date: Date) -> TrainBooking:
    """Move a booking to the same train on another day, at no charge.

    Refused for Saver fares, and when the train has too few seats left on that day.

    booking_id: the booking to move
    date: the new day of travel, up to 90 days ahead
    """
    booking, wanted = db.bookings[booking_id], _travel_day(db, date)
    if not booking.changeable:
        raise Refused(f"Booking {booking_id} has a {booking.fare} fare, which cannot be changed.")
    if booking.date == date:
        raise Refused(f"Booking {booking_id} is for {date} already.")
    departure_id = _departure_id(db.trains[booking.departure_id[3:7]], wanted)
    tariff = [t.name for t in TARIFFS].index(booking.fare)
    if _seats_left(db, departure_id, tariff) < booking.passengers:
        raise Refused(f"The train of booking {booking_id} is sold out on {date}.")
    return db.bookings.put(replace(booking, departure_id=departure_id, date=date))


@world.function(writes=True)
def cancel_train_booking(db: TrainTravel, booking_id: BookingId) -> Refund:
    """Cancel a booking. Saver fares are lost; others are paid back by half or more.

    booking_id: the booking to cancel
    """
    booking = db.bookings[booking_id]
    share = next(t.refund for t in TARIFFS if t.name == booking.fare)
    db.bookings.remove(booking_id)
    return Refund(booking_id, booking.total, round(booking.total * share, 2))


@world.function(writes=True)
def request_train_seats(db: TrainTravel, booking_id: BookingId, wishes: list[SeatWish]) -> SeatPlan:
    """Reserve seats side by side for everybody on a booking, as near to the wishes as can be.

    It costs 4.50 euros a person, and can be done once a booking.

    booking_id: the booking that needs seats
    wishes: what the seats should be like
    """
    booking = db.bookings[booking_id]
    if booking_id in db.seat_plans:
        raise Refused(f"Booking {booking_id} has its seats already.")
    coach = 1 + _settled(12, booking.departure_id, list(wishes))
    first = 1 + _settled(60, booking_id, list(wishes))
    seats = [TrainSeat(coach, first + n) for n in range(booking.passengers)]
    fee = round(4.5 * booking.passengers, 2)
    return db.seat_plans.put(SeatPlan(booking_id, wishes, seats, fee))


@world.function()
def get_rail_card(db: TrainTravel, card_id: CardId) -> RailCard:
    """Get a rail card: its holder, points, home city and how long it is valid.

    card_id: number of the rail card
    """
    return db.cards[card_id]
