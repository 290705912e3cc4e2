"""A hotel booking service: hotels in many cities, their rooms, and guests' stays."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.records import Json, digest
from buttonup.worlds.kinds import City, Count, Country, Date, Email, Kind, Money, PersonName, Time
from buttonup.worlds.names import CITIES, address, day, email, numbers, people, person, phone
from buttonup.worlds.state import Refused, Row, State, Table, fresh_id
from buttonup.worlds.world import World

HotelId = Annotated[
    str, Kind("HotelId"), Meta(pattern=r"^HL-\d{3}$", description="Hotel id, like HL-217.")
]
RoomId = Annotated[
    str,
    Kind("HotelRoomId"),
    Meta(pattern=r"^HR-\d{4}$", description="Id of a type of room in a hotel, like HR-4031."),
]
QuoteId = Annotated[
    str,
    Kind("StayQuoteId"),
    Meta(pattern=r"^QS-\d{9}$", description="Id of an offer for certain nights."),
]
StayId = Annotated[
    str, Kind("HotelStayId"), Meta(pattern=r"^SY-\d{5}$", description="Number of a booked stay.")
]
GuestId = Annotated[
    str, Kind("HotelGuestId"), Meta(pattern=r"^HG-\d{5}$", description="Number of a guest account.")
]
Nights = Annotated[int, Kind("StayNights"), Meta(ge=1, le=21, description="Length in nights.")]
Stars = Annotated[int, Kind("HotelStars"), Meta(ge=1, le=5, description="Official stars, 1 to 5.")]
Extra = Annotated[
    Literal["breakfast", "parking", "late check-out", "airport transfer", "a cot", "bike storage"],
    Kind("HotelExtra"),
]
RoomType = Literal["single", "double", "twin", "family", "suite"]
Unit = Literal["km", "miles"]


class Hotel(Row):
    """A hotel, as it stands in a list."""

    hotel_id: HotelId
    name: Annotated[str, Kind("HotelName")]
    city: City
    country: Country
    stars: Stars
    rating: Annotated[float, Meta(description="Guests' rating, 1 to 10.")]
    price_from: Annotated[Money, Meta(description="Cheapest room, one night.")]
    distance: Annotated[float, Meta(description="Way to the city centre.")]
    unit: Unit


class HotelDetails(Row):
    """What a guest wants to know before arriving."""

    hotel_id: HotelId
    name: Annotated[str, Kind("HotelName")]
    address: Annotated[str, Kind("Address")]
    phone: Annotated[str, Kind("Phone")]
    check_in_from: Time
    check_out_by: Time
    parking_spaces: Annotated[Count, Meta(description="Spaces in its own car park.")]
    pool: bool
    pets: Literal["welcome", "welcome on request", "not allowed"]


class CityRates(Row):
    """What rooms cost in a city, on average."""

    city: City
    hotels: Annotated[Count, Meta(description="How many hotels can be booked.")]
    average_price: Annotated[Money, Meta(description="Average of the cheapest rooms, one night.")]


class HotelRoom(Row):
    """A type of room in a hotel."""

    room_id: RoomId
    hotel_id: HotelId
    type: RoomType
    sleeps: Annotated[int, Kind("HotelBeds"), Meta(description="For how many people.")]
    size: Annotated[int, Meta(description="Floor space in square metres.")]
    price_per_night: Money
    balcony: bool


class StayQuote(Row):
    """A room offered for certain nights."""

    quote_id: QuoteId
    hotel: Annotated[str, Kind("HotelName")]
    type: RoomType
    arrival: Date
    departure: Date
    nights: Nights
    total: Money
    refundable: bool


class Stay(Row):
    """A booked stay."""

    stay_id: StayId
    guest_id: GuestId
    hotel_id: HotelId
    hotel: Annotated[str, Kind("HotelName")]
    city: City
    room_id: RoomId
    arrival: Date
    departure: Date
    nights: Nights
    extras: list[Extra]
    total: Money
    refundable: Annotated[bool, Meta(description="Whether it can be moved, and cancelled free.")]


class CancelledStay(Row):
    """What giving up a stay costs."""

    stay_id: StayId
    hotel: Annotated[str, Kind("HotelName")]
    fee: Money
    refund: Money


class Companion(Row):
    """Somebody who stays in the same room."""

    name: Annotated[PersonName, Meta(description="First and last name.")]
    email: Annotated[Email, Meta(description="Where the booking is sent.")]


class StayParty(Row):
    """Everybody who was added to a stay."""

    stay_id: StayId
    hotel: Annotated[str, Kind("HotelName")]
    companions: list[Companion]
    beds_left: Annotated[Count, Meta(description="Places in the room that are still free.")]


class HotelGuest(Row):
    """A guest account."""

    guest_id: GuestId
    name: PersonName
    level: Literal["blue", "silver", "gold"]
    points: Annotated[int, Kind("HotelPoints")]
    home_city: City


@dataclasses.dataclass
class Hotels(State):
    """The service's hotels and bookings."""

    hotels: Table[Hotel]
    details: Table[HotelDetails]
    rooms: Table[HotelRoom]
    guests: Table[HotelGuest]
    stays: Table[Stay]
    parties: Table[StayParty]


EPOCH = dt.date(2026, 1, 1)
AHEAD = 360  # days for which rooms are offered
NAMES = (
    "Linden|Harbour House|Royal Garden|Old Mill|Bellevue|Station|Lantern|Quayside|Corona|"
    "Parkside|Three Keys|Meridian|Orangery|Castle View|Little Swan|Weavers|Blue Door|Citadel"
).split("|")
ROOMS: dict[RoomType, tuple[int, float]] = {
    "single": (1, 0.8), "double": (2, 1.0), "twin": (2, 1.05), "family": (4, 1.6),
    "suite": (3, 2.3),
}  # fmt: skip
"""Type of room: for how many, and its price next to that of a double."""
EXTRAS: dict[Extra, tuple[float, bool]] = {
    "breakfast": (14.0, True), "parking": (17.5, True), "late check-out": (25.0, False),
    "airport transfer": (39.0, False), "a cot": (12.0, False), "bike storage": (4.0, True),
}  # fmt: skip
"""Extra: its price, and whether that is for each night."""


def seed(rng: random.Random, today: dt.date) -> Hotels:
    """Make two or three hotels in each of 40 cities with their rooms, 40 guests and 70 stays."""
    places = [city for city in CITIES for _ in range(rng.choice((2, 2, 3)))]
    ids = [f"HL-{n}" for n in rng.sample(range(100, 999), len(places))]
    rooms, hotels, details = list[HotelRoom](), list[Hotel](), list[HotelDetails]()
    room_ids = iter(numbers(rng, "HR", 4 * len(places), digits=4))
    for hotel_id, city in zip(ids, places, strict=True):
        taken = {h.name for h in hotels if h.city == city}
        name = rng.choice([n for n in NAMES if f"Hotel {n}" not in taken])
        stars = rng.choice((2, 3, 3, 4, 4, 5))
        own = _rooms(rng, hotel_id, stars, [next(room_ids) for _ in range(rng.choice((2, 3)))])
        lowest = min(room.price_per_night for room in own)
        rating = round(rng.uniform(5.8, 8.2) + stars * 0.3, 1)
        distance = rng.randrange(2, 79) / 10
        hotels.append(
            Hotel(hotel_id, f"Hotel {name}", city, CITIES[city], stars, rating, lowest, distance,
                  "km")
        )  # fmt: skip
        details.append(_details(rng, hotels[-1]))
        rooms += own
    guests = [
        HotelGuest(number, name, rng.choice(("blue", "blue", "silver", "gold")),
                   50 * rng.randint(0, 160), rng.choice(list(CITIES)))
        for number, name in zip(numbers(rng, "HG", 40), people(rng, 40), strict=True)
    ]  # fmt: skip
    by_id = {hotel.hotel_id: hotel for hotel in hotels}
    stays = [
        _stay(rng, rng.choice(guests[:28]), room, by_id[room.hotel_id], today)
        for room in rng.sample(rooms, 70)
    ]
    return Hotels(
        today,
        hotels=Table("hotel_id", hotels),
        details=Table("hotel_id", details),
        rooms=Table("room_id", rooms),
        guests=Table("guest_id", guests),
        stays=Table("stay_id", stays),
        parties=Table("stay_id", ()),
    )


def _rooms(rng: random.Random, hotel_id: str, stars: int, ids: Sequence[str]) -> list[HotelRoom]:
    base = 34 + 22 * stars + rng.randint(-14, 25)
    others: list[RoomType] = ["single", "twin", "family", "suite"]
    types: list[RoomType] = ["double", *rng.sample(others, 3)]
    return [
        HotelRoom(
            room_id, hotel_id, kind, ROOMS[kind][0], 9 + 6 * ROOMS[kind][0] + rng.randint(0, 8),
            round(base * ROOMS[kind][1]) + rng.choice((0, 0.5)), rng.random() < 0.4,
        )
        for room_id, kind in zip(ids, types, strict=False)
    ]  # fmt: skip


def _details(rng: random.Random, hotel: Hotel) -> HotelDetails:
    return HotelDetails(
        hotel.hotel_id, hotel.name, address(rng), phone(rng),
        rng.choice(("14:00", "15:00", "16:00")), rng.choice(("10:00", "11:00", "12:00")),
        rng.choice((8, 12, 20, 35, 60)), rng.random() < 0.35,
        rng.choice(("welcome", "welcome on request", "not allowed")),
    )  # fmt: skip


def _stay(
    rng: random.Random, guest: HotelGuest, room: HotelRoom, hotel: Hotel, today: dt.date
) -> Stay:
    arrival = today + dt.timedelta(days=rng.randint(3, 60))
    nights = rng.randint(2, 7)
    extras = rng.sample(list(EXTRAS), rng.randint(1, 2))
    total = _price(room, arrival, nights) + _extras_price(extras, nights)
    return Stay(
        fresh_id("SY", room.room_id, str(arrival), nights), guest.guest_id, hotel.hotel_id,
        hotel.name, hotel.city, room.room_id, str(arrival),
        str(arrival + dt.timedelta(days=nights)), nights, extras, round(total, 2),
        _refundable(room),
    )  # fmt: skip


def _settled(below: int, *content: Json) -> int:
    """Give a number that depends on nothing but the content: the same each time it is asked."""
    return int(digest(content), 16) % below


def _refundable(room: HotelRoom) -> bool:
    return _settled(3, room.room_id, "refundable") > 0


def _price(room: HotelRoom, arrival: dt.date, nights: int) -> float:
    """Add up the nights; those from Friday to Sunday cost a fifth more."""
    days = (arrival + dt.timedelta(days=n) for n in range(nights))
    factors = (1.2 if d.weekday() in (4, 5) else 1.0 for d in days)
    return round(sum(room.price_per_night * factor for factor in factors), 2)


def _extras_price(extras: Sequence[Extra], nights: int) -> float:
    return sum(EXTRAS[e][0] * (nights if EXTRAS[e][1] else 1) for e in extras)


def _calendar_day(date: str) -> dt.date:
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        raise Refused(f"There is no day {date} in the calendar.") from None


def _day_of_stay(db: Hotels, arrival: str) -> dt.date:
    wanted = _calendar_day(arrival)
    if not db.today <= wanted <= db.today + dt.timedelta(days=AHEAD):
        raise Refused(f"Rooms are offered from today to {AHEAD} days ahead, not for {arrival}.")
    return wanted


def _sold_out(room: HotelRoom, arrival: dt.date, nights: int) -> bool:
    days = (arrival + dt.timedelta(days=n) for n in range(nights))
    return any(_settled(40, room.room_id, str(d)) == 0 for d in days)


world = World(
    "hotels",
    "A hotel booking service",
    seed,
    known={
        "City": lambda s, rng: rng.choice(list(s.hotels)).city,
        "Country": lambda _s, rng: rng.choice(
            ("Germany", "Italy", "Spain", "Belgium", "France", "Austria", "Portugal", "Poland")
        ),
        "Date": lambda s, rng: day(rng, s.today, 3, 80),
        "HotelGuestId": lambda s, rng: rng.choice(list(s.stays)).guest_id,
        "StayNights": lambda _s, rng: rng.randint(2, 7),
        "HotelStars": lambda _s, rng: rng.randint(3, 4),
        "HotelBeds": lambda _s, rng: rng.randint(2, 3),
        "find_hotels.max_price": lambda _s, rng: float(rng.randrange(90, 180, 10)),
        "list_hotel_rooms.max_price": lambda _s, rng: float(rng.randrange(120, 240, 20)),
        "add_stay_companion.companion": lambda _s, rng: _known_person(rng),
    },
)


def _known_person(rng: random.Random) -> Companion:
    name = person(rng)
    return Companion(name, email(rng, name))


@world.function()
def find_hotels(
    db: Hotels,
    city: City,
    min_stars: Stars | None = None,
    max_price: Money | None = None,
    unit: Unit = "km",
) -> list[Hotel]:
    """List the hotels in a city, with guests' ratings and the price of the cheapest room.

    city: the city to stay in
    min_stars: only hotels with at least this many stars
    max_price: only hotels that have a room for at most this much a night, in euros
    unit: unit of the distance to the centre
    """
    there = db.hotels.where(lambda h: h.city.casefold() == city.casefold())
    if not there:
        raise Refused(f"There are no hotels to book in {city!r}.")
    scale = 1.609 if unit == "miles" else 1
    return [
        replace(h, distance=round(h.distance / scale, 1), unit=unit)
        for h in there
        if (min_stars is None or h.stars >= min_stars)
        and (max_price is None or h.price_from <= max_price)
    ]


@world.function()
def city_room_rates(
    db: Hotels, country: Country, min_stars: Stars | None = None
) -> list[CityRates]:
    """Compare what a night costs in the cities of a country, averaged over their hotels.

    country: the country to look at
    min_stars: count only hotels with at least this many stars
    """
    prices: dict[str, list[float]] = {}
    for hotel in db.hotels.where(lambda h: h.country.casefold() == country.casefold()):
        if min_stars is None or hotel.stars >= min_stars:
            prices.setdefault(hotel.city, []).append(hotel.price_from)
    if not prices:
        raise Refused(f"There are no such hotels to book in {country!r}.")
    return [CityRates(c, len(all_), round(sum(all_) / len(all_), 2)) for c, all_ in prices.items()]


@world.function()
def hotel_details(db: Hotels, hotel_id: HotelId) -> HotelDetails:
    """Get a hotel's address, telephone, check-in and check-out times, parking, pool and pet rules.

    hotel_id: the hotel in question
    """
    return db.details[hotel_id]


@world.function()
def list_hotel_rooms(
    db: Hotels,
    hotel_id: HotelId,
    sleeps: Annotated[int, Kind("HotelBeds")] | None = None,
    max_price: Money | None = None,
) -> list[HotelRoom]:
    """List the types of room that a hotel has, with size and price a night.

    hotel_id: the hotel in question
    sleeps: only rooms for at least this many people
    max_price: only rooms that cost at most this much a night, in euros
    """  # fmt: skip
    hotel = db.hotels[hotel_id]
    return db.rooms.where(
        lambda r: (
            r.hotel_id == hotel.hotel_id
            and (sleeps is None or r.sleeps >= sleeps)
            and (max_price is None or r.price_per_night <= max_price)
        )
    )


@world.function()
def quote_stay(db: Hotels, room_id: RoomId, arrival: Date, nights: Nights) -> StayQuote:
    """Check that a room is free for certain nights and what they cost. Nothing is booked.

    Friday and Saturday nights cost a fifth more. Refused when the room is taken on any night.

    room_id: the type of room
    arrival: day of arrival, up to 360 days ahead
    nights: how many nights
    """
    room, first = db.rooms[room_id], _day_of_stay(db, arrival)
    if _sold_out(room, first, nights):
        raise Refused(f"Room {room_id} is sold out for some of the {nights} nights from {arrival}.")
    return StayQuote(
        f"QS-{room_id[3:]}{(first - EPOCH).days:03}{nights:02}",
        db.hotels[room.hotel_id].name,
        room.type,
        arrival,
        str(first + dt.timedelta(days=nights)),
        nights,
        _price(room, first, nights),
        _refundable(room),
    )


@world.function(writes=True)
def book_stay(db: Hotels, quote_id: QuoteId, extras: list[Extra], guest_id: GuestId) -> Stay:
    """Book the room and nights of an offer, with extras that are added to the price.

    Breakfast, parking and bike storage are charged by the night, the others once.

    quote_id: the offer to book
    extras: what is wanted besides the room; may be empty
    guest_id: the guest account that books
    """
    guest, room_id = db.guests[guest_id], f"HR-{quote_id[3:7]}"
    arrival, nights = EPOCH + dt.timedelta(days=int(quote_id[7:10])), int(quote_id[10:])
    if room_id not in db.rooms or not 1 <= nights <= 21:
        raise Refused(f"There is no offer {quote_id}.")
    room, first = db.rooms[room_id], _day_of_stay(db, str(arrival))
    hotel = db.hotels[room.hotel_id]
    stay_id = fresh_id("SY", quote_id, guest_id)
    if stay_id in db.stays:
        raise Refused(f"Offer {quote_id} is booked already, as stay {stay_id}.")
    total = _price(room, first, nights) + _extras_price(extras, nights)
    leaves = str(first + dt.timedelta(days=nights))
    return db.stays.put(
        Stay(
            stay_id, guest.guest_id, hotel.hotel_id, hotel.name, hotel.city, room_id, str(first),
            leaves, nights, extras, round(total, 2), _refundable(room),
        )
    )  # fmt: skip


@world.function()
def list_stays(db: Hotels, guest_id: GuestId) -> list[Stay]:
    """List the stays that a guest has booked and not begun, the next one first.

    guest_id: number of the guest account
    """
    guest = db.guests[guest_id]
    booked = db.stays.where(lambda s: s.guest_id == guest.guest_id and s.arrival > str(db.today))
    return sorted(booked, key=lambda s: s.arrival)


@world.function(writes=True)
def move_stay(db: Hotels, stay_id: StayId, arrival: Date) -> Stay:
    """Move a stay to another day of arrival. Room, extras and length remain; the price may not.

    Refused for stays at a non-refundable rate and when the room is taken.

    stay_id: the stay to move
    arrival: the new day of arrival, up to 360 days ahead
    """
    stay, first = db.stays[stay_id], _day_of_stay(db, arrival)
    room = db.rooms[stay.room_id]
    if not stay.refundable:
        raise Refused(f"Stay {stay_id} is booked at a rate that cannot be changed.")
    if stay.arrival == arrival:
        raise Refused(f"Stay {stay_id} begins on {arrival} already.")
    if _sold_out(room, first, stay.nights):
        raise Refused(f"The room of stay {stay_id} is sold out from {arrival}.")
    leaves = str(first + dt.timedelta(days=stay.nights))
    total = _price(room, first, stay.nights) + _extras_price(stay.extras, stay.nights)
    return db.stays.put(replace(stay, arrival=arrival, departure=leaves, total=round(total, 2)))


@world.function(writes=True)
def cancel_stay(db: Hotels, stay_id: StayId) -> CancelledStay:
    """Cancel a stay. It is free at a refundable rate up to two days before; then a night is kept.

    At a non-refundable rate half of the price is kept.

    stay_id: the stay to cancel
    """
    stay = db.stays[stay_id]
    late = stay.arrival < str(db.today + dt.timedelta(days=2))
    kept = 0.5 if not stay.refundable else 1 / stay.nights if late else 0.0
    fee = round(stay.total * kept, 2)
    db.stays.remove(stay_id)
    return CancelledStay(stay_id, stay.hotel, fee, round(stay.total - fee, 2))


@world.function(writes=True)
def add_stay_companion(
    db: Hotels, stay_id: StayId, companion: Annotated[Companion, Kind("StayCompanion")]
) -> StayParty:
    """Add somebody to the room of a stay, who is then sent the booking too.

    Refused when the room has no place left.

    stay_id: the stay
    companion: who shares the room, with an e-mail address
    """
    stay = db.stays[stay_id]
    party = db.parties[stay_id].companions if stay_id in db.parties else []
    beds_left = db.rooms[stay.room_id].sleeps - 2 - len(party)
    if beds_left < 0:
        raise Refused(f"The room of stay {stay_id} has no place for one more.")
    return db.parties.put(StayParty(stay_id, stay.hotel, [*party, companion], beds_left))


@world.function()
def get_hotel_guest(db: Hotels, guest_id: GuestId) -> HotelGuest:
    """Get a guest account: level, points and home city.

    guest_id: number of the guest account
    """
    return db.guests[guest_id]
