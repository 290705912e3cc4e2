"""A parcel post: parcels on their way, tracking, post offices, redelivery, rates and claims."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Country, Date, Kind, Money, PersonName, Time
from buttonup.worlds.names import CITIES, address, clock_time, day, numbers, people, person
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import Known, World

ParcelCode = Annotated[
    str,
    Kind("ParcelCode"),
    Meta(pattern=r"^PCL-\d{5}$", description="Tracking code of a parcel, like PCL-20431."),
]
OfficeId = Annotated[
    str,
    Kind("PostOfficeId"),
    Meta(pattern=r"^PSO-\d{3}$", description="Post office id, like PSO-214."),
]
RateId = Annotated[
    str, Kind("PostageRateId"), Meta(pattern=r"^RAT-\d{4}$", description="Rate id, like RAT-2043.")
]
EventId = Annotated[
    str, Kind("ParcelEventId"), Meta(pattern=r"^TRK-\d{5}$", description="Id of a tracking entry.")
]
RedeliveryId = Annotated[
    str, Kind("RedeliveryId"), Meta(pattern=r"^RDV-\d{5}$", description="Id of a redelivery.")
]
ShipmentId = Annotated[
    str, Kind("PostedShipmentId"), Meta(pattern=r"^PSH-\d{5}$", description="Id of a shipment.")
]
ClaimId = Annotated[
    str, Kind("LossClaimId"), Meta(pattern=r"^LCM-\d{5}$", description="Id of a claim.")
]
PostAccountId = Annotated[
    str,
    Kind("PostAccountId"),
    Meta(pattern=r"^POC-\d{5}$", description="Number of a customer account with the post."),
]
Weight = Annotated[
    float, Kind("ParcelWeight"), Meta(gt=0, le=30, description="Weight in kg, 30 at most.")
]
Direction = Literal["incoming", "outgoing"]
ParcelStatus = Literal[
    "announced", "in transit", "missed", "waiting at a post office", "delivered", "recalled"
]
Service = Literal["parcel lockers", "packing desk", "customs help", "bank counter"]
Speed = Literal["economy", "standard", "express"]
Extra = Literal["signature", "carbon offset", "fragile handling", "text updates"]
PartOfDay = Literal["morning", "afternoon", "evening"]


class Parcel(Row):
    """A parcel that comes to a customer, or that a customer has sent."""

    parcel_code: ParcelCode
    account_id: PostAccountId
    direction: Direction
    partner: Annotated[PersonName, Meta(description="Who sent it, or who is to get it.")]
    city: Annotated[City, Meta(description="City that it goes to.")]
    weight: Weight
    expected: Annotated[Date, Meta(description="Day on which it should arrive.")]
    office_id: Annotated[OfficeId, Meta(description="Post office in charge of its last mile.")]
    insured_for: Money
    status: ParcelStatus


class ParcelEvent(Row):
    """Something that happened to a parcel."""

    event_id: EventId
    parcel_code: ParcelCode
    date: Date
    time: Time
    city: City
    event: Annotated[str, Meta(description="What happened, like sorted.")]


class PostOffice(Row):
    """A post office or parcel shop."""

    office_id: OfficeId
    name: str
    city: City
    street: str
    opens: Time
    closes: Time
    distance: Annotated[float, Meta(description="Way from the city centre.")]
    unit: Literal["km", "miles"]
    services: list[Service]
    open_sundays: bool


class PostageRate(Row):
    """What it costs to send a parcel."""

    rate_id: RateId
    country: Annotated[Country, Meta(description="Where parcels at this rate go.")]
    speed: Speed
    up_to: Annotated[Weight, Meta(description="Heaviest parcel at this rate, in kg.")]
    postage: Annotated[Money, Meta(description="Price in euros.")]
    days: Annotated[int, Meta(description="How long it takes, in days.")]
    arrives: Annotated[Date, Meta(description="Day of arrival when sent today.")]


class ParcelRecipient(Row):
    """Who gets a parcel, and where."""

    name: Annotated[str, Kind("PersonName"), Meta(description="First and last name.")]
    street: Annotated[str, Meta(description="House number and street.")]
    postcode: Annotated[str, Meta(description="Postcode, five digits.")]


class PostedParcel(Row):
    """A parcel whose postage is paid."""

    shipment_id: ShipmentId
    parcel: Parcel
    recipient: ParcelRecipient
    extras: list[Extra]
    total: Annotated[Money, Meta(description="Postage and extras, in euros.")]


class Redelivery(Row):
    """A second attempt to bring a parcel."""

    redelivery_id: RedeliveryId
    parcel_code: ParcelCode
    date: Date
    part_of_day: PartOfDay


class LossClaim(Row):
    """Parcels that are looked for, and paid for if they are not found."""

    claim_id: ClaimId
    parcels: list[Parcel]
    compensation: Annotated[Money, Meta(description="What is paid if none turns up, in euros.")]
    answer_by: Annotated[Date, Meta(description="Day by which the search is over.")]


class PostAccount(Row):
    """A customer of the post."""

    account_id: PostAccountId
    name: PersonName
    street: str
    home_office_id: OfficeId


@dataclasses.dataclass
class ParcelPost(State):
    """All of the post's records."""

    parcels: Table[Parcel]
    events: Table[ParcelEvent]
    offices: Table[PostOffice]
    rates: Table[PostageRate]
    accounts: Table[PostAccount]
    redeliveries: Table[Redelivery]
    shipments: Table[PostedParcel]
    claims: Table[LossClaim]


PLACES = "Main Post Office|Station Post Office|Market Kiosk|Harbour Parcel Shop|Park Post Office"
STEPS = ("accepted", "sorted", "sent on from the depot", "loaded for delivery")
SERVICES: tuple[Service, ...] = ("parcel lockers", "packing desk", "customs help", "bank counter")
STATUSES: tuple[ParcelStatus, ...] = (
    "announced", "in transit", "in transit", "missed", "missed", "waiting at a post office",
)  # fmt: skip
BASE: dict[Speed, tuple[float, int]] = {
    "economy": (4.9, 8), "standard": (7.4, 4), "express": (16.9, 1),
}  # fmt: skip
CLASSES = (2.0, 5.0, 10.0, 30.0)  # kg
EXTRA = 2.2  # euros each
MILE = 1.609  # km
SEARCH_AFTER = 4  # days that a parcel may be late
SUNDAY = 7
ON_THE_WAY: tuple[ParcelStatus, ...] = ("announced", "in transit")


def seed(rng: random.Random, today: dt.date) -> ParcelPost:
    """Make 30 post offices in 6 cities, 90 parcels with their tracks, 96 rates, 28 customers."""
    cities = rng.sample(list(CITIES), 6)
    ids = iter(rng.sample(range(100, 999), 30))
    offices = [_office(rng, f"PSO-{next(ids)}", n, c) for c in cities for n in PLACES.split("|")]
    accounts = [
        PostAccount(account_id, name, address(rng), rng.choice(offices).office_id)
        for account_id, name in zip(numbers(rng, "POC", 28), people(rng, 28), strict=True)
    ]
    parcels = [
        _parcel(rng, code, rng.choice(accounts), rng.choice(offices), today)
        for code in numbers(rng, "PCL", 90)
    ]
    countries = rng.sample(sorted(set(CITIES.values())), 8)
    classes = [(c, s, k) for c in countries for s in BASE for k in CLASSES]
    return ParcelPost(
        today,
        parcels=Table("parcel_code", parcels),
        events=Table("event_id", [e for p in parcels for e in _track(rng, p, cities, today)]),
        offices=Table("office_id", offices),
        rates=Table(
            "rate_id",
            [
                _rate(rng, rate_id, *told, today)
                for rate_id, told in zip(numbers(rng, "RAT", 96, 4), classes, strict=True)
            ],
        ),
        accounts=Table("account_id", accounts),
        redeliveries=Table("redelivery_id", ()),
        shipments=Table("shipment_id", ()),
        claims=Table("claim_id", ()),
    )


def _office(rng: random.Random, office_id: str, name: str, city: str) -> PostOffice:
    return PostOffice(
        office_id, f"{city} {name}", city, address(rng), rng.choice(("07:00", "08:00", "09:00")),
        rng.choice(("17:00", "18:00", "19:30", "22:00")), round(rng.uniform(0.2, 6.5), 1), "km",
        rng.sample(SERVICES, rng.randint(1, 3)), rng.random() < 0.3,
    )  # fmt: skip


def _parcel(
    rng: random.Random, code: str, account: PostAccount, office: PostOffice, today: dt.date
) -> Parcel:
    direction: Direction = rng.choice(("incoming", "incoming", "outgoing"))
    status = rng.choice(STATUSES)
    late = status == "in transit" and rng.random() < 0.5
    expected = day(rng, today, -9, -5) if late else day(rng, today, 1, 8)
    if status in ("missed", "waiting at a post office"):
        expected = day(rng, today, -3, -1)
    return Parcel(
        code, account.account_id, direction, person(rng), office.city,
        round(rng.uniform(0.3, 19), 1), expected, office.office_id,
        float(rng.randrange(50, 650, 25)), status,
    )  # fmt: skip


def _track(
    rng: random.Random, parcel: Parcel, cities: list[str], today: dt.date
) -> list[ParcelEvent]:
    """Make what has happened to a parcel so far, one thing a day."""
    start = min(dt.date.fromisoformat(parcel.expected), today) - dt.timedelta(days=4)
    steps = STEPS[: 1 if parcel.status == "announced" else rng.randint(2, 4)]
    return [
        ParcelEvent(
            fresh_id("TRK", parcel.parcel_code, n), parcel.parcel_code,
            str(start + dt.timedelta(days=n)), clock_time(rng, 6, 21, 5), rng.choice(cities), step,
        )
        for n, step in enumerate(steps)
    ]  # fmt: skip


def _rate(
    rng: random.Random, rate_id: str, country: str, speed: Speed, up_to: float, today: dt.date
) -> PostageRate:
    base, days = BASE[speed]
    postage = round(base + up_to * 0.7 + rng.choice((0, 0.4, 0.9, 1.5, 2.1)), 2)
    days += rng.randint(0, 2)
    arrives = str(today + dt.timedelta(days=days))
    return PostageRate(rate_id, country, speed, up_to, postage, days, arrives)


def _code(*statuses: ParcelStatus, late: bool = False) -> Known:
    """Draw the code of a parcel in one of some states."""

    def draw(s: ParcelPost, rng: random.Random) -> str:
        fit = s.parcels.where(lambda p: p.status in statuses and (_overdue(p, s.today) or not late))
        return rng.choice(fit).parcel_code

    return draw


def _overdue(parcel: Parcel, today: dt.date) -> bool:
    late = today - dt.date.fromisoformat(parcel.expected)
    return parcel.status == "in transit" and late > dt.timedelta(days=SEARCH_AFTER)


def _on_the_way(db: ParcelPost, parcel_code: str) -> Parcel:
    """Give a parcel that has not reached its end. Raises Refused for any other."""
    parcel = db.parcels[parcel_code]
    if parcel.status in ("delivered", "recalled"):
        raise Refused(f"Parcel {parcel_code} has been {parcel.status} already.")
    return parcel


world = World(
    "parcel_post",
    "A parcel post",
    seed,
    known={
        "ParcelCode": lambda s, rng: rng.choice(list(s.parcels)).parcel_code,
        "redirect_parcel.parcel_code": _code("announced", "in transit", "missed"),
        "book_redelivery.parcel_code": _code("missed"),
        "recall_parcel.parcel_code": _code(*ON_THE_WAY),
        "claim_lost_parcels.parcel_codes": _code("in transit", late=True),
        "PostAccountId": lambda s, rng: rng.choice(list(s.parcels)).account_id,
        "City": lambda s, rng: rng.choice(list(s.offices)).city,
        "Country": lambda s, rng: rng.choice(list(s.rates)).country,
        "ParcelWeight": lambda _s, rng: rng.choice((0.8, 1.5, 2.5, 3.0, 4.5, 6.0, 8.0, 12.0)),
        "find_post_offices.open_after": lambda _s, rng: rng.choice(("17:30", "18:00", "19:00")),
        "list_parcel_rates.max_days": lambda _s, rng: rng.randint(3, 6),
        "book_redelivery.date": lambda s, rng: day(rng, s.today, 1, 9),
        "send_parcel.recipient": lambda _s, rng: ParcelRecipient(
            person(rng), address(rng), str(rng.randrange(10_000, 99_999))
        ),
    },
)


@world.function()
def list_parcels(
    db: ParcelPost, account_id: PostAccountId, direction: Direction | None = None
) -> list[Parcel]:
    """List a customer's parcels that have not arrived yet.

    account_id: number of the customer account
    direction: only parcels to the customer, or only those that the customer sent
    """
    account = db.accounts[account_id]
    return db.parcels.where(
        lambda p: (
            p.account_id == account.account_id
            and p.status not in ("delivered", "recalled")
            and (direction is None or p.direction == direction)
        )
    )


@world.function()
def trace_parcel(db: ParcelPost, parcel_code: ParcelCode) -> list[ParcelEvent]:
    """List what has happened to a parcel so far, and where, oldest first.

    parcel_code: tracking code of the parcel
    """
    parcel = db.parcels[parcel_code]
    found = db.events.where(lambda e: e.parcel_code == parcel.parcel_code)
    return sorted(found, key=lambda e: (e.date, e.time))


@world.function()
def get_parcel(db: ParcelPost, parcel_code: ParcelCode) -> Parcel:
    """Get one parcel: its state, when it should arrive, and which post office is in charge of it.

    parcel_code: tracking code of the parcel
    """
    return db.parcels[parcel_code]


@world.function()
def find_post_offices(
    db: ParcelPost,
    city: City,
    service: Service | None = None,
    open_after: Time | None = None,
    unit: Literal["km", "miles"] = "km",
    page: PageNumber = 1,
) -> Page[PostOffice]:
    """List the post offices of a city, nearest to the centre first, four to a page.

    city: name of the city
    service: only post offices that have this
    open_after: only post offices that close later than this
    unit: in what distances are given
    page: which page of the list
    """
    found = db.offices.where(
        lambda o: (
            o.city.casefold() == city.casefold()
            and (service is None or service in o.services)
            and (open_after is None or o.closes > open_after)
        )
    )
    nearest = sorted(found, key=lambda o: (o.distance, o.office_id))
    if unit == "miles":
        nearest = [replace(o, distance=round(o.distance / MILE, 1), unit="miles") for o in nearest]
    return page_of(nearest, page, 4)


@world.function()
def get_post_office(db: ParcelPost, office_id: OfficeId) -> PostOffice:
    """Get one post office: address, opening hours and services.

    office_id: the post office
    """
    return db.offices[office_id]


@world.function()
def list_parcel_rates(
    db: ParcelPost, country: Country, weight: Weight, max_days: int | None = None
) -> list[PostageRate]:
    """List what sending a parcel to a country costs at each speed. Nothing is sent.

    country: name of the country
    weight: weight of the parcel in kg
    max_days: only rates that take at most so many days
    """
    fits = min((top for top in CLASSES if top >= weight), default=CLASSES[-1])
    return db.rates.where(
        lambda r: (
            r.country.casefold() == country.casefold()
            and r.up_to == fits
            and (max_days is None or r.days <= max_days)
        )
    )


@world.function(writes=True)
def send_parcel(
    db: ParcelPost,
    rate_id: RateId,
    recipient: Annotated[ParcelRecipient, Kind("ParcelRecipient")],
    account_id: PostAccountId,
    extras: list[Extra] | None = None,
) -> PostedParcel:
    """Pay the postage of a parcel and announce it. It is fetched at the customer's address.

    rate_id: the rate, which says to which country and how fast
    recipient: who gets it, and where
    account_id: number of the customer account
    extras: what it needs besides, at 2.20 euros each
    """
    rate, account = db.rates[rate_id], db.accounts[account_id]
    chosen = list(dict.fromkeys(extras or ()))
    about = (account_id, rate_id, recipient.name, recipient.street)
    city = next(city for city, country in CITIES.items() if country == rate.country)
    parcel = db.parcels.put(
        Parcel(
            fresh_id("PCL", *about), account.account_id, "outgoing", recipient.name, city,
            rate.up_to, rate.arrives, account.home_office_id, 50.0, "announced",
        )
    )  # fmt: skip
    total = round(rate.postage + EXTRA * len(chosen), 2)
    return db.shipments.put(PostedParcel(fresh_id("PSH", *about), parcel, recipient, chosen, total))


@world.function(writes=True)
def redirect_parcel(db: ParcelPost, parcel_code: ParcelCode, office_id: OfficeId) -> Parcel:
    """Have a parcel kept at a post office, to be picked up there. That takes one day more.

    Refused for a parcel that has arrived, and where it is at or bound for that post office already.

    parcel_code: tracking code of the parcel
    office_id: the post office where it should go
    """
    parcel, office = _on_the_way(db, parcel_code), db.offices[office_id]
    if parcel.office_id == office_id:
        raise Refused(f"Parcel {parcel_code} goes to post office {office_id} already.")
    if parcel.status == "waiting at a post office":
        raise Refused(f"Parcel {parcel_code} is waiting at a post office; it stays there.")
    expected = max(dt.date.fromisoformat(parcel.expected), db.today) + dt.timedelta(days=1)
    return db.parcels.put(
        replace(
            parcel, office_id=office_id, city=office.city, expected=str(expected),
            status="in transit",
        )
    )  # fmt: skip


@world.function(writes=True)
def book_redelivery(
    db: ParcelPost,
    parcel_code: ParcelCode,
    date: Date,
    part_of_day: PartOfDay = "morning",
) -> Redelivery:
    """Have a parcel brought again that was missed the first time. Not on Sundays.

    Refused for a parcel that was not missed, and more than ten days ahead.

    parcel_code: tracking code of the parcel
    date: the day of the second attempt, from tomorrow
    part_of_day: when somebody is at home
    """
    parcel, on = _on_the_way(db, parcel_code), dt.date.fromisoformat(date)
    if parcel.status != "missed":
        raise Refused(f"Parcel {parcel_code} was not missed; it is {parcel.status}.")
    if on.isoweekday() == SUNDAY:
        raise Refused(f"{date} is a Sunday; parcels are brought from Monday to Saturday.")
    if not db.today < on <= db.today + dt.timedelta(days=10):
        raise Refused(f"Parcel {parcel_code} can be brought from tomorrow, for ten days.")
    db.parcels.put(replace(parcel, status="in transit", expected=date))
    redelivery_id = fresh_id("RDV", parcel_code, date)
    return db.redeliveries.put(Redelivery(redelivery_id, parcel_code, date, part_of_day))


@world.function(writes=True)
def recall_parcel(db: ParcelPost, parcel_code: ParcelCode) -> Parcel:
    """Stop a parcel on its way and send it back. Refused once somebody tried to deliver it.

    parcel_code: tracking code of the parcel
    """
    parcel = _on_the_way(db, parcel_code)
    if parcel.status not in ON_THE_WAY:
        raise Refused(f"Parcel {parcel_code} is {parcel.status}; it can no longer be stopped.")
    expected = str(db.today + dt.timedelta(days=6))
    return db.parcels.put(replace(parcel, status="recalled", expected=expected))


@world.function(writes=True)
def claim_lost_parcels(db: ParcelPost, parcel_codes: list[ParcelCode]) -> LossClaim:
    """Have parcels searched for that are more than four days late. All of them make one claim.

    parcel_codes: tracking codes of the parcels
    """
    parcels = [_on_the_way(db, code) for code in dict.fromkeys(parcel_codes)]
    if not parcels:
        raise Refused("A claim needs at least one parcel.")
    if early := next((p.parcel_code for p in parcels if not _overdue(p, db.today)), None):
        raise Refused(f"Parcel {early} is not late enough; that takes more than four days.")
    claim_id = fresh_id("LCM", *sorted(p.parcel_code for p in parcels))
    compensation = round(sum(p.insured_for for p in parcels), 2)
    answer_by = str(db.today + dt.timedelta(days=14))
    return db.claims.put(LossClaim(claim_id, parcels, compensation, answer_by))
