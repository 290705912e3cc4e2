"""A blood donation service: sessions, donors and their bookings, donations, stocks by group."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Email, Kind, PersonName, Time
from buttonup.worlds.names import CITIES, STREETS, email, numbers, people, person
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

DonorId = Annotated[
    str, Kind("BloodDonorId"), Meta(pattern=r"^DNR-\d{6}$", description="Number of a donor card.")
]
SessionId = Annotated[
    str, Kind("DonationSessionId"), Meta(pattern=r"^DSE-\d{4}$", description="Id, like DSE-3071.")
]
BookingId = Annotated[
    str,
    Kind("DonationBookingId"),
    Meta(pattern=r"^DBK-\d{5}$", description="Number of a booking, like DBK-20431."),
]
BloodDonationId = Annotated[
    str, Kind("BloodDonationId"), Meta(pattern=r"^BDN-\d{5}$", description="Id, like BDN-61177.")
]
StockId = Annotated[
    str,
    Kind("BloodStockId"),
    Meta(pattern=r"^BAG-\d{4}$", description="Id of one blood group at one blood bank."),
]
BloodGroup = Annotated[
    Literal[
        "O negative", "O positive", "A negative", "A positive",
        "B negative", "B positive", "AB negative", "AB positive",
    ],
    Kind("BloodGroup"),
]  # fmt: skip
DonationType = Literal["whole blood", "plasma", "platelets"]
Event = Annotated[
    Literal[
        "cold", "fever", "filling", "vaccination", "tick bite", "tattoo", "piercing",
        "minor operation", "trip to the tropics",
    ],
    Kind("DonorEvent"),
]  # fmt: skip


class Session(Row):
    """A day on which people can give at a place."""

    session_id: SessionId
    venue: Annotated[str, Kind("DonationVenue")]
    city: City
    day: Date
    opens: Time
    closes: Time
    donation: DonationType
    free_places: Annotated[int, Meta(description="Places that nobody has booked.")]


class Donor(Row):
    """Somebody who gives blood."""

    donor_id: DonorId
    name: PersonName
    blood_group: BloodGroup
    city: Annotated[City, Meta(description="Where the donor is registered.")]
    donations: Annotated[int, Meta(description="How many there have been so far.")]
    may_give_from: Annotated[Date, Meta(description="First day of the next possible donation.")]


class Companion(Row):
    """Somebody who comes along and gives for the first time."""

    name: Annotated[PersonName, Meta(description="First and last name.")]
    email: Email


class Booking(Row):
    """A donor's place at a session."""

    booking_id: BookingId
    donor_id: DonorId
    session_id: SessionId
    venue: Annotated[str, Kind("DonationVenue")]
    city: City
    day: Date
    time: Time
    donation: DonationType
    companion: Companion | None


class Donation(Row):
    """Blood that has been given."""

    donation_id: BloodDonationId
    donor_id: DonorId
    day: Date
    city: City
    donation: DonationType
    volume: Annotated[int, Meta(description="In millilitres.")]
    haemoglobin: Annotated[int, Meta(description="In grams a litre, before the donation.")]


class Certificate(Row):
    """Written proof of donations."""

    certificate_id: Annotated[
        str, Kind("DonationCertificateId"), Meta(pattern=r"^DCT-\d{5}$", description="Its number.")
    ]
    donations: list[Donation]
    sent_to: Email
    total_volume: Annotated[int, Meta(description="In millilitres.")]


class Eligibility(Row):
    """Whether somebody may give on a day, after what has happened to them."""

    donor_id: DonorId
    day: Annotated[Date, Meta(description="The day that was asked about.")]
    allowed: bool
    earliest: Annotated[Date, Meta(description="First day on which nothing stands in the way.")]
    cause: Annotated[Event, Meta(description="The event with the longest waiting time.")]


class Stock(Row):
    """What one blood bank has of a blood group."""

    stock_id: StockId
    city: Annotated[City, Meta(description="Where the blood bank is.")]
    blood_group: BloodGroup
    units: Annotated[int, Meta(description="Bags in store.")]
    days_left: Annotated[float, Meta(description="How long they last at the usual use.")]
    level: Literal["critical", "low", "sufficient"]


class GroupMatch(Row):
    """A blood group that suits another one."""

    blood_group: BloodGroup
    share: Annotated[float, Meta(description="Percentage of the donors who have it.")]


@dataclasses.dataclass
class BloodDonation(State):
    """All of the service's records."""

    sessions: Table[Session]
    donors: Table[Donor]
    bookings: Table[Booking]
    donations: Table[Donation]
    certificates: Table[Certificate]
    stocks: Table[Stock]


GROUPS: tuple[BloodGroup, ...] = get_args(get_args(BloodGroup)[0])
SHARES = dict(zip(GROUPS, (6.6, 35.0, 6.3, 35.7, 2.0, 8.9, 1.2, 4.3), strict=True))
VOLUME: dict[DonationType, int] = {"whole blood": 500, "plasma": 650, "platelets": 250}
PAUSE: dict[DonationType, int] = {"whole blood": 56, "plasma": 7, "platelets": 14}
WAITS: dict[str, int] = {
    "cold": 7, "fever": 14, "filling": 2, "vaccination": 4, "tick bite": 28, "tattoo": 120,
    "piercing": 121, "minor operation": 90, "trip to the tropics": 180,
}  # fmt: skip
"""Days to wait after each event. Rough figures for a simulation."""
VENUES = "Town Hall|Red Cross House|Sports Hall|St Luke's Hospital|Central School".split("|")


def seed(rng: random.Random, today: dt.date) -> BloodDonation:
    """Make 81 sessions in 9 cities, 40 donors with what they gave and booked, and the stocks."""
    cities = rng.sample(sorted(CITIES), 9)
    ids = iter(rng.sample(range(1000, 9999), 140))
    sessions = [
        _session(rng, f"DSE-{next(ids)}", city, today + dt.timedelta(days=ahead))
        for city in cities
        for ahead in sorted(rng.sample(range(1, 36), 9))
    ]
    donors, donations = list[Donor](), list[Donation]()
    for donor_id, name in zip(numbers(rng, "DNR", 40, 6), people(rng, 40), strict=True):
        city = rng.choice(cities)
        given = _history(rng, donor_id, city, today)
        last = given[-1]
        free = dt.date.fromisoformat(last.day) + dt.timedelta(days=PAUSE[last.donation])
        group: BloodGroup = rng.choices(GROUPS, list(SHARES.values()))[0]
        donors.append(Donor(donor_id, name, group, city, len(given), str(free)))
        donations += given
    bookings = [
        _booking(donor.donor_id, session, session.opens, None)
        for donor in donors
        for session in rng.sample(sessions, rng.randint(1, 2))
    ]
    banks = [
        _stock(rng, f"BAG-{next(ids)}", city, group) for city in cities[:6] for group in GROUPS
    ]
    return BloodDonation(
        today,
        sessions=Table("session_id", sessions),
        donors=Table("donor_id", donors),
        bookings=Table("booking_id", bookings),
        donations=Table("donation_id", donations),
        certificates=Table("certificate_id", ()),
        stocks=Table("stock_id", banks),
    )


def _session(rng: random.Random, session_id: str, city: str, day: dt.date) -> Session:
    venue = f"{rng.choice(STREETS)} {rng.choice(VENUES)}"
    opens, closes = rng.choice(("08:30", "09:00", "10:00")), rng.choice(("16:30", "18:00", "20:00"))
    kind: DonationType = rng.choice(("whole blood", "whole blood", "plasma", "platelets"))
    return Session(session_id, venue, city, str(day), opens, closes, kind, rng.randint(2, 24))


def _history(rng: random.Random, donor_id: str, city: str, today: dt.date) -> list[Donation]:
    day, given = today - dt.timedelta(days=rng.randint(4, 120)), list[Donation]()
    for _ in range(rng.randint(2, 7)):
        kind: DonationType = rng.choice(("whole blood", "whole blood", "plasma", "platelets"))
        volume = VOLUME[kind] - rng.randrange(0, 90, 10)
        given.append(
            Donation(
                fresh_id("BDN", donor_id, str(day)), donor_id, str(day), city, kind, volume,
                rng.randint(126, 168),
            )
        )  # fmt: skip
        day -= dt.timedelta(days=max(PAUSE.values()) + rng.randint(3, 55))
    return given[::-1]


def _booking(donor_id: str, session: Session, time: str, companion: Companion | None) -> Booking:
    return Booking(
        fresh_id("DBK", donor_id, session.session_id), donor_id, session.session_id,
        session.venue, session.city, session.day, time, session.donation, companion,
    )  # fmt: skip


def _stock(rng: random.Random, stock_id: str, city: str, group: BloodGroup) -> Stock:
    daily = max(1.0, SHARES[group] * rng.uniform(0.5, 1.1))
    days = round(rng.uniform(1.1, 14), 1)
    level: Literal["critical", "low", "sufficient"] = "low" if days < 6 else "sufficient"
    units = max(2, round(daily * days))
    return Stock(stock_id, city, group, units, days, "critical" if days < 3 else level)


world = World(
    "blood_donation",
    "A blood donation service",
    seed,
    known={
        "BloodDonorId": lambda s, rng: rng.choice(list(s.donors)).donor_id,
        "City": lambda s, rng: rng.choice(list(s.sessions)).city,
        "Date": lambda s, rng: str(s.today + dt.timedelta(days=rng.randint(2, 25))),
        "Time": lambda _s, rng: f"{rng.randint(10, 15)}:{rng.choice(('00', '15', '30', '45'))}",
        "Email": lambda _s, rng: email(rng, person(rng)),
        "DonorEvent": lambda _s, rng: rng.choice(tuple(WAITS)[: rng.choice((5, 5, 9))]),
        "book_donation.companion": lambda _s, rng: _friend(rng),
        "check_blood_stock.city": lambda s, rng: rng.choice(list(s.stocks)).city,
        "list_past_donations.since": lambda s, rng: str(
            s.today - dt.timedelta(days=rng.randint(200, 450))
        ),
    },
)


def _friend(rng: random.Random) -> Companion:
    name = person(rng)
    return Companion(name, email(rng, name))


@world.function()
def find_donation_sessions(
    db: BloodDonation, city: City, donation: DonationType | None = None, since: Date | None = None
) -> list[Session]:
    """List the donation sessions to come in a city, in order of date, with their free places.

    city: the city to look in
    donation: only sessions where this can be given
    since: only sessions on this day or later
    """
    found = db.sessions.where(
        lambda s: (
            s.city.casefold() == city.casefold()
            and (donation is None or s.donation == donation)
            and (since is None or s.day >= since)
        )
    )
    return sorted(found, key=lambda s: s.day)


@world.function()
def get_donor_record(db: BloodDonation, donor_id: DonorId) -> Donor:
    """Get a donor's record: blood group, number of donations and when the next is possible.

    donor_id: number of the donor card
    """
    return db.donors[donor_id]


@world.function()
def check_donor_eligibility(
    db: BloodDonation, donor_id: DonorId, events: list[Event], day: Date
) -> Eligibility:
    """Check whether a donor may give on a day, after what happened in the past few days.

    Waiting times after events count from today; the pause since the last donation counts too.

    donor_id: number of the donor card
    events: everything that has happened lately and could stand in the way
    day: the day on which the donor would give
    """
    donor = db.donors[donor_id]
    if not events:
        raise Refused("There has to be at least one event to check.")
    cause = max(events, key=lambda event: WAITS[event])
    waited = str(db.today + dt.timedelta(days=WAITS[cause]))
    earliest = max(waited, donor.may_give_from)
    return Eligibility(donor_id, day, earliest <= day, earliest, cause)


@world.function(writes=True)
def book_donation(
    db: BloodDonation,
    session_id: SessionId,
    time: Time,
    donor_id: DonorId,
    companion: Annotated[Companion | None, Kind("DonationCompanion")] = None,
) -> Booking:
    """Book a place at a session for a donor, and one more for somebody who comes along.

    Refused outside the opening hours, when the session is full, and when the day is too soon
    after the donor's last donation.

    session_id: the session to give at
    time: when the donor will come
    donor_id: number of the donor card
    companion: a new donor who comes along
    """
    session, donor = _with_room(db, session_id, 2 if companion else 1), db.donors[donor_id]
    if not session.opens <= time < session.closes:
        raise Refused(
            f"Session {session_id} is open from {session.opens} to {session.closes} only."
        )
    _rested(donor, session)
    if any(b.donor_id == donor_id and b.day == session.day for b in db.bookings):
        raise Refused(f"Donor {donor_id} has a booking on {session.day} already.")
    _take(db, session, 2 if companion else 1)
    return db.bookings.put(_booking(donor_id, session, time, companion))


@world.function()
def list_donation_bookings(db: BloodDonation, donor_id: DonorId) -> list[Booking]:
    """List the sessions that a donor has a place at.

    donor_id: number of the donor card
    """
    donor = db.donors[donor_id]
    return db.bookings.where(lambda b: b.donor_id == donor.donor_id)


@world.function(writes=True)
def move_donation(db: BloodDonation, booking_id: BookingId, session_id: SessionId) -> Booking:
    """Move a booking to another session, at its opening time.

    Refused when that session is full, or too soon after the donor's last donation.

    booking_id: the booking to move
    session_id: the session to go to instead
    """
    booking = db.bookings[booking_id]
    places = 2 if booking.companion else 1
    session = _with_room(db, session_id, places)
    if booking.session_id == session_id:
        raise Refused(f"Booking {booking_id} is for session {session_id} already.")
    _rested(db.donors[booking.donor_id], session)
    _take(db, db.sessions[booking.session_id], -places)
    _take(db, session, places)
    moved = _booking(booking.donor_id, session, session.opens, booking.companion)
    return db.bookings.put(replace(moved, booking_id=booking_id))


@world.function(writes=True)
def cancel_donation(db: BloodDonation, booking_id: BookingId) -> Booking:
    """Give up a booked place, and the companion's with it. Other donors can have it then.

    booking_id: the booking to cancel
    """
    booking = db.bookings[booking_id]
    db.bookings.remove(booking_id)
    _take(db, db.sessions[booking.session_id], -2 if booking.companion else -1)
    return booking


@world.function()
def list_past_donations(
    db: BloodDonation, donor_id: DonorId, since: Date | None = None, page: PageNumber = 1
) -> Page[Donation]:
    """List what a donor has given so far, newest first, four donations to a page.

    donor_id: number of the donor card
    since: only donations on this day or later
    page: which page of the list
    """
    donor = db.donors[donor_id]
    given = db.donations.where(
        lambda d: d.donor_id == donor.donor_id and (since is None or d.day >= since)
    )
    return page_of(sorted(given, key=lambda d: d.day, reverse=True), page, 4)


@world.function(writes=True)
def send_donation_certificate(
    db: BloodDonation, donation_ids: list[BloodDonationId], sent_to: Email
) -> Certificate:
    """Write a certificate about donations of one donor and send it by e-mail.

    donation_ids: the donations to certify
    sent_to: address that it goes to
    """
    given = [db.donations[donation_id] for donation_id in donation_ids]
    if len({d.donor_id for d in given}) != 1:
        raise Refused("A certificate is about the donations of exactly one donor.")
    certificate_id = fresh_id("DCT", *sorted(donation_ids), sent_to)
    total = sum(d.volume for d in given)
    return db.certificates.put(Certificate(certificate_id, given, sent_to, total))


@world.function()
def check_blood_stock(
    db: BloodDonation, blood_group: BloodGroup, city: City | None = None
) -> list[Stock]:
    """List how much of a blood group each blood bank has, and how many days that lasts.

    blood_group: the group in question
    city: only the blood bank in this city
    """
    return db.stocks.where(
        lambda s: (
            s.blood_group == blood_group and (city is None or s.city.casefold() == city.casefold())
        )
    )


@world.function()
def list_compatible_groups(
    db: BloodDonation,  # noqa: ARG001 - every function of a world takes its state
    blood_group: BloodGroup,
) -> list[GroupMatch]:
    """List the blood groups whose red cells a patient can be given, and how common they are.

    blood_group: the patient's own group
    """
    letters, _, rhesus = blood_group.partition(" ")
    return [
        GroupMatch(group, SHARES[group])
        for group in GROUPS
        for given, _, sign in (group.partition(" "),)
        if set(given) - {"O"} <= set(letters) and (rhesus == "positive" or sign == "negative")
    ]


def _with_room(db: BloodDonation, session_id: str, places: int) -> Session:
    session = db.sessions[session_id]
    if session.free_places < places:
        raise Refused(f"Session {session_id} has no room for {places} more.")
    return session


def _rested(donor: Donor, session: Session) -> None:
    if session.day < donor.may_give_from:
        raise Refused(f"Donor {donor.donor_id} may not give before {donor.may_give_from}.")


def _take(db: BloodDonation, session: Session, places: int) -> None:
    db.sessions.put(replace(session, free_places=session.free_places - places))
