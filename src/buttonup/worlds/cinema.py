"""A chain of cinemas: films, screenings, seats, bookings and the loyalty card."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Country, Date, Kind, Money, PersonName, Time
from buttonup.worlds.names import CITIES, clock_time, day, numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

FilmTitle = Annotated[
    str, Kind("FilmTitle"), Meta(description="Title of a film, like The Paper Moonlight.")
]
CinemaName = Annotated[str, Kind("CinemaName"), Meta(description="Name of a cinema, like Astoria.")]
ScreeningId = Annotated[
    str,
    Kind("ScreeningId"),
    Meta(pattern=r"^SCN-\d{4}$", description="Screening id, like SCN-2043."),
]
SeatId = Annotated[
    str,
    Kind("CinemaSeatId"),
    Meta(pattern=r"^SEA-\d{5}$", description="Id of a seat in one screening, like SEA-20431."),
]
CinemaBookingId = Annotated[
    str,
    Kind("CinemaBookingId"),
    Meta(pattern=r"^CIB-\d{5}$", description="Booking id, like CIB-20431."),
]
VoucherId = Annotated[
    str,
    Kind("CinemaVoucherId"),
    Meta(pattern=r"^CVO-\d{5}$", description="Voucher id, like CVO-20431."),
]
CardId = Annotated[
    str, Kind("CinemaCardId"), Meta(pattern=r"^FAN-\d{5}$", description="Number of a cinema card.")
]
Points = Annotated[int, Kind("CinemaPoints"), Meta(ge=0, description="Points on a cinema card.")]
Minutes = Annotated[int, Kind("FilmMinutes"), Meta(description="Running time in minutes.")]
GenreName = Literal["animation", "comedy", "crime", "documentary", "drama", "science fiction"]
Area = Literal["front", "middle", "back"]
Version = Literal["dubbed", "original with subtitles"]
Snack = Literal["popcorn", "nachos", "lemonade", "ice cream", "pretzel"]
Reward = Literal["free ticket", "popcorn", "drink", "seat upgrade"]


class Film(Row):
    """A film that is on."""

    title: FilmTitle
    genre: GenreName
    minutes: Minutes
    score: Annotated[float, Meta(ge=1, le=10, description="What visitors give it, 1 to 10.")]
    min_age: Annotated[int, Meta(description="How old one has to be; 0: for all.")]


class FilmDetails(Row):
    """What there is to know about a film."""

    title: FilmTitle
    director: PersonName
    country: Annotated[Country, Meta(description="Where it was made.")]
    year: Annotated[int, Meta(description="When it was made.")]
    last_day: Annotated[Date, Meta(description="Last day on which it is shown.")]


class Screening(Row):
    """One showing of a film."""

    screening_id: ScreeningId
    title: FilmTitle
    cinema: CinemaName
    hall: int
    date: Date
    time: Time
    version: Version
    ticket_price: Annotated[Money, Meta(description="Price of an ordinary seat, in euros.")]
    free_seats: Annotated[int, Meta(description="How many seats are left.")]


class Seat(Row):
    """A seat that can be had for one screening."""

    seat_id: SeatId
    screening_id: ScreeningId
    label: Annotated[str, Meta(description="Row and number, like F12.")]
    area: Area
    seat_price: Annotated[Money, Meta(description="Price of this seat, in euros.")]
    free: bool


class CinemaBooking(Row):
    """Seats that somebody has for a screening."""

    booking_id: CinemaBookingId
    card_id: CardId
    screening_id: ScreeningId
    title: FilmTitle
    cinema: CinemaName
    date: Date
    time: Time
    seats: list[Seat]
    snacks: list[Snack]
    total: Annotated[Money, Meta(description="Seats and snacks, in euros.")]
    status: Literal["booked", "refunded"]


class CinemaCard(Row):
    """A loyalty card."""

    card_id: CardId
    name: PersonName
    points: Points
    home_cinema: CinemaName
    valid_until: Date


class Voucher(Row):
    """Something that points were given for."""

    voucher_id: VoucherId
    card_id: CardId
    reward: Reward
    points_left: Points
    use_by: Date


@dataclasses.dataclass
class Cinema(State):
    """All of the chain's records."""

    films: Table[Film]
    details: Table[FilmDetails]
    screenings: Table[Screening]
    seats: Table[Seat]
    bookings: Table[CinemaBooking]
    cards: Table[CinemaCard]
    vouchers: Table[Voucher]


CINEMAS = "Astoria|Lumen|Orpheum|Capitol|Filmhouse|Little Palace".split("|")
FILMS: dict[GenreName, str] = {
    "animation": "The Paper Moonlight|Otto and the Tide|Snail Post|A Kite for Winter",
    "comedy": "Two Weddings Too Many|The Wrong Orchestra|Best Before Friday|The Mayor of Elsewhere",
    "crime": "Night Shift at Pier Nine|The Glass Alibi|Cold Harbour|A Debt in Trieste",
    "documentary": "The Last Cable Car|Bees of the Ring Road|Drawn by Hand|Salt Miners",
    "drama": "The House on Quay Street|Letters from the Mill|Unsent|A Long Way to Bergen",
    "science fiction": "Orbit of Dust|The Ninth Signal|Tomorrow's Cartographer|Slow Light",
}
COSTS: dict[Reward, int] = {"free ticket": 500, "popcorn": 150, "drink": 100, "seat upgrade": 60}
SNACK = 4.5  # euros each
VERSIONS: tuple[Version, ...] = ("dubbed", "original with subtitles")
ROWS: dict[Area, str] = {"front": "ABC", "middle": "DEF", "back": "GHJ"}


def seed(rng: random.Random, today: dt.date) -> Cinema:
    """Make 24 films, 105 screenings with 2 to 6 free seats each, and 34 cards with bookings."""
    films = [
        _film(rng, title, genre) for genre, titles in FILMS.items() for title in titles.split("|")
    ]
    screenings = [
        _screening(rng, n, rng.choice(films), day(rng, today, 0, 6))
        for n in numbers(rng, "SCN", 105, 4)
    ]
    ids = iter(numbers(rng, "SEA", 800))
    taken = [(s, _row(rng, s, [next(ids) for _ in range(rng.randint(1, 4))])) for s in screenings]
    free = [
        seat
        for s in screenings
        for seat in _row(rng, s, [next(ids) for _ in range(s.free_seats)], free=True)
    ]
    cards = [
        CinemaCard(
            card_id, name, rng.randrange(0, 1200, 10), rng.choice(CINEMAS), day(rng, today, 20, 500)
        )
        for card_id, name in zip(numbers(rng, "FAN", 34), people(rng, 34), strict=True)
    ]
    return Cinema(
        today,
        films=Table("title", films),
        details=Table("title", [_details(rng, f, today) for f in films]),
        screenings=Table("screening_id", screenings),
        seats=Table("seat_id", free),
        bookings=Table(
            "booking_id",
            [_booked(rng.choice(cards).card_id, s, seats, []) for s, seats in taken[:80]],
        ),
        cards=Table("card_id", cards),
        vouchers=Table("voucher_id", ()),
    )


def _film(rng: random.Random, title: str, genre: GenreName) -> Film:
    age = 0 if genre == "animation" else rng.choice((0, 6, 12, 12, 16))
    return Film(title, genre, rng.randint(74, 168), round(rng.uniform(4.8, 9.4), 1), age)


def _details(rng: random.Random, film: Film, today: dt.date) -> FilmDetails:
    country = rng.choice(sorted(set(CITIES.values())))
    year = today.year - rng.choice((0, 0, 1, 1, 2))
    return FilmDetails(film.title, people(rng, 1)[0], country, year, day(rng, today, 7, 40))


def _screening(rng: random.Random, screening_id: str, film: Film, date: str) -> Screening:
    price = rng.choice((8.5, 9.5, 10.5, 11.5, 12.5, 14.0))
    return Screening(
        screening_id, film.title, rng.choice(CINEMAS), rng.randint(1, 6), date,
        clock_time(rng, 14, 22), rng.choice(VERSIONS), price, rng.randint(2, 5),
    )  # fmt: skip


def _row(
    rng: random.Random, screening: Screening, ids: list[str], *, free: bool = False
) -> list[Seat]:
    """Make seats of one screening, each in its own place."""
    places = [
        (area, f"{row}{n}") for area, rows in ROWS.items() for row in rows for n in range(1, 15)
    ]
    extra = {"front": -1.0, "middle": 0.0, "back": 1.5}
    return [
        Seat(
            seat_id, screening.screening_id, label, area, screening.ticket_price + extra[area], free
        )
        for seat_id, (area, label) in zip(ids, rng.sample(places, len(ids)), strict=True)
    ]


def _booked(
    card_id: str, screening: Screening, seats: list[Seat], snacks: list[Snack]
) -> CinemaBooking:
    total = round(sum(s.seat_price for s in seats) + SNACK * len(snacks), 2)
    return CinemaBooking(
        fresh_id("CIB", card_id, *(s.seat_id for s in seats)), card_id, screening.screening_id,
        screening.title, screening.cinema, screening.date, screening.time, seats, snacks, total,
        "booked",
    )  # fmt: skip


def _take(db: Cinema, screening: Screening, seats: list[Seat]) -> list[Seat]:
    """Mark seats of a screening as taken."""
    taken = [db.seats.put(replace(seat, free=False)) for seat in seats]
    db.screenings.put(replace(screening, free_seats=screening.free_seats - len(seats)))
    return taken


def _give_back(db: Cinema, booking: CinemaBooking) -> None:
    """Let others have the seats of a booking."""
    screening = db.screenings[booking.screening_id]
    for seat in booking.seats:
        db.seats.put(replace(seat, free=True))
    left = screening.free_seats + len(booking.seats)
    db.screenings.put(replace(screening, free_seats=left))


def _open_booking(db: Cinema, booking_id: str) -> CinemaBooking:
    """Give a booking that can still be changed. Raises Refused for any other."""
    booking = db.bookings[booking_id]
    if booking.status == "refunded":
        raise Refused(f"Booking {booking_id} has been refunded already.")
    if booking.date <= str(db.today):
        raise Refused(f"Booking {booking_id} is for today; it can no longer be changed.")
    return booking


world = World(
    "cinema",
    "A chain of cinemas",
    seed,
    known={
        "FilmTitle": lambda s, rng: rng.choice(list(s.screenings)).title,
        "CinemaName": lambda s, rng: rng.choice(list(s.screenings)).cinema,
        "CinemaCardId": lambda s, rng: rng.choice(list(s.bookings)).card_id,
        "FilmMinutes": lambda _s, rng: rng.randrange(95, 150, 5),
        "list_films_on.date": lambda s, rng: rng.choice(list(s.screenings)).date,
        "list_cinema_programme.date": lambda s, rng: rng.choice(list(s.screenings)).date,
        "list_cinema_programme.after": lambda _s, rng: rng.choice(("16:30", "18:00", "19:00")),
        "list_screenings.date": lambda s, rng: rng.choice(list(s.screenings)).date,
    },
)


@world.function()
def list_films_on(
    db: Cinema,
    date: Date,
    genre: GenreName | None = None,
    max_minutes: Minutes | None = None,
    page: PageNumber = 1,
) -> Page[Film]:
    """List the films that are shown on a day in any of the cinemas, six to a page.

    date: the day
    genre: only films of this genre
    max_minutes: only films that run no longer than this
    page: which page of the list
    """
    shown = {s.title for s in db.screenings.where(lambda s: s.date == date)}
    found = db.films.where(
        lambda f: (
            f.title in shown
            and (genre is None or f.genre == genre)
            and (max_minutes is None or f.minutes <= max_minutes)
        )
    )
    return page_of(found, page, 6)


@world.function()
def get_film_details(db: Cinema, title: FilmTitle) -> FilmDetails:
    """Get who made a film, where and when, and until when it is shown.

    title: title of the film
    """
    return db.details[title]


@world.function()
def list_screenings(
    db: Cinema, title: FilmTitle, date: Date | None = None, version: Version | None = None
) -> list[Screening]:
    """List the screenings of a film that still have seats, soonest first.

    title: title of the film
    date: only screenings on this day
    version: only screenings in this version
    """
    film = db.films[title]
    found = db.screenings.where(
        lambda s: (
            s.title == film.title
            and s.free_seats > 0
            and (date is None or s.date == date)
            and (version is None or s.version == version)
        )
    )
    return sorted(found, key=lambda s: (s.date, s.time))


@world.function()
def list_cinema_programme(
    db: Cinema, cinema: CinemaName, date: Date, after: Time | None = None
) -> list[Screening]:
    """List what one cinema shows on a day, in the order of the day.

    cinema: name of the cinema
    date: the day
    after: only screenings that begin at this time or later
    """
    if cinema not in CINEMAS:
        raise Refused(f"There is no cinema called {cinema}.")
    found = db.screenings.where(
        lambda s: s.cinema == cinema and s.date == date and (after is None or s.time >= after)
    )
    return sorted(found, key=lambda s: (s.time, s.hall))


@world.function()
def list_free_seats(db: Cinema, screening_id: ScreeningId, area: Area | None = None) -> list[Seat]:
    """List the seats that can still be had for a screening, with the price of each.

    screening_id: the screening
    area: only seats in this part of the hall
    """
    screening = db.screenings[screening_id]
    return db.seats.where(
        lambda s: (
            s.free and s.screening_id == screening.screening_id and (area is None or s.area == area)
        )
    )


@world.function(writes=True)
def book_cinema_seats(
    db: Cinema, seat_ids: list[SeatId], card_id: CardId, snacks: list[Snack] | None = None
) -> CinemaBooking:
    """Book seats of one screening, with snacks on the tray if wanted. The card earns points.

    seat_ids: the seats; all for the same screening
    card_id: number of the cinema card
    snacks: what is ready at the counter, at 4.50 euros each
    """
    card, seats = db.cards[card_id], [db.seats[seat_id] for seat_id in dict.fromkeys(seat_ids)]
    if not seats or len({s.screening_id for s in seats}) > 1:
        raise Refused("A booking takes one seat or more, all for the same screening.")
    if gone := next((s.seat_id for s in seats if not s.free), None):
        raise Refused(f"Seat {gone} has been taken.")
    screening = db.screenings[seats[0].screening_id]
    booking = _booked(card_id, screening, _take(db, screening, seats), list(snacks or ()))
    db.cards.put(replace(card, points=card.points + int(booking.total)))
    return db.bookings.put(booking)


@world.function()
def list_cinema_bookings(db: Cinema, card_id: CardId) -> list[CinemaBooking]:
    """List the bookings on a cinema card, today's and those to come.

    card_id: number of the cinema card
    """
    card = db.cards[card_id]
    return db.bookings.where(lambda b: b.card_id == card.card_id and b.status == "booked")


@world.function(writes=True)
def swap_screening(
    db: Cinema, booking_id: CinemaBookingId, screening_id: ScreeningId
) -> CinemaBooking:
    """Change a booking to another screening, of the same film or not. The best seats are taken.

    Refused on the day of the booking, and when too few seats are left.

    booking_id: the booking to change
    screening_id: the screening to see instead
    """
    booking, screening = _open_booking(db, booking_id), db.screenings[screening_id]
    if booking.screening_id == screening_id:
        raise Refused(f"Booking {booking_id} is for screening {screening_id} already.")
    free = db.seats.where(lambda s: s.free and s.screening_id == screening_id)
    if len(free) < len(booking.seats):
        raise Refused(f"Screening {screening_id} has only {len(free)} seats left.")
    best = sorted(free, key=lambda s: (-s.seat_price, s.seat_id))[: len(booking.seats)]
    _give_back(db, booking)
    seats = _take(db, screening, best)
    new = _booked(booking.card_id, screening, seats, booking.snacks)
    return db.bookings.put(replace(new, booking_id=booking_id))


@world.function(writes=True)
def refund_cinema_booking(db: Cinema, booking_id: CinemaBookingId) -> CinemaBooking:
    """Cancel a booking; the money goes back in full. Refused on the day itself.

    booking_id: the booking to cancel
    """
    booking = _open_booking(db, booking_id)
    _give_back(db, booking)
    return db.bookings.put(replace(booking, status="refunded"))


@world.function()
def get_cinema_card(db: Cinema, card_id: CardId) -> CinemaCard:
    """Get a cinema card: its points, home cinema, and how long it is valid.

    card_id: number of the cinema card
    """
    return db.cards[card_id]


@world.function(writes=True)
def redeem_points(db: Cinema, card_id: CardId, reward: Reward) -> Voucher:
    """Give points for a voucher, which is valid for 90 days.

    A free ticket takes 500 points, popcorn 150, a drink 100 and a seat upgrade 60.
    Refused when there are not enough, and for the second voucher of a kind on one day.

    card_id: number of the cinema card
    reward: what the voucher is for
    """
    card = db.cards[card_id]
    if card.points < COSTS[reward]:
        raise Refused(f"Card {card_id} has only {card.points} points; that takes {COSTS[reward]}.")
    voucher_id = fresh_id("CVO", card_id, reward, str(db.today))
    if voucher_id in db.vouchers:
        raise Refused(f"Card {card_id} has had a voucher of that kind today.")
    left = card.points - COSTS[reward]
    db.cards.put(replace(card, points=left))
    use_by = str(db.today + dt.timedelta(days=90))
    return db.vouchers.put(Voucher(voucher_id, card_id, reward, left, use_by))
