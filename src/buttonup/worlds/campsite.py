"""A chain of campsites: sites near cities, pitches, campers' stays and what they order."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.records import Json, digest
from buttonup.worlds.kinds import City, Country, Date, Kind, Money, PersonName
from buttonup.worlds.names import CITIES, day, numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

SiteId = Annotated[
    str, Kind("CampsiteId"), Meta(pattern=r"^CM-\d{3}$", description="Campsite id, like CM-217.")
]
PitchId = Annotated[
    str, Kind("PitchId"), Meta(pattern=r"^PC-\d{4}$", description="Pitch id, like PC-4031.")
]
StayId = Annotated[
    str,
    Kind("CampStayId"),
    Meta(pattern=r"^CY-\d{5}$", description="Number of a reserved stay, like CY-20431."),
]
CamperId = Annotated[
    str, Kind("CamperId"), Meta(pattern=r"^KC-\d{5}$", description="Number of a camping card.")
]
Nights = Annotated[int, Kind("CampNights"), Meta(ge=1, le=28, description="Length in nights.")]
People = Annotated[
    int, Kind("CampPeople"), Meta(ge=1, le=8, description="How many people sleep on the pitch.")
]
Dogs = Annotated[int, Kind("CampDogs"), Meta(ge=0, le=3, description="How many dogs come along.")]
SquareMetres = Annotated[int, Kind("PitchSize"), Meta(description="Size in square metres.")]
Extra = Annotated[
    Literal[
        "firewood", "morning rolls", "a gas bottle", "a fridge", "a kayak", "two bicycles",
        "a barbecue",
    ],
    Kind("CampExtra"),
]  # fmt: skip
PitchKind = Literal["tent", "caravan", "camper van"]
Water = Literal["lake", "river", "sea"]
Sky = Literal["sunny", "cloudy", "showery", "rainy", "windy"]
Unit = Literal["km", "miles"]


class Campsite(Row):
    """A campsite."""

    site_id: SiteId
    name: Annotated[str, Kind("CampsiteName")]
    nearest_city: City
    country: Country
    distance: Annotated[float, Meta(description="Way from that city.")]
    unit: Unit
    water: Annotated[Water, Meta(description="What it lies beside.")]
    rating: Annotated[float, Meta(description="Campers' rating, 1 to 5.")]
    price_from: Annotated[Money, Meta(description="Cheapest pitch, one night.")]
    dogs_allowed: bool


class Pitch(Row):
    """A place for a tent or a vehicle."""

    pitch_id: PitchId
    site_id: SiteId
    number: Annotated[int, Meta(description="Number on the site's map.")]
    kind: PitchKind
    size: SquareMetres
    price_per_night: Annotated[Money, Meta(description="For up to two people.")]
    shade: Literal["full", "some", "none"]
    electricity: bool


class PitchGap(Row):
    """Nights on which a pitch is free."""

    first_night: Date
    last_night: Date
    free_nights: Annotated[int, Kind("FreeNights")]


class Forecast(Row):
    """The weather at a campsite on a day."""

    site: Annotated[str, Kind("CampsiteName")]
    date: Date
    sky: Sky
    low: Annotated[int, Meta(description="Lowest temperature.")]
    high: Annotated[int, Kind("CampTemperature"), Meta(description="Highest temperature.")]
    unit: Literal["Celsius", "Fahrenheit"]
    rain_chance: Annotated[int, Kind("RainChance"), Meta(description="Chance of rain, per cent.")]


class CampStay(Row):
    """A reserved stay on a pitch."""

    stay_id: StayId
    camper_id: CamperId
    site_id: SiteId
    site: Annotated[str, Kind("CampsiteName")]
    nearest_city: City
    pitch_id: PitchId
    arrival: Date
    departure: Date
    nights: Annotated[int, Kind("CampNights")]
    people: People
    dogs: Dogs
    extras: list[Extra]
    total: Annotated[Money, Meta(description="Price of pitch and extras.")]
    flexible: Annotated[bool, Meta(description="Whether cancelling it is free.")]


class CampVehicle(Row):
    """A vehicle that may enter a campsite."""

    model: Annotated[str, Meta(description="Make or model, like Volvo V60.")]
    plate: Annotated[str, Meta(description="Number plate.")]


class CampPermit(Row):
    """The right to drive through a campsite's barrier."""

    permit_id: Annotated[
        str, Kind("CampPermitId"), Meta(pattern=r"^VP-\d{5}$", description="Permit number.")
    ]
    stay_id: StayId
    vehicle: CampVehicle
    valid_until: Date
    gate_code: Annotated[int, Kind("GateCode"), Meta(description="Opens the barrier by hand.")]


class CampRefund(Row):
    """A stay given up."""

    stay_id: StayId
    site: Annotated[str, Kind("CampsiteName")]
    fee: Money
    refund: Money


class Camper(Row):
    """Somebody with a camping card."""

    camper_id: CamperId
    name: PersonName


@dataclasses.dataclass
class Campsites(State):
    """The chain's sites and bookings."""

    sites: Table[Campsite]
    pitches: Table[Pitch]
    campers: Table[Camper]
    stays: Table[CampStay]
    permits: Table[CampPermit]


AHEAD = 60  # days for which free nights are listed
BUSY = (
    "Berlin|Hamburg|Leipzig|Munich|Milan|Turin|Bologna|Barcelona|Seville|Valencia|Lyon|Bordeaux|"
    "Lisbon|Porto|Vienna|Graz|Dublin|Cork"
).split("|")
"""The cities that have campsites near them."""
COASTAL = frozenset({"Barcelona", "Valencia", "Lisbon", "Porto", "Dublin", "Cork", "Bordeaux"})
INLAND: tuple[Water, ...] = ("lake", "river")
COAST: tuple[Water, ...] = ("sea", "sea", "lake", "river")
WOODS = "Pine|Heron|Otter|Willow|Fox|Lark".split("|")
LANDS = "Bay|Meadow|Wood|Springs|Hollow|Bank".split("|")
EXTRAS: dict[Extra, float] = {
    "firewood": 8.0, "morning rolls": 5.5, "a gas bottle": 24.0, "a fridge": 18.0,
    "a kayak": 32.0, "two bicycles": 28.0, "a barbecue": 15.0,
}  # fmt: skip
MODELS = "Volvo V60|Fiat Ducato|Skoda Octavia|Renault Kangoo|Ford Transit|Dacia Duster".split("|")


def seed(rng: random.Random, today: dt.date) -> Campsites:
    """Make two campsites near each of 18 cities with 8 pitches each, 45 campers and 130 stays."""
    names = [f"{wood} {land}" for wood in WOODS for land in LANDS]
    rng.shuffle(names)
    places = [city for city in BUSY for _ in range(2)]
    ids = numbers(rng, "CM", len(places), digits=3)
    pitch_ids = iter(numbers(rng, "PC", 8 * len(places), digits=4))
    sites, pitches = list[Campsite](), list[Pitch]()
    for site_id, name, city in zip(ids, names, places, strict=True):
        base = rng.randint(14, 34)
        own = [_pitch(rng, next(pitch_ids), site_id, n, base) for n in _map_numbers(rng)]
        lowest = min(pitch.price_per_night for pitch in own)
        sites.append(
            Campsite(
                site_id, f"{name} Camping", city, CITIES[city], rng.randrange(40, 480) / 10, "km",
                rng.choice(COAST if city in COASTAL else INLAND), round(rng.uniform(3.0, 4.9), 1),
                lowest, rng.random() < 0.7,
            )
        )  # fmt: skip
        pitches += own
    campers = [
        Camper(id_, name) for id_, name in zip(numbers(rng, "KC", 45), people(rng, 45), strict=True)
    ]
    return Campsites(
        today,
        sites=Table("site_id", sites),
        pitches=Table("pitch_id", pitches),
        campers=Table("camper_id", campers),
        stays=Table("stay_id", _stays(rng, campers, sites, pitches, today)),
        permits=Table("permit_id", ()),
    )


def _map_numbers(rng: random.Random) -> list[int]:
    return sorted(rng.sample(range(1, 90), 8))


def _pitch(rng: random.Random, pitch_id: str, site_id: str, number: int, base: int) -> Pitch:
    kind: PitchKind = rng.choice(("tent", "caravan", "camper van"))
    size = rng.randint(40, 80) if kind == "tent" else rng.randint(70, 140)
    power = kind != "tent" or rng.random() < 0.4
    price = base + size // 10 + 4 * power + rng.choice((0, 0.5))
    return Pitch(
        pitch_id, site_id, number, kind, size, price, rng.choice(("full", "some", "none")), power
    )


def _stays(
    rng: random.Random,
    campers: list[Camper],
    sites: list[Campsite],
    pitches: list[Pitch],
    today: dt.date,
) -> list[CampStay]:
    by_id, stays = {site.site_id: site for site in sites}, list[CampStay]()
    taken: dict[str, list[CampStay]] = {}
    while len(stays) < 130:
        pitch = rng.choice(pitches[::3])
        arrival, nights = today + dt.timedelta(days=rng.randint(3, 48)), rng.randint(2, 8)
        if not _overlaps(taken.get(pitch.pitch_id, []), arrival, nights):
            camper = rng.choice(campers)
            stay = _stay(pitch, by_id[pitch.site_id], camper, arrival, nights, rng.randint(2, 4), 0)
            stays.append(stay)
            taken.setdefault(pitch.pitch_id, []).append(stay)
    return stays


def _stay(
    pitch: Pitch,
    site: Campsite,
    camper: Camper,
    arrival: dt.date,
    nights: int,
    heads: int,
    dogs: int,
) -> CampStay:
    price = (pitch.price_per_night + 6.0 * max(0, heads - 2) + 3.5 * dogs) * nights
    return CampStay(
        fresh_id("CY", pitch.pitch_id, str(arrival), nights), camper.camper_id, site.site_id,
        site.name, site.nearest_city, pitch.pitch_id, str(arrival),
        str(arrival + dt.timedelta(days=nights)), nights, heads, dogs, [],
        round(price * (0.9 if nights >= 7 else 1.0), 2),
        _settled(4, pitch.pitch_id, str(arrival)) > 0,
    )  # fmt: skip


def _calendar_day(date: str) -> dt.date:
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        raise Refused(f"There is no day {date} in the calendar.") from None


def _overlaps(stays: list[CampStay], arrival: dt.date, nights: int) -> bool:
    departure = str(arrival + dt.timedelta(days=nights))
    return any(s.arrival < departure and str(arrival) < s.departure for s in stays)


def _settled(below: int, *content: Json) -> int:
    """Give a number that depends on nothing but the content: the same each time it is asked."""
    return int(digest(content), 16) % below


def _vehicle(rng: random.Random) -> CampVehicle:
    letters = "".join(rng.choice("ABDEFHKLMNPRSTVXY") for _ in range(3))
    return CampVehicle(rng.choice(MODELS), f"{letters} {rng.randint(100, 999)}")


def _to(unit: Unit, site: Campsite) -> Campsite:
    away = site.distance / (1.609 if unit == "miles" else 1)
    return replace(site, distance=round(away, 1), unit=unit)


world = World(
    "campsite",
    "A chain of campsites",
    seed,
    known={
        "City": lambda _s, rng: rng.choice(BUSY),
        "Country": lambda _s, rng: CITIES[rng.choice(BUSY)],
        "Date": lambda s, rng: day(rng, s.today, 2, 45),
        "CamperId": lambda s, rng: rng.choice(list(s.stays)).camper_id,
        "CampNights": lambda _s, rng: rng.randint(2, 9),
        "CampPeople": lambda _s, rng: rng.randint(2, 5),
        "CampDogs": lambda _s, _rng: 2,
        "CampVehicle": lambda _s, rng: _vehicle(rng),
        "PitchSize": lambda _s, rng: rng.randrange(60, 101, 10),
        "campsites_near.max_price": lambda _s, rng: float(rng.randrange(20, 40, 2)),
        "campsites_in_country.max_price": lambda _s, rng: float(rng.randrange(20, 36, 2)),
        "extend_camping_stay.extra_nights": lambda _s, rng: rng.randint(2, 4),
    },
)


@world.function()
def campsites_near(
    db: Campsites, city: City, max_price: Money | None = None, unit: Unit = "km"
) -> list[Campsite]:
    """List the campsites in the surroundings of a city, with rating, water and cheapest pitch.

    city: the city they should be near
    max_price: only campsites with a pitch for at most this much a night, in euros
    unit: unit of the distance from the city
    """
    found = db.sites.where(lambda s: s.nearest_city.casefold() == city.casefold())
    if not found:
        raise Refused(f"There is no campsite near {city!r}.")
    return [_to(unit, s) for s in found if max_price is None or s.price_from <= max_price]


@world.function()
def campsites_in_country(
    db: Campsites,
    country: Country,
    water: Water | None = None,
    max_price: Money | None = None,
    dogs_allowed: bool = False,
    page: PageNumber = 1,
) -> Page[Campsite]:
    """List the campsites in a country, the best-rated first, four to a page.

    country: the country to look at
    water: only campsites beside a lake, a river or the sea
    max_price: only campsites with a pitch for at most this much a night, in euros
    dogs_allowed: true for campsites that take dogs only
    page: which page of the list
    """
    found = db.sites.where(
        lambda s: (
            s.country.casefold() == country.casefold()
            and (water is None or s.water == water)
            and (max_price is None or s.price_from <= max_price)
            and (s.dogs_allowed or not dogs_allowed)
        )
    )
    return page_of(sorted(found, key=lambda s: (-s.rating, s.name)), page, 4)


@world.function()
def list_pitches(
    db: Campsites,
    site_id: SiteId,
    kind: PitchKind | None = None,
    min_size: SquareMetres | None = None,
    electricity: bool = False,
) -> list[Pitch]:
    """List the pitches of a campsite, with size, shade, electricity and price a night.

    Whether one is free on certain nights is not part of it.

    site_id: the campsite
    kind: only pitches made for this
    min_size: only pitches of at least this many square metres
    electricity: true for pitches with a power point only
    """
    site = db.sites[site_id]
    return db.pitches.where(
        lambda p: (
            p.site_id == site.site_id
            and (kind is None or p.kind == kind)
            and (min_size is None or p.size >= min_size)
            and (p.electricity or not electricity)
        )
    )


@world.function()
def pitch_gaps(db: Campsites, pitch_id: PitchId) -> list[PitchGap]:
    """List when a pitch is free for two nights or more within the next 60 days.

    pitch_id: the pitch
    """
    pitch = db.pitches[pitch_id]
    stays = sorted(
        (s.arrival, s.departure) for s in db.stays.where(lambda s: s.pitch_id == pitch.pitch_id)
    )
    end, free_from, gaps = str(db.today + dt.timedelta(days=AHEAD)), str(db.today), []
    for arrival, departure in [*stays, (end, end)]:
        nights = (dt.date.fromisoformat(arrival) - dt.date.fromisoformat(free_from)).days
        if nights > 1:
            last = str(dt.date.fromisoformat(arrival) - dt.timedelta(days=1))
            gaps.append(PitchGap(free_from, last, nights))
        free_from = max(free_from, departure)
    return gaps


@world.function()
def camp_forecast(
    db: Campsites, site_id: SiteId, date: Date, unit: Literal["Celsius", "Fahrenheit"] = "Celsius"
) -> Forecast:
    """Get the weather at a campsite on a day up to 90 days ahead: sky, temperatures, rain.

    site_id: the campsite
    date: the day
    unit: unit of the temperatures
    """
    site, ahead = db.sites[site_id], (_calendar_day(date) - db.today).days
    if not 0 <= ahead <= 90:
        raise Refused(f"There is no forecast for {date}; it reaches from today to 90 days ahead.")
    high = 14 + _settled(16, site_id, date, "high")
    low, wet = high - 5 - _settled(6, site_id, date, "low"), _settled(11, site_id, date, "rain")
    dry: tuple[Sky, ...] = ("cloudy", "windy") if wet > 2 else ("sunny",)
    sky = "rainy" if wet > 8 else "showery" if wet > 5 else dry[_settled(len(dry), site_id, date)]
    if unit == "Fahrenheit":
        high, low = round(high * 1.8 + 32), round(low * 1.8 + 32)
    return Forecast(site.name, date, sky, low, high, unit, 10 * wet)


@world.function(writes=True)
def reserve_pitch(
    db: Campsites,
    pitch_id: PitchId,
    arrival: Date,
    nights: Nights,
    people: People,
    camper_id: CamperId,
    dogs: Dogs = 0,
) -> CampStay:
    """Reserve a pitch. A week or more is 10 % cheaper; the third person on costs 6 euros a night.

    Refused when somebody else has the pitch on any of the nights, for dogs where there may be none,
    and for an arrival more than 360 days ahead.

    pitch_id: the pitch
    arrival: day of arrival
    nights: how many nights
    people: how many people stay
    camper_id: number of the camping card
    dogs: how many dogs come along, at 3.50 euros a night each
    """
    pitch, camper = db.pitches[pitch_id], db.campers[camper_id]
    site, first = db.sites[pitch.site_id], _calendar_day(arrival)
    if not db.today <= first <= db.today + dt.timedelta(days=360):
        raise Refused(f"Pitches are reserved from today to 360 days ahead, not for {arrival}.")
    if dogs and not site.dogs_allowed:
        raise Refused(f"{site.name} does not take dogs.")
    if _overlaps(db.stays.where(lambda s: s.pitch_id == pitch_id), first, nights):
        raise Refused(f"Pitch {pitch_id} is taken on some of the {nights} nights from {arrival}.")
    return db.stays.put(_stay(pitch, site, camper, first, nights, people, dogs))


@world.function()
def list_camping_stays(db: Campsites, camper_id: CamperId) -> list[CampStay]:
    """List the stays that are reserved on a camping card, with their extras, the next one first.

    camper_id: number of the camping card
    """
    camper = db.campers[camper_id]
    stays = db.stays.where(lambda s: s.camper_id == camper.camper_id)
    return sorted(stays, key=lambda s: s.arrival)


@world.function(writes=True)
def order_camp_extras(db: Campsites, stay_id: StayId, extras: list[Extra]) -> CampStay:
    """Order things for a stay, ready on arrival. Their prices are added to the total.

    stay_id: the stay
    extras: what is wanted, each thing once
    """
    stay = db.stays[stay_id]
    if not extras or len(set(extras)) < len(extras):
        raise Refused("An order takes one thing or more, each of them once.")
    if double := [extra for extra in extras if extra in stay.extras]:
        raise Refused(f"Stay {stay_id} has {double[0]} on order already.")
    total = round(stay.total + sum(EXTRAS[extra] for extra in extras), 2)
    return db.stays.put(replace(stay, extras=[*stay.extras, *extras], total=total))


@world.function(writes=True)
def extend_camping_stay(db: Campsites, stay_id: StayId, extra_nights: Nights) -> CampStay:
    """Add nights to the end of a stay, at the pitch's price a night.

    Refused when somebody else arrives before the new departure.

    stay_id: the stay
    extra_nights: how many nights are added
    """
    stay = db.stays[stay_id]
    leaves = dt.date.fromisoformat(stay.departure)
    if _overlaps(db.stays.where(lambda s: s.pitch_id == stay.pitch_id), leaves, extra_nights):
        raise Refused(f"The pitch of stay {stay_id} is taken by somebody else from {leaves} on.")
    departure = str(leaves + dt.timedelta(days=extra_nights))
    more = db.pitches[stay.pitch_id].price_per_night * extra_nights
    nights, total = stay.nights + extra_nights, round(stay.total + more, 2)
    return db.stays.put(replace(stay, departure=departure, nights=nights, total=total))


@world.function(writes=True)
def cancel_camping_stay(db: Campsites, stay_id: StayId) -> CampRefund:
    """Cancel a stay. It is free at a flexible rate; otherwise 30 % of the price is kept.

    stay_id: the stay
    """
    stay = db.stays[stay_id]
    fee = 0.0 if stay.flexible else round(0.3 * stay.total, 2)
    db.stays.remove(stay_id)
    return CampRefund(stay_id, stay.site, fee, round(stay.total - fee, 2))


@world.function(writes=True)
def register_camp_vehicle(
    db: Campsites, stay_id: StayId, vehicle: Annotated[CampVehicle, Kind("CampVehicle")]
) -> CampPermit:
    """Register a vehicle for a stay, so that the barrier opens for it until the day of departure.

    stay_id: the stay
    vehicle: model and number plate
    """
    stay = db.stays[stay_id]
    permit_id = fresh_id("VP", stay_id, vehicle.plate)
    if permit_id in db.permits:
        raise Refused(f"{vehicle.plate} is registered for stay {stay_id} already.")
    code = 1000 + _settled(9000, permit_id)
    return db.permits.put(CampPermit(permit_id, stay_id, vehicle, stay.departure, code))
