"""A lettings agency: flats, landlords, viewings, applications, tenancies, repairs and meters."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind, Money, Time
from buttonup.worlds.names import address, people
from buttonup.worlds.state import Refused, Row, State, Table, fresh_id
from buttonup.worlds.world import World

FlatId = Annotated[
    str,
    Kind("FlatId"),
    Meta(pattern=r"^FL-\d{4}$", description="Reference in the flat's advert, like FL-2041."),
]
LandlordId = Annotated[
    str, Kind("LandlordId"), Meta(pattern=r"^LL-\d{3}$", description="Landlord id, like LL-204.")
]
SlotId = Annotated[
    str, Kind("ViewingSlotId"), Meta(pattern=r"^VS-\d{5}$", description="Viewing slot id.")
]
ViewingId = Annotated[
    str, Kind("ViewingId"), Meta(pattern=r"^VW-\d{5}$", description="Viewing id, like VW-20431.")
]
ApplicationId = Annotated[
    str,
    Kind("RentalApplicationId"),
    Meta(pattern=r"^AP-\d{5}$", description="Application id, like AP-20431."),
]
TenancyId = Annotated[
    str, Kind("TenancyId"), Meta(pattern=r"^TN-\d{5}$", description="Tenancy id, like TN-20431.")
]
RepairId = Annotated[
    str, Kind("RepairId"), Meta(pattern=r"^RP-\d{5}$", description="Repair id, like RP-20431.")
]
ContractorId = Annotated[
    str, Kind("ContractorId"), Meta(pattern=r"^CN-\d{3}$", description="Contractor id.")
]
ReadingId = Annotated[
    str, Kind("MeterReadingId"), Meta(pattern=r"^MR-\d{5}$", description="Meter reading id.")
]
ClientId = Annotated[
    str,
    Kind("LettingsClientId"),
    Meta(pattern=r"^C-\d{5}$", description="Client number, like C-20431."),
]
Area = Annotated[
    str, Kind("Neighbourhood"), Meta(description="Name of a neighbourhood, like Foxhill.")
]
Bedrooms = Annotated[int, Kind("Bedrooms"), Meta(ge=0, description="Number of bedrooms.")]
Months = Annotated[int, Kind("LeaseMonths"), Meta(ge=6, le=36, description="Length in months.")]
MeterUnits = Annotated[
    int, Kind("MeterUnits"), Meta(ge=0, description="What a meter shows, in its own units.")
]
TradeName = Literal["plumber", "electrician", "painter", "locksmith", "carpenter"]
Trade = Annotated[TradeName, Kind("Trade")]
Meter = Literal["gas", "electricity", "water"]


class Flat(Row):
    """A flat to let."""

    flat_id: FlatId
    address: Annotated[str, Kind("Address")]
    neighbourhood: Area
    landlord_id: LandlordId
    bedrooms: Bedrooms
    size_m2: Annotated[int, Meta(description="Floor space in square metres.")]
    rent: Annotated[Money, Meta(description="Monthly rent, in euros.")]
    furnished: bool
    free_from: Date


class Neighbourhood(Row):
    """A part of the town."""

    neighbourhood: Area
    average_rent: Annotated[Money, Meta(description="Average monthly rent, in euros.")]
    minutes_to_centre: Annotated[int, Meta(description="By bus, to the town centre.")]
    rating: Annotated[float, Meta(description="What residents think of it, 1 to 5.")]
    parks: int


class Landlord(Row):
    """Somebody who lets flats."""

    landlord_id: LandlordId
    name: Annotated[str, Kind("PersonName")]
    phone: str
    rating: Annotated[float, Meta(description="The tenants' rating, 1 to 5.")]
    reply_hours: Annotated[int, Meta(description="How long an answer usually takes.")]
    letting_since: Annotated[int, Meta(description="Year of the first let.")]


class ViewingSlot(Row):
    """A time at which a flat can be seen."""

    slot_id: SlotId
    flat_id: FlatId
    address: Annotated[str, Kind("Address")]
    date: Date
    time: Time
    agent: Annotated[str, Kind("PersonName")]
    group_size: Annotated[int, Meta(description="How many others see it then.")]


class Viewing(Row):
    """A client's appointment to see a flat."""

    viewing_id: ViewingId
    client_id: ClientId
    flat_id: FlatId
    address: Annotated[str, Kind("Address")]
    landlord_id: LandlordId
    date: Date
    time: Time
    agent: Annotated[str, Kind("PersonName")]
    status: Literal["booked", "cancelled"]


class Application(Row):
    """A client's wish to rent a flat."""

    application_id: ApplicationId
    client_id: ClientId
    flat_id: FlatId
    address: Annotated[str, Kind("Address")]
    landlord_id: LandlordId
    months: Months
    rent: Annotated[Money, Meta(description="Monthly rent, in euros.")]
    decision_by: Date
    rivals: Annotated[int, Meta(description="Other people who have applied.")]
    status: Literal["open", "withdrawn"]


class Tenancy(Row):
    """The contract under which a client lives in a flat."""

    tenancy_id: TenancyId
    client_id: ClientId
    flat_id: FlatId
    address: Annotated[str, Kind("Address")]
    neighbourhood: Area
    landlord_id: LandlordId
    rent: Annotated[Money, Meta(description="Monthly rent, in euros.")]
    deposit: Money
    ends: Date


class Contractor(Row):
    """A tradesperson who does repairs in the agency's flats."""

    contractor_id: ContractorId
    name: Annotated[str, Kind("PersonName")]
    trade: Trade
    call_out_fee: Money
    rating: Annotated[float, Meta(description="The tenants' rating, 1 to 5.")]
    free_from: Date


class Repair(Row):
    """Something that is or was mended in a client's flat."""

    repair_id: RepairId
    tenancy_id: TenancyId
    contractor_id: ContractorId
    problem: str
    visit: Annotated[Date, Meta(description="When the contractor comes or came.")]
    cost: Annotated[Money, Meta(description="Call-out fee until the bill is in.")]
    status: Literal["planned", "done", "called off"]


class MeterReading(Row):
    """What a meter in a client's flat showed on a day."""

    reading_id: ReadingId
    tenancy_id: TenancyId
    meter: Meter
    date: Date
    reading: MeterUnits
    used: Annotated[MeterUnits, Meta(description="Units used since the reading before.")]
    cost: Annotated[Money, Meta(description="Cost of what was used, in euros.")]


@dataclasses.dataclass
class Lettings(State):
    """All of the agency's records."""

    flats: Table[Flat]
    neighbourhoods: Table[Neighbourhood]
    landlords: Table[Landlord]
    slots: Table[ViewingSlot]
    viewings: Table[Viewing]
    applications: Table[Application]
    tenancies: Table[Tenancy]
    contractors: Table[Contractor]
    repairs: Table[Repair]
    readings: Table[MeterReading]


AREAS = "Ashgrove|Bellmarsh|Canalside|Dunmore|Eastfield|Foxhill|Greenbank|Hopton|Kingsmead".split(
    "|"
)
TRADES: tuple[TradeName, ...] = ("plumber", "electrician", "painter", "locksmith", "carpenter")
PROBLEMS: dict[TradeName, str] = {
    "plumber": "dripping tap|blocked drain|leaking boiler|cold radiator",
    "electrician": "dead socket|flickering light|broken cooker|silent doorbell",
    "painter": "damp stain|peeling wall|scuffed hallway",
    "locksmith": "stiff front door lock|lost key|loose handle",
    "carpenter": "jammed window|creaking floorboard|crooked cupboard door",
}
PRICES: dict[Meter, float] = {"gas": 0.9, "electricity": 0.31, "water": 0.35}
OPEN_APPLICATIONS = 4  # the agency's limit for one client
ALL_SHOWN = 10_000  # seeded readings lie just below it, those that clients send in just above


def seed(rng: random.Random, today: dt.date) -> Lettings:
    """Make 70 flats of 20 landlords, 28 clients, and their viewings, applications and tenancies."""
    landlords = [
        Landlord(
            f"LL-{n}", name, f"+353 1 555 {rng.randint(1000, 9999)}",
            round(rng.uniform(2.2, 5), 1), rng.randint(2, 72), rng.randint(1994, 2024),
        )
        for n, name in zip(rng.sample(range(100, 999), 20), people(rng, 20), strict=True)
    ]  # fmt: skip
    flats = [
        _flat(rng, f"FL-{n}", rng.choice(landlords), today)
        for n in rng.sample(range(1000, 9999), 98)
    ]
    to_let, lived_in = flats[:70], flats[70:]
    clients = [f"C-{n}" for n in rng.sample(range(10_000, 99_999), len(lived_in))]
    tenancies = [_tenancy(rng, *pair, today) for pair in zip(clients, lived_in, strict=True)]
    contractors = _contractors(rng, today)
    agents = people(rng, 6)
    return Lettings(
        today,
        flats=Table("flat_id", flats),
        neighbourhoods=Table("neighbourhood", [_area(rng, name) for name in AREAS]),
        landlords=Table("landlord_id", landlords),
        slots=Table("slot_id", [s for f in to_let for s in _slots(rng, f, agents, today)]),
        viewings=Table(
            "viewing_id",
            [
                _viewing(rng, c, f, agents, today)
                for c in clients
                for f in rng.sample(to_let, rng.randint(1, 4))
            ],
        ),
        applications=Table(
            "application_id",
            [
                _application(rng, c, f, today)
                for c in clients
                for f in rng.sample(to_let, rng.randint(0, 3))
            ],
        ),
        tenancies=Table("tenancy_id", tenancies),
        contractors=Table("contractor_id", contractors),
        repairs=Table(
            "repair_id",
            [_repair(rng, t, rng.choice(contractors), today) for t in tenancies for _ in range(4)],
        ),
        readings=Table("reading_id", [r for t in tenancies for r in _readings(rng, t, today)]),
    )


def _flat(rng: random.Random, flat_id: str, landlord: Landlord, today: dt.date) -> Flat:
    bedrooms = rng.choice((1, 1, 2, 2, 2, 3, 3, 4))
    size = 26 + bedrooms * rng.randint(13, 22)
    free_from = today + dt.timedelta(days=rng.randint(3, 90))
    return Flat(
        flat_id, address(rng), rng.choice(AREAS), landlord.landlord_id, bedrooms, size,
        float(round(size * rng.uniform(13, 21) / 5) * 5), rng.random() < 0.5, str(free_from),
    )  # fmt: skip


def _area(rng: random.Random, name: str) -> Neighbourhood:
    rent = float(rng.randrange(860, 1620, 5))
    rating = round(rng.uniform(2.5, 4.9), 1)
    return Neighbourhood(name, rent, rng.randint(6, 45), rating, rng.randint(0, 7))


def _slots(rng: random.Random, flat: Flat, agents: list[str], today: dt.date) -> list[ViewingSlot]:
    days = rng.sample(range(1, 15), rng.randint(1, 5))
    times = [rng.choice(("09:30", "11:00", "12:30", "15:00", "17:15", "18:30")) for _ in days]
    return [
        ViewingSlot(
            fresh_id("VS", flat.flat_id, day), flat.flat_id, flat.address,
            str(today + dt.timedelta(days=day)), time, rng.choice(agents), rng.randint(0, 8),
        )
        for day, time in zip(sorted(days), times, strict=True)
    ]  # fmt: skip


def _viewing(
    rng: random.Random, client_id: str, flat: Flat, agents: list[str], today: dt.date
) -> Viewing:
    day = today + dt.timedelta(days=rng.randint(1, 14))
    return Viewing(
        fresh_id("VW", client_id, flat.flat_id), client_id, flat.flat_id, flat.address,
        flat.landlord_id, str(day), rng.choice(("10:00", "13:30", "16:15", "18:00")),
        rng.choice(agents), "booked",
    )  # fmt: skip


def _application(rng: random.Random, client_id: str, flat: Flat, today: dt.date) -> Application:
    decision = today + dt.timedelta(days=rng.randint(2, 20))
    return Application(
        fresh_id("AP", client_id, flat.flat_id), client_id, flat.flat_id, flat.address,
        flat.landlord_id, rng.choice((12, 18, 24)), flat.rent, str(decision),
        rng.randint(0, 11), "open",
    )  # fmt: skip


def _tenancy(rng: random.Random, client_id: str, flat: Flat, today: dt.date) -> Tenancy:
    ends = today + dt.timedelta(days=rng.randint(25, 500))
    return Tenancy(
        fresh_id("TN", client_id, flat.flat_id), client_id, flat.flat_id, flat.address,
        flat.neighbourhood, flat.landlord_id, flat.rent, flat.rent * 2, str(ends),
    )  # fmt: skip


def _contractors(rng: random.Random, today: dt.date) -> list[Contractor]:
    names = people(rng, 25)
    return [
        Contractor(
            f"CN-{n}", name, TRADES[i % 5], float(rng.randrange(35, 120, 5)),
            round(rng.uniform(2.4, 5), 1), str(today + dt.timedelta(days=rng.randint(1, 15))),
        )
        for i, (n, name) in enumerate(zip(rng.sample(range(100, 999), 25), names, strict=True))
    ]  # fmt: skip


def _repair(rng: random.Random, tenancy: Tenancy, contractor: Contractor, today: dt.date) -> Repair:
    visit = today + dt.timedelta(days=rng.randint(-200, 12))
    problem = rng.choice(PROBLEMS[contractor.trade].split("|"))
    planned = visit > today
    cost = contractor.call_out_fee + (0 if planned else rng.randrange(15, 320, 5))
    return Repair(
        fresh_id("RP", tenancy.tenancy_id, problem, str(visit)), tenancy.tenancy_id,
        contractor.contractor_id, problem, str(visit), cost, "planned" if planned else "done",
    )  # fmt: skip


def _readings(rng: random.Random, tenancy: Tenancy, today: dt.date) -> list[MeterReading]:
    made = []
    for meter, price in PRICES.items():
        uses = [rng.randint(20, 400) for _ in range(2)]
        shown = ALL_SHOWN - rng.randint(10, 120) - sum(uses)
        for weeks, used in zip((26, 13), uses, strict=True):
            shown += used
            day = str(today - dt.timedelta(weeks=weeks, days=rng.randint(0, 6)))
            made.append(_reading(tenancy.tenancy_id, meter, day, shown, used, price))
    return made


def _reading(
    tenancy_id: str, meter: Meter, day: str, shown: int, used: int, price: float
) -> MeterReading:
    reading_id = fresh_id("MR", tenancy_id, meter, day)
    return MeterReading(reading_id, tenancy_id, meter, day, shown, used, round(used * price, 2))


world = World(
    "lettings",
    "A lettings agency",
    seed,
    known={
        "FlatId": lambda s, rng: rng.choice(list(s.slots)).flat_id,
        "Neighbourhood": lambda s, rng: rng.choice(list(s.flats)).neighbourhood,
        "LettingsClientId": lambda s, rng: rng.choice([*s.viewings, *s.applications]).client_id,
        "LeaseMonths": lambda _s, rng: rng.choice((9, 12, 18, 24, 36)),
        "find_flats.max_rent": lambda _s, rng: float(rng.randrange(900, 1650, 50)),
        "find_flats.min_bedrooms": lambda _s, rng: rng.randint(2, 3),
        "find_flats.free_by": lambda s, rng: str(s.today + dt.timedelta(days=rng.randint(30, 80))),
        "submit_meter_reading.reading": lambda _s, rng: ALL_SHOWN + rng.randint(5, 160),
    },
)


@world.function()
def find_flats(
    db: Lettings,
    neighbourhood: Area,
    max_rent: Money | None = None,
    min_bedrooms: Bedrooms | None = None,
    free_by: Date | None = None,
    furnished: bool = False,
) -> list[Flat]:
    """List the flats to let in a neighbourhood.

    neighbourhood: name of the neighbourhood
    max_rent: only flats with at most this monthly rent, in euros
    min_bedrooms: only flats with at least this many bedrooms
    free_by: only flats that can be moved into by this day
    furnished: only furnished flats
    """
    area = db.neighbourhoods[neighbourhood]
    let = {t.flat_id for t in db.tenancies}
    return db.flats.where(
        lambda f: (
            f.flat_id not in let
            and f.neighbourhood == area.neighbourhood
            and (max_rent is None or f.rent <= max_rent)
            and (min_bedrooms is None or f.bedrooms >= min_bedrooms)
            and (free_by is None or f.free_from <= free_by)
            and (f.furnished or not furnished)
        )
    )


@world.function()
def get_flat(db: Lettings, flat_id: FlatId) -> Flat:
    """Get one flat: address, size, bedrooms, rent and when it is free.

    flat_id: reference of the flat
    """
    return db.flats[flat_id]


@world.function()
def get_neighbourhood(db: Lettings, neighbourhood: Area) -> Neighbourhood:
    """Get what a neighbourhood is like: average rent, way to the centre, residents' rating, parks.

    neighbourhood: name of the neighbourhood
    """
    return db.neighbourhoods[neighbourhood]


@world.function()
def get_landlord(db: Lettings, landlord_id: LandlordId) -> Landlord:
    """Get a landlord: phone number, tenants' rating and how fast answers come.

    landlord_id: the landlord to look up
    """
    return db.landlords[landlord_id]


@world.function()
def list_landlord_flats(db: Lettings, landlord_id: LandlordId) -> list[Flat]:
    """List the flats that a landlord has to let now.

    landlord_id: the landlord
    """
    owner = db.landlords[landlord_id]
    let = {t.flat_id for t in db.tenancies}
    return db.flats.where(lambda f: f.landlord_id == owner.landlord_id and f.flat_id not in let)


@world.function()
def list_viewing_slots(db: Lettings, flat_id: FlatId) -> list[ViewingSlot]:
    """List the times at which a flat can be seen.

    flat_id: reference of the flat
    """
    flat = db.flats[flat_id]
    return db.slots.where(lambda s: s.flat_id == flat.flat_id)


@world.function(writes=True)
def book_viewing(db: Lettings, slot_id: SlotId, client_id: ClientId) -> Viewing:
    """Book a time to see a flat. Refused when the client has a viewing of that flat already.

    slot_id: the time to book
    client_id: number of the client
    """
    slot = db.slots[slot_id]
    if any(v.flat_id == slot.flat_id for v in list_viewings.run(db, client_id)):
        raise Refused(f"A viewing of flat {slot.flat_id} is booked already.")
    db.slots.remove(slot_id)
    flat = db.flats[slot.flat_id]
    return db.viewings.put(
        Viewing(
            fresh_id("VW", client_id, slot_id), client_id, flat.flat_id, flat.address,
            flat.landlord_id, slot.date, slot.time, slot.agent, "booked",
        )
    )  # fmt: skip


@world.function()
def list_viewings(db: Lettings, client_id: ClientId) -> list[Viewing]:
    """List the viewings that a client has booked.

    client_id: number of the client
    """
    return db.viewings.where(lambda v: v.client_id == client_id and v.status == "booked")


@world.function(writes=True)
def cancel_viewing(db: Lettings, viewing_id: ViewingId) -> Viewing:
    """Cancel a viewing. Refused on the day before it.

    viewing_id: the viewing to cancel
    """
    viewing = db.viewings[viewing_id]
    if viewing.status == "cancelled":
        raise Refused(f"Viewing {viewing_id} is cancelled already.")
    if dt.date.fromisoformat(viewing.date) <= db.today + dt.timedelta(days=1):
        raise Refused("It is too late to cancel this viewing.")
    return db.viewings.put(replace(viewing, status="cancelled"))


@world.function(writes=True)
def apply_for_flat(
    db: Lettings, flat_id: FlatId, months: Months, client_id: ClientId
) -> Application:
    """Apply to rent a flat that is not let. A client may have four open applications.

    flat_id: reference of the flat
    months: for how many months
    client_id: number of the client
    """
    flat, mine = db.flats[flat_id], list_applications.run(db, client_id)
    if any(t.flat_id == flat_id for t in db.tenancies):
        raise Refused(f"Flat {flat_id} is let.")
    if len(mine) >= OPEN_APPLICATIONS:
        raise Refused(f"Client {client_id} has {OPEN_APPLICATIONS} open applications already.")
    if any(a.flat_id == flat_id for a in mine):
        raise Refused(f"Client {client_id} has applied for flat {flat_id} already.")
    rivals = len(db.applications.where(lambda a: a.flat_id == flat_id and a.status == "open"))
    return db.applications.put(
        Application(
            fresh_id("AP", client_id, flat_id, str(db.today)), client_id, flat_id, flat.address,
            flat.landlord_id, months, flat.rent, str(db.today + dt.timedelta(days=10)), rivals,
            "open",
        )
    )  # fmt: skip


@world.function()
def list_applications(db: Lettings, client_id: ClientId) -> list[Application]:
    """List the open applications of a client, with when each is decided.

    client_id: number of the client
    """
    return db.applications.where(lambda a: a.client_id == client_id and a.status == "open")


@world.function(writes=True)
def withdraw_application(db: Lettings, application_id: ApplicationId) -> Application:
    """Withdraw an application for a flat.

    application_id: the application to withdraw
    """
    application = db.applications[application_id]
    if application.status == "withdrawn":
        raise Refused(f"Application {application_id} is withdrawn already.")
    return db.applications.put(replace(application, status="withdrawn"))


@world.function()
def get_tenancy(db: Lettings, client_id: ClientId) -> Tenancy:
    """Get the tenancy under which a client lives now: flat, landlord, rent, deposit and end.

    client_id: number of the client
    """
    found = db.tenancies.where(lambda t: t.client_id == client_id)
    if not found:
        raise Refused(f"Client {client_id} has no tenancy.")
    return found[0]


@world.function()
def find_contractors(db: Lettings, trade: Trade) -> list[Contractor]:
    """List the tradespeople of one trade, with call-out fee, rating and next free day.

    trade: what they do
    """
    return db.contractors.where(lambda c: c.trade == trade)


@world.function(writes=True)
def order_repair(db: Lettings, tenancy_id: TenancyId, contractor_id: ContractorId) -> Repair:
    """Have a tradesperson come to a client's flat on their next free day.

    tenancy_id: tenancy of the flat where something is to be mended
    contractor_id: who is to come
    """
    tenancy, contractor = db.tenancies[tenancy_id], db.contractors[contractor_id]
    return db.repairs.put(
        Repair(
            fresh_id("RP", tenancy_id, contractor_id, str(db.today)), tenancy.tenancy_id,
            contractor_id, f"visit of the {contractor.trade}", contractor.free_from,
            contractor.call_out_fee, "planned",
        )
    )  # fmt: skip


@world.function()
def list_repairs(
    db: Lettings, tenancy_id: TenancyId, status: Literal["planned", "done"] | None = None
) -> list[Repair]:
    """List the repairs in the flat of a tenancy, with dates and costs.

    tenancy_id: the tenancy
    status: only repairs in this state
    """
    tenancy = db.tenancies[tenancy_id]
    return db.repairs.where(
        lambda r: r.tenancy_id == tenancy.tenancy_id and (status is None or r.status == status)
    )


@world.function()
def list_meter_readings(
    db: Lettings, tenancy_id: TenancyId, meter: Meter | None = None
) -> list[MeterReading]:
    """List the meter readings of a tenancy, with what was used and what it cost.

    tenancy_id: the tenancy
    meter: only readings of this meter
    """
    tenancy = db.tenancies[tenancy_id]
    return db.readings.where(
        lambda r: r.tenancy_id == tenancy.tenancy_id and (meter is None or r.meter == meter)
    )


@world.function(writes=True)
def submit_meter_reading(
    db: Lettings, tenancy_id: TenancyId, meter: Meter, reading: MeterUnits
) -> MeterReading:
    """Send in what a meter shows today. Refused when it is less than before.

    tenancy_id: the tenancy
    meter: which meter
    reading: what it shows
    """
    earlier = [r.reading for r in list_meter_readings.run(db, tenancy_id, meter)]
    if reading < (last := max(earlier, default=0)):
        raise Refused(f"The {meter} meter showed {last} before; it cannot show less now.")
    return db.readings.put(
        _reading(tenancy_id, meter, str(db.today), reading, reading - last, PRICES[meter])
    )
