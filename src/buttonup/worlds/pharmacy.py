"""A chain of pharmacies: medicines, stock in each shop, prescriptions, orders and pick-up slots."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind, Money, Time
from buttonup.worlds.names import STREETS, person
from buttonup.worlds.state import Refused, Row, State, Table, fresh_id
from buttonup.worlds.world import World

MedicineId = Annotated[
    str, Kind("MedicineId"), Meta(pattern=r"^MD-\d{4}$", description="Medicine id, like MD-2207.")
]
StockId = Annotated[
    str, Kind("StockId"), Meta(pattern=r"^SK-\d{5}$", description="Id of a medicine in one shop.")
]
PatientId = Annotated[
    str, Kind("PatientId"), Meta(pattern=r"^PT-\d{6}$", description="Customer number.")
]
PrescriptionId = Annotated[
    str, Kind("PrescriptionId"), Meta(pattern=r"^RX-\d{5}$", description="Prescription id.")
]
OrderId = Annotated[
    str, Kind("PharmacyOrderId"), Meta(pattern=r"^OR-\d{5}$", description="Id of an order.")
]
SlotId = Annotated[
    str, Kind("PickupSlotId"), Meta(pattern=r"^SL-\d{5}$", description="Id of a pick-up slot.")
]
ShopName = Annotated[
    str, Kind("PharmacyShop"), Meta(description="Name of a shop, like Harbour Street.")
]
MedicineName = Annotated[str, Kind("MedicineName"), Meta(description="Name without strength.")]
Packs = Annotated[int, Kind("Packs"), Meta(ge=1, le=6)]
Complaint = Literal[
    "colds", "coughs", "dry skin", "hay fever", "headaches", "heartburn", "joint pain",
    "poor sleep", "sore throats", "travel sickness",
]  # fmt: skip
Form = Literal["tablets", "capsules", "lozenges", "sachets"]
Severity = Literal["harmless", "mild", "moderate", "serious"]


class Medicine(Row):
    """A medicine in one strength and pack."""

    medicine_id: MedicineId
    name: MedicineName
    strength: Annotated[int, Meta(description="Milligrams in one piece.")]
    form: Form
    pack: Annotated[int, Meta(description="Pieces in a pack.")]
    price: Annotated[Money, Meta(description="Recommended price of a pack.")]
    needs_prescription: bool


class Stock(Row):
    """What one shop has of a medicine."""

    stock_id: StockId
    medicine_id: MedicineId
    shop: ShopName
    packs: Annotated[int, Meta(description="Packs left.")]
    price: Annotated[Money, Meta(description="Price of a pack in this shop.")]
    distance: Annotated[float, Meta(description="Kilometres from the town centre.")]


class Shop(Row):
    """One of the chain's shops."""

    shop: ShopName
    phone: str
    opens: Time
    closes: Time
    wait: Annotated[int, Meta(description="Usual wait at the counter in minutes.")]


class Patient(Row):
    """A customer's record."""

    patient_id: PatientId
    name: Annotated[str, Kind("PersonName")]
    usual_shop: ShopName
    spent: Annotated[Money, Meta(description="Charges paid this year.")]
    limit: Annotated[Money, Meta(description="Charges in a year after which refills are free.")]


class Prescription(Row):
    """A doctor's prescription for a customer."""

    prescription_id: PrescriptionId
    patient_id: PatientId
    medicine_id: MedicineId
    medicine: MedicineName
    strength: Annotated[int, Meta(description="Milligrams in one piece.")]
    doctor: Annotated[str, Kind("PersonName")]
    refills_left: int
    last_filled: Date
    valid_until: Date
    charge: Annotated[Money, Meta(description="What the customer pays for a refill.")]


class Order(Row):
    """Packs that are put aside for a customer."""

    order_id: OrderId
    patient_id: PatientId
    medicine: MedicineName
    packs: Packs
    shop: ShopName
    ready_on: Date
    to_pay: Money
    status: Literal["being packed", "waiting", "cancelled"]


class Slot(Row):
    """A time at which a shop has a place free at its pick-up counter."""

    slot_id: SlotId
    shop: ShopName
    day: Date
    time: Time
    free: bool


class Visit(Row):
    """A pick-up that is arranged."""

    order_id: OrderId
    medicine: MedicineName
    shop: ShopName
    day: Date
    time: Time
    to_pay: Money


class Interaction(Row):
    """How a medicine goes together with what a customer takes already."""

    medicine: MedicineName
    other: Annotated[MedicineName, Meta(description="The prescribed medicine of most concern.")]
    severity: Severity
    risk: Annotated[int, Meta(ge=0, le=100, description="0 is harmless.")]
    advice: str


@dataclasses.dataclass
class Pharmacy(State):
    """All of the chain's records."""

    medicines: Table[Medicine]
    stock: Table[Stock]
    shops: Table[Shop]
    patients: Table[Patient]
    prescriptions: Table[Prescription]
    orders: Table[Order]
    slots: Table[Slot]
    complaints: dict[str, Complaint]
    """What each medicine helps with, by name."""
    risks: dict[tuple[str, str], int]
    """How badly two medicines go together, by their names."""


# Invented names: nothing here is advice about a real medicine.
NAMES: dict[Complaint, str] = {
    "colds": "Rhinovel|Febrisan|Nosaclar",
    "coughs": "Tussavine|Bronchelle|Expectal",
    "dry skin": "Dermolia|Oleacut",
    "hay fever": "Pollexa|Histaval|Allernix",
    "headaches": "Cefadorm|Migrelan|Dolvane",
    "heartburn": "Gastrelin|Acidoma|Refluvia",
    "joint pain": "Artrosin|Flexadol|Movalta",
    "poor sleep": "Somnavere|Nightol",
    "sore throats": "Laryngol|Salvithroat",
    "travel sickness": "Navizan|Equilor",
}
ADVICE: dict[Severity, str] = {
    "harmless": "the two can be taken together",
    "mild": "take them two hours apart",
    "moderate": "ask the pharmacist before taking both",
    "serious": "the two should not be taken together",
}


def seed(rng: random.Random, today: dt.date) -> Pharmacy:
    """Make 8 shops, about 60 medicines and their stock, 45 customers and what they have running."""
    shops = [_shop(rng, name) for name in rng.sample(STREETS, 8)]
    names = [s.shop for s in shops]
    codes = iter(rng.sample(range(1000, 9999), 120))
    complaints = {n: c for c, listed in NAMES.items() for n in listed.split("|")}
    medicines = [
        _medicine(rng, f"MD-{next(codes)}", name, strength)
        for name in complaints
        for strength in sorted(rng.sample((5, 10, 20, 25, 50, 100, 200, 400), rng.randint(2, 3)))
    ]
    far = {name: round(rng.uniform(0.3, 9.5), 1) for name in names}
    stock = [
        Stock(
            fresh_id("SK", m.medicine_id, name), m.medicine_id, name, rng.randint(1, 24),
            round(m.price * rng.uniform(0.9, 1.25), 2), far[name],
        )
        for m in medicines
        for name in rng.sample(names, rng.randint(2, 5))
    ]  # fmt: skip
    numbers = [f"PT-{n}" for n in rng.sample(range(100_000, 999_999), 45)]
    patients = [
        Patient(n, person(rng), rng.choice(names), round(rng.uniform(5, 140), 2), 150.0)
        for n in numbers
    ]
    prescriptions = [
        _prescription(rng, n, m, today)
        for n in numbers
        for m in rng.sample(medicines, rng.randint(1, 5))
    ]
    orders = [
        _order(rng, n, m, rng.choice(names), today)
        for n in numbers
        for m in rng.sample(medicines, rng.randint(1, 4))
    ]
    slots = [
        Slot(fresh_id("SL", name, day, time), name, day, time, True)
        for name in names
        for ahead in range(1, 13)
        for day in (str(today + dt.timedelta(days=ahead)),)
        for time in sorted(rng.sample(("09:15", "10:30", "11:45", "14:00", "15:30", "17:00"), 3))
    ]
    risks = {(a, b): rng.choice((0, rng.randint(5, 95))) for a in complaints for b in complaints}
    return Pharmacy(
        today,
        medicines=Table("medicine_id", medicines),
        stock=Table("stock_id", stock),
        shops=Table("shop", shops),
        patients=Table("patient_id", patients),
        prescriptions=Table("prescription_id", prescriptions),
        orders=Table("order_id", orders),
        slots=Table("slot_id", slots),
        complaints=complaints,
        risks=risks,
    )


def _shop(rng: random.Random, name: str) -> Shop:
    phone = f"0{rng.randint(20, 89)} 555 {rng.randint(1000, 9999)}"
    opens = rng.choice(("08:00", "08:30", "09:00"))
    closes = rng.choice(("17:30", "18:00", "19:00", "20:00", "22:00"))
    return Shop(name, phone, opens, closes, rng.randint(3, 25))


def _medicine(rng: random.Random, medicine_id: str, name: str, strength: int) -> Medicine:
    form: Form = rng.choice(("tablets", "tablets", "capsules", "lozenges", "sachets"))
    price = rng.randrange(290, 1990, 10) / 100
    pack = rng.choice((10, 12, 20, 24, 30, 50))
    return Medicine(medicine_id, name, strength, form, pack, price, strength == 400)


def _prescription(
    rng: random.Random, patient_id: str, medicine: Medicine, today: dt.date
) -> Prescription:
    filled = today - dt.timedelta(days=rng.randint(8, 60))
    valid = today + dt.timedelta(days=rng.randint(-10, 240))
    return Prescription(
        fresh_id("RX", patient_id, medicine.medicine_id), patient_id, medicine.medicine_id,
        medicine.name, medicine.strength, f"Dr {person(rng)}", rng.randint(0, 6), str(filled),
        str(valid), rng.randrange(0, 900, 50) / 100,
    )  # fmt: skip


def _order(
    rng: random.Random, patient_id: str, medicine: Medicine, shop: str, today: dt.date
) -> Order:
    packs = rng.randint(1, 4)
    ready = today + dt.timedelta(days=rng.randint(-3, 4))
    return Order(
        fresh_id("OR", patient_id, medicine.medicine_id), patient_id, medicine.name, packs, shop,
        str(ready), round(medicine.price * packs, 2), "waiting",
    )  # fmt: skip


world = World(
    "pharmacy",
    "A chain of pharmacies",
    seed,
    known={
        "PatientId": lambda s, rng: rng.choice(list(s.patients)).patient_id,
        "PharmacyShop": lambda s, rng: rng.choice(list(s.shops)).shop,
        "MedicineName": lambda s, rng: rng.choice(list(s.medicines)).name,
        "Packs": lambda _s, rng: rng.randint(2, 4),
        "Date": lambda s, rng: str(s.today + dt.timedelta(days=rng.randint(2, 12))),
        "find_medicines.max_price": lambda _s, rng: float(rng.randrange(8, 19)),
        "find_stock.max_price": lambda _s, rng: float(rng.randrange(10, 19)),
    },
)


@world.function()
def find_medicines(
    db: Pharmacy,
    complaint: Complaint,
    form: Form | None = None,
    max_price: Money | None = None,
    without_prescription: bool = False,
) -> list[Medicine]:
    """List the medicines that help with a complaint, in all their strengths.

    complaint: what it should help with
    form: only medicines of this form
    max_price: only packs that cost at most this much, in euros
    without_prescription: only what is sold without a prescription
    """
    return db.medicines.where(
        lambda m: (
            db.complaints[m.name] == complaint
            and (form is None or m.form == form)
            and (max_price is None or m.price <= max_price)
            and not (without_prescription and m.needs_prescription)
        )
    )


@world.function()
def list_strengths(db: Pharmacy, name: MedicineName) -> list[Medicine]:
    """List the strengths and packs that a medicine comes in.

    name: name of the medicine, without strength
    """
    found = db.medicines.where(lambda m: m.name.casefold() == name.casefold())
    if not found:
        raise Refused(f"There is no medicine called {name!r}.")
    return found


@world.function()
def find_stock(
    db: Pharmacy, medicine_id: MedicineId, max_price: Money | None = None
) -> list[Stock]:
    """List the shops that have a medicine in stock, with price and distance.

    medicine_id: the medicine
    max_price: only shops where a pack costs at most this much, in euros
    """
    medicine = db.medicines[medicine_id]
    return db.stock.where(
        lambda s: (
            s.medicine_id == medicine.medicine_id
            and s.packs > 0
            and (max_price is None or s.price <= max_price)
        )
    )


@world.function()
def get_shop(db: Pharmacy, shop: ShopName) -> Shop:
    """Get a shop's opening hours, phone number and usual wait at the counter.

    shop: name of the shop
    """
    return db.shops[shop]


@world.function()
def get_patient(db: Pharmacy, patient_id: PatientId) -> Patient:
    """Get a customer's record: usual shop, and charges paid this year against the limit.

    patient_id: customer number
    """
    return db.patients[patient_id]


@world.function()
def list_prescriptions(
    db: Pharmacy, patient_id: PatientId, refillable: bool = False
) -> list[Prescription]:
    """List a customer's prescriptions.

    patient_id: customer number
    refillable: only those that are still valid and have refills left
    """
    patient, today = db.patients[patient_id], str(db.today)
    return db.prescriptions.where(
        lambda p: (
            p.patient_id == patient.patient_id
            and not (refillable and (p.refills_left == 0 or p.valid_until < today))
        )
    )


@world.function()
def check_interactions(db: Pharmacy, medicine_id: MedicineId, patient_id: PatientId) -> Interaction:
    """Check how a medicine goes together with what a customer has on prescription.

    The prescribed medicine of most concern is reported.

    medicine_id: the medicine to check
    patient_id: customer number
    """
    name, patient = db.medicines[medicine_id].name, db.patients[patient_id]
    taken = {p.medicine for p in db.prescriptions if p.patient_id == patient.patient_id}
    if not taken - {name}:
        raise Refused("There is no other medicine on prescription to check against.")
    risk, other = max((db.risks[min(name, o), max(name, o)], o) for o in taken - {name})
    severity = _severity(risk)
    return Interaction(name, other, severity, risk, ADVICE[severity])


def _severity(risk: int) -> Severity:
    if risk < 5:
        return "harmless"
    if risk < 40:
        return "mild"
    return "moderate" if risk < 75 else "serious"


@world.function(writes=True)
def refill_prescription(db: Pharmacy, prescription_id: PrescriptionId, shop: ShopName) -> Order:
    """Order the next pack on a prescription, to be ready at a shop in two days.

    Refused when it has expired, has no refills left or was filled less than two weeks ago.

    prescription_id: the prescription to refill
    shop: where it will be picked up
    """
    p, pickup = db.prescriptions[prescription_id], db.shops[shop]
    if p.valid_until < str(db.today):
        raise Refused(f"Prescription {prescription_id} expired on {p.valid_until}.")
    if p.refills_left == 0:
        raise Refused(f"Prescription {prescription_id} has no refills left.")
    if p.last_filled > str(db.today - dt.timedelta(days=14)):
        raise Refused(f"Prescription {prescription_id} was filled on {p.last_filled}: too early.")
    filled = replace(p, refills_left=p.refills_left - 1, last_filled=str(db.today))
    db.prescriptions.put(filled)
    ready = str(db.today + dt.timedelta(days=2))
    order_id = fresh_id("OR", prescription_id, str(db.today))
    return db.orders.put(
        Order(order_id, p.patient_id, p.medicine, 1, pickup.shop, ready, p.charge, "being packed")
    )


@world.function(writes=True)
def reserve_packs(db: Pharmacy, stock_id: StockId, packs: Packs, patient_id: PatientId) -> Order:
    """Have packs of a medicine put aside in a shop that stocks it, for tomorrow.

    Refused for medicines that need a prescription, and beyond what the shop has.

    stock_id: the medicine in that shop
    packs: how many packs
    patient_id: customer number
    """
    stock, patient = db.stock[stock_id], db.patients[patient_id]
    medicine = db.medicines[stock.medicine_id]
    if medicine.needs_prescription:
        raise Refused(f"{medicine.name} {medicine.strength} mg needs a prescription.")
    if stock.packs < packs:
        raise Refused(f"{stock.shop} has only {stock.packs} left.")
    db.stock.put(replace(stock, packs=stock.packs - packs))
    ready, cost = str(db.today + dt.timedelta(days=1)), round(stock.price * packs, 2)
    order_id = fresh_id("OR", patient_id, stock_id, str(db.today))
    return db.orders.put(
        Order(
            order_id, patient.patient_id, medicine.name, packs, stock.shop, ready, cost,
            "being packed",
        )
    )  # fmt: skip


@world.function()
def list_orders(db: Pharmacy, patient_id: PatientId) -> list[Order]:
    """List the orders that a customer has not picked up yet.

    patient_id: customer number
    """
    patient = db.patients[patient_id]
    return db.orders.where(lambda o: o.patient_id == patient.patient_id and o.status != "cancelled")


@world.function(writes=True)
def move_order(db: Pharmacy, order_id: OrderId, shop: ShopName) -> Order:
    """Send an order to another shop, which takes one day more.

    order_id: the order to send
    shop: the shop that it goes to
    """
    order, target = _running(db, order_id), db.shops[shop]
    if order.shop == target.shop:
        raise Refused(f"Order {order_id} is at {shop} already.")
    later = max(db.today, dt.date.fromisoformat(order.ready_on)) + dt.timedelta(days=1)
    moved = replace(order, shop=target.shop, ready_on=str(later), status="being packed")
    return db.orders.put(moved)


@world.function(writes=True)
def cancel_medicine_order(db: Pharmacy, order_id: OrderId) -> Order:
    """Cancel an order. Refused while it is being packed.

    order_id: the order to cancel
    """
    order = _running(db, order_id)
    if order.status == "being packed":
        raise Refused(f"Order {order_id} is being packed; it can be cancelled tomorrow.")
    return db.orders.put(replace(order, status="cancelled"))


@world.function()
def list_pickup_slots(db: Pharmacy, shop: ShopName, day: Date) -> list[Slot]:
    """List the times at which a shop has a place free at its pick-up counter.

    shop: name of the shop
    day: the day in question
    """
    counter = db.shops[shop]
    return db.slots.where(lambda s: s.free and s.shop == counter.shop and s.day == day)


@world.function(writes=True)
def book_pickup(db: Pharmacy, order_id: OrderId, slot_id: SlotId) -> Visit:
    """Book a pick-up slot for an order, which is sent to the slot's shop.

    Refused when the slot is taken, or comes before the order is ready.

    order_id: the order to pick up
    slot_id: the slot to book
    """
    order, slot = _running(db, order_id), db.slots[slot_id]
    if not slot.free:
        raise Refused(f"Slot {slot_id} is taken.")
    if slot.day < order.ready_on:
        raise Refused(f"Order {order_id} will not be ready before {order.ready_on}.")
    db.slots.put(replace(slot, free=False))
    db.orders.put(replace(order, shop=slot.shop))
    return Visit(order_id, order.medicine, slot.shop, slot.day, slot.time, order.to_pay)


def _running(db: Pharmacy, order_id: str) -> Order:
    order = db.orders[order_id]
    if order.status == "cancelled":
        raise Refused(f"Order {order_id} has been cancelled.")
    return order
