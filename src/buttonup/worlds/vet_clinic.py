"""A veterinary clinic: pets, vets and their free times, appointments, vaccinations and bills."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind, Money, Time
from buttonup.worlds.names import people, person
from buttonup.worlds.state import Refused, Row, State, Table, fresh_id
from buttonup.worlds.world import World

OwnerId = Annotated[
    str, Kind("PetOwnerId"), Meta(pattern=r"^CL-\d{5}$", description="Client number.")
]
PetId = Annotated[
    str, Kind("PetId"), Meta(pattern=r"^PE-\d{5}$", description="Id of a pet, like PE-20417.")
]
VetId = Annotated[str, Kind("VetId"), Meta(pattern=r"^VT-\d{2}$", description="Id of a vet.")]
OpeningId = Annotated[
    str, Kind("VetOpeningId"), Meta(pattern=r"^OP-\d{5}$", description="Id of a free time.")
]
VisitId = Annotated[
    str, Kind("VetVisitId"), Meta(pattern=r"^VI-\d{5}$", description="Id of an appointment.")
]
VaccinationId = Annotated[
    str, Kind("VaccinationId"), Meta(pattern=r"^VA-\d{5}$", description="Id of a vaccination.")
]
BillId = Annotated[str, Kind("VetBillId"), Meta(pattern=r"^BL-\d{5}$", description="Id of a bill.")]
PetName = Annotated[str, Kind("PetName")]
VetName = Annotated[str, Kind("PersonName")]
Kilos = Annotated[float, Kind("Kilos"), Meta(description="Weight in kilos.")]
Days = Annotated[int, Kind("ReminderDays"), Meta(ge=1, le=60)]
Specialty = Literal[
    "birds", "dental care", "diets", "eye problems", "heart problems", "skin problems", "surgery"
]
Reason = Literal[
    "blood tests", "dental cleaning", "ear trouble", "limping", "microchipping", "nail trimming",
    "weight loss", "yearly checks",
]  # fmt: skip
Species = Literal["dog", "cat", "rabbit", "parrot"]
PartOfDay = Literal["morning", "afternoon"]


class Pet(Row):
    """An animal that the clinic looks after."""

    pet_id: PetId
    owner_id: OwnerId
    name: PetName
    species: Species
    breed: str
    born: Date
    weight: Kilos
    vet_id: Annotated[VetId, Meta(description="The vet who usually sees it.")]


class Vet(Row):
    """One of the clinic's vets."""

    vet_id: VetId
    name: VetName
    specialty: Specialty
    fee: Annotated[Money, Meta(description="Fee of an appointment.")]
    since: Annotated[int, Meta(description="Year in which the vet began to practise.")]
    rating: Annotated[float, Meta(ge=1, le=5, description="Clients' rating, 1 to 5.")]


class Opening(Row):
    """A time at which a vet is free."""

    opening_id: OpeningId
    vet_id: VetId
    vet: VetName
    day: Date
    time: Time
    fee: Money
    free: bool


class Visit(Row):
    """An appointment of a pet with a vet."""

    visit_id: VisitId
    owner_id: OwnerId
    pet_id: PetId
    pet: PetName
    vet_id: VetId
    vet: VetName
    reason: Reason
    day: Date
    time: Time
    fee: Money


class Booking(Row):
    """What a client is told once an appointment is made or moved."""

    visit_id: VisitId
    pet: PetName
    vet_id: VetId
    vet: VetName
    reason: Reason
    day: Date
    time: Time
    fee: Money


class Vaccination(Row):
    """A vaccination that a pet has had, and when it needs the next."""

    vaccination_id: VaccinationId
    pet_id: PetId
    pet: PetName
    vaccine: str
    given: Date
    due: Date
    price: Annotated[Money, Meta(description="Price of the next shot.")]


class Reminder(Row):
    """A message that the clinic will send."""

    vaccination_id: VaccinationId
    pet: PetName
    vaccine: str
    remind_on: Date
    due: Date


class Weighing(Row):
    """What a pet weighed on a day."""

    weighing_id: Annotated[str, Kind("WeighingId")]
    pet_id: PetId
    day: Date
    kilos: Kilos


class Bill(Row):
    """A bill for something done for a pet."""

    bill_id: BillId
    owner_id: OwnerId
    pet_id: PetId
    pet: PetName
    reason: Reason
    amount: Money
    due: Date
    paid: bool


@dataclasses.dataclass
class VetClinic(State):
    """All of the clinic's records."""

    owners: dict[str, str]
    """Client number -> name."""
    pets: Table[Pet]
    vets: Table[Vet]
    openings: Table[Opening]
    visits: Table[Visit]
    vaccinations: Table[Vaccination]
    reminders: Table[Reminder]
    weighings: Table[Weighing]
    bills: Table[Bill]


BREEDS: dict[Species, tuple[str, ...]] = {
    "dog": ("beagle", "whippet", "border collie", "dachshund", "Labrador", "mongrel"),
    "cat": ("tabby", "Siamese", "Maine Coon", "tortoiseshell", "Burmese"),
    "rabbit": ("lop", "Rex rabbit", "Dutch rabbit"),
    "parrot": ("cockatiel", "budgie", "grey parrot"),
}
KILOS: dict[Species, tuple[float, float]] = {
    "dog": (5, 38), "cat": (2.5, 8), "rabbit": (1.2, 4), "parrot": (0.1, 0.6),
}  # fmt: skip
VACCINES: dict[Species, tuple[str, ...]] = {
    "dog": ("rabies", "distemper", "kennel cough", "parvovirus"),
    "cat": ("rabies", "cat flu", "leukaemia"),
    "rabbit": ("myxomatosis", "calicivirus"),
    "parrot": ("polyomavirus", "avian pox"),
}
PETS = (
    "Biscuit|Bramble|Clover|Cleo|Dottie|Fig|Ginger|Hazel|Juno|Loki|Luna|Marble|Miso|Monty|Nutmeg|"
    "Olive|Otto|Pepper|Pixel|Poppy|Rolo|Rusty|Sooty|Teddy|Tilly|Toffee|Waffle|Willow|Ziggy|Zuma"
).split("|")
REASONS: tuple[Reason, ...] = get_args(Reason)
SPECIALTIES: tuple[Specialty, ...] = get_args(Specialty)
TIMES = ("08:30", "09:15", "10:00", "11:30", "14:00", "14:45", "16:15", "17:30")


def seed(rng: random.Random, today: dt.date) -> VetClinic:
    """Make 18 vets and their free times, 40 clients, their pets and all that belongs to them."""
    vets = [_vet(rng, n, name) for n, name in enumerate(people(rng, 18), 1)]
    numbers = [f"CL-{n}" for n in rng.sample(range(10_000, 99_999), 40)]
    pets = [_pet(rng, n, name, vets, today) for n in numbers for name in _some(rng, PETS, 1, 4)]
    free = [
        (str(today + dt.timedelta(days=ahead)), rng.choice(TIMES), vet)
        for vet in vets
        for ahead in rng.sample(range(1, 15), 5)
    ]
    openings = [_opening(*when) for when in sorted(free, key=lambda f: (*f[:2], f[2].vet_id))]
    visits = [
        _visit(rng, pet, rng.choice(vets), today) for pet in pets for _ in range(rng.randint(0, 2))
    ]
    bills = [_bill(rng, pet, today) for pet in pets for _ in range(rng.randint(0, 2))]
    shots = [
        _shot(rng, pet, v, today) for pet in pets for v in _some(rng, VACCINES[pet.species], 1, 3)
    ]
    return VetClinic(
        today,
        owners={n: person(rng) for n in numbers},
        pets=Table("pet_id", pets),
        vets=Table("vet_id", vets),
        openings=Table("opening_id", openings),
        visits=Table("visit_id", visits),
        vaccinations=Table("vaccination_id", shots),
        reminders=Table("vaccination_id", []),
        weighings=Table("weighing_id", [w for pet in pets for w in _weighings(rng, pet, today)]),
        bills=Table("bill_id", bills),
    )


def _some(
    rng: random.Random, names: tuple[str, ...] | list[str], least: int, most: int
) -> list[str]:
    return rng.sample(names, rng.randint(least, min(most, len(names))))


def _vet(rng: random.Random, n: int, name: str) -> Vet:
    specialty = SPECIALTIES[n % len(SPECIALTIES)]
    fee = rng.randrange(32, 95, 3) + rng.choice((0.0, 0.5))
    rating = round(rng.uniform(3.4, 5.0), 1)
    return Vet(f"VT-{n:02}", f"Dr {name}", specialty, fee, rng.randint(1988, 2023), rating)


def _pet(rng: random.Random, owner_id: str, name: str, vets: list[Vet], today: dt.date) -> Pet:
    species: Species = rng.choice(("dog", "dog", "dog", "cat", "cat", "rabbit", "parrot"))
    born = today - dt.timedelta(days=rng.randint(120, 4800))
    weight = round(rng.uniform(*KILOS[species]), 2)
    return Pet(
        fresh_id("PE", owner_id, name), owner_id, name, species, rng.choice(BREEDS[species]),
        str(born), weight, rng.choice(vets).vet_id,
    )  # fmt: skip


def _opening(day: str, time: str, vet: Vet) -> Opening:
    return Opening(
        fresh_id("OP", vet.vet_id, day, time), vet.vet_id, vet.name, day, time, vet.fee, True
    )


def _visit(rng: random.Random, pet: Pet, vet: Vet, today: dt.date) -> Visit:
    day, time = str(today + dt.timedelta(days=rng.randint(0, 30))), rng.choice(TIMES)
    return Visit(
        fresh_id("VI", pet.pet_id, day, time), pet.owner_id, pet.pet_id, pet.name, vet.vet_id,
        vet.name, rng.choice(REASONS), day, time, vet.fee,
    )  # fmt: skip


def _bill(rng: random.Random, pet: Pet, today: dt.date) -> Bill:
    due = str(today + dt.timedelta(days=rng.randint(-12, 28)))
    amount = rng.randrange(1800, 24000, 50) / 100
    return Bill(
        fresh_id("BL", pet.pet_id, due, amount), pet.owner_id, pet.pet_id, pet.name,
        rng.choice(REASONS), amount, due, False,
    )  # fmt: skip


def _shot(rng: random.Random, pet: Pet, vaccine: str, today: dt.date) -> Vaccination:
    given = today - dt.timedelta(days=rng.randint(20, 330))
    due = given + dt.timedelta(days=rng.choice((365, 365, 730)))
    return Vaccination(
        fresh_id("VA", pet.pet_id, vaccine), pet.pet_id, pet.name, vaccine, str(given), str(due),
        rng.randrange(18, 70) + 0.5,
    )  # fmt: skip


def _weighings(rng: random.Random, pet: Pet, today: dt.date) -> list[Weighing]:
    days = sorted(rng.sample(range(3, 500), rng.randint(2, 4)), reverse=True)
    dates = [str(today - dt.timedelta(days=ago)) for ago in days]
    kilos = [round(pet.weight * rng.uniform(0.85, 1.1), 2) for _ in dates[1:]] + [pet.weight]
    return [
        Weighing(fresh_id("WE", pet.pet_id, day), pet.pet_id, day, k)
        for day, k in zip(dates, kilos, strict=True)
    ]


world = World(
    "vet_clinic",
    "A veterinary clinic",
    seed,
    known={
        "PetOwnerId": lambda s, rng: rng.choice(list(s.pets)).owner_id,
        "Date": lambda s, rng: rng.choice(list(s.openings)).day,
        "ReminderDays": lambda _s, rng: rng.choice((3, 5, 7, 10, 14, 21)),
        "find_vets.max_fee": lambda _s, rng: float(rng.randrange(50, 96, 5)),
        "find_openings.max_fee": lambda _s, rng: float(rng.randrange(50, 96, 5)),
    },
)


@world.function()
def list_pets(db: VetClinic, owner_id: OwnerId) -> list[Pet]:
    """List a client's pets, with breed, weight and the vet who usually sees them.

    owner_id: client number
    """
    _client(db, owner_id)
    return db.pets.where(lambda p: p.owner_id == owner_id)


def _client(db: VetClinic, owner_id: str) -> str:
    if owner_id not in db.owners:
        raise Refused(f"There is no client {owner_id!r}.")
    return db.owners[owner_id]


@world.function()
def find_vets(db: VetClinic, specialty: Specialty, max_fee: Money | None = None) -> list[Vet]:
    """List the vets with a specialty, with their fees and ratings.

    specialty: what the vet should be good at
    max_fee: only vets whose appointments cost at most this much, in euros
    """
    return db.vets.where(
        lambda v: v.specialty == specialty and (max_fee is None or v.fee <= max_fee)
    )


@world.function()
def get_vet(db: VetClinic, vet_id: VetId) -> Vet:
    """Get one vet: name, specialty, fee, experience and rating.

    vet_id: the vet to look up
    """
    return db.vets[vet_id]


@world.function()
def find_openings(
    db: VetClinic, day: Date, part_of_day: PartOfDay | None = None, max_fee: Money | None = None
) -> list[Opening]:
    """List the times on a day at which any of the vets is free.

    day: the day in question
    part_of_day: only times in this part of the day
    max_fee: only appointments that cost at most this much, in euros
    """
    return db.openings.where(
        lambda o: (
            o.free
            and o.day == day
            and (part_of_day is None or _part(o.time) == part_of_day)
            and (max_fee is None or o.fee <= max_fee)
        )
    )


@world.function()
def list_vet_openings(
    db: VetClinic, vet_id: VetId, part_of_day: PartOfDay | None = None
) -> list[Opening]:
    """List the times in the next two weeks at which one vet is free.

    vet_id: the vet
    part_of_day: only times in this part of the day
    """
    vet = db.vets[vet_id]
    return db.openings.where(
        lambda o: (
            o.free
            and o.vet_id == vet.vet_id
            and (part_of_day is None or _part(o.time) == part_of_day)
        )
    )


def _part(time: str) -> PartOfDay:
    return "morning" if time < "12:00" else "afternoon"


@world.function()
def list_visits(db: VetClinic, owner_id: OwnerId) -> list[Visit]:
    """List the appointments that are coming up for a client's pets.

    owner_id: client number
    """
    _client(db, owner_id)
    return db.visits.where(lambda v: v.owner_id == owner_id)


@world.function(writes=True)
def book_visit(db: VetClinic, pet_id: PetId, opening_id: OpeningId, reason: Reason) -> Booking:
    """Book a vet's free time for a pet. Refused when the time is taken.

    pet_id: the pet to be seen
    opening_id: the free time to book
    reason: what it is about
    """
    pet, opening = db.pets[pet_id], _open(db, opening_id)
    visit = Visit(
        fresh_id("VI", pet_id, opening_id), pet.owner_id, pet_id, pet.name, opening.vet_id,
        opening.vet, reason, opening.day, opening.time, opening.fee,
    )  # fmt: skip
    db.openings.put(replace(opening, free=False))
    return _told(db.visits.put(visit))


@world.function(writes=True)
def move_visit(db: VetClinic, visit_id: VisitId, opening_id: OpeningId) -> Booking:
    """Move an appointment to another free time, with whichever vet that is.

    Refused on the day of the appointment.

    visit_id: the appointment to move
    opening_id: the free time that it moves to
    """
    visit, opening = _ahead(db, visit_id), _open(db, opening_id)
    db.openings.put(replace(opening, free=False))
    moved = replace(
        visit, vet_id=opening.vet_id, vet=opening.vet, day=opening.day, time=opening.time,
        fee=opening.fee,
    )  # fmt: skip
    return _told(db.visits.put(moved))


@world.function(writes=True)
def cancel_visit(db: VetClinic, visit_id: VisitId) -> Visit:
    """Cancel an appointment. Refused on the day of the appointment.

    visit_id: the appointment to cancel
    """
    visit = _ahead(db, visit_id)
    db.visits.remove(visit_id)
    return visit


def _open(db: VetClinic, opening_id: str) -> Opening:
    opening = db.openings[opening_id]
    if not opening.free:
        raise Refused(f"Opening {opening_id} is taken.")
    return opening


def _ahead(db: VetClinic, visit_id: str) -> Visit:
    visit = db.visits[visit_id]
    if visit.day <= str(db.today):
        raise Refused(f"Appointment {visit_id} is today; please ring the clinic.")
    return visit


def _told(v: Visit) -> Booking:
    return Booking(v.visit_id, v.pet, v.vet_id, v.vet, v.reason, v.day, v.time, v.fee)


@world.function()
def list_vaccinations(db: VetClinic, pet_id: PetId) -> list[Vaccination]:
    """List a pet's vaccinations: when given, when due again, and what that costs.

    pet_id: the pet
    """
    pet = db.pets[pet_id]
    return db.vaccinations.where(lambda v: v.pet_id == pet.pet_id)


@world.function(writes=True)
def set_reminder(db: VetClinic, vaccination_id: VaccinationId, days_before: Days) -> Reminder:
    """Have the owner reminded before a vaccination is due again.

    Refused when that day has passed.

    vaccination_id: the vaccination
    days_before: how many days before it is due
    """
    shot = db.vaccinations[vaccination_id]
    remind_on = dt.date.fromisoformat(shot.due) - dt.timedelta(days=days_before)
    if remind_on < db.today:
        raise Refused(f"{remind_on} has passed.")
    return db.reminders.put(
        Reminder(vaccination_id, shot.pet, shot.vaccine, str(remind_on), shot.due)
    )


@world.function()
def list_weights(db: VetClinic, pet_id: PetId) -> list[Weighing]:
    """List what a pet weighed each time it was at the clinic.

    pet_id: the pet
    """
    pet = db.pets[pet_id]
    return db.weighings.where(lambda w: w.pet_id == pet.pet_id)


@world.function()
def list_bills(db: VetClinic, owner_id: OwnerId, overdue: bool = False) -> list[Bill]:
    """List the bills that a client has not paid.

    owner_id: client number
    overdue: only bills that should have been paid before today
    """
    _client(db, owner_id)
    today = str(db.today)
    return db.bills.where(
        lambda b: b.owner_id == owner_id and not b.paid and not (overdue and b.due >= today)
    )


@world.function(writes=True)
def pay_bill(db: VetClinic, bill_id: BillId) -> Bill:
    """Pay a client's bill in full.

    bill_id: the bill to pay
    """
    bill = db.bills[bill_id]
    if bill.paid:
        raise Refused(f"Bill {bill_id} has been paid already.")
    return db.bills.put(replace(bill, paid=True))
