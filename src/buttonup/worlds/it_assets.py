"""A company's IT equipment: devices, who has them, loans, repairs, help desks and licences."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Callable
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Country, Date, Kind, Money, Phone, Time
from buttonup.worlds.names import CITIES, address, numbers, phone
from buttonup.worlds.names import day as some_day
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

AssetTag = Annotated[
    str, Kind("AssetTag"), Meta(pattern=r"^AST-\d{5}$", description="Tag on the device's sticker.")
]
HolderId = Annotated[
    str, Kind("AssetHolderId"), Meta(pattern=r"^USR-\d{4}$", description="The user's IT number.")
]
LoanId = Annotated[
    str, Kind("DeviceLoanId"), Meta(pattern=r"^LOA-\d{5}$", description="Loan id, like LOA-20431.")
]
RepairId = Annotated[
    str, Kind("RepairJobId"), Meta(pattern=r"^DRJ-\d{5}$", description="Like DRJ-20431.")
]
LicenceId = Annotated[
    str, Kind("LicenceId"), Meta(pattern=r"^LIC-\d{4}$", description="Licence id, like LIC-2043.")
]
SeatId = Annotated[
    str, Kind("LicenceSeatId"), Meta(pattern=r"^SEA-\d{5}$", description="Like SEA-20431.")
]
Weight = Annotated[float, Kind("DeviceWeight"), Meta(gt=0, description="Weight in kilos.")]
SeatMonths = Annotated[int, Kind("SeatMonths"), Meta(ge=1, le=24, description="Whole months.")]
DeviceName = Literal["laptops", "tablets", "monitors", "projectors", "phones"]
DeviceType = Annotated[DeviceName, Kind("DeviceType")]
DeviceFault = Annotated[
    Literal["screen", "battery", "keyboard", "charger", "camera", "fan", "speakers"],
    Kind("DeviceFault"),
]
FieldName = Literal["design", "writing", "development", "analytics", "video", "planning"]
SoftwareField = Annotated[FieldName, Kind("SoftwareField")]
Condition = Literal["like new", "good", "worn"]
DeviceStatus = Literal["in stock", "on loan", "handed out", "in repair"]


class Device(Row):
    """A piece of equipment that the company owns."""

    asset_tag: AssetTag
    model: Annotated[str, Kind("DeviceModel")]
    device_type: DeviceType
    city: Annotated[City, Meta(description="Office that it belongs to.")]
    condition: Condition
    weight_kg: Weight
    weekly_charge: Annotated[Money, Meta(description="What a team is charged for a week's loan.")]
    warranty_until: Date
    status: DeviceStatus


class Handout(Row):
    """Who has been given a device for good."""

    asset_tag: AssetTag
    holder_id: HolderId
    since: Date


class Record(Row):
    """What a device has cost."""

    asset_tag: AssetTag
    bought: Date
    price: Money
    repair_costs: Money


class HeldDevice(Row):
    """A device that somebody has been given for good."""

    device: Device
    holder_id: HolderId
    since: Date


class DeviceFile(Row):
    """The history of a device."""

    device: Device
    bought: Date
    price: Money
    repair_costs: Annotated[Money, Meta(description="Spent on repairs so far.")]
    replace_on: Annotated[Date, Meta(description="When it is due to be replaced.")]


class DeviceLoan(Row):
    """A device that somebody has for a while."""

    loan_id: LoanId
    asset_tag: AssetTag
    model: Annotated[str, Kind("DeviceModel")]
    holder_id: HolderId
    city: Annotated[City, Meta(description="Office that the device belongs to.")]
    until: Annotated[Date, Meta(description="Day by which it has to be back.")]
    charge: Annotated[Money, Meta(description="For the whole loan.")]
    status: Literal["running", "handed in"]


class HelpDesk(Row):
    """The place in an office where devices are handed out and repaired."""

    city: City
    country: Country
    address: Annotated[str, Kind("Address")]
    opens: Time
    closes: Time
    waiting: Annotated[int, Meta(description="Repairs waiting to be begun.")]
    next_slot: Annotated[Date, Meta(description="First day with a free appointment.")]


class RepairContact(Row):
    """Where the person with the broken device can be found."""

    room: Annotated[str, Meta(description="Room, like B214.")]
    phone: Phone


class RepairJob(Row):
    """An appointment to have a device repaired."""

    repair_id: RepairId
    device: Device
    problems: list[DeviceFault]
    bring_on: Date
    back_on: Date
    under_warranty: bool
    cost: Annotated[Money, Meta(description="0 under warranty.")]
    contact: Annotated[RepairContact | None, Meta(description="Where to find the user.")]


class Licence(Row):
    """The right to use a program, for as many people as there are seats."""

    licence_id: LicenceId
    product: Annotated[str, Kind("SoftwareName")]
    field: SoftwareField
    free_seats: int
    monthly_price: Annotated[Money, Meta(description="For one seat.")]
    renews: Date


class LicenceSeat(Row):
    """Somebody's seat on a licence."""

    seat_id: SeatId
    licence_id: LicenceId
    product: Annotated[str, Kind("SoftwareName")]
    holder_id: HolderId
    until: Date
    total: Annotated[Money, Meta(description="Price for all months.")]


@dataclasses.dataclass
class ItAssets(State):
    """All of the IT department's records."""

    devices: Table[Device]
    records: Table[Record]
    handouts: Table[Handout]
    loans: Table[DeviceLoan]
    desks: Table[HelpDesk]
    licences: Table[Licence]
    seats: Table[LicenceSeat]
    repairs: Table[RepairJob]


OFFICES = "Copenhagen|Dublin|Ghent|Leipzig|Porto|Turin".split("|")
MODELS: dict[DeviceName, str] = {
    "laptops": "Larch Mini|Larch Pro|Fieldbook|Slate Air|Corvid X",
    "tablets": "Pane|Pane Mini|Sketchpad",
    "monitors": "Vista|Vista Curved|Ultrawide",
    "projectors": "Beamer One|Lumen Bright|Pocket Beam",
    "phones": "Wren|Wren Plus|Robin S",
}
WEIGHTS: dict[DeviceName, float] = {
    "laptops": 1.5, "tablets": 0.5, "monitors": 6.2, "projectors": 2.8, "phones": 0.2,
}  # fmt: skip
PRICES: dict[DeviceName, int] = {
    "laptops": 1400, "tablets": 620, "monitors": 380, "projectors": 840, "phones": 560,
}  # fmt: skip
PRODUCTS: dict[FieldName, str] = {
    "design": "Vectorline|Palette Studio|Wireframe Kit|Typesmith|Icon Foundry",
    "writing": "Redpen|Docwright|Styleguide Plus|Footnote|Transcribe",
    "development": "Branchwork|Codeforge|Debug Lens|Container Dock|Testbench",
    "analytics": "Tallyboard|Cohort|Query Garden|Forecast Desk|Pivotal Charts",
    "video": "Cutroom|Captioner|Colour Bench|Loop Audio|Storyreel",
    "planning": "Ganttly|Milestone|Sprintboard|Roadmapper|Slotfinder",
}


def seed(rng: random.Random, today: dt.date) -> ItAssets:
    """Make 230 devices of 6 offices, who has them, 60 loans and 30 licences."""
    users = numbers(rng, "USR", 40, 4)
    devices, records = list[Device](), list[Record]()
    handouts, loans = list[Handout](), list[DeviceLoan]()
    for n, tag in enumerate(numbers(rng, "AST", 230)):
        status: DeviceStatus = "handed out" if n < 90 else "on loan" if n < 150 else "in stock"
        device = _device(rng, tag, OFFICES[n % 6], status, today)
        devices.append(device)
        records.append(_record(rng, device, today))
        if status == "handed out":
            handouts.append(Handout(tag, users[n % 40], some_day(rng, today, -300, -20)))
        elif status == "on loan":
            loans.append(_loan(rng, device, users[n % 36], today))
    licences = [
        Licence(
            licence_id, product, field, rng.choice((0, 1, 2, 4, 7, 12)),
            rng.randint(4, 60) + rng.choice((0, 0.5, 0.9)), some_day(rng, today, 20, 330),
        )
        for licence_id, (field, product) in zip(
            numbers(rng, "LIC", 30, 4),
            ((field, p) for field, names in PRODUCTS.items() for p in names.split("|")),
            strict=True,
        )
    ]  # fmt: skip
    desks = [
        HelpDesk(
            city, CITIES[city], address(rng), rng.choice(("07:30", "08:00", "09:00")),
            rng.choice(("16:00", "17:30", "18:00")), rng.randint(2, 15),
            str(_workday(today + dt.timedelta(days=rng.randint(1, 12)))),
        )
        for city in OFFICES
    ]  # fmt: skip
    return ItAssets(
        today,
        devices=Table("asset_tag", devices),
        records=Table("asset_tag", records),
        handouts=Table("asset_tag", handouts),
        loans=Table("loan_id", loans),
        desks=Table("city", desks),
        licences=Table("licence_id", licences),
        seats=Table("seat_id", ()),
        repairs=Table("repair_id", ()),
    )


def _device(
    rng: random.Random, tag: str, city: str, status: DeviceStatus, today: dt.date
) -> Device:
    kind: DeviceName = rng.choice(
        ("laptops", "laptops", "tablets", "monitors", "projectors", "phones")
    )
    charge = round(PRICES[kind] * rng.uniform(0.008, 0.014)) + rng.choice((0, 0.5))
    return Device(
        tag, rng.choice(MODELS[kind].split("|")), kind, city,
        rng.choice(("like new", "good", "good", "worn")),
        round(WEIGHTS[kind] * rng.uniform(0.8, 1.3), 2), charge, some_day(rng, today, -200, 700),
        status,
    )  # fmt: skip


def _record(rng: random.Random, device: Device, today: dt.date) -> Record:
    price = round(PRICES[device.device_type] * rng.uniform(0.8, 1.25), 2)
    repairs = rng.randint(1, 4) * rng.randint(18, 60) if rng.random() < 0.6 else 0
    return Record(device.asset_tag, some_day(rng, today, -1100, -310), price, float(repairs))


def _loan(rng: random.Random, device: Device, holder_id: str, today: dt.date) -> DeviceLoan:
    weeks, until = rng.randint(1, 5), some_day(rng, today, 0, 16)
    return DeviceLoan(
        fresh_id("LOA", device.asset_tag, holder_id), device.asset_tag, device.model, holder_id,
        device.city, until, round(device.weekly_charge * weeks, 2), "running",
    )  # fmt: skip


def _workday(day: dt.date) -> dt.date:
    """Give the day, or the Monday after it when it falls on a weekend."""
    return day + dt.timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)


def _on_a_workday(earliest: int, latest: int) -> Callable[[ItAssets, random.Random], str]:
    """Draw a working day between two distances from today, in days."""
    return lambda db, rng: str(
        _workday(db.today + dt.timedelta(days=rng.randint(earliest, latest)))
    )


world = World(
    "it_assets",
    "A company's IT equipment",
    seed,
    known={
        "AssetHolderId": lambda s, rng: rng.choice(list(s.loans)).holder_id,
        "City": lambda _s, rng: rng.choice(OFFICES),
        "get_device_file.asset_tag": lambda s, rng: rng.choice(list(s.handouts)).asset_tag,
        "book_device_repair.asset_tag": lambda s, rng: rng.choice(list(s.handouts)).asset_tag,
        "book_device_repair.bring_on": _on_a_workday(10, 25),
        "book_device_repair.contact": lambda _s, rng: RepairContact(
            f"{rng.choice('ABCD')}{rng.randint(101, 420)}", phone(rng)
        ),
        "borrow_device.until": _on_a_workday(6, 40),
        "extend_device_loan.until": _on_a_workday(18, 40),
        "list_device_loans.due_by": _on_a_workday(8, 14),
        "find_loan_devices.max_weekly_charge": lambda _s, rng: float(rng.randrange(6, 20, 2)),
        "find_loan_devices.max_weight_kg": lambda _s, rng: rng.choice((1.5, 2.0, 2.5, 3.0)),
        "find_licences.max_monthly_price": lambda _s, rng: float(rng.randrange(20, 55, 5)),
        "SeatMonths": lambda _s, rng: rng.choice((2, 3, 6, 9, 18)),
    },
)


@world.function()
def find_loan_devices(
    db: ItAssets,
    device_type: DeviceType,
    city: City,
    max_weekly_charge: Money | None = None,
    max_weight_kg: Weight | None = None,
    condition: Condition | None = None,
    page: PageNumber = 1,
) -> Page[Device]:
    """List the devices of one type that an office has in stock to lend, four to a page.

    device_type: what kind of device
    city: city of the office
    max_weekly_charge: only devices that cost at most this much a week, in euros
    max_weight_kg: only devices that weigh at most this much, in kilos
    condition: only devices in this condition
    page: which page of the list
    """
    desk = _desk(db, city)
    found = db.devices.where(
        lambda d: (
            d.status == "in stock"
            and d.device_type == device_type
            and d.city == desk.city
            and (max_weekly_charge is None or d.weekly_charge <= max_weekly_charge)
            and (max_weight_kg is None or d.weight_kg <= max_weight_kg)
            and (condition is None or d.condition == condition)
        )
    )
    return page_of(found, page, 4)


def _desk(db: ItAssets, city: str) -> HelpDesk:
    if city not in db.desks:
        raise Refused(f"There is no office in {city}.")
    return db.desks[city]


@world.function()
def get_device_file(db: ItAssets, asset_tag: AssetTag) -> DeviceFile:
    """Get the history of a device: when it was bought, what it has cost, when it is replaced.

    asset_tag: tag on the device's sticker
    """
    device, record = db.devices[asset_tag], db.records[asset_tag]
    bought = dt.date.fromisoformat(record.bought)
    replace_on = bought + dt.timedelta(days=4 * 365)
    return DeviceFile(device, record.bought, record.price, record.repair_costs, str(replace_on))


@world.function()
def list_my_devices(
    db: ItAssets, holder_id: HolderId, device_type: DeviceType | None = None
) -> list[HeldDevice]:
    """List the devices that somebody has been given for good. Loans are not among them.

    holder_id: IT number of the person
    device_type: only devices of this kind
    """
    found = db.handouts.where(lambda h: h.holder_id == holder_id)
    rows = [HeldDevice(db.devices[h.asset_tag], h.holder_id, h.since) for h in found]
    return [r for r in rows if device_type is None or r.device.device_type == device_type]


@world.function(writes=True)
def borrow_device(
    db: ItAssets, asset_tag: AssetTag, holder_id: HolderId, until: Date
) -> DeviceLoan:
    """Lend a device from stock to somebody, from today on.

    Refused for more than 60 days, and for people who have five devices on loan.

    asset_tag: the device to lend
    holder_id: IT number of the person
    until: day by which it has to be back
    """
    device, days = db.devices[asset_tag], _days_until(db, until)
    if device.status != "in stock":
        raise Refused(f"Device {asset_tag} is {device.status}.")
    if not 1 <= days <= 60:
        raise Refused(f"A loan runs for 1 to 60 days; {until} is not within that.")
    if len(_running(db, holder_id)) > 4:
        raise Refused(f"{holder_id} has five devices on loan already.")
    db.devices.put(replace(device, status="on loan"))
    charge = round(device.weekly_charge * -(-days // 7), 2)
    return db.loans.put(
        DeviceLoan(
            fresh_id("LOA", asset_tag, holder_id), asset_tag, device.model, holder_id, device.city,
            until, charge, "running",
        )
    )  # fmt: skip


def _days_until(db: ItAssets, day: str) -> int:
    return (dt.date.fromisoformat(day) - db.today).days


def _running(db: ItAssets, holder_id: str) -> list[DeviceLoan]:
    return db.loans.where(lambda x: x.holder_id == holder_id and x.status == "running")


@world.function()
def list_device_loans(
    db: ItAssets, holder_id: HolderId, due_by: Date | None = None
) -> list[DeviceLoan]:
    """List the devices that somebody has on loan, with when each has to be back.

    holder_id: IT number of the person
    due_by: only loans that end on this day or before
    """
    return [x for x in _running(db, holder_id) if due_by is None or x.until <= due_by]


@world.function(writes=True)
def extend_device_loan(db: ItAssets, loan_id: LoanId, until: Date) -> DeviceLoan:
    """Keep a device on loan for longer. Refused beyond 60 days from today.

    loan_id: the loan to extend
    until: the new day by which it has to be back
    """
    loan, days = _open_loan(db, loan_id), _days_until(db, until)
    if until <= loan.until:
        raise Refused(f"Loan {loan_id} runs until {loan.until} as it is.")
    if days > 60:
        raise Refused(f"Loan {loan_id} cannot run for more than 60 days from today.")
    longer = (dt.date.fromisoformat(until) - dt.date.fromisoformat(loan.until)).days
    more = db.devices[loan.asset_tag].weekly_charge * -(-longer // 7)
    return db.loans.put(replace(loan, until=until, charge=round(loan.charge + more, 2)))


def _open_loan(db: ItAssets, loan_id: str) -> DeviceLoan:
    loan = db.loans[loan_id]
    if loan.status == "handed in":
        raise Refused(f"Loan {loan_id} has ended already.")
    return loan


@world.function(writes=True)
def hand_in_device(db: ItAssets, loan_id: LoanId, city: City) -> DeviceLoan:
    """End a loan by handing the device in, at any office. It belongs to that office from then on.

    loan_id: the loan that ends
    city: city of the office where the device is handed in
    """
    loan, desk = _open_loan(db, loan_id), _desk(db, city)
    device = db.devices[loan.asset_tag]
    db.devices.put(replace(device, status="in stock", city=desk.city))
    return db.loans.put(replace(loan, status="handed in", city=desk.city))


@world.function()
def get_help_desk(db: ItAssets, city: City) -> HelpDesk:
    """Get an office's IT help desk: where it is, when it is open, when it has time for a repair.

    city: city of the office
    """
    return _desk(db, city)


@world.function(writes=True)
def book_device_repair(
    db: ItAssets,
    asset_tag: AssetTag,
    problems: list[DeviceFault],
    bring_on: Date,
    contact: Annotated[RepairContact, Kind("RepairContact")] | None = None,
) -> RepairJob:
    """Book a repair at the help desk of the office that a device belongs to.

    Refused for devices in stock, for weekends, before the desk's next free appointment and more
    than 60 days ahead.

    asset_tag: the device to repair
    problems: all parts that do not work
    bring_on: day on which it is brought in
    contact: where to find the person who uses it
    """
    device = db.devices[asset_tag]
    if not problems:
        raise Refused("A repair needs at least one part that does not work.")
    if device.status in ("in repair", "in stock"):
        raise Refused(f"Device {asset_tag} is {device.status}, so the help desk has it already.")
    first = db.desks[device.city].next_slot
    day = dt.date.fromisoformat(bring_on)
    if bring_on < first or day.weekday() > 4 or _days_until(db, bring_on) > 60:
        raise Refused(
            f"The desk in {device.city} takes repairs on workdays from {first} on, "
            "up to 60 days ahead."
        )
    covered = device.warranty_until >= bring_on
    device = db.devices.put(replace(device, status="in repair"))
    back = _workday(day + dt.timedelta(days=1 + 2 * len(problems)))
    cost = 0.0 if covered else 35.0 * len(problems)
    repair_id = fresh_id("DRJ", asset_tag, bring_on)
    job = RepairJob(repair_id, device, problems, bring_on, str(back), covered, cost, contact)
    return db.repairs.put(job)


@world.function()
def find_licences(
    db: ItAssets, field: SoftwareField, max_monthly_price: Money | None = None
) -> list[Licence]:
    """List the programs for one field of work that the company has a licence for.

    field: what the programs are for
    max_monthly_price: only programs that cost at most this much a seat and month, in euros
    """
    return db.licences.where(
        lambda x: (
            x.field == field and (max_monthly_price is None or x.monthly_price <= max_monthly_price)
        )
    )


@world.function(writes=True)
def take_licence_seat(
    db: ItAssets, licence_id: LicenceId, holder_id: HolderId, months: SeatMonths = 12
) -> LicenceSeat:
    """Give somebody a seat on a licence. Refused when all seats are taken.

    licence_id: the licence in question
    holder_id: IT number of the person
    months: for how many months
    """
    licence = db.licences[licence_id]
    if licence.free_seats == 0:
        raise Refused(f"All seats on {licence.product} ({licence_id}) are taken.")
    db.licences.put(replace(licence, free_seats=licence.free_seats - 1))
    until = str(db.today + dt.timedelta(days=30 * months))
    total = round(licence.monthly_price * months, 2)
    seat_id = fresh_id("SEA", licence_id, holder_id)
    return db.seats.put(LicenceSeat(seat_id, licence_id, licence.product, holder_id, until, total))
