"""An animal shelter: animals, visits, adoption, fostering and appeals for money."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind, Money, Time
from buttonup.worlds.names import day, numbers, people, phone
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

AdopterId = Annotated[
    str,
    Kind("AdopterId"),
    Meta(pattern=r"^ADP-\d{5}$", description="Number of somebody registered with the shelter."),
]
AnimalId = Annotated[
    str,
    Kind("ShelterAnimalId"),
    Meta(pattern=r"^ANI-\d{4}$", description="Animal id, like ANI-3308."),
]
HourId = Annotated[
    str,
    Kind("VisitingHourId"),
    Meta(pattern=r"^VHO-\d{5}$", description="Id of a visiting time, like VHO-20431."),
]
VisitId = Annotated[
    str,
    Kind("ShelterVisitId"),
    Meta(pattern=r"^SVI-\d{5}$", description="Id of a visit, like SVI-20431."),
]
AppealId = Annotated[
    str,
    Kind("ShelterAppealId"),
    Meta(pattern=r"^APL-\d{3}$", description="Appeal id, like APL-214."),
]
AnimalName = Annotated[str, Kind("ShelterAnimalName"), Meta(description="What it is called.")]
KeeperName = Annotated[str, Kind("PersonName"), Meta(description="Who looks after it.")]
Group = Annotated[
    Literal["dogs", "cats", "rabbits", "guinea pigs", "parrots"], Kind("ShelterGroup")
]
Size = Literal["small", "medium", "large"]
Cause = Annotated[
    Literal["operations", "dental care", "special diets", "physiotherapy"], Kind("ShelterCause")
]


class Animal(Row):
    """An animal that is looking for a home."""

    animal_id: AnimalId
    name: AnimalName
    group: Group
    breed: Annotated[str, Kind("ShelterBreed")]
    size: Size
    born: Annotated[Date, Meta(description="Day of birth, often an estimate.")]
    here_since: Date
    fee: Annotated[Money, Meta(description="Fee for an adoption.")]
    likes_children: bool
    reserved: Annotated[bool, Meta(description="Promised to somebody already.")]


class Keeper(Row):
    """Somebody who looks after animals."""

    name: KeeperName
    phone: Annotated[str, Kind("Phone")]


class Treatment(Row):
    """Something that the shelter's vet did."""

    what: Annotated[str, Kind("ShelterTreatment")]
    done_on: Date


class AnimalFile(Row):
    """All that is known of one animal."""

    animal_id: AnimalId
    name: AnimalName
    weight_kg: float
    neutered: bool
    vaccinated_until: Date
    keeper: Keeper
    treatments: list[Treatment]


class VisitingHour(Row):
    """A time at which visitors can be shown round."""

    hour_id: HourId
    day: Date
    time: Time
    keeper: Annotated[str, Kind("PersonName"), Meta(description="Who shows visitors round.")]
    minutes: Annotated[int, Meta(description="How long it lasts.")]
    free: bool


class ShelterVisit(Row):
    """A visit to meet an animal."""

    visit_id: VisitId
    adopter_id: AdopterId
    animal_id: AnimalId
    animal: AnimalName
    day: Date
    time: Time
    keeper: Annotated[str, Kind("PersonName"), Meta(description="Who shows visitors round.")]


class Household(Row):
    """Where an animal would live."""

    home: Literal["flat", "house", "farm"]
    adults: Annotated[int, Meta(ge=1, description="How many adults live there.")]
    children: Annotated[int, Meta(ge=0, description="How many children live there.")]


class AdoptionRequest(Row):
    """Somebody's wish to adopt an animal, until it is decided."""

    request_id: Annotated[
        str,
        Kind("AdoptionRequestId"),
        Meta(pattern=r"^ADR-\d{5}$", description="Id of the request."),
    ]
    adopter_id: AdopterId
    animal_id: AnimalId
    animal: AnimalName
    household: Household
    fee: Money
    decision_by: Date


class Fostering(Row):
    """Animals that live with somebody for a while."""

    foster_id: Annotated[
        str, Kind("FosteringId"), Meta(pattern=r"^FOS-\d{5}$", description="Id of the fostering.")
    ]
    adopter_id: AdopterId
    animals: list[Animal]
    until: Date
    allowance: Annotated[Money, Meta(description="What the shelter pays towards food.")]


class Appeal(Row):
    """A call for money for one animal."""

    appeal_id: AppealId
    title: Annotated[str, Kind("ShelterAppealTitle")]
    cause: Cause
    animal_id: AnimalId
    goal: Money
    missing: Annotated[Money, Meta(description="What is still needed.")]
    ends: Date
    urgent: bool


class Gift(Row):
    """Money that was given to an appeal."""

    gift_id: Annotated[
        str, Kind("ShelterGiftId"), Meta(pattern=r"^GFT-\d{5}$", description="Id of the gift.")
    ]
    appeal_id: AppealId
    title: Annotated[str, Kind("ShelterAppealTitle")]
    amount: Money
    monthly: Annotated[bool, Meta(description="Given every month until the appeal ends.")]
    missing: Annotated[Money, Meta(description="What is still needed after it.")]


@dataclasses.dataclass
class AnimalShelter(State):
    """All of the shelter's records."""

    adopters: dict[str, str]
    """Number -> name."""
    animals: Table[Animal]
    files: Table[AnimalFile]
    hours: Table[VisitingHour]
    visits: Table[ShelterVisit]
    requests: Table[AdoptionRequest]
    fosterings: Table[Fostering]
    appeals: Table[Appeal]
    gifts: Table[Gift]


BREEDS: dict[Group, tuple[tuple[str, ...], tuple[Size, ...], tuple[float, float], int]] = {
    "dogs": (
        ("terrier mix", "greyhound", "shepherd mix", "spaniel", "poodle mix", "collie"),
        ("small", "medium", "medium", "large"), (6, 36), 240,
    ),
    "cats": (
        ("tabby", "black shorthair", "ginger longhair", "Persian mix", "calico"),
        ("small", "medium"), (2.8, 6.5), 120,
    ),
    "rabbits": (("lop", "dwarf rabbit", "Rex"), ("small", "medium", "large"), (1.1, 4.5), 45),
    "guinea pigs": (("rosette", "shorthair", "Peruvian"), ("small",), (0.7, 1.3), 30),
    "parrots": (("budgie", "cockatiel", "grey parrot"), ("small", "medium"), (0.1, 0.5), 85),
}  # fmt: skip
"""Group -> breeds, sizes, weight in kilos, and the usual fee."""
MANY: dict[Group, int] = {"dogs": 24, "cats": 24, "rabbits": 14, "guinea pigs": 12, "parrots": 10}
NAMES = (
    "Acorn|Badger|Basil|Bella|Birdie|Bruno|Caramel|Chester|Cocoa|Daisy|Domino|Echo|Elvis|Fern|"
    "Finn|Flora|Gizmo|Gus|Harley|Honey|Indie|Ivy|Jasper|Kiki|Lemon|Lola|Maple|Max|Milo|Mocha|"
    "Nala|Noodle|Oscar|Paddy|Peanut|Pickle|Pip|Pumpkin|Rio|Rosie|Ruby|Sam|Scout|Shadow|Skye|"
    "Smudge|Socks|Stella|Storm|Sunny|Taco|Thor|Tinker|Truffle|Velvet|Whisky|Widget|Zorro"
).split("|")
TREATMENTS = ("worming", "a blood test", "a dental check", "an X-ray", "ear drops", "a skin cream")
TITLES: dict[Cause, tuple[str, ...]] = {
    "operations": ("An urgent operation", "An eye operation", "A mended leg"),
    "dental care": ("Clean teeth", "A painless mouth"),
    "special diets": ("A gentle diet", "A year of kidney food"),
    "physiotherapy": ("Getting about again", "A course of exercises"),
}
CAUSES: tuple[Cause, ...] = get_args(get_args(Cause)[0])
TIMES = ("10:00", "11:00", "13:30", "14:30", "15:30", "16:30")


def seed(rng: random.Random, today: dt.date) -> AnimalShelter:
    """Make 84 animals and their files, visiting times, 44 adopters, their visits, and appeals."""
    keepers = [Keeper(name, phone(rng)) for name in people(rng, 9)]
    groups = [group for group, many in MANY.items() for _ in range(many)]
    ids = numbers(rng, "ANI", len(groups), 4)
    animals = [_animal(rng, id, g, today) for id, g in zip(ids, groups, strict=True)]
    adopters = dict(zip(numbers(rng, "ADP", 44), people(rng, 44), strict=True))
    ahead = [today + dt.timedelta(days=n) for n in range(1, 25)]
    hours = [
        _hour(str(d), time, rng.choice(keepers), rng.choice((20, 30, 45)))
        for d in ahead
        if d.weekday() != 0
        for time in sorted(rng.sample(TIMES, 4))
    ]
    visitors = [a for a in adopters for _ in range(rng.randint(1, 2))]
    needy = rng.sample(animals, 28)
    appeals = numbers(rng, "APL", len(needy), 3)
    return AnimalShelter(
        today,
        adopters=adopters,
        animals=Table("animal_id", animals),
        files=Table("animal_id", [_file(rng, a, rng.choice(keepers), today) for a in animals]),
        hours=Table("hour_id", hours),
        visits=Table(
            "visit_id",
            [_visit(rng, a, rng.choice(animals), rng.choice(keepers), today) for a in visitors],
        ),
        requests=Table("request_id", ()),
        fosterings=Table("foster_id", ()),
        appeals=Table(
            "appeal_id", [_appeal(rng, id, a, today) for id, a in zip(appeals, needy, strict=True)]
        ),
        gifts=Table("gift_id", ()),
    )


def _animal(rng: random.Random, animal_id: str, group: Group, today: dt.date) -> Animal:
    breeds, sizes, _, fee = BREEDS[group]
    born = today - dt.timedelta(days=rng.randint(150, 3_600))
    since = today - dt.timedelta(days=rng.randint(3, 140))
    price = float(round(fee * rng.uniform(0.5, 1.2) / 5) * 5)
    return Animal(
        animal_id, rng.choice(NAMES), group, rng.choice(breeds), rng.choice(sizes), str(born),
        str(since), price, rng.random() < 0.65, rng.random() < 0.12,
    )  # fmt: skip


def _file(rng: random.Random, animal: Animal, keeper: Keeper, today: dt.date) -> AnimalFile:
    done = sorted(day(rng, today, -120, -2) for _ in range(rng.randint(1, 3)))
    treatments = [
        Treatment(what, on)
        for what, on in zip(rng.sample(TREATMENTS, len(done)), done, strict=True)
    ]
    weight = round(rng.uniform(*BREEDS[animal.group][2]), 1)
    return AnimalFile(
        animal.animal_id, animal.name, weight, rng.random() < 0.7, day(rng, today, 10, 360),
        keeper, treatments,
    )  # fmt: skip


def _hour(day: str, time: str, keeper: Keeper, minutes: int) -> VisitingHour:
    return VisitingHour(fresh_id("VHO", day, time), day, time, keeper.name, minutes, True)


def _open_day(rng: random.Random, today: dt.date, earliest: int, latest: int) -> str:
    drawn = today + dt.timedelta(days=rng.randint(earliest, latest))
    return str(drawn + dt.timedelta(days=1) if drawn.weekday() == 0 else drawn)


def _visit(
    rng: random.Random, adopter_id: str, animal: Animal, keeper: Keeper, today: dt.date
) -> ShelterVisit:
    on, time = _open_day(rng, today, 1, 22), rng.choice(TIMES)
    return ShelterVisit(
        fresh_id("SVI", adopter_id, animal.animal_id), adopter_id, animal.animal_id, animal.name,
        on, time, keeper.name,
    )  # fmt: skip


def _appeal(rng: random.Random, appeal_id: str, animal: Animal, today: dt.date) -> Appeal:
    cause = rng.choice(CAUSES)
    goal = float(rng.randrange(200, 2_600, 50))
    missing = round(goal * rng.uniform(0.1, 0.9), 2)
    ends = day(rng, today, 5, 80)
    title = f"{rng.choice(TITLES[cause])} for {animal.name}"
    return Appeal(
        appeal_id, title, cause, animal.animal_id, goal, missing, ends, rng.random() < 0.3
    )


world = World(
    "animal_shelter",
    "An animal shelter",
    seed,
    known={
        "AdopterId": lambda s, rng: rng.choice(list(s.visits)).adopter_id,
        "Date": lambda s, rng: rng.choice(list(s.hours)).day,
        "find_shelter_animals.max_years": lambda _s, rng: rng.randint(2, 7),
        "find_shelter_animals.max_fee": lambda _s, rng: float(rng.randrange(40, 210, 10)),
        "find_visiting_hours.not_before": lambda _s, rng: rng.choice(("11:00", "13:00", "14:00")),
        "foster_animals.until": lambda s, rng: day(rng, s.today, 20, 150),
        "ask_to_adopt.household": lambda _s, rng: Household(
            rng.choice(("flat", "house", "farm")), rng.choice((2, 2, 3)), rng.choice((2, 3))
        ),
        "give_to_appeal.amount": lambda _s, rng: float(rng.choice((10, 15, 20, 25, 40, 60, 100))),
    },
)


@world.function()
def find_shelter_animals(
    db: AnimalShelter,
    group: Group,
    size: Size | None = None,
    max_years: int | None = None,
    max_fee: Money | None = None,
    likes_children: bool = False,
    page: PageNumber = 1,
) -> Page[Animal]:
    """List the animals that are looking for a home, the longest here first, eight to a page.

    group: what sort of animal
    size: only animals of this size
    max_years: only animals up to this age, in years
    max_fee: only animals whose adoption costs at most this much, in euros
    likes_children: only animals that get on with children
    page: which page of the list
    """
    oldest = "" if max_years is None else str(db.today - dt.timedelta(days=365 * max_years))
    found = db.animals.where(
        lambda a: (
            a.group == group
            and not a.reserved
            and (size is None or a.size == size)
            and a.born >= oldest
            and (max_fee is None or a.fee <= max_fee)
            and (a.likes_children or not likes_children)
        )
    )
    return page_of(sorted(found, key=lambda a: (a.here_since, a.animal_id)), page, 8)


@world.function()
def get_shelter_animal(db: AnimalShelter, animal_id: AnimalId) -> AnimalFile:
    """Get the file of one animal: weight, vaccination, treatments, and its keeper's number.

    animal_id: the animal in question
    """
    return db.files[animal_id]


@world.function()
def find_visiting_hours(
    db: AnimalShelter, day: Date, not_before: Time | None = None
) -> list[VisitingHour]:
    """List the times on a day at which visitors can come. The shelter is shut on Mondays.

    day: the day in question
    not_before: only times from this one on
    """
    return db.hours.where(
        lambda h: h.free and h.day == day and (not_before is None or h.time >= not_before)
    )


@world.function(writes=True)
def book_shelter_visit(
    db: AnimalShelter, adopter_id: AdopterId, animal_id: AnimalId, hour_id: HourId
) -> ShelterVisit:
    """Book a visiting time to meet an animal. Animals that are promised cannot be visited.

    adopter_id: number of the person who comes
    animal_id: the animal to meet
    hour_id: the visiting time to book
    """
    _registered(db, adopter_id)
    animal, hour = _unpromised(db, animal_id), _open(db, hour_id)
    db.hours.put(replace(hour, free=False))
    return db.visits.put(
        ShelterVisit(
            fresh_id("SVI", adopter_id, animal_id, hour_id), adopter_id, animal_id, animal.name,
            hour.day, hour.time, hour.keeper,
        )
    )  # fmt: skip


def _registered(db: AnimalShelter, adopter_id: str) -> None:
    if adopter_id not in db.adopters:
        raise Refused(f"Nobody is registered as {adopter_id!r}.")


def _unpromised(db: AnimalShelter, animal_id: str) -> Animal:
    animal = db.animals[animal_id]
    if animal.reserved:
        raise Refused(f"{animal.name} ({animal_id}) is promised to somebody already.")
    return animal


def _open(db: AnimalShelter, hour_id: str) -> VisitingHour:
    hour = db.hours[hour_id]
    if not hour.free:
        raise Refused(f"The visiting time {hour_id} has been taken.")
    return hour


@world.function()
def list_shelter_visits(db: AnimalShelter, adopter_id: AdopterId) -> list[ShelterVisit]:
    """List the visits that somebody has booked, the next one first.

    adopter_id: number of the person
    """
    _registered(db, adopter_id)
    found = db.visits.where(lambda v: v.adopter_id == adopter_id)
    return sorted(found, key=lambda v: (v.day, v.time, v.visit_id))


@world.function(writes=True)
def move_shelter_visit(db: AnimalShelter, visit_id: VisitId, hour_id: HourId) -> ShelterVisit:
    """Move a visit to another visiting time, with whichever keeper that is.

    visit_id: the visit to move
    hour_id: the visiting time that it moves to
    """
    visit, hour = db.visits[visit_id], _open(db, hour_id)
    db.hours.put(replace(hour, free=False))
    return db.visits.put(replace(visit, day=hour.day, time=hour.time, keeper=hour.keeper))


@world.function(writes=True)
def cancel_shelter_visit(db: AnimalShelter, visit_id: VisitId) -> ShelterVisit:
    """Cancel a visit, so that somebody else can come.

    visit_id: the visit to cancel
    """
    visit = db.visits[visit_id]
    db.visits.remove(visit_id)
    return visit


@world.function(writes=True)
def ask_to_adopt(
    db: AnimalShelter,
    adopter_id: AdopterId,
    animal_id: AnimalId,
    household: Annotated[Household, Kind("AdoptingHousehold")],
) -> AdoptionRequest:
    """Hand in a request to adopt an animal, which is decided within ten days.

    Refused for homes with children when the animal does not get on with them, and for large
    dogs in a flat.

    adopter_id: number of the person who would adopt
    animal_id: the animal wanted
    household: the home, and who lives there
    """
    _registered(db, adopter_id)
    animal = _unpromised(db, animal_id)
    if household.children and not animal.likes_children:
        raise Refused(f"{animal.name} ({animal_id}) does not get on with children.")
    if household.home == "flat" and animal.group == "dogs" and animal.size == "large":
        raise Refused(f"{animal.name} ({animal_id}) is too big for a flat.")
    request_id = fresh_id("ADR", adopter_id, animal_id)
    decided = str(db.today + dt.timedelta(days=10))
    db.animals.put(replace(animal, reserved=True))
    return db.requests.put(
        AdoptionRequest(
            request_id, adopter_id, animal_id, animal.name, household, animal.fee, decided
        )
    )


@world.function(writes=True)
def foster_animals(
    db: AnimalShelter, adopter_id: AdopterId, animal_ids: list[AnimalId], until: Date
) -> Fostering:
    """Take two to four animals home for two weeks to six months. The shelter helps with the food.

    adopter_id: number of the person who takes them
    animal_ids: the animals to foster
    until: the day they come back
    """
    _registered(db, adopter_id)
    if not 2 <= len(set(animal_ids)) == len(animal_ids) <= 4:
        raise Refused("Two to four different animals can be fostered together.")
    days = (dt.date.fromisoformat(until) - db.today).days
    if not 14 <= days <= 182:
        raise Refused(f"Fostering until {until} is not possible: two weeks to six months are.")
    animals = [_unpromised(db, animal_id) for animal_id in animal_ids]
    taken = [db.animals.put(replace(animal, reserved=True)) for animal in animals]
    foster_id = fresh_id("FOS", adopter_id, until, *animal_ids)
    allowance = round(0.4 * days * len(taken), 2)
    return db.fosterings.put(Fostering(foster_id, adopter_id, taken, until, allowance))


@world.function()
def find_shelter_appeals(db: AnimalShelter, cause: Cause, urgent: bool = False) -> list[Appeal]:
    """List the appeals for a cause: the animal, how much is still needed, and until when.

    cause: what the money is for
    urgent: only urgent appeals
    """
    return db.appeals.where(lambda a: a.cause == cause and (a.urgent or not urgent))


@world.function(writes=True)
def give_to_appeal(
    db: AnimalShelter, appeal_id: AppealId, amount: Money, monthly: bool = False
) -> Gift:
    """Give money to an appeal, once or every month until it ends. Gifts start at five euros.

    appeal_id: the appeal
    amount: how much, in euros
    monthly: whether it is given every month
    """
    appeal = db.appeals[appeal_id]
    if amount < 5:
        raise Refused("A gift has to be five euros at least.")
    missing = round(max(appeal.missing - amount, 0), 2)
    db.appeals.put(replace(appeal, missing=missing))
    gift_id = fresh_id("GFT", appeal_id, amount, monthly)
    return db.gifts.put(Gift(gift_id, appeal_id, appeal.title, amount, monthly, missing))
