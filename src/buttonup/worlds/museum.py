"""A museum: its rooms and exhibits, artists, loans, guided tours and conservation."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Callable
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind, Money, Time
from buttonup.worlds.names import people
from buttonup.worlds.state import Refused, Row, State, Table, fresh_id
from buttonup.worlds.world import World

ExhibitId = Annotated[
    str, Kind("ExhibitId"), Meta(pattern=r"^EX-\d{4}$", description="Exhibit id, like EX-3308.")
]
RoomName = Annotated[str, Kind("GalleryRoom"), Meta(description="Name of a room, like Ivy.")]
Floor = Annotated[int, Kind("GalleryFloor"), Meta(description="Floor; 0 is the ground floor.")]
ArtistName = Annotated[str, Kind("ArtistName"), Meta(description="Full name of the artist.")]
TourId = Annotated[
    str, Kind("TourId"), Meta(pattern=r"^GT-\d{4}$", description="Guided tour id, like GT-3308.")
]
BookingId = Annotated[
    str,
    Kind("TourBookingId"),
    Meta(pattern=r"^TB-\d{5}$", description="Tour booking id, like TB-20431."),
]
LoanId = Annotated[
    str, Kind("ArtLoanId"), Meta(pattern=r"^AL-\d{5}$", description="Loan id, like AL-20431.")
]
RestorerId = Annotated[
    str, Kind("RestorerId"), Meta(pattern=r"^RS-\d{2}$", description="Restorer id, like RS-14.")
]
ReportId = Annotated[
    str,
    Kind("ConditionReportId"),
    Meta(pattern=r"^CR-\d{5}$", description="Conservation report id, like CR-20431."),
]
PassId = Annotated[
    str, Kind("MuseumPassId"), Meta(pattern=r"^MP-\d{5}$", description="Number on a museum pass.")
]
MuseumName = Annotated[
    str, Kind("MuseumName"), Meta(description="Name of a partner museum, like Brno Kunsthalle.")
]
Places = Annotated[int, Kind("TourPlaces"), Meta(ge=1, le=15, description="Number of people.")]
LoanWeeks = Annotated[int, Kind("ArtLoanWeeks"), Meta(ge=1, le=52, description="Weeks.")]
Euros = Annotated[int, Kind("Money"), Meta(description="Amount in whole euros.")]
TechniqueName = Literal["oil painting", "watercolour", "sculpture", "tapestry", "photography"]
Technique = Annotated[TechniqueName, Kind("Technique")]
ThemeName = Literal["architecture", "masterpieces", "myths", "portraits", "women artists"]
Theme = Annotated[ThemeName, Kind("TourTheme")]
Language = Literal["English", "French", "German", "Spanish"]
Country = Annotated[str, Kind("MuseumCountry"), Meta(description="Country, like Austria.")]


class Room(Row):
    """A room that exhibits are shown in."""

    room: RoomName
    floor: Floor
    visitors: Annotated[int, Meta(description="People in it now.")]
    benches: Annotated[int, Meta(description="Benches to sit on.")]
    closes: Annotated[Time, Meta(description="When it closes today.")]


class Exhibit(Row):
    """A work on show."""

    exhibit_id: ExhibitId
    title: Annotated[str, Kind("ExhibitTitle")]
    artist: ArtistName
    technique: Technique
    year: Annotated[int, Meta(description="When it was made.")]
    room: RoomName
    insured_for: Euros


class Artist(Row):
    """Somebody whose works the museum has."""

    artist: ArtistName
    birthplace: Annotated[str, Kind("CityName")]
    born: Annotated[int, Meta(description="Year of birth.")]
    died: Annotated[int, Meta(description="Year of death.")]
    movement: str
    works: Annotated[int, Meta(description="How many of the artist's works the museum owns.")]


class Tour(Row):
    """A guided tour on one day."""

    tour_id: TourId
    title: Annotated[str, Kind("TourTitle")]
    theme: Theme
    language: Language
    guide: Annotated[str, Kind("PersonName")]
    date: Date
    starts: Time
    meets_in: Annotated[RoomName, Meta(description="Room that the tour starts in.")]
    price: Annotated[Money, Meta(description="Price of one place, in euros.")]
    minutes: int
    places_left: int


class TourBooking(Row):
    """Places taken on a guided tour."""

    booking_id: BookingId
    pass_id: PassId
    tour_id: TourId
    tour: Annotated[str, Kind("TourTitle")]
    date: Date
    starts: Time
    meets_in: RoomName
    places: Places
    total: Money
    status: Literal["booked", "cancelled"]


class PartnerMuseum(Row):
    """A museum that works are lent to and borrowed from."""

    museum: MuseumName
    country: Country
    city: Annotated[str, Kind("CityName")]
    rating: Annotated[float, Meta(description="How well it treats works, 1 to 5.")]
    works_on_loan: Annotated[int, Meta(description="Works of ours that it has now.")]


class ArtLoan(Row):
    """A work lent to a partner museum."""

    loan_id: LoanId
    exhibit_id: ExhibitId
    title: Annotated[str, Kind("ExhibitTitle")]
    artist: ArtistName
    museum: MuseumName
    leaves: Date
    returns: Date
    fee: Annotated[Money, Meta(description="What the borrower pays, in euros.")]
    status: Literal["agreed", "away", "cancelled"]


class Restorer(Row):
    """Somebody who cares for works."""

    restorer_id: RestorerId
    name: Annotated[str, Kind("PersonName")]
    technique: Technique
    years: Annotated[int, Meta(description="Years in the trade.")]
    free_from: Date
    day_rate: Money


class ConditionReport(Row):
    """What a conservation check of a work found, or the check that is to come."""

    report_id: ReportId
    exhibit_id: ExhibitId
    title: Annotated[str, Kind("ExhibitTitle")]
    restorer_id: RestorerId
    date: Date
    grade: Annotated[int, Meta(ge=0, le=10, description="Condition, 10 is best; 0: not checked.")]
    repair_cost: Money
    finding: str


@dataclasses.dataclass
class Museum(State):
    """All of the museum's records."""

    rooms: Table[Room]
    exhibits: Table[Exhibit]
    artists: Table[Artist]
    tours: Table[Tour]
    bookings: Table[TourBooking]
    partners: Table[PartnerMuseum]
    loans: Table[ArtLoan]
    restorers: Table[Restorer]
    reports: Table[ConditionReport]


ROOMS = "Ivy|Lantern|Marble|Garden|Harbour|Mirror|Velvet|Cedar|Dome|River|Amber|Founders'".split(
    "|"
)
TECHNIQUES: tuple[TechniqueName, ...] = (
    "oil painting", "watercolour", "sculpture", "tapestry", "photography",
)  # fmt: skip
SUBJECTS = (
    "Boats at Low Tide|The Letter|Winter Market|Girl with a Lute|The Weaver's Dream|"
    "Storm over Delft|Two Sisters|The Blue Stair|Harvest near Arles|The Glassblower|"
    "Self-portrait at Forty|Night Ferry|The Orchard Wall|Dancers Resting|A Man Reading|"
    "The Last Snow|Red Kimono|The Card Players' Table|Bridge in Fog|Mother and Child|"
    "The Falconer|Almond Trees|The Empty Chair|Three Musicians|The Lighthouse Keeper|"
    "Study of Hands|View from the Attic|The Pearl Diver|Morning Bath|Old Oak|The Quarry|Daphne|"
    "Minotaur Asleep|The Fates|Icarus Falling|Orpheus|Leda|Ariadne's Thread|The Tailor|"
    "Procession|The Rope Makers|Lilies|Still Life with Quinces|Hare and Copper Pot|"
    "The Bellringer|Dusk in Trastevere|Fisherman's Wife|The Conservatory|The Chess Game|"
    "Grey Horses|The Canal Lock|Cloud Study|Cathedral at Dawn|The Astronomer|Peasant Wedding|"
    "The Swing|The Courtyard|Wrestlers|Salt Flats|The Green Dress|Young Pianist|The Ice Cutters|"
    "Woman Ironing|The Toll House|Shepherd's Rest|The Parrot|Lake with Reeds|The Auction"
).split("|")
BIRTHPLACES = (
    "Antwerp Bruges Dresden Ghent Krakow Lisbon Lucca Nantes Seville Siena Trieste".split()
)
MOVEMENTS = "Impressionism|Realism|Symbolism|Romanticism|Expressionism|the Baroque".split("|")
TOURS: dict[ThemeName, str] = {
    "architecture": "Stairs, Domes and Skylights|How the House Was Built",
    "masterpieces": "Ten Works in an Hour|The Curator's Favourites",
    "myths": "Gods and Monsters|Icarus and Friends",
    "portraits": "Faces of Five Centuries|Looking Back at You",
    "women artists": "Her Hand, Her Name|Painted by Women",
}
PARTNERS: dict[str, str] = {
    "Austria": "Graz Landesgalerie Graz|Salzburg House of Art Salzburg|Linz Municipal Gallery Linz",
    "Belgium": "Ghent Museum of Painting Ghent|Leuven University Gallery Leuven",
    "France": "Lyon City Gallery Lyon|Nantes Maritime Museum Nantes|Lille Textile Museum Lille",
    "Italy": "Turin Picture Gallery Turin|Siena Civic Museum Siena|Trieste Art House Trieste",
    "Spain": "Bilbao Collection Bilbao|Valencia Photo Centre Valencia",
}
PHOTOGRAPHY = 1820  # nobody born earlier took photographs
FINDINGS = (
    "flaking paint in one corner|a hairline crack|faded colours|slight damp damage|loose threads|"
    "dust under the glass|no damage|a scratched frame|yellowed varnish"
).split("|")


def seed(rng: random.Random, today: dt.date) -> Museum:
    """Make 12 rooms, 68 exhibits, 22 artists, 60 tours, bookings, loans, restorers, reports."""
    painters = people(rng, 22)
    births = {name: rng.randint(1640, 1905) for name in painters}
    exhibits = [
        _exhibit(rng, f"EX-{n}", title, rng.choice(painters), births)
        for n, title in zip(rng.sample(range(1000, 9999), len(SUBJECTS)), SUBJECTS, strict=True)
    ]
    tours = [_tour(rng, f"GT-{n}", today) for n in rng.sample(range(1000, 9999), 60)]
    numbers = [f"MP-{n}" for n in rng.sample(range(10_000, 99_999), 30)]
    restorers = [
        Restorer(
            f"RS-{n}", name, rng.choice(TECHNIQUES), rng.randint(2, 35),
            str(today + dt.timedelta(days=rng.randint(1, 40))), float(rng.randrange(220, 620, 10)),
        )
        for n, name in zip(rng.sample(range(10, 99), 18), people(rng, 18), strict=True)
    ]  # fmt: skip
    loans = [_loan(rng, e, today) for e in rng.sample(exhibits, 40)]
    return Museum(
        today,
        rooms=Table("room", _rooms(rng)),
        exhibits=Table("exhibit_id", exhibits),
        artists=Table("artist", [_artist(rng, n, births[n], exhibits) for n in painters]),
        tours=Table("tour_id", tours),
        bookings=Table("booking_id", [_booking(rng, rng.choice(numbers), t) for t in tours * 2]),
        partners=Table("museum", _partners(rng, loans)),
        loans=Table("loan_id", loans),
        restorers=Table("restorer_id", restorers),
        reports=Table(
            "report_id",
            [_report(rng, e, rng.choice(restorers), today) for e in exhibits for _ in range(3)],
        ),
    )


def _rooms(rng: random.Random) -> list[Room]:
    return [
        Room(
            f"{name} Room", floor % 4, rng.randint(0, 60), rng.randint(0, 9),
            rng.choice(("16:30", "17:00", "17:30", "18:00", "20:00")),
        )
        for floor, name in enumerate(ROOMS)
    ]  # fmt: skip


def _exhibit(
    rng: random.Random, exhibit_id: str, title: str, artist: str, births: dict[str, int]
) -> Exhibit:
    technique = rng.choice(TECHNIQUES[: 5 if births[artist] > PHOTOGRAPHY else 4])
    year = births[artist] + rng.randint(22, 60)
    value = rng.randrange(8, 900, 4) * 1000
    return Exhibit(exhibit_id, title, artist, technique, year, f"{rng.choice(ROOMS)} Room", value)


def _artist(rng: random.Random, name: str, born: int, exhibits: list[Exhibit]) -> Artist:
    own = sum(e.artist == name for e in exhibits)
    return Artist(
        name, rng.choice(BIRTHPLACES), born, born + rng.randint(61, 92), rng.choice(MOVEMENTS),
        own + rng.randint(2, 15),
    )  # fmt: skip


def _tour(rng: random.Random, tour_id: str, today: dt.date) -> Tour:
    theme = rng.choice(list(TOURS))
    day = today + dt.timedelta(days=rng.randint(1, 30))
    return Tour(
        tour_id, rng.choice(TOURS[theme].split("|")), theme,
        rng.choice(("English", "English", "French", "German", "Spanish")),
        people(rng, 1)[0], str(day), rng.choice(("10:00", "11:30", "13:00", "14:30", "16:00")),
        f"{rng.choice(ROOMS)} Room", rng.randrange(8, 32) + rng.choice((0, 0.5)),
        rng.randrange(40, 125, 5), rng.randint(0, 18),
    )  # fmt: skip


def _booking(rng: random.Random, pass_id: str, tour: Tour) -> TourBooking:
    places = rng.randint(2, 6)
    return TourBooking(
        fresh_id("TB", pass_id, tour.tour_id), pass_id, tour.tour_id, tour.title, tour.date,
        tour.starts, tour.meets_in, places, round(places * tour.price, 2), "booked",
    )  # fmt: skip


def _partners(rng: random.Random, loans: list[ArtLoan]) -> list[PartnerMuseum]:
    split = [
        (country, *p.rsplit(" ", 1)) for country, ps in PARTNERS.items() for p in ps.split("|")
    ]
    return [
        PartnerMuseum(
            name, country, city, round(rng.uniform(2.5, 5), 1),
            sum(loan.museum == name and loan.status == "away" for loan in loans),
        )
        for country, name, city in split
    ]  # fmt: skip


def _loan(rng: random.Random, exhibit: Exhibit, today: dt.date) -> ArtLoan:
    museums = [p.rsplit(" ", 1)[0] for ps in PARTNERS.values() for p in ps.split("|")]
    leaves = today + dt.timedelta(days=rng.randint(-60, 60))
    away: Literal["away", "agreed"] = "away" if leaves <= today else "agreed"
    return ArtLoan(
        fresh_id("AL", exhibit.exhibit_id), exhibit.exhibit_id, exhibit.title, exhibit.artist,
        rng.choice(museums), str(leaves), str(leaves + dt.timedelta(weeks=rng.randint(9, 26))),
        float(rng.randrange(800, 9000, 100)), away,
    )  # fmt: skip


def _report(
    rng: random.Random, exhibit: Exhibit, restorer: Restorer, today: dt.date
) -> ConditionReport:
    day = today - dt.timedelta(days=rng.randint(20, 1400))
    finding = rng.choice(FINDINGS)
    cost = 0.0 if finding == "no damage" else float(rng.randrange(120, 3200, 20))
    grade = rng.randint(3, 8) if cost else rng.randint(9, 10)
    return ConditionReport(
        fresh_id("CR", exhibit.exhibit_id, str(day)), exhibit.exhibit_id, exhibit.title,
        restorer.restorer_id, str(day), grade, cost, finding,
    )  # fmt: skip


def _on_show(db: Museum, holds: Callable[[Exhibit], bool]) -> list[Exhibit]:
    away = {loan.exhibit_id for loan in db.loans if loan.status == "away"}
    return db.exhibits.where(lambda e: e.exhibit_id not in away and holds(e))


world = World(
    "museum",
    "A museum",
    seed,
    known={
        "GalleryRoom": lambda s, rng: rng.choice([*s.exhibits, *s.exhibits]).room,
        "GalleryFloor": lambda _s, rng: rng.randint(1, 3),
        "ArtistName": lambda s, rng: rng.choice(list(s.exhibits)).artist,
        "MuseumPassId": lambda s, rng: rng.choice(list(s.bookings)).pass_id,
        "MuseumName": lambda s, rng: rng.choice(list(s.loans)).museum,
        "MuseumCountry": lambda s, rng: rng.choice(list(s.partners)).country,
        "TourPlaces": lambda _s, rng: rng.randint(2, 6),
        "ArtLoanWeeks": lambda _s, rng: rng.randint(3, 16),
        "find_tours.max_price": lambda _s, rng: float(rng.randrange(14, 30, 2)),
        "find_tours.date": lambda s, rng: rng.choice(list(s.tours)).date,
    },
)


@world.function()
def list_gallery_rooms(db: Museum, floor: Floor) -> list[Room]:
    """List the rooms on a floor, with how many visitors are in each now.

    floor: the floor; 0 is the ground floor
    """
    return db.rooms.where(lambda r: r.floor == floor)


@world.function()
def list_exhibits(db: Museum, room: RoomName, technique: Technique | None = None) -> list[Exhibit]:
    """List the works that are on show in a room.

    room: name of the room
    technique: only works of this technique
    """
    place = db.rooms[room]
    return _on_show(
        db, lambda e: e.room == place.room and (technique is None or e.technique == technique)
    )


@world.function()
def find_works(db: Museum, artist: ArtistName) -> list[Exhibit]:
    """List the works of an artist that are on show, and in which room each is.

    artist: full name of the artist
    """
    painter = db.artists[artist]
    return _on_show(db, lambda e: e.artist == painter.artist)


@world.function()
def get_artist(db: Museum, artist: ArtistName) -> Artist:
    """Get an artist's life: birthplace, years, movement, and how many works the museum owns.

    artist: full name of the artist
    """
    return db.artists[artist]


@world.function(writes=True)
def move_exhibit(db: Museum, exhibit_id: ExhibitId, room: RoomName) -> Exhibit:
    """Hang or put a work in another room. Refused for a work that is away on loan.

    exhibit_id: the work to move
    room: the room it moves to
    """
    exhibit, place = db.exhibits[exhibit_id], db.rooms[room]
    if exhibit.room == place.room:
        raise Refused(f"{exhibit.title} is in the {room} already.")
    if db.loans.where(lambda loan: loan.exhibit_id == exhibit_id and loan.status == "away"):
        raise Refused(f"{exhibit.title} is away on loan.")
    return db.exhibits.put(replace(exhibit, room=place.room))


@world.function()
def find_tours(
    db: Museum,
    theme: Theme,
    date: Date | None = None,
    language: Language | None = None,
    max_price: Money | None = None,
) -> list[Tour]:
    """List the guided tours on a theme that still have places.

    theme: what the tour is about
    date: only tours on this day
    language: only tours in this language
    max_price: only tours that cost at most this much a place, in euros
    """
    return db.tours.where(
        lambda t: (
            t.places_left > 0
            and t.theme == theme
            and (date is None or t.date == date)
            and (language is None or t.language == language)
            and (max_price is None or t.price <= max_price)
        )
    )


@world.function()
def list_tours_from(db: Museum, room: RoomName) -> list[Tour]:
    """List the guided tours with places left that start in a room.

    room: room that the tours start in
    """
    place = db.rooms[room]
    return db.tours.where(lambda t: t.places_left > 0 and t.meets_in == place.room)


@world.function(writes=True)
def book_tour(db: Museum, tour_id: TourId, places: Places, pass_id: PassId) -> TourBooking:
    """Book places on a guided tour. Refused when fewer are left.

    tour_id: the tour to book
    places: for how many people
    pass_id: number of the museum pass
    """
    tour = db.tours[tour_id]
    if places > tour.places_left:
        raise Refused(f"Only {tour.places_left} places are left on this tour.")
    db.tours.put(replace(tour, places_left=tour.places_left - places))
    return db.bookings.put(
        TourBooking(
            fresh_id("TB", pass_id, tour_id, str(db.today)), pass_id, tour_id, tour.title,
            tour.date, tour.starts, tour.meets_in, places, round(places * tour.price, 2), "booked",
        )
    )  # fmt: skip


@world.function()
def list_tour_bookings(db: Museum, pass_id: PassId) -> list[TourBooking]:
    """List the guided tours that are booked on a museum pass.

    pass_id: number of the museum pass
    """
    return db.bookings.where(lambda b: b.pass_id == pass_id and b.status == "booked")


@world.function(writes=True)
def cancel_tour_booking(db: Museum, booking_id: BookingId) -> TourBooking:
    """Cancel a tour booking. Refused less than two days ahead.

    booking_id: the booking to cancel
    """
    booking = db.bookings[booking_id]
    if booking.status == "cancelled":
        raise Refused(f"Booking {booking_id} is cancelled already.")
    if dt.date.fromisoformat(booking.date) < db.today + dt.timedelta(days=2):
        raise Refused("A tour cannot be cancelled less than two days ahead.")
    tour = db.tours[booking.tour_id]
    db.tours.put(replace(tour, places_left=tour.places_left + booking.places))
    return db.bookings.put(replace(booking, status="cancelled"))


@world.function()
def list_partner_museums(db: Museum, country: Country) -> list[PartnerMuseum]:
    """List the museums of a country that works are lent to.

    country: name of the country
    """
    found = db.partners.where(lambda p: p.country.casefold() == country.casefold())
    if not found:
        raise Refused(f"There is no partner museum in {country!r}.")
    return found


@world.function()
def list_art_loans(db: Museum, museum: MuseumName) -> list[ArtLoan]:
    """List the works that are lent or promised to a partner museum, with dates and fees.

    museum: name of the partner museum
    """
    partner = db.partners[museum]
    return db.loans.where(lambda a: a.museum == partner.museum and a.status != "cancelled")


@world.function(writes=True)
def lend_exhibit(
    db: Museum, exhibit_id: ExhibitId, museum: MuseumName, weeks: LoanWeeks
) -> ArtLoan:
    """Agree to lend a work to a partner museum, from two weeks from now.

    Refused while another loan of the work is open.

    exhibit_id: the work to lend
    museum: name of the partner museum
    weeks: for how many weeks
    """
    exhibit, partner = db.exhibits[exhibit_id], db.partners[museum]
    if db.loans.where(lambda a: a.exhibit_id == exhibit_id and a.status != "cancelled"):
        raise Refused(f"{exhibit.title} is on loan or promised already.")
    leaves = db.today + dt.timedelta(weeks=2)
    return db.loans.put(
        ArtLoan(
            fresh_id("AL", exhibit_id, museum, str(db.today)), exhibit_id, exhibit.title,
            exhibit.artist, partner.museum, str(leaves), str(leaves + dt.timedelta(weeks=weeks)),
            round(400 + exhibit.insured_for * 0.0004 * weeks, 2), "agreed",
        )
    )  # fmt: skip


@world.function(writes=True)
def extend_art_loan(db: Museum, loan_id: LoanId, weeks: LoanWeeks) -> ArtLoan:
    """Let a partner museum keep a work for longer, at 150 euros a week. Up to a year in all.

    loan_id: the loan to extend
    weeks: how many weeks are added
    """
    loan = db.loans[loan_id]
    returns = dt.date.fromisoformat(loan.returns) + dt.timedelta(weeks=weeks)
    if returns - dt.date.fromisoformat(loan.leaves) > dt.timedelta(days=366):
        raise Refused("No work is lent for more than a year.")
    return db.loans.put(replace(loan, returns=str(returns), fee=loan.fee + 150 * weeks))


@world.function()
def list_condition_reports(db: Museum, exhibit_id: ExhibitId) -> list[ConditionReport]:
    """List what earlier conservation checks of a work found.

    exhibit_id: the work
    """
    exhibit = db.exhibits[exhibit_id]
    return db.reports.where(lambda r: r.exhibit_id == exhibit.exhibit_id and r.grade > 0)


@world.function()
def find_restorers(db: Museum, technique: Technique) -> list[Restorer]:
    """List the restorers for a technique, with their day rate and when they are free.

    technique: what the restorer works on
    """
    return db.restorers.where(lambda r: r.technique == technique)


@world.function(writes=True)
def order_conservation_check(
    db: Museum, exhibit_id: ExhibitId, restorer_id: RestorerId
) -> ConditionReport:
    """Have a restorer check the condition of a work, on the first day that the restorer is free.

    exhibit_id: the work to check
    restorer_id: who checks it
    """
    exhibit, restorer = db.exhibits[exhibit_id], db.restorers[restorer_id]
    return db.reports.put(
        ConditionReport(
            fresh_id("CR", exhibit_id, restorer_id, str(db.today)), exhibit_id, exhibit.title,
            restorer_id, restorer.free_from, 0, 0.0, "not checked yet",
        )
    )  # fmt: skip
