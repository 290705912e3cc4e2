"""A car workshop: customers' cars, what was done to them, parts, quotes and appointments."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Count, Date, Kind, Money, Time
from buttonup.worlds.names import day, numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

CustomerId = Annotated[
    str, Kind("GarageCustomerId"), Meta(pattern=r"^GCU-\d{5}$", description="Customer number.")
]
CarId = Annotated[
    str, Kind("CustomerCarId"), Meta(pattern=r"^CAR-\d{5}$", description="Car id, like CAR-20431.")
]
JobId = Annotated[
    str, Kind("CarJobId"), Meta(pattern=r"^JOB-\d{5}$", description="Job id, like JOB-20431.")
]
PartId = Annotated[
    str, Kind("CarPartId"), Meta(pattern=r"^PRT-\d{4}$", description="Part id, like PRT-3308.")
]
SlotId = Annotated[
    str,
    Kind("WorkshopSlotId"),
    Meta(pattern=r"^WSL-\d{5}$", description="Id of a free time, like WSL-20431."),
]
MechanicId = Annotated[
    str, Kind("MechanicId"), Meta(pattern=r"^MEC-\d{2}$", description="Mechanic's id, like MEC-07.")
]
BookingId = Annotated[
    str,
    Kind("RepairBookingId"),
    Meta(pattern=r"^RBK-\d{5}$", description="Appointment id, like RBK-20431."),
]
Plate = Annotated[str, Kind("NumberPlate"), Meta(description="What stands on the number plate.")]
CarModel = Annotated[str, Kind("CarModel")]
Distance = Literal["km", "miles"]
Fuel = Literal["petrol", "diesel", "electric"]
Work = Annotated[
    Literal[
        "brake pads", "winter tyres", "wheel alignment", "spark plugs", "rust treatment",
        "exhaust repair", "air conditioning", "bodywork",
    ],
    Kind("CarWork"),
]  # fmt: skip
PartGroup = Annotated[
    Literal["brake pads", "tyres", "wiper blades", "batteries", "air filters", "headlight bulbs"],
    Kind("CarPartGroup"),
]
Quality = Literal["original", "refurbished", "budget"]


class Car(Row):
    """A customer's car."""

    car_id: CarId
    customer_id: CustomerId
    plate: Plate
    model: CarModel
    fuel: Fuel
    year: Annotated[int, Meta(description="Year in which it was built.")]
    odometer: Annotated[int, Meta(description="Distance driven, in the unit below.")]
    unit: Distance
    inspection_due: Annotated[Date, Meta(description="Last day for the next inspection.")]
    mechanic_id: Annotated[MechanicId, Meta(description="The mechanic who usually does it.")]


class Job(Row):
    """Something that was done to a car."""

    job_id: JobId
    car_id: CarId
    work: Work
    done_on: Date
    cost: Money
    guarantee_until: Date
    mechanic_id: MechanicId


class Part(Row):
    """A part that fits one model."""

    part_id: PartId
    name: Annotated[str, Kind("CarPartName")]
    group: PartGroup
    model: CarModel
    quality: Quality
    price: Annotated[Money, Meta(description="Price of one.")]
    delivery_days: Annotated[int, Meta(description="Working days until it is here.")]
    in_stock: bool


class PartOrder(Row):
    """Parts that the workshop ordered for a customer."""

    order_id: Annotated[
        str, Kind("CarPartOrderId"), Meta(pattern=r"^POR-\d{5}$", description="Order id.")
    ]
    part_id: PartId
    name: Annotated[str, Kind("CarPartName")]
    quantity: Count
    total: Money
    arrives: Date


class QuoteLine(Row):
    """The price of one piece of work."""

    work: Work
    hours: float
    price: Money


class RepairQuote(Row):
    """What work on a car would cost."""

    car_id: CarId
    model: CarModel
    lines: list[QuoteLine]
    hours: Annotated[float, Meta(description="Hours of labour altogether.")]
    total: Money
    valid_until: Date


class Slot(Row):
    """A time at which a mechanic is free."""

    slot_id: SlotId
    day: Date
    time: Time
    mechanic_id: MechanicId
    mechanic: Annotated[str, Kind("PersonName")]
    hourly_rate: Money
    free: bool


class Mechanic(Row):
    """Somebody who works on cars."""

    mechanic_id: MechanicId
    name: Annotated[str, Kind("PersonName")]
    speciality: Annotated[Work, Meta(description="What the mechanic does best.")]
    hourly_rate: Money
    since: Annotated[int, Meta(description="Year of joining the workshop.")]
    high_voltage: Annotated[bool, Meta(description="May work on electric cars.")]
    back_from_leave: Annotated[Date, Meta(description="First working day after the next leave.")]


class RepairBooking(Row):
    """An appointment for a car."""

    booking_id: BookingId
    customer_id: CustomerId
    car_id: CarId
    model: CarModel
    plate: Plate
    work: Work
    day: Date
    time: Time
    mechanic_id: MechanicId
    mechanic: Annotated[str, Kind("PersonName")]
    estimate: Annotated[Money, Meta(description="Expected price.")]


@dataclasses.dataclass
class CarWorkshop(State):
    """All of the workshop's records."""

    cars: Table[Car]
    jobs: Table[Job]
    parts: Table[Part]
    orders: Table[PartOrder]
    slots: Table[Slot]
    mechanics: Table[Mechanic]
    bookings: Table[RepairBooking]


WORKS: tuple[Work, ...] = get_args(get_args(Work)[0])
GROUPS: tuple[PartGroup, ...] = get_args(get_args(PartGroup)[0])
QUALITIES: tuple[Quality, ...] = ("original", "refurbished", "budget", "budget")
MODELS: dict[str, tuple[float, tuple[Fuel, ...]]] = {
    "Brio Mini": (0.8, ("petrol", "electric")),
    "Corvane Alto": (1.0, ("petrol", "diesel")),
    "Halden Estate": (1.2, ("petrol", "diesel", "electric")),
    "Nordline Coupé": (1.5, ("petrol", "electric")),
    "Pallas Van": (1.3, ("diesel", "electric")),
    "Tessaro Family": (1.1, ("petrol", "diesel")),
}
"""Model -> how dear work on it is, and what it runs on."""
BRANDS = ("Aldermann", "Bellini", "Crossley", "Dunmore", "Everline", "Fontane")
PRICES: dict[PartGroup, int] = {
    "brake pads": 48, "tyres": 92, "wiper blades": 19, "batteries": 118, "air filters": 23,
    "headlight bulbs": 14,
}  # fmt: skip
LABOUR: dict[Work, tuple[float, int]] = {
    "brake pads": (1.5, 85), "winter tyres": (1, 340), "wheel alignment": (1, 15),
    "spark plugs": (1, 60), "rust treatment": (4, 90), "exhaust repair": (2.5, 170),
    "air conditioning": (1.5, 75), "bodywork": (6, 210),
}  # fmt: skip
"""Work -> hours, and the price of the material for a car of the middle class."""
TIMES = ("07:30", "08:30", "10:00", "11:15", "13:30", "15:00", "16:15")


def seed(rng: random.Random, today: dt.date) -> CarWorkshop:
    """Make 12 mechanics and their free times, 36 customers, their cars, jobs and appointments."""
    mechanics = [_mechanic(rng, n, name, today) for n, name in enumerate(people(rng, 12), 1)]
    owners = [c for c in numbers(rng, "GCU", 36) for _ in range(rng.choice((1, 2, 2, 3)))]
    cars = [_car(rng, *two, mechanics, today) for two in enumerate(owners)]
    work_days = [today + dt.timedelta(days=ahead) for ahead in range(1, 19)]
    open_days = [d for d in work_days if d.weekday() < 6]
    slots = [
        _slot(str(d), time, mechanic)
        for d in open_days
        for time, mechanic in zip(
            sorted(rng.sample(TIMES, 4)), rng.sample(mechanics, 4), strict=True
        )
    ]
    fits = [(m, g, q) for m in MODELS for g in GROUPS for q in QUALITIES]
    ids = numbers(rng, "PRT", len(fits), 4)
    booked = rng.sample(cars, 36)
    return CarWorkshop(
        today,
        cars=Table("car_id", cars),
        jobs=Table("job_id", [j for c in cars for j in _jobs(rng, c, today)]),
        parts=Table("part_id", [_part(rng, i, *f) for i, f in zip(ids, fits, strict=True)]),
        orders=Table("order_id", ()),
        slots=Table("slot_id", slots),
        mechanics=Table("mechanic_id", mechanics),
        bookings=Table(
            "booking_id", [_booking(rng, car, rng.choice(mechanics), today) for car in booked]
        ),
    )


def _working_day(rng: random.Random, today: dt.date, earliest: int, latest: int) -> str:
    drawn = today + dt.timedelta(days=rng.randint(earliest, latest))
    return str(drawn + dt.timedelta(days=1) if drawn.weekday() == 6 else drawn)


def _mechanic(rng: random.Random, n: int, name: str, today: dt.date) -> Mechanic:
    rate = float(rng.randrange(58, 98, 2))
    return Mechanic(
        f"MEC-{n:02}", name, rng.choice(WORKS), rate, rng.randint(2001, 2024), rng.random() < 0.6,
        _working_day(rng, today, 1, 15),
    )  # fmt: skip


def _car(
    rng: random.Random, n: int, customer_id: str, mechanics: list[Mechanic], today: dt.date
) -> Car:
    model = rng.choice(list(MODELS))
    year = rng.randint(2009, today.year - 1)
    plate = f"{rng.choice('BDFGHKLM')}{rng.choice('NPRSTVX')} {rng.randint(100, 999)} {n % 90 + 10}"
    return Car(
        fresh_id("CAR", plate, customer_id), customer_id, plate, model,
        rng.choice(MODELS[model][1]), year,
        (today.year - year) * rng.randint(7_000, 19_000) + rng.randint(100, 6_000), "km",
        day(rng, today, -10, 400), rng.choice(mechanics).mechanic_id,
    )  # fmt: skip


def _jobs(rng: random.Random, car: Car, today: dt.date) -> list[Job]:
    days = sorted(
        (_working_day(rng, today, -900, -5) for _ in range(rng.randint(1, 4))), reverse=True
    )
    return [_job(rng, car, done) for done in dict.fromkeys(days)]


def _job(rng: random.Random, car: Car, done: str) -> Job:
    work = rng.choice([w for w in WORKS if w != "spark plugs" or car.fuel == "petrol"])
    until = dt.date.fromisoformat(done) + dt.timedelta(days=rng.choice((365, 730, 1095)))
    cost = round(_price(work, car.model, 74) * rng.uniform(0.85, 1.2), 2)
    job_id = fresh_id("JOB", car.car_id, done, work)
    return Job(job_id, car.car_id, work, done, cost, str(until), car.mechanic_id)


def _price(work: Work, model: str, rate: float) -> float:
    hours, material = LABOUR[work]
    return round(hours * rate + material * MODELS[model][0], 2)


def _part(rng: random.Random, part_id: str, model: str, group: PartGroup, quality: Quality) -> Part:
    factor = {"original": 1.3, "refurbished": 0.8, "budget": 0.65}[quality]
    price = round(PRICES[group] * factor * MODELS[model][0] * rng.uniform(0.85, 1.2), 2)
    days = rng.randint(1, 9)
    name = f"{rng.choice(BRANDS)} {rng.choice('ABCDER')}{rng.randint(10, 98)}"
    return Part(part_id, name, group, model, quality, price, days, days <= 2)


def _slot(day: str, time: str, mechanic: Mechanic) -> Slot:
    return Slot(
        fresh_id("WSL", day, time, mechanic.mechanic_id), day, time, mechanic.mechanic_id,
        mechanic.name, mechanic.hourly_rate, True,
    )  # fmt: skip


def _booking(rng: random.Random, car: Car, mechanic: Mechanic, today: dt.date) -> RepairBooking:
    work = rng.choice([w for w in WORKS if w != "spark plugs" or car.fuel == "petrol"])
    when, time = _working_day(rng, today, 1, 24), rng.choice(TIMES)
    return RepairBooking(
        fresh_id("RBK", car.car_id, when), car.customer_id, car.car_id, car.model, car.plate, work,
        when, time, mechanic.mechanic_id, mechanic.name,
        _price(work, car.model, mechanic.hourly_rate),
    )  # fmt: skip


world = World(
    "car_workshop",
    "A car workshop",
    seed,
    known={
        "GarageCustomerId": lambda s, rng: rng.choice(list(s.bookings)).customer_id,
        "Date": lambda s, rng: rng.choice(list(s.slots)).day,
        "find_car_parts.max_price": lambda _s, rng: float(rng.randrange(20, 130, 10)),
        "find_workshop_slots.not_before": lambda _s, rng: rng.choice(("09:00", "10:00", "13:00")),
        "list_car_history.since": lambda s, rng: day(rng, s.today, -700, -150),
        "order_car_part.quantity": lambda _s, rng: rng.choice((2, 2, 3, 4)),
    },
)


@world.function()
def list_customer_cars(
    db: CarWorkshop, customer_id: CustomerId, unit: Distance = "km"
) -> list[Car]:
    """List a customer's cars: model, plate, distance driven, inspection and usual mechanic.

    customer_id: customer number
    unit: unit of the distance driven
    """
    found = db.cars.where(lambda c: c.customer_id == customer_id)
    if not found:
        raise Refused(f"There is no customer {customer_id!r}.")
    if unit == "km":
        return found
    return [replace(c, odometer=round(c.odometer * 0.621371), unit=unit) for c in found]


@world.function()
def list_car_history(
    db: CarWorkshop, car_id: CarId, since: Date | None = None, page: PageNumber = 1
) -> Page[Job]:
    """List what was done to a car here, the latest first, three jobs to a page.

    car_id: the car in question
    since: only jobs done on or after this day
    page: which page of the list
    """
    car = db.cars[car_id]
    found = db.jobs.where(
        lambda j: j.car_id == car.car_id and (since is None or j.done_on >= since)
    )
    return page_of(sorted(found, key=lambda j: j.done_on, reverse=True), page, 3)


@world.function()
def find_car_parts(
    db: CarWorkshop,
    car_id: CarId,
    group: PartGroup,
    quality: Quality | None = None,
    max_price: Money | None = None,
) -> list[Part]:
    """Find parts of one sort that fit a car, with price and time of delivery.

    car_id: the car that they have to fit
    group: the sort of part
    quality: only parts of this quality
    max_price: only parts that cost at most this much each, in euros
    """
    car = db.cars[car_id]
    return db.parts.where(
        lambda p: (
            p.model == car.model
            and p.group == group
            and (quality is None or p.quality == quality)
            and (max_price is None or p.price <= max_price)
        )
    )


@world.function(writes=True)
def order_car_part(db: CarWorkshop, part_id: PartId, quantity: Count) -> PartOrder:
    """Order a part for a customer. At most eight of one; from four on they are 5 % cheaper.

    part_id: the part to order
    quantity: how many
    """
    part = db.parts[part_id]
    if not 1 <= quantity <= 8:
        raise Refused(f"Part {part_id} can be ordered one to eight at a time.")
    total = round(part.price * quantity * (0.95 if quantity >= 4 else 1), 2)
    arrives = db.today
    for _ in range(part.delivery_days):  # Sundays do not count
        arrives += dt.timedelta(days=2 if arrives.weekday() == 5 else 1)
    order_id = fresh_id("POR", part_id, quantity, str(db.today))
    return db.orders.put(PartOrder(order_id, part_id, part.name, quantity, total, str(arrives)))


@world.function()
def quote_repair(db: CarWorkshop, car_id: CarId, works: list[Work]) -> RepairQuote:
    """Work out what one or more repairs of a car would cost at its usual mechanic's rate.

    Nothing is booked. The quote holds for three weeks.

    car_id: the car in question
    works: all that is to be done
    """
    car = db.cars[car_id]
    if not works:
        raise Refused("A quote needs at least one piece of work.")
    for work in works:
        _possible(car, work)
    rate = db.mechanics[car.mechanic_id].hourly_rate
    lines = [QuoteLine(w, LABOUR[w][0], _price(w, car.model, rate)) for w in dict.fromkeys(works)]
    total = round(sum(line.price for line in lines), 2)
    until = str(db.today + dt.timedelta(days=21))
    return RepairQuote(car_id, car.model, lines, sum(x.hours for x in lines), total, until)


def _possible(car: Car, work: Work) -> None:
    if work == "spark plugs" and car.fuel != "petrol":
        raise Refused(f"Car {car.car_id} runs on {car.fuel} and has no spark plugs.")
    if work == "exhaust repair" and car.fuel == "electric":
        raise Refused(f"Car {car.car_id} is electric and has no exhaust.")


@world.function()
def find_workshop_slots(
    db: CarWorkshop, day: Date, not_before: Time | None = None, high_voltage: bool = False
) -> list[Slot]:
    """List the times on a day at which a mechanic is free. The workshop is shut on Sundays.

    day: the day in question
    not_before: only times from this one on
    high_voltage: only mechanics who may work on electric cars
    """
    return db.slots.where(
        lambda s: (
            s.free
            and s.day == day
            and (not_before is None or s.time >= not_before)
            and (not high_voltage or db.mechanics[s.mechanic_id].high_voltage)
        )
    )


@world.function()
def get_mechanic(db: CarWorkshop, mechanic_id: MechanicId) -> Mechanic:
    """Get one mechanic: name, speciality, hourly rate, experience and next leave.

    mechanic_id: the mechanic in question
    """
    return db.mechanics[mechanic_id]


@world.function(writes=True)
def book_repair(db: CarWorkshop, car_id: CarId, slot_id: SlotId, work: Work) -> RepairBooking:
    """Book a free time for a car. Electric cars need a mechanic with high-voltage papers.

    car_id: the car to be brought in
    slot_id: the free time to book
    work: what is to be done
    """
    car, slot = db.cars[car_id], _open(db, slot_id)
    _possible(car, work)
    if car.fuel == "electric" and not db.mechanics[slot.mechanic_id].high_voltage:
        raise Refused(f"{slot.mechanic} may not work on an electric car such as {car_id}.")
    db.slots.put(replace(slot, free=False))
    return db.bookings.put(
        RepairBooking(
            fresh_id("RBK", car_id, slot_id), car.customer_id, car_id, car.model, car.plate, work,
            slot.day, slot.time, slot.mechanic_id, slot.mechanic,
            _price(work, car.model, slot.hourly_rate),
        )
    )  # fmt: skip


def _open(db: CarWorkshop, slot_id: str) -> Slot:
    slot = db.slots[slot_id]
    if not slot.free:
        raise Refused(f"The time {slot_id} has been taken.")
    return slot


@world.function()
def list_repair_bookings(db: CarWorkshop, customer_id: CustomerId) -> list[RepairBooking]:
    """List the appointments that are coming up for a customer's cars, the next one first.

    customer_id: customer number
    """
    found = db.bookings.where(lambda b: b.customer_id == customer_id)
    return sorted(found, key=lambda b: (b.day, b.time, b.booking_id))


@world.function(writes=True)
def move_repair_booking(db: CarWorkshop, booking_id: BookingId, slot_id: SlotId) -> RepairBooking:
    """Move an appointment to another free time, with whichever mechanic that is.

    Refused within a day of the appointment.

    booking_id: the appointment to move
    slot_id: the free time that it moves to
    """
    booking, slot = _ahead(db, booking_id), _open(db, slot_id)
    db.slots.put(replace(slot, free=False))
    moved = replace(
        booking, day=slot.day, time=slot.time, mechanic_id=slot.mechanic_id, mechanic=slot.mechanic
    )
    return db.bookings.put(moved)


@world.function(writes=True)
def cancel_repair_booking(db: CarWorkshop, booking_id: BookingId) -> RepairBooking:
    """Cancel an appointment free of charge. Refused within a day of the appointment.

    booking_id: the appointment to cancel
    """
    booking = _ahead(db, booking_id)
    db.bookings.remove(booking_id)
    return booking


def _ahead(db: CarWorkshop, booking_id: str) -> RepairBooking:
    booking = db.bookings[booking_id]
    if booking.day <= str(db.today + dt.timedelta(days=1)):
        raise Refused(f"Appointment {booking_id} is too close to change it; please ring us.")
    return booking
