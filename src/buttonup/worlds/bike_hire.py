"""A city's bike hire: stations, bikes, members and their hires."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind, Money
from buttonup.worlds.names import DISTRICTS, STREETS, people, person, phone
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

StationId = Annotated[
    str, Kind("StationId"), Meta(pattern=r"^ST-\d{2}$", description="Station id, like ST-07.")
]
BikeId = Annotated[
    str, Kind("BikeId"), Meta(pattern=r"^BK-\d{4}$", description="Bike id, like BK-1042.")
]
MemberId = Annotated[
    str, Kind("CyclistId"), Meta(pattern=r"^M-\d{5}$", description="Membership number.")
]
HireId = Annotated[
    str, Kind("HireId"), Meta(pattern=r"^HI-\d{5}$", description="Hire id, like HI-20431.")
]
Days = Annotated[int, Kind("HireDays"), Meta(ge=1, le=14, description="Length in days.")]
RangeKm = Annotated[
    int, Kind("Kilometres"), Meta(description="Range on one charge in km; 0: no motor.")
]
Fault = Annotated[
    Literal["brakes", "chain", "tyres", "lights", "gears", "saddle", "battery"], Kind("BikeFault")
]
BikeType = Literal["city", "cargo", "electric", "mountain", "tandem"]


class Station(Row):
    """A place where bikes are picked up and brought back."""

    station_id: StationId
    name: Annotated[str, Kind("StationName")]
    district: Annotated[str, Kind("District")]
    free_docks: Annotated[int, Kind("Count"), Meta(description="Empty docks now.")]


class Bike(Row):
    """One bike."""

    bike_id: BikeId
    model: Annotated[str, Kind("BikeModel")]
    type: BikeType
    station_id: StationId
    price_per_day: Money
    range_km: RangeKm
    available: bool


class Member(Row):
    """Somebody who may hire."""

    member_id: MemberId
    name: Annotated[str, Kind("PersonName")]
    plan: Literal["basic", "plus", "family"]
    balance: Money
    home_station_id: StationId


class Hire(Row):
    """A bike in somebody's hands."""

    hire_id: HireId
    bike_id: BikeId
    member_id: MemberId
    start: Date
    due: Date
    total: Money
    status: Literal["active", "returned"]


class Contact(Row):
    """Where somebody can be reached."""

    name: Annotated[str, Kind("PersonName"), Meta(description="First and last name.")]
    phone: Annotated[str, Kind("Phone"), Meta(description="Telephone number.")]


class Repair(Row):
    """A bike taken off the road, and what is wrong with it."""

    repair_id: Annotated[
        str, Kind("BikeRepairId"), Meta(pattern=r"^RP-\d{5}$", description="Repair id.")
    ]
    bike: Bike
    faults: list[Fault]
    back_on: Date


class GroupHire(Row):
    """Several bikes hired together."""

    group_id: Annotated[
        str, Kind("GroupHireId"), Meta(pattern=r"^GH-\d{5}$", description="Group hire id.")
    ]
    hires: list[Hire]
    leader: Contact
    total: Money


class Quote(Row):
    """What a hire would cost."""

    bike_id: BikeId
    days: Days
    total: Money
    deposit: Money


@dataclasses.dataclass
class BikeHire(State):
    """All of the company's records."""

    stations: Table[Station]
    bikes: Table[Bike]
    members: Table[Member]
    hires: Table[Hire]
    repairs: Table[Repair]
    groups: Table[GroupHire]


MODELS = {
    "city": ("Gazelle Classic", "Harbour One", "Pendler 3", "Lantern", "Promenade"),
    "cargo": ("Oxford Long John", "Packhorse", "Bakfiets Duo", "Hauler 80"),
    "electric": ("Volt Mini", "Breeze E", "Current 500", "Northwind E"),
    "mountain": ("Ridgeback", "Scree 29", "Goat Trail"),
    "tandem": ("Duet", "Side by Side"),
}
RATES = {"city": 9, "cargo": 24, "electric": 19, "mountain": 16, "tandem": 21}


def seed(rng: random.Random, today: dt.date) -> BikeHire:
    """Make 18 stations, 240 bikes, 60 members and their running hires."""
    stations = [
        Station(f"ST-{n:02}", street, rng.choice(DISTRICTS), rng.randint(0, 14))
        for n, street in enumerate(rng.sample(STREETS, 18), 1)
    ]
    ids = [s.station_id for s in stations]
    bikes = [_bike(rng, f"BK-{n}", rng.choice(ids)) for n in rng.sample(range(1000, 9999), 240)]
    numbers = rng.sample(range(10_000, 99_999), 60)
    members = [
        Member(
            f"M-{n}",
            name,
            rng.choice(("basic", "plus", "family")),
            round(rng.uniform(0, 90), 2),
            rng.choice(ids),
        )
        for n, name in zip(numbers, people(rng, 60), strict=True)
    ]
    out = [bike for bike in bikes if not bike.available][:60]
    hires = [_running(rng, bike, rng.choice(members), today) for bike in out]
    return BikeHire(
        today,
        stations=Table("station_id", stations),
        bikes=Table("bike_id", bikes),
        members=Table("member_id", members),
        hires=Table("hire_id", hires),
        repairs=Table("repair_id", ()),
        groups=Table("group_id", ()),
    )


def _bike(rng: random.Random, bike_id: str, station_id: str) -> Bike:
    kind: BikeType = rng.choice(("city", "city", "cargo", "electric", "mountain", "tandem"))
    price = RATES[kind] + rng.randint(-3, 6) + rng.choice((0, 0.5))
    reach = rng.randrange(40, 130, 5) if kind in ("electric", "cargo") else 0
    return Bike(
        bike_id, rng.choice(MODELS[kind]), kind, station_id, price, reach, rng.random() < 0.75
    )


def _running(rng: random.Random, bike: Bike, member: Member, today: dt.date) -> Hire:
    start = today - dt.timedelta(days=rng.randint(1, 4))
    days = rng.randint(5, 10)
    due = start + dt.timedelta(days=days)
    return Hire(
        fresh_id("HI", bike.bike_id, str(start)),
        bike.bike_id,
        member.member_id,
        str(start),
        str(due),
        round(bike.price_per_day * days, 2),
        "active",
    )


world = World(
    "bike_hire",
    "A city's bike hire",
    seed,
    known={
        "StationId": lambda s, rng: rng.choice(list(s.stations)).station_id,
        "CyclistId": lambda s, rng: rng.choice(list(s.hires)).member_id,
        "District": lambda s, rng: rng.choice(list(s.stations)).district,
        "HireDays": lambda _s, rng: rng.randint(2, 9),
        "find_bikes.max_price": lambda _s, rng: float(rng.randrange(12, 27, 2)),
        "find_bikes.min_range_km": lambda _s, rng: rng.randrange(40, 90, 10),
        "hire_group.leader": lambda _s, rng: Contact(person(rng), phone(rng)),
        "top_up.amount": lambda _s, rng: float(rng.choice((10, 15, 20, 25, 40, 50))),
    },
)


@world.function()
def find_stations(db: BikeHire, district: Annotated[str, Kind("District")]) -> list[Station]:
    """List the hire stations in a district of the city.

    district: name of the district
    """
    found = db.stations.where(lambda s: s.district.casefold() == district.casefold())
    if not found:
        raise Refused(f"There is no station in a district called {district!r}.")
    return found


@world.function()
def get_station(db: BikeHire, station_id: StationId) -> Station:
    """Get one station: its name, district and how many docks are free.

    station_id: the station to look up
    """
    return db.stations[station_id]


@world.function()
def find_bikes(
    db: BikeHire,
    station_id: StationId,
    bike_type: BikeType | None = None,
    max_price: Money | None = None,
    min_range_km: RangeKm | None = None,
    page: PageNumber = 1,
) -> Page[Bike]:
    """List the bikes that stand free at a station, eight to a page.

    station_id: the station to look at
    bike_type: only bikes of this type
    max_price: only bikes that cost at most this much a day, in euros
    min_range_km: only bikes with at least this range on one charge
    page: which page of the list
    """
    station = db.stations[station_id]
    found = db.bikes.where(
        lambda b: (
            b.available
            and b.station_id == station.station_id
            and (bike_type is None or b.type == bike_type)
            and (max_price is None or b.price_per_day <= max_price)
            and (min_range_km is None or b.range_km >= min_range_km)
        )
    )
    return page_of(found, page, 8)


@world.function()
def quote_hire(db: BikeHire, bike_id: BikeId, days: Days) -> Quote:
    """Work out what hiring a bike would cost, deposit included. Nothing is booked.

    bike_id: the bike in question
    days: for how many days
    """
    bike = db.bikes[bike_id]
    discount = 0.9 if days >= 7 else 1.0
    return Quote(bike_id, days, round(bike.price_per_day * days * discount, 2), 50.0)


@world.function(writes=True)
def hire_bike(db: BikeHire, bike_id: BikeId, member_id: MemberId, days: Days) -> Hire:
    """Hire a free bike for a member, starting today. A week or more is 10 % cheaper.

    bike_id: the bike to hire
    member_id: membership number of the person who hires it
    days: for how many days
    """
    bike, member = db.bikes[bike_id], db.members[member_id]
    if not bike.available:
        raise Refused(f"Bike {bike_id} is out on hire.")
    total = quote_hire.run(db, bike_id, days).total
    db.bikes.put(replace(bike, available=False))
    due = db.today + dt.timedelta(days=days)
    hire_id = fresh_id("HI", bike_id, str(db.today))
    return db.hires.put(
        Hire(hire_id, bike_id, member.member_id, str(db.today), str(due), total, "active")
    )


@world.function()
def list_hires(db: BikeHire, member_id: MemberId) -> list[Hire]:
    """List the bikes that a member has out now, with when each is due back.

    member_id: membership number
    """
    member = db.members[member_id]
    return db.hires.where(lambda h: h.member_id == member.member_id and h.status == "active")


@world.function(writes=True)
def return_bike(db: BikeHire, hire_id: HireId, station_id: StationId) -> Hire:
    """Bring a hired bike back to a station that has a free dock.

    hire_id: the hire that ends
    station_id: where the bike is brought back
    """
    hire, station = db.hires[hire_id], db.stations[station_id]
    if hire.status == "returned":
        raise Refused(f"Hire {hire_id} has ended already.")
    if station.free_docks == 0:
        raise Refused(f"Station {station_id} has no free dock.")
    db.stations.put(replace(station, free_docks=station.free_docks - 1))
    db.bikes.put(replace(db.bikes[hire.bike_id], available=True, station_id=station_id))
    return db.hires.put(replace(hire, status="returned"))


@world.function(writes=True)
def extend_hire(db: BikeHire, hire_id: HireId, extra_days: Days) -> Hire:
    """Keep a hired bike for longer, at the bike's daily price.

    hire_id: the hire to extend
    extra_days: how many days are added
    """
    hire = db.hires[hire_id]
    if hire.status == "returned":
        raise Refused(f"Hire {hire_id} has ended already.")
    due = dt.date.fromisoformat(hire.due) + dt.timedelta(days=extra_days)
    total = round(hire.total + db.bikes[hire.bike_id].price_per_day * extra_days, 2)
    return db.hires.put(replace(hire, due=str(due), total=total))


@world.function()
def get_bike(db: BikeHire, bike_id: BikeId) -> Bike:
    """Get one bike: model, type, daily price, range and the station it belongs to.

    bike_id: the bike to look up
    """
    return db.bikes[bike_id]


@world.function()
def get_member(db: BikeHire, member_id: MemberId) -> Member:
    """Get a member's account: plan, balance and home station.

    member_id: membership number
    """
    return db.members[member_id]


@world.function(writes=True)
def top_up(db: BikeHire, member_id: MemberId, amount: Money) -> Member:
    """Add money to a member's balance.

    member_id: membership number
    amount: how much to add, in euros
    """
    member = db.members[member_id]
    return db.members.put(replace(member, balance=round(member.balance + amount, 2)))


@world.function(writes=True)
def report_faults(db: BikeHire, bike_id: BikeId, faults: list[Fault]) -> Repair:
    """Report what is wrong with a bike. It is taken off the road and repaired within a week.

    bike_id: the bike with the faults
    faults: all parts that need repair
    """
    bike = db.bikes[bike_id]
    if not faults:
        raise Refused("A report needs at least one fault.")
    if "battery" in faults and bike.range_km == 0:
        raise Refused(f"Bike {bike_id} has no battery.")
    bike = db.bikes.put(replace(bike, available=False))
    back = db.today + dt.timedelta(days=2 + len(faults))
    repair_id = fresh_id("RP", bike_id, str(db.today))
    return db.repairs.put(Repair(repair_id, bike, faults, str(back)))


@world.function(writes=True)
def hire_group(
    db: BikeHire, bike_ids: list[BikeId], days: Days, leader: Annotated[Contact, Kind("Leader")]
) -> GroupHire:
    """Hire two to six free bikes for a group, starting today. One person answers for all of them.

    bike_ids: the bikes to hire
    days: for how many days
    leader: who answers for the bikes, and how to reach that person
    """
    if not 2 <= len(set(bike_ids)) == len(bike_ids) <= 6:
        raise Refused("A group takes two to six different bikes.")
    bikes = [db.bikes[bike_id] for bike_id in bike_ids]
    if out := next((b.bike_id for b in bikes if not b.available), None):
        raise Refused(f"Bike {out} is out on hire.")
    start, due = str(db.today), str(db.today + dt.timedelta(days=days))
    hires = []
    for bike in bikes:
        total = quote_hire.run(db, bike.bike_id, days).total
        hire_id = fresh_id("HI", bike.bike_id, start)
        db.bikes.put(replace(bike, available=False))
        hires.append(Hire(hire_id, bike.bike_id, "M-00000", start, due, total, "active"))
        db.hires.put(hires[-1])
    group_id = fresh_id("GH", *bike_ids, start)
    total = round(sum(hire.total for hire in hires), 2)
    return db.groups.put(GroupHire(group_id, hires, leader, total))
