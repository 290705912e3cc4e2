"""An observatory: targets in the sky, telescopes, nights, proposals, observations and logs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Country, Date, Kind, Money, Time
from buttonup.worlds.names import day, numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

TargetId = Annotated[
    str, Kind("SkyTargetId"), Meta(pattern=r"^SKY-\d{4}$", description="Catalogue number.")
]
TelescopeId = Annotated[
    str, Kind("TelescopeId"), Meta(pattern=r"^TEL-\d{2}$", description="Telescope id, like TEL-07.")
]
NightId = Annotated[
    str,
    Kind("ObservingNightId"),
    Meta(pattern=r"^NGT-\d{5}$", description="One night at one telescope, like NGT-20431."),
]
ProposalId = Annotated[
    str,
    Kind("ObservingProposalId"),
    Meta(pattern=r"^PRP-\d{5}$", description="Proposal id, like PRP-20431."),
]
ObservationId = Annotated[
    str,
    Kind("ObservationId"),
    Meta(pattern=r"^OBS-\d{5}$", description="Observation id, like OBS-20431."),
]
AstronomerId = Annotated[
    str,
    Kind("AstronomerId"),
    Meta(pattern=r"^AST-\d{4}$", description="Number of an astronomer, like AST-5120."),
]
Constellation = Annotated[
    str, Kind("Constellation"), Meta(description="Name of a constellation, like Lyra.")
]
Magnitude = Annotated[
    float, Kind("Magnitude"), Meta(description="Apparent brightness; the lower, the brighter.")
]
Hours = Annotated[int, Kind("ObservingHours"), Meta(ge=1, le=12, description="Length in hours.")]
Percent = Annotated[int, Kind("SkyPercent"), Meta(ge=0, le=100)]
FilterName = Literal["ultraviolet", "blue", "green", "red", "infrared"]
Filter = Annotated[FilterName, Kind("SkyFilter")]
WindUnit = Literal["km/h", "mph"]
TargetType = Literal["nebula", "star cluster", "double star", "variable star"]
ProposalStatus = Literal["under review", "approved", "rejected"]
ObservationStatus = Literal["booked", "done", "cancelled"]


class Telescope(Row):
    """One of the observatory's telescopes."""

    telescope_id: TelescopeId
    name: Annotated[str, Kind("TelescopeName")]
    country: Country
    mirror_m: Annotated[float, Meta(description="Diameter of the mirror, in metres.")]
    altitude_m: Annotated[int, Meta(description="Height above sea level, in metres.")]
    hourly_rate: Annotated[Money, Meta(description="Price of an hour, in euros.")]


class SkyTarget(Row):
    """Something in the sky that can be observed."""

    target_id: TargetId
    name: Annotated[str, Kind("SkyTargetName")]
    type: TargetType
    constellation: Constellation
    magnitude: Magnitude
    distance_ly: Annotated[int, Meta(description="Distance in light years.")]


class Night(Row):
    """One night at one telescope."""

    night_id: NightId
    telescope_id: TelescopeId
    date: Date
    starts: Annotated[Time, Meta(description="When it is dark enough.")]
    free_hours: Annotated[int, Kind("Count"), Meta(description="Hours nobody has booked.")]
    moon_percent: Annotated[Percent, Meta(description="How much of the moon is lit.")]


class Sky(Row):
    """The weather that is expected in one night."""

    night_id: NightId
    cloud_percent: Percent
    wind_km_h: int
    temperature_c: int


class SkyForecast(Row):
    """How good a night is going to be."""

    night_id: NightId
    telescope_id: TelescopeId
    cloud_percent: Percent
    wind: Annotated[float, Meta(description="Wind speed, in `wind_unit`.")]
    wind_unit: WindUnit
    temperature_c: Annotated[int, Meta(description="In degrees Celsius.")]
    dome_open: Annotated[bool, Meta(description="Whether the dome can be opened.")]


class ExposurePlan(Row):
    """How long a target must be exposed."""

    target: SkyTarget
    filters: list[Filter]
    minutes: Annotated[int, Kind("ExposureMinutes"), Meta(description="For all filters together.")]
    gigabytes: Annotated[float, Meta(description="Size of the images.")]


class Proposal(Row):
    """An astronomer's claim to telescope time for one target."""

    proposal_id: ProposalId
    astronomer_id: AstronomerId
    target: SkyTarget
    hours_granted: Annotated[int, Kind("Count"), Meta(description="Hours asked for or granted.")]
    hours_left: Annotated[int, Kind("Count"), Meta(description="Hours not booked yet.")]
    decision_on: Annotated[Date, Meta(description="Day of the committee's decision.")]
    valid_until: Date
    status: ProposalStatus


class Observation(Row):
    """Hours of one night that are used for a proposal."""

    observation_id: ObservationId
    proposal_id: ProposalId
    telescope_id: TelescopeId
    date: Date
    starts: Time
    hours: Hours
    cost: Money
    status: ObservationStatus


class Exposure(Row):
    """One image."""

    filter: Filter
    minutes: Annotated[int, Kind("ExposureMinutes")]
    quality: Literal["good", "fair", "poor"]


class ObservingLog(Row):
    """What was done in an observation."""

    observation_id: ObservationId
    observer: Annotated[str, Kind("PersonName")]
    exposures: list[Exposure]
    total_minutes: Annotated[int, Kind("ExposureMinutes")]


@dataclasses.dataclass
class Observatory(State):
    """All of the observatory's records."""

    telescopes: Table[Telescope]
    targets: Table[SkyTarget]
    nights: Table[Night]
    skies: Table[Sky]
    proposals: Table[Proposal]
    observations: Table[Observation]
    logs: Table[ObservingLog]


CONSTELLATIONS = (
    "Andromeda", "Aquila", "Cassiopeia", "Centaurus", "Cygnus", "Hercules", "Lyra", "Orion",
    "Perseus", "Virgo",
)  # fmt: skip
SUFFIXES: dict[TargetType, str] = {
    "nebula": "Nebula", "star cluster": "Cluster", "double star": "Pair", "variable star": "Star",
}  # fmt: skip
NICKNAMES = (
    "Anvil|Beehive Lane|Candle|Dolphin|Ember|Feather|Gull|Horn|Ink Drop|Jackdaw|Kettle|Lantern|"
    "Mirror|Needle|Oar|Pearl|Quill|Ribbon|Sickle|Thistle|Urn|Veil Edge|Weathervane|Yarrow"
).split("|")
DOMES = (
    ("North Dome", "Spain"), ("South Dome", "Spain"), ("Big Eye", "Spain"),
    ("Ridge Telescope", "Italy"), ("Saddle Telescope", "Italy"), ("Pine Hill", "Germany"),
    ("Tower Refractor", "Germany"), ("Fjord Telescope", "Norway"), ("Old Reflector", "France"),
    ("Glacier Telescope", "France"),
)  # fmt: skip
NIGHTS_AHEAD = 14
WINDY = 55  # km/h from which the dome stays shut
CLOUDY = 60  # percent from which the dome stays shut


def seed(rng: random.Random, today: dt.date) -> Observatory:
    """Make 10 telescopes, 96 targets, 140 nights, and the proposals of 16 astronomers."""
    telescopes = [
        Telescope(
            f"TEL-{n:02}", name, country, rng.randrange(8, 65) / 10,
            rng.randrange(400, 2900, 10), float(rng.randrange(80, 420, 10)),
        )
        for n, (name, country) in enumerate(DOMES, 1)
    ]  # fmt: skip
    names = [(kind, f"{nick} {word}") for kind, word in SUFFIXES.items() for nick in NICKNAMES]
    targets = [
        SkyTarget(
            target_id, name, kind, rng.choice(CONSTELLATIONS),
            round(rng.uniform(2.5, 14), 1), rng.randint(30, 9000),
        )
        for target_id, (kind, name) in zip(numbers(rng, "SKY", 96, 4), names, strict=True)
    ]  # fmt: skip
    nights = [
        _night(rng, telescope.telescope_id, str(today + dt.timedelta(days=ahead)))
        for telescope in telescopes
        for ahead in range(1, NIGHTS_AHEAD + 1)
    ]
    astronomers, observers = numbers(rng, "AST", 16, 4), people(rng, 6)
    proposals = [
        _proposal(rng, proposal_id, rng.choice(astronomers), rng.choice(targets), today)
        for proposal_id in numbers(rng, "PRP", 46)
    ]
    observations = [
        _observation(rng, proposal.proposal_id, telescope, today)
        for proposal in proposals
        if proposal.status == "approved"
        for telescope in rng.sample(telescopes, rng.randint(1, 3))
    ]
    done = [o for o in observations if o.status == "done"]
    return Observatory(
        today,
        telescopes=Table("telescope_id", telescopes),
        targets=Table("target_id", targets),
        nights=Table("night_id", nights),
        skies=Table("night_id", [_sky(rng, night.night_id) for night in nights]),
        proposals=Table("proposal_id", proposals),
        observations=Table("observation_id", observations),
        logs=Table("observation_id", [_log(rng, o, rng.choice(observers)) for o in done]),
    )


def _night(rng: random.Random, telescope_id: str, date: str) -> Night:
    starts = rng.choice(("20:30", "21:00", "21:15", "21:45", "22:00", "22:30"))
    free = rng.choice((0, 0, 0, 2, 3, 4, 5, 6, 7))
    night_id = fresh_id("NGT", telescope_id, date)
    return Night(night_id, telescope_id, date, starts, free, rng.randint(0, 100))


def _sky(rng: random.Random, night_id: str) -> Sky:
    return Sky(night_id, rng.randint(0, 95), rng.randint(2, 70), rng.randint(-12, 18))


def _proposal(
    rng: random.Random, proposal_id: str, astronomer_id: str, target: SkyTarget, today: dt.date
) -> Proposal:
    statuses: tuple[ProposalStatus, ...] = ("approved", "approved", "approved", "under review")
    status = rng.choice(statuses)
    granted = rng.randint(6, 24)
    left = rng.randint(4, granted) if status == "approved" else granted
    decision = day(rng, today, 5, 40) if status == "under review" else day(rng, today, -150, -60)
    until = day(rng, today, 30, 300)
    return Proposal(proposal_id, astronomer_id, target, granted, left, decision, until, status)


def _observation(
    rng: random.Random, proposal_id: str, telescope: Telescope, today: dt.date
) -> Observation:
    ahead, hours = rng.choice((-1, -1, 1)) * rng.randint(3, 50), rng.randint(2, 5)
    status: ObservationStatus = "booked" if ahead > 0 else "done"
    date, starts = str(today + dt.timedelta(days=ahead)), rng.choice(("21:30", "22:15", "23:00"))
    return Observation(
        fresh_id("OBS", proposal_id, telescope.telescope_id), proposal_id, telescope.telescope_id,
        date, starts, hours, telescope.hourly_rate * hours, status,
    )  # fmt: skip


def _log(rng: random.Random, observation: Observation, observer: str) -> ObservingLog:
    filters: list[FilterName] = rng.sample(
        ("ultraviolet", "blue", "green", "red", "infrared"), rng.randint(2, 4)
    )
    exposures = [
        Exposure(f, rng.randrange(5, 50, 5), rng.choice(("good", "good", "fair", "poor")))
        for f in filters
    ]
    total = sum(e.minutes for e in exposures)
    return ObservingLog(observation.observation_id, observer, exposures, total)


world = World(
    "observatory",
    "An observatory",
    seed,
    known={
        "Constellation": lambda s, rng: rng.choice(list(s.targets)).constellation,
        "TelescopeId": lambda s, rng: rng.choice(list(s.telescopes)).telescope_id,
        "Country": lambda s, rng: rng.choice(list(s.telescopes)).country,
        "AstronomerId": lambda s, rng: rng.choice(list(s.proposals)).astronomer_id,
        "ObservingProposalId": lambda s, rng: (
            rng.choice(s.proposals.where(lambda p: p.status == "approved")).proposal_id
        ),
        "ObservingHours": lambda _s, rng: rng.randint(2, 5),
        "plan_exposures.target_id": lambda s, rng: rng.choice(list(s.targets)).target_id,
        "find_telescope_time.date": lambda s, rng: day(rng, s.today, 2, NIGHTS_AHEAD),
        "find_telescope_time.min_hours": lambda _s, rng: rng.randint(3, 5),
        "find_sky_targets.max_magnitude": lambda _s, rng: float(rng.randint(6, 11)),
        "cancel_observation.observation_id": lambda s, rng: (
            rng.choice(s.observations.where(lambda o: o.status == "booked")).observation_id
        ),
        "open_observing_log.observation_id": lambda s, rng: rng.choice(list(s.logs)).observation_id,
    },
)


@world.function()
def find_sky_targets(
    db: Observatory,
    constellation: Constellation,
    target_type: TargetType | None = None,
    max_magnitude: Magnitude | None = None,
    page: PageNumber = 1,
) -> Page[SkyTarget]:
    """List the targets in a constellation, six to a page, the brightest first.

    constellation: name of the constellation
    target_type: only targets of this type
    max_magnitude: only targets at least this bright, that is, of this magnitude or a lower one
    page: which page of the list
    """
    found = db.targets.where(lambda t: t.constellation.casefold() == constellation.casefold())
    if not found:
        raise Refused(f"The catalogue knows no target in {constellation}.")
    fit = [
        t
        for t in found
        if (target_type is None or t.type == target_type)
        and (max_magnitude is None or t.magnitude <= max_magnitude)
    ]
    return page_of(sorted(fit, key=lambda t: (t.magnitude, t.target_id)), page, 6)


@world.function()
def plan_exposures(db: Observatory, target_id: TargetId, filters: list[Filter]) -> ExposurePlan:
    """Work out how long a target must be exposed through a set of filters. Nothing is booked.

    target_id: the target
    filters: the filters to use, each once
    """
    target = db.targets[target_id]
    if not 1 <= len(set(filters)) == len(filters):
        raise Refused("An exposure plan needs one filter or several different ones.")
    one = 4 + round(1.5 * target.magnitude)
    slow = {"ultraviolet", "infrared"} & set(filters)
    minutes = one * (len(filters) + len(slow))
    return ExposurePlan(target, filters, minutes, round(minutes * 0.12, 1))


@world.function()
def find_telescope_time(
    db: Observatory,
    date: Date,
    country: Country | None = None,
    min_hours: Hours | None = None,
) -> list[Night]:
    """List the telescopes with free hours in the night of a date, up to 14 days ahead.

    date: the day on which the night begins
    country: only telescopes in this country
    min_hours: only nights with at least this many free hours
    """
    nights = db.nights.where(lambda n: n.date == date)
    if not nights:
        raise Refused(f"The schedule reaches {NIGHTS_AHEAD} days ahead; {date} is not in it.")
    return [
        n
        for n in nights
        if n.free_hours >= (min_hours or 1)
        and (country is None or db.telescopes[n.telescope_id].country == country)
    ]


@world.function()
def forecast_sky(db: Observatory, night_id: NightId, wind_unit: WindUnit = "km/h") -> SkyForecast:
    """Get the weather forecast for a night: clouds, wind, temperature, and whether the dome opens.

    night_id: the night at its telescope
    wind_unit: unit of the wind speed
    """
    night, sky = db.nights[night_id], db.skies[night_id]
    wind = float(sky.wind_km_h) if wind_unit == "km/h" else round(sky.wind_km_h / 1.609, 1)
    opens = sky.wind_km_h < WINDY and sky.cloud_percent < CLOUDY
    return SkyForecast(
        night_id, night.telescope_id, sky.cloud_percent, wind, wind_unit, sky.temperature_c, opens
    )


@world.function()
def get_telescope(db: Observatory, telescope_id: TelescopeId) -> Telescope:
    """Get one telescope: mirror, altitude, country and price of an hour.

    telescope_id: the telescope
    """
    return db.telescopes[telescope_id]


@world.function(writes=True)
def submit_proposal(
    db: Observatory, target_id: TargetId, hours: Hours, astronomer_id: AstronomerId
) -> Proposal:
    """Ask for telescope time for a target. The committee decides within 30 days.

    target_id: the target to observe
    hours: how many hours are asked for
    astronomer_id: number of the astronomer who proposes it
    """
    target = db.targets[target_id]
    own = db.proposals.where(lambda p: p.astronomer_id == astronomer_id)
    if any(p.target.target_id == target_id and p.status != "rejected" for p in own):
        raise Refused(f"Astronomer {astronomer_id} has a proposal for {target_id} already.")
    proposal_id = fresh_id("PRP", astronomer_id, target_id, str(db.today))
    decision = str(db.today + dt.timedelta(days=30))
    until = str(db.today + dt.timedelta(days=395))
    return db.proposals.put(
        Proposal(proposal_id, astronomer_id, target, hours, hours, decision, until, "under review")
    )


@world.function()
def list_proposals(
    db: Observatory,
    astronomer_id: AstronomerId,
    status: Literal["under review", "approved"] | None = None,
) -> list[Proposal]:
    """List the proposals of an astronomer, with target, hours left and state.

    astronomer_id: number of the astronomer
    status: only proposals in this state
    """
    return db.proposals.where(
        lambda p: p.astronomer_id == astronomer_id and (status is None or p.status == status)
    )


@world.function(writes=True)
def book_observation(
    db: Observatory, proposal_id: ProposalId, night_id: NightId, hours: Hours
) -> Observation:
    """Book free hours of a night for an approved proposal that has hours left.

    proposal_id: the proposal under which it is observed
    night_id: the night at its telescope
    hours: how many hours
    """
    proposal, night = db.proposals[proposal_id], db.nights[night_id]
    if proposal.status != "approved":
        raise Refused(f"Proposal {proposal_id} is {proposal.status}.")
    if hours > proposal.hours_left:
        raise Refused(f"Proposal {proposal_id} has only {proposal.hours_left} hours left.")
    if hours > night.free_hours:
        raise Refused(f"Night {night_id} has only {night.free_hours} hours free.")
    if night.date > proposal.valid_until:
        raise Refused(f"Proposal {proposal_id} is valid until {proposal.valid_until} only.")
    observation_id = fresh_id("OBS", proposal_id, night_id)
    if observation_id in db.observations:
        raise Refused(f"Proposal {proposal_id} has hours in night {night_id} already.")
    db.proposals.put(replace(proposal, hours_left=proposal.hours_left - hours))
    db.nights.put(replace(night, free_hours=night.free_hours - hours))
    telescope = db.telescopes[night.telescope_id]
    return db.observations.put(
        Observation(
            observation_id, proposal_id, night.telescope_id, night.date, night.starts, hours,
            telescope.hourly_rate * hours, "booked",
        )
    )  # fmt: skip


@world.function()
def list_observations(
    db: Observatory, proposal_id: ProposalId, status: Literal["booked", "done"] | None = None
) -> list[Observation]:
    """List the observations under a proposal, with date, hours and cost.

    proposal_id: the proposal
    status: only observations in this state
    """
    proposal = db.proposals[proposal_id]
    return db.observations.where(
        lambda o: o.proposal_id == proposal.proposal_id and (status is None or o.status == status)
    )


@world.function()
def open_observing_log(db: Observatory, observation_id: ObservationId) -> ObservingLog:
    """Get the log of an observation that has been done: the observer and every exposure.

    observation_id: the observation
    """
    observation = db.observations[observation_id]
    if observation.status != "done":
        raise Refused(f"Observation {observation_id} is {observation.status} and has no log.")
    return db.logs[observation_id]


@world.function(writes=True)
def cancel_observation(db: Observatory, observation_id: ObservationId) -> Observation:
    """Cancel a booked observation, which gives its hours back. Refused from two days before it.

    observation_id: the observation to cancel
    """
    observation = db.observations[observation_id]
    if observation.status != "booked":
        raise Refused(f"Observation {observation_id} is {observation.status} already.")
    if dt.date.fromisoformat(observation.date) <= db.today + dt.timedelta(days=2):
        raise Refused(f"It is too late to cancel observation {observation_id}.")
    proposal = db.proposals[observation.proposal_id]
    db.proposals.put(replace(proposal, hours_left=proposal.hours_left + observation.hours))
    return db.observations.put(replace(observation, status="cancelled", cost=0.0))
