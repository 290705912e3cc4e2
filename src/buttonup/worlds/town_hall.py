"""A town hall: services and desks, permits, address registrations and fees."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Kind, Money, Phone, Time
from buttonup.worlds.names import CITIES, STREETS, address, numbers, phone
from buttonup.worlds.state import Refused, Row, State, Table, fresh_id
from buttonup.worlds.world import World

TownResidentId = Annotated[
    str, Kind("TownResidentId"), Meta(pattern=r"^RSD-\d{6}$", description="Number of a resident.")
]
ServiceId = Annotated[
    str, Kind("TownServiceId"), Meta(pattern=r"^TSV-\d{3}$", description="Id, like TSV-204.")
]
TownDeskTimeId = Annotated[
    str, Kind("TownDeskTimeId"), Meta(pattern=r"^TDK-\d{5}$", description="Id of a free desk time.")
]
PermitId = Annotated[
    str, Kind("TownPermitId"), Meta(pattern=r"^TPM-\d{5}$", description="Id, like TPM-40712.")
]
OfferId = Annotated[
    str, Kind("PermitOfferId"), Meta(pattern=r"^TPO-\d{4}$", description="Id, like TPO-3071.")
]
FeeId = Annotated[
    str, Kind("TownFeeId"), Meta(pattern=r"^TFE-\d{5}$", description="Id, like TFE-55120.")
]
OfficeName = Annotated[
    str, Kind("TownOffice"), Meta(description="Name of an office, like Harbour Street.")
]
StreetName = Annotated[str, Kind("TownStreet"), Meta(description="A street of the town.")]
Months = Annotated[int, Kind("PermitMonths"), Meta(ge=1, le=24, description="In months.")]
Topic = Literal[
    "moving house", "passports and identity cards", "births and marriages", "cars and parking",
    "building and trade", "schools and child care",
]  # fmt: skip
PermitFor = Literal[
    "resident parking", "storage container", "food truck", "market stall", "pavement table",
    "scaffolding",
]  # fmt: skip
Status = Literal["granted", "under review"]
Method = Literal["bank transfer", "card", "direct debit"]


class Service(Row):
    """Something the town hall does for people."""

    service_id: ServiceId
    service: str
    topic: Topic
    fee: Money
    days: Annotated[int, Meta(description="Working days until it is done.")]
    papers: Annotated[list[str], Meta(description="What has to be brought along.")]
    by_post: Annotated[bool, Meta(description="Whether it can be done without coming in.")]


class DeskTime(Row):
    """A free time at a desk."""

    desk_time_id: TownDeskTimeId
    service_id: ServiceId
    service: str
    office: OfficeName
    day: Date
    time: Time
    minutes: Annotated[int, Meta(description="Time set aside.")]


class DeskAppointment(Row):
    """A time at a desk that a resident has booked."""

    appointment_id: Annotated[
        str, Kind("TownAppointmentId"), Meta(pattern=r"^TDA-\d{5}$", description="Its number.")
    ]
    resident_id: TownResidentId
    service: str
    office: OfficeName
    day: Date
    time: Time
    papers: list[str]


class Office(Row):
    """A building where the town hall has desks."""

    office: OfficeName
    address: str
    phone: Phone
    opens: Time
    closes: Time
    wait: Annotated[int, Meta(description="Usual wait without an appointment, in minutes.")]


class PermitOffer(Row):
    """A permit that the town gives for a street."""

    offer_id: OfferId
    purpose: PermitFor
    street: StreetName
    monthly: Annotated[Money, Meta(description="Fee a month.")]
    office: Annotated[OfficeName, Meta(description="The office in charge of it.")]
    places_left: Annotated[int, Meta(description="How many more are given out.")]


class Permit(Row):
    """Leave to do something in a street of the town."""

    permit_id: PermitId
    resident_id: TownResidentId
    purpose: PermitFor
    street: StreetName
    valid_from: Date
    valid_until: Date
    fee: Money
    office: Annotated[OfficeName, Meta(description="The office in charge of it.")]
    status: Status


class PermitEnd(Row):
    """A permit that was given back."""

    permit_id: PermitId
    purpose: PermitFor
    street: StreetName
    refund: Annotated[Money, Meta(description="Part of the fee that is paid back.")]


class Address(Row):
    """Where somebody lives."""

    street: Annotated[str, Meta(description="Street and house number.")]
    city: City


class Registration(Row):
    """A resident's registered address, with the one before."""

    registration_id: Annotated[
        str, Kind("TownRegistrationId"), Meta(pattern=r"^TRG-\d{5}$", description="Its number.")
    ]
    resident_id: TownResidentId
    before: Address
    now: Address
    since: Date
    fee: Annotated[Money, Meta(description="Higher when it was reported late.")]


class Fee(Row):
    """Something a resident has to pay."""

    fee_id: FeeId
    resident_id: TownResidentId
    subject: str
    amount: Money
    due: Date
    office: Annotated[OfficeName, Meta(description="The office that asks for it.")]
    reminder: Annotated[bool, Meta(description="Whether a reminder has been sent.")]


class Payment(Row):
    """Fees that were paid together."""

    payment_id: Annotated[
        str, Kind("TownPaymentId"), Meta(pattern=r"^TPY-\d{5}$", description="Its number.")
    ]
    fees: list[Fee]
    method: Method
    total: Money
    booked_on: Annotated[Date, Meta(description="Day on which the money is taken.")]


@dataclasses.dataclass
class TownHall(State):
    """All of the town hall's records."""

    services: Table[Service]
    desk_times: Table[DeskTime]
    appointments: Table[DeskAppointment]
    offices: Table[Office]
    offers: Table[PermitOffer]
    permits: Table[Permit]
    registrations: Table[Registration]
    fees: Table[Fee]
    payments: Table[Payment]
    addresses: dict[str, Address]
    """Where each resident is registered, before any change."""


SERVICES: dict[Topic, str] = {
    "moving house": "address registration|proof of residence|parking card change",
    "passports and identity cards": "new passport|new identity card|express passport|"
    "passport for a child",
    "births and marriages": "birth certificate|marriage licence|marriage certificate|name change",
    "cars and parking": "car registration|driving licence exchange|number plate change",
    "building and trade": "building enquiry|trade licence|copy of a land plan",
    "schools and child care": "nursery place|school place|free bus pass for pupils",
}
PAPERS = (
    "an identity card", "a photograph", "a rental contract", "a birth certificate",
    "proof of payment", "an insurance number",
)  # fmt: skip
MONTHLY: dict[PermitFor, float] = {
    "resident parking": 7.5, "storage container": 48.0, "food truck": 65.0, "market stall": 90.0,
    "pavement table": 36.0, "scaffolding": 72.0,
}  # fmt: skip
SUBJECTS = (
    "dog tax|waste collection|school meals|parking fine|library fines|street cleaning|"
    "garden waste bin|music lessons"
).split("|")
TIMES = ("08:30", "09:15", "10:00", "11:15", "13:30", "14:45", "16:00", "17:15")


def seed(rng: random.Random, today: dt.date) -> TownHall:
    """Make 20 services and their free desk times, 5 offices, and 40 residents' affairs."""
    streets, town = rng.sample(STREETS, 18), rng.choice(sorted(CITIES))
    offices = [_office(rng, name) for name in streets[:5]]
    ids = iter(sorted(rng.sample(range(100, 999), 24)))
    services = [
        _service(rng, f"TSV-{next(ids)}", topic, name)
        for topic, names in SERVICES.items()
        for name in names.split("|")
    ]
    desk_times = [
        _desk_time(service, office.office, str(today + dt.timedelta(days=ahead)), time, rng)
        for service in services
        for ahead in sorted(rng.sample(range(1, 15), 6))
        for office, time in ((rng.choice(offices), rng.choice(TIMES)),)
    ]
    residents = numbers(rng, "RSD", 40, 6)
    codes = iter(sorted(rng.sample(range(1000, 9999), 18 * len(MONTHLY))))
    offers = [
        PermitOffer(
            f"TPO-{next(codes)}", purpose, street, MONTHLY[purpose] + rng.randint(-3, 6),
            rng.choice(offices).office, rng.randint(1, 9),
        )
        for street in streets
        for purpose in rng.sample(tuple(MONTHLY), rng.randint(3, 5))
    ]  # fmt: skip
    permits = [
        _permit(resident, offer, today - dt.timedelta(days=ago), rng.randint(6, 12), "granted")
        for resident in residents
        for offer in rng.sample(offers, rng.randint(1, 3))
        for ago in (rng.randint(1, 150),)
    ]
    fees = [
        _fee(rng, resident, subject, rng.choice(offices), today)
        for resident in residents
        for subject in rng.sample(SUBJECTS, rng.randint(2, 4))
    ]
    return TownHall(
        today,
        services=Table("service_id", services),
        desk_times=Table("desk_time_id", desk_times),
        appointments=Table("appointment_id", ()),
        offices=Table("office", offices),
        offers=Table("offer_id", offers),
        permits=Table("permit_id", permits),
        registrations=Table("registration_id", ()),
        fees=Table("fee_id", fees),
        payments=Table("payment_id", ()),
        addresses={resident: Address(address(rng), town) for resident in residents},
    )


def _office(rng: random.Random, name: str) -> Office:
    opens, closes = rng.choice(("08:00", "08:30", "09:00")), rng.choice(("16:00", "17:30", "18:00"))
    return Office(
        name, f"{rng.randint(2, 90)} {name}", phone(rng), opens, closes, rng.randrange(10, 75, 5)
    )


def _service(rng: random.Random, service_id: str, topic: Topic, name: str) -> Service:
    fee = float(rng.choice((8, 12, 18, 25, 37, 60, 75)))
    papers = sorted(rng.sample(PAPERS, rng.randint(1, 3)))
    return Service(service_id, name, topic, fee, rng.randint(2, 30), papers, rng.random() < 0.3)


def _desk_time(service: Service, office: str, day: str, time: str, rng: random.Random) -> DeskTime:
    desk_time_id = fresh_id("TDK", service.service_id, office, day, time)
    minutes = rng.choice((10, 15, 20, 30))
    return DeskTime(desk_time_id, service.service_id, service.service, office, day, time, minutes)


def _permit(
    resident_id: str, offer: PermitOffer, begins: dt.date, months: int, status: Status
) -> Permit:
    return Permit(
        fresh_id("TPM", resident_id, offer.offer_id, str(begins)), resident_id, offer.purpose,
        offer.street, str(begins), str(begins + dt.timedelta(days=30 * months)),
        round(offer.monthly * months, 2), offer.office, status,
    )  # fmt: skip


def _fee(rng: random.Random, resident_id: str, subject: str, office: Office, today: dt.date) -> Fee:
    due = today + dt.timedelta(days=rng.randint(-30, 45))
    amount = rng.randrange(6, 140) + rng.choice((0.0, 0.2, 0.5))
    return Fee(
        fresh_id("TFE", resident_id, subject), resident_id, subject, amount, str(due),
        office.office, due < today and rng.random() < 0.7,
    )  # fmt: skip


def _moved(rng: random.Random) -> Address:
    return Address(address(rng), rng.choice(sorted(CITIES)))


world = World(
    "town_hall",
    "A town hall",
    seed,
    known={
        "TownResidentId": lambda s, rng: rng.choice(list(s.permits)).resident_id,
        "TownOffice": lambda s, rng: rng.choice(list(s.offices)).office,
        "TownStreet": lambda s, rng: rng.choice(list(s.offers)).street,
        "PermitMonths": lambda _s, rng: rng.randint(2, 6),
        "TownNewAddress": lambda _s, rng: _moved(rng),
        "Date": lambda s, rng: str(s.today + dt.timedelta(days=rng.randint(2, 11))),
        "list_town_permit_offers.max_monthly": lambda _s, rng: float(rng.choice((50, 60, 75))),
        "list_town_services.max_fee": lambda _s, rng: float(rng.choice((20, 30, 40))),
    },
)


@world.function()
def list_town_services(
    db: TownHall, topic: Topic, max_fee: Money | None = None, by_post: bool = False
) -> list[Service]:
    """List what the town hall does on a topic, with fees, working days and papers to bring.

    topic: what it is about
    max_fee: only services that cost at most this much, in euros
    by_post: only services that can be done without coming in
    """
    return db.services.where(
        lambda s: (
            s.topic == topic
            and (max_fee is None or s.fee <= max_fee)
            and not (by_post and not s.by_post)
        )
    )


@world.function()
def list_desk_times(
    db: TownHall,
    service_id: ServiceId,
    office: OfficeName | None = None,
    not_before: Date | None = None,
) -> list[DeskTime]:
    """List the free desk times for a service in the coming two weeks, in order of date.

    service_id: the service
    office: only times at this office
    not_before: only times on this day or later
    """
    service = db.services[service_id]
    return db.desk_times.where(
        lambda t: (
            t.service_id == service.service_id
            and (office is None or t.office == db.offices[office].office)
            and (not_before is None or t.day >= not_before)
        )
    )


@world.function(writes=True)
def book_desk_time(
    db: TownHall, desk_time_id: TownDeskTimeId, resident_id: TownResidentId
) -> DeskAppointment:
    """Book a free time at a desk for a resident.

    Refused when it has been taken, or when the resident is expected elsewhere on that day.

    desk_time_id: the time to book
    resident_id: number of the resident
    """
    if desk_time_id not in db.desk_times:
        raise Refused(f"Desk time {desk_time_id} is no longer free.")
    at = db.desk_times[desk_time_id]
    _resident(db, resident_id)
    if any((a.resident_id, a.day) == (resident_id, at.day) for a in db.appointments):
        raise Refused(f"Resident {resident_id} has an appointment on {at.day} already.")
    db.desk_times.remove(desk_time_id)
    papers = db.services[at.service_id].papers
    appointment_id = fresh_id("TDA", resident_id, desk_time_id)
    return db.appointments.put(
        DeskAppointment(appointment_id, resident_id, at.service, at.office, at.day, at.time, papers)
    )


@world.function()
def get_town_office(db: TownHall, office: OfficeName) -> Office:
    """Get an office's address, telephone number, opening hours and usual wait.

    office: name of the office
    """
    return db.offices[office]


@world.function()
def list_town_permits(db: TownHall, resident_id: TownResidentId) -> list[Permit]:
    """List the permits that a resident holds or has asked for, with the office in charge.

    resident_id: number of the resident
    """
    _resident(db, resident_id)
    return db.permits.where(lambda p: p.resident_id == resident_id)


@world.function()
def list_town_permit_offers(
    db: TownHall, street: StreetName, max_monthly: Money | None = None
) -> list[PermitOffer]:
    """List the permits that the town gives for a street, with fee and places left.

    street: the street
    max_monthly: only permits that cost at most this much a month, in euros
    """
    found = db.offers.where(lambda o: o.street.casefold() == street.casefold())
    if not found:
        raise Refused(f"No permits are given for a street called {street!r}.")
    return [o for o in found if max_monthly is None or o.monthly <= max_monthly]


@world.function(writes=True)
def apply_for_town_permit(
    db: TownHall, offer_id: OfferId, start: Date, months: Months, resident_id: TownResidentId
) -> Permit:
    """Ask for a permit that the town gives for a street. It is put under review.

    Refused when none is left, when it would begin in the past, and when the resident has one of
    the sort in that street.

    offer_id: the permit, as the town gives it for a street
    start: first day of the permit
    months: for how many months of 30 days
    resident_id: number of the resident
    """
    offer = db.offers[offer_id]
    _resident(db, resident_id)
    if offer.places_left < 1:
        raise Refused(f"No permit {offer_id} is left.")
    if start < str(db.today):
        raise Refused(f"A permit cannot begin on {start}, which is past.")
    held = db.permits.where(lambda p: p.resident_id == resident_id and p.valid_until > start)
    if any((p.purpose, p.street) == (offer.purpose, offer.street) for p in held):
        raise Refused(f"Resident {resident_id} holds permit {offer_id} already.")
    db.offers.put(replace(offer, places_left=offer.places_left - 1))
    begins = dt.date.fromisoformat(start)
    return db.permits.put(_permit(resident_id, offer, begins, months, "under review"))


@world.function(writes=True)
def give_up_town_permit(db: TownHall, permit_id: PermitId) -> PermitEnd:
    """Give a permit back before it ends. Half of the fee for the months left is paid back.

    permit_id: the permit to give up
    """
    permit = db.permits[permit_id]
    begins = max(db.today, dt.date.fromisoformat(permit.valid_from))
    left = (dt.date.fromisoformat(permit.valid_until) - begins).days // 30
    db.permits.remove(permit_id)
    refund = round(MONTHLY[permit.purpose] * max(0, left) / 2, 2)
    return PermitEnd(permit_id, permit.purpose, permit.street, refund)


@world.function(writes=True)
def register_address_change(
    db: TownHall,
    new_address: Annotated[Address, Kind("TownNewAddress")],
    since: Date,
    resident_id: TownResidentId,
) -> Registration:
    """Register a resident at a new address. It costs 12 euros, or 37 after the move.

    Refused when the resident is registered there already.

    new_address: where the resident lives then
    since: day of the move
    resident_id: number of the resident
    """
    before = _resident(db, resident_id)
    if before == new_address:
        raise Refused(f"Resident {resident_id} is registered at {before.street} already.")
    fee = 12.0 if since >= str(db.today) else 37.0
    registration_id = fresh_id("TRG", resident_id, new_address.street, new_address.city, since)
    return db.registrations.put(
        Registration(registration_id, resident_id, before, new_address, since, fee)
    )


@world.function()
def list_town_fees(
    db: TownHall, resident_id: TownResidentId, overdue_only: bool = False
) -> list[Fee]:
    """List what a resident has to pay to the town, soonest due first.

    resident_id: number of the resident
    overdue_only: only what should have been paid before today
    """
    _resident(db, resident_id)
    today = str(db.today)
    found = db.fees.where(
        lambda f: f.resident_id == resident_id and not (overdue_only and f.due >= today)
    )
    return sorted(found, key=lambda f: f.due)


@world.function(writes=True)
def pay_town_fees(db: TownHall, fee_ids: list[FeeId], method: Method) -> Payment:
    """Pay one or more fees at once. A bank transfer is booked two days later.

    fee_ids: the fees to pay
    method: how they are paid
    """
    fees = [db.fees[fee_id] for fee_id in dict.fromkeys(fee_ids)]
    if not fees:
        raise Refused("There has to be at least one fee to pay.")
    for fee in fees:
        db.fees.remove(fee.fee_id)
    later = 2 if method == "bank transfer" else 0
    booked = str(db.today + dt.timedelta(days=later))
    total = round(sum(fee.amount for fee in fees), 2)
    payment_id = fresh_id("TPY", *sorted(fee_ids), method)
    return db.payments.put(Payment(payment_id, fees, method, total, booked))


def _resident(db: TownHall, resident_id: str) -> Address:
    if resident_id not in db.addresses:
        raise Refused(f"There is no resident {resident_id!r}.")
    moves = [r for r in db.registrations if r.resident_id == resident_id]
    return max(moves, key=lambda r: r.since).now if moves else db.addresses[resident_id]
