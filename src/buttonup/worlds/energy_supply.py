"""An energy supplier: contracts for electricity and gas, tariffs, meters, bills and supply cuts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Kind, Money
from buttonup.worlds.names import CITIES, DISTRICTS, address, day, numbers
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

CustomerId = Annotated[
    str, Kind("EnergyCustomerId"), Meta(pattern=r"^ENC-\d{6}$", description="Customer number.")
]
ContractId = Annotated[
    str,
    Kind("EnergyContractId"),
    Meta(pattern=r"^CTR-\d{5}$", description="Contract id, like CTR-20431."),
]
MeterId = Annotated[
    str, Kind("EnergyMeterId"), Meta(pattern=r"^MTR-\d{5}$", description="Number of a meter.")
]
TariffId = Annotated[
    str,
    Kind("EnergyTariffId"),
    Meta(pattern=r"^TRF-\d{3}$", description="Tariff id, like TRF-214."),
]
BillId = Annotated[
    str, Kind("EnergyBillId"), Meta(pattern=r"^EBL-\d{5}$", description="Bill id, like EBL-20431.")
]
Fuel = Annotated[Literal["electricity", "gas"], Kind("EnergyFuel")]
Cause = Literal["planned works", "storm damage", "burst pipe", "faulty cable"]
TariffName = Annotated[str, Kind("EnergyTariffName")]
Kwh = Annotated[int, Kind("EnergyKwh"), Meta(ge=0, description="Energy in kWh.")]
Cents = Annotated[float, Meta(description="Price of one kWh, in cents.")]
MeterValue = Annotated[
    int, Kind("MeterValue"), Meta(ge=0, description="What the meter shows, in whole kWh.")
]
Parts = Annotated[Literal[1, 2, 3, 6], Kind("EnergyInstalments")]


class Contract(Row):
    """A customer's contract for one home and one sort of energy."""

    contract_id: ContractId
    customer_id: CustomerId
    fuel: Fuel
    street: Annotated[str, Meta(description="Street and number of the home supplied.")]
    city: City
    tariff_id: TariffId
    tariff: TariffName
    meter_id: MeterId
    monthly_payment: Money
    ends: Annotated[Date, Meta(description="Last day at the agreed price.")]


class Tariff(Row):
    """A price at which energy is sold."""

    tariff_id: TariffId
    name: TariffName
    fuel: Fuel
    unit_price: Cents
    standing_charge: Annotated[Money, Meta(description="Fixed charge a month.")]
    fixed_months: Annotated[int, Meta(description="For how many months the price holds.")]
    exit_fee: Annotated[Money, Meta(description="Price of leaving early.")]
    green: Annotated[bool, Meta(description="From renewable sources only.")]


class CostEstimate(Row):
    """What a tariff would cost in a year."""

    tariff_id: TariffId
    tariff: TariffName
    yearly_kwh: Kwh
    yearly_cost: Money
    monthly_payment: Money


class TariffSwitch(Row):
    """A contract that goes over to another tariff."""

    switch_id: Annotated[
        str, Kind("TariffSwitchId"), Meta(pattern=r"^TSW-\d{5}$", description="Id of the switch.")
    ]
    contract_id: ContractId
    before: Annotated[TariffName, Meta(description="Tariff that it was on.")]
    tariff: TariffName
    starts: Date
    monthly_payment: Money


class Reading(Row):
    """What a meter showed on a day."""

    reading_id: Annotated[
        str, Kind("EnergyReadingId"), Meta(pattern=r"^RDG-\d{5}$", description="Id of a reading.")
    ]
    meter_id: MeterId
    day: Date
    value: MeterValue
    used: Annotated[Kwh, Meta(description="Used since the reading before, in kWh.")]


class Bill(Row):
    """A bill for one contract."""

    bill_id: BillId
    customer_id: CustomerId
    contract_id: ContractId
    fuel: Fuel
    until: Annotated[Date, Meta(description="Last day that it covers.")]
    used: Annotated[Kwh, Meta(description="Energy billed, in kWh.")]
    amount: Money
    due: Date
    status: Literal["open", "overdue", "paid"]


class Instalment(Row):
    """One part of a payment."""

    due: Date
    amount: Money


class BillPayment(Row):
    """How a bill is paid."""

    payment_id: Annotated[
        str, Kind("EnergyPaymentId"), Meta(pattern=r"^PMT-\d{5}$", description="Id of the payment.")
    ]
    bill_id: BillId
    total: Money
    instalments: list[Instalment]


class SupplyAddress(Row):
    """The home that is supplied."""

    street: Annotated[str, Meta(description="Street and number.")]
    city: City


class Closing(Row):
    """A contract that comes to an end."""

    contract_id: ContractId
    fuel: Fuel
    street: str
    last_day: Date
    exit_fee: Money
    reading_by: Annotated[Date, Meta(description="By when the last reading has to be sent.")]


class SupplyCut(Row):
    """A time without electricity or gas in a part of a city."""

    cut_id: Annotated[
        str, Kind("SupplyCutId"), Meta(pattern=r"^CUT-\d{5}$", description="Id of a supply cut.")
    ]
    city: City
    district: Annotated[str, Kind("CityDistrict")]
    fuel: Fuel
    cause: Cause
    starts: Date
    restored_by: Date
    homes: Annotated[int, Meta(description="How many homes are without supply.")]


@dataclasses.dataclass
class EnergySupply(State):
    """All of the supplier's records."""

    contracts: Table[Contract]
    tariffs: Table[Tariff]
    switches: Table[TariffSwitch]
    readings: Table[Reading]
    bills: Table[Bill]
    payments: Table[BillPayment]
    closings: Table[Closing]
    cuts: Table[SupplyCut]


FUELS: tuple[Fuel, ...] = get_args(get_args(Fuel)[0])
NAMES = "Beacon|Compass|Evergreen|Hearth|Lantern|Meridian|Millrace|Steady|Tidewater".split("|")
SERVED = (
    "Antwerp",
    "Bologna",
    "Brno",
    "Cork",
    "Ghent",
    "Graz",
    "Leipzig",
    "Lyon",
    "Porto",
    "Turin",
)
CENTS: dict[Fuel, tuple[float, float]] = {"electricity": (24, 38), "gas": (8, 14)}
CAUSES: dict[Fuel, tuple[Cause, ...]] = {
    "electricity": ("planned works", "storm damage", "faulty cable"),
    "gas": ("planned works", "burst pipe"),
}
USUAL: dict[Fuel, int] = {"electricity": 3_000, "gas": 11_000}
"""kWh a year by which monthly payments are set."""


def seed(rng: random.Random, today: dt.date) -> EnergySupply:
    """Make 30 tariffs, 40 customers, their contracts, readings and bills, and 40 supply cuts."""
    kinds = [(fuel, months) for fuel in FUELS for months in (12, 12, 24, 24, 36)]
    ids = numbers(rng, "TRF", 3 * len(kinds), 3)
    tariffs = [_tariff(rng, id, *kind) for id, kind in zip(ids, 3 * kinds, strict=True)]
    customers = numbers(rng, "ENC", 40, 6)
    contracts = [c for id in customers for c in _contracts(rng, id, tariffs, today)]
    places = [(rng.choice(SERVED), rng.choice(DISTRICTS)) for _ in range(40)]
    return EnergySupply(
        today,
        contracts=Table("contract_id", contracts),
        tariffs=Table("tariff_id", tariffs),
        switches=Table("switch_id", ()),
        readings=Table("reading_id", [r for c in contracts for r in _readings(rng, c, today)]),
        bills=Table("bill_id", [b for c in contracts for b in _bills(rng, c, today)]),
        payments=Table("payment_id", ()),
        closings=Table("contract_id", ()),
        cuts=Table("cut_id", [_cut(rng, *place, today) for place in places]),
    )


def _tariff(rng: random.Random, tariff_id: str, fuel: Fuel, months: int) -> Tariff:
    green = rng.random() < 0.4
    cents = round(rng.uniform(*CENTS[fuel]) * (1.05 if green else 1), 1)
    name = f"{rng.choice(NAMES)} {months}{' Green' if green else ''}"
    standing, fee = rng.randrange(700, 1700, 25) / 100, float(rng.randrange(0, 90, 10))
    return Tariff(tariff_id, name, fuel, cents, standing, months, fee, green)


def _contracts(
    rng: random.Random, customer_id: str, tariffs: list[Tariff], today: dt.date
) -> list[Contract]:
    homes = [(address(rng), rng.choice(SERVED)) for _ in range(rng.choice((1, 1, 2)))]
    wanted = [(home, fuel) for home in homes for fuel in FUELS if rng.random() < 0.85]
    made = []
    for (street, city), fuel in wanted or [(homes[0], "electricity")]:
        tariff = rng.choice([t for t in tariffs if t.fuel == fuel])
        payment = _monthly(tariff, int(USUAL[fuel] * rng.uniform(0.6, 1.4)))
        contract_id = fresh_id("CTR", customer_id, street, city, fuel)
        made.append(
            Contract(
                contract_id, customer_id, fuel, street, city,
                tariff.tariff_id, tariff.name, fresh_id("MTR", contract_id), payment,
                day(rng, today, 20, 600),
            )
        )  # fmt: skip
    return made


def _yearly(tariff: Tariff, kwh: int) -> float:
    return round(tariff.unit_price * kwh / 100 + tariff.standing_charge * 12, 2)


def _monthly(tariff: Tariff, kwh: int) -> float:
    return float(round(_yearly(tariff, kwh) / 12))


def _readings(rng: random.Random, contract: Contract, today: dt.date) -> list[Reading]:
    value, made = rng.randint(31_400, 33_000), []
    for ago in (rng.randint(60, 110), rng.randint(180, 230), rng.randint(300, 350)):
        used = rng.randint(450, 1_400)
        on = str(today - dt.timedelta(days=ago))
        reading_id = fresh_id("RDG", contract.meter_id, on)
        made.append(Reading(reading_id, contract.meter_id, on, value, used))
        value -= used
    return made


def _bills(rng: random.Random, contract: Contract, today: dt.date) -> list[Bill]:
    made = []
    for ago in sorted(rng.sample((20, 50, 110, 200), rng.randint(1, 3))):
        until = today - dt.timedelta(days=ago)
        due = until + dt.timedelta(days=rng.randint(28, 40))
        used, cents = rng.randint(300, 1_900), rng.uniform(*CENTS[contract.fuel])
        status: Literal["open", "overdue", "paid"] = "paid"
        if due >= today or rng.random() < 0.5:
            status = "open" if due >= today else "overdue"
        made.append(
            Bill(
                fresh_id("EBL", contract.contract_id, str(until)), contract.customer_id,
                contract.contract_id, contract.fuel, str(until), used,
                round(used * cents / 100 + 21, 2), str(due), status,
            )
        )  # fmt: skip
    return made


def _cut(rng: random.Random, city: str, district: str, today: dt.date) -> SupplyCut:
    fuel: Fuel = rng.choice(("electricity", "electricity", "gas"))
    cause = rng.choice(CAUSES[fuel])
    starts = today + dt.timedelta(days=rng.randint(0, 25) if cause == "planned works" else 0)
    restored = starts + dt.timedelta(days=rng.randint(1, 6))
    cut_id = fresh_id("CUT", city, district, fuel, str(starts))
    return SupplyCut(
        cut_id,
        city,
        district,
        fuel,
        cause,
        str(starts),
        str(restored),
        rng.randrange(20, 4_000, 10),
    )


world = World(
    "energy_supply",
    "An electricity and gas supplier",
    seed,
    known={
        "EnergyCustomerId": lambda s, rng: (
            rng.choice([b for b in s.bills if b.status != "paid"]).customer_id
        ),
        "City": lambda s, rng: rng.choice(list(s.cuts)).city,
        "EnergyKwh": lambda _s, rng: rng.randrange(1_600, 5_200, 200),
        "MeterValue": lambda _s, rng: rng.randint(33_010, 34_300),
        "find_energy_tariffs.max_standing_charge": lambda _s, rng: float(rng.randint(9, 15)),
        "start_energy_contract.home": lambda _s, rng: SupplyAddress(
            address(rng), rng.choice(SERVED)
        ),
        "start_energy_contract.starts": lambda s, rng: day(rng, s.today, 15, 80),
        "end_energy_contract.last_day": lambda s, rng: day(rng, s.today, 32, 150),
    },
)


@world.function()
def list_energy_contracts(
    db: EnergySupply, customer_id: CustomerId, fuel: Fuel | None = None
) -> list[Contract]:
    """List a customer's contracts: home, tariff, meter, monthly payment and end.

    customer_id: customer number
    fuel: only contracts for this sort of energy
    """
    found = _contracts_of(db, customer_id)
    return [c for c in found if fuel is None or c.fuel == fuel]


def _contracts_of(db: EnergySupply, customer_id: str) -> list[Contract]:
    found = db.contracts.where(lambda c: c.customer_id == customer_id)
    if not found:
        raise Refused(f"There is no customer {customer_id!r}.")
    return found


@world.function()
def find_energy_tariffs(
    db: EnergySupply,
    fuel: Fuel,
    fixed_months: Literal[12, 24, 36] | None = None,
    max_standing_charge: Money | None = None,
    green: bool = False,
    page: PageNumber = 1,
) -> Page[Tariff]:
    """List the tariffs on offer for electricity or gas, six to a page.

    fuel: the sort of energy
    fixed_months: only tariffs whose price holds for so many months
    max_standing_charge: only tariffs with at most this fixed charge a month, in euros
    green: only tariffs from renewable sources
    page: which page of the list
    """
    found = db.tariffs.where(
        lambda t: (
            t.fuel == fuel
            and (fixed_months is None or t.fixed_months == fixed_months)
            and (max_standing_charge is None or t.standing_charge <= max_standing_charge)
            and (t.green or not green)
        )
    )
    return page_of(found, page, 6)


@world.function()
def estimate_energy_cost(db: EnergySupply, tariff_id: TariffId, yearly_kwh: Kwh) -> CostEstimate:
    """Estimate what a tariff would cost in a year, and the monthly payment that follows.

    tariff_id: the tariff in question
    yearly_kwh: how much is used in a year, in kWh
    """
    t = db.tariffs[tariff_id]
    yearly, monthly = _yearly(t, yearly_kwh), _monthly(t, yearly_kwh)
    return CostEstimate(tariff_id, t.name, yearly_kwh, yearly, monthly)


@world.function(writes=True)
def switch_energy_tariff(
    db: EnergySupply, contract_id: ContractId, tariff_id: TariffId
) -> TariffSwitch:
    """Put a contract on another tariff for the same energy, from the first of next month.

    contract_id: the contract to change
    tariff_id: the tariff that it goes over to
    """
    contract, tariff = db.contracts[contract_id], db.tariffs[tariff_id]
    if contract.fuel != tariff.fuel:
        raise Refused(f"Contract {contract_id} is for {contract.fuel}, {tariff_id} is not.")
    if contract.tariff_id == tariff_id:
        raise Refused(f"Contract {contract_id} is on tariff {tariff_id} already.")
    starts = (db.today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    ends = starts + dt.timedelta(days=tariff.fixed_months * 365 // 12)
    payment = _monthly(tariff, USUAL[tariff.fuel])
    db.contracts.put(
        replace(
            contract, tariff_id=tariff_id, tariff=tariff.name, monthly_payment=payment,
            ends=str(ends),
        )
    )  # fmt: skip
    switch_id = fresh_id("TSW", contract_id, tariff_id)
    return db.switches.put(
        TariffSwitch(switch_id, contract_id, contract.tariff, tariff.name, str(starts), payment)
    )


@world.function()
def list_energy_readings(
    db: EnergySupply, meter_id: MeterId, since: Date | None = None
) -> list[Reading]:
    """List what a meter showed at each reading and what was used in between, the latest first.

    meter_id: the meter in question
    since: only readings taken on or after this day
    """
    found = db.readings.where(lambda r: r.meter_id == meter_id)
    if not found:
        raise Refused(f"There are no readings for a meter {meter_id!r}.")
    found = [r for r in found if since is None or r.day >= since]
    return sorted(found, key=lambda r: r.day, reverse=True)


@world.function(writes=True)
def send_energy_reading(db: EnergySupply, meter_id: MeterId, value: MeterValue) -> Reading:
    """Send in what a meter shows today.

    Refused below the last reading, and where it would be more than 3,000 kWh above it.

    meter_id: the meter that was read
    value: what it shows, in whole kWh
    """
    last = list_energy_readings.run(db, meter_id)[0]
    if value < last.value:
        raise Refused(f"Meter {meter_id} showed {last.value} already on {last.day}.")
    if value - last.value > 3_000:
        raise Refused(f"That is {value - last.value} kWh more than meter {meter_id} showed last.")
    reading_id = fresh_id("RDG", meter_id, str(db.today))
    return db.readings.put(Reading(reading_id, meter_id, str(db.today), value, value - last.value))


@world.function()
def list_energy_bills(
    db: EnergySupply,
    customer_id: CustomerId,
    status: Literal["open", "overdue", "paid"] | None = None,
) -> list[Bill]:
    """List a customer's bills with what was used, the amount and when it is due.

    customer_id: customer number
    status: only bills in this state; open ones are not due yet
    """
    _contracts_of(db, customer_id)
    return db.bills.where(
        lambda b: b.customer_id == customer_id and (status is None or b.status == status)
    )


@world.function(writes=True)
def pay_energy_bill(db: EnergySupply, bill_id: BillId, instalments: Parts = 1) -> BillPayment:
    """Pay a bill, today or in monthly instalments. An overdue bill takes three at the most.

    bill_id: the bill to pay
    instalments: in how many parts; the first is paid today
    """
    bill = db.bills[bill_id]
    if bill.status == "paid":
        raise Refused(f"Bill {bill_id} has been paid already.")
    if bill.status == "overdue" and instalments > 3:
        raise Refused(f"Bill {bill_id} is overdue and can be paid in three parts at the most.")
    part = round(bill.amount / instalments, 2)
    amounts = [part] * (instalments - 1)
    amounts.append(round(bill.amount - sum(amounts), 2))
    days = [str(db.today + dt.timedelta(days=30 * n)) for n in range(instalments)]
    db.bills.put(replace(bill, status="paid"))
    return db.payments.put(
        BillPayment(
            fresh_id("PMT", bill_id, instalments), bill_id, bill.amount,
            [Instalment(due, amount) for due, amount in zip(days, amounts, strict=True)],
        )
    )  # fmt: skip


@world.function(writes=True)
def start_energy_contract(
    db: EnergySupply,
    customer_id: CustomerId,
    tariff_id: TariffId,
    home: Annotated[SupplyAddress, Kind("SupplyHome")],
    starts: Date,
) -> Contract:
    """Take out a contract for another home. It can start in two weeks at the earliest.

    customer_id: customer number
    tariff_id: the tariff wanted
    home: street and city of the home to be supplied
    starts: first day of supply
    """
    tariff = db.tariffs[tariff_id]
    _contracts_of(db, customer_id)
    first = dt.date.fromisoformat(starts)
    if home.city not in SERVED:
        raise Refused(f"We do not supply homes in {home.city}.")
    if first < db.today + dt.timedelta(days=14):
        raise Refused(f"Supply cannot start on {starts}: it takes two weeks.")
    contract_id = fresh_id("CTR", customer_id, home.street, home.city, tariff.fuel)
    meter_id = fresh_id("MTR", contract_id)
    ends = first + dt.timedelta(days=tariff.fixed_months * 365 // 12)
    return db.contracts.put(
        Contract(
            contract_id, customer_id, tariff.fuel, home.street, home.city, tariff_id, tariff.name,
            meter_id, _monthly(tariff, USUAL[tariff.fuel]), str(ends),
        )
    )  # fmt: skip


@world.function(writes=True)
def end_energy_contract(db: EnergySupply, contract_id: ContractId, last_day: Date) -> Closing:
    """Give notice on a contract, a month ahead at least.

    The tariff's exit fee is charged when the agreed time is not over by then.

    contract_id: the contract to end
    last_day: last day of supply
    """
    contract = db.contracts[contract_id]
    last = dt.date.fromisoformat(last_day)
    if last < db.today + dt.timedelta(days=30):
        raise Refused(f"Contract {contract_id} cannot end on {last_day}: notice is 30 days.")
    early = last_day < contract.ends
    fee = db.tariffs[contract.tariff_id].exit_fee if early else 0.0
    db.contracts.put(replace(contract, ends=last_day))
    by = str(last + dt.timedelta(days=7))
    return db.closings.put(Closing(contract_id, contract.fuel, contract.street, last_day, fee, by))


@world.function()
def find_supply_cuts(db: EnergySupply, city: City, fuel: Fuel | None = None) -> list[SupplyCut]:
    """List where in a city electricity or gas is off or will be, why, and until when.

    city: the city in question
    fuel: only cuts of this sort of energy
    """
    if city not in CITIES:
        raise Refused(f"We have no news from {city!r}.")
    return db.cuts.where(lambda c: c.city == city and (fuel is None or c.fuel == fuel))
