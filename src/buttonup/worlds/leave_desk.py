"""A company's leave desk: who is off when, allowances, approvals, public holidays and payslips."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Country, Date, Email, Kind, Money, PersonName
from buttonup.worlds.names import CITIES, email, numbers, people, person
from buttonup.worlds.names import day as some_day
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

StaffId = Annotated[
    str, Kind("LeaveStaffId"), Meta(pattern=r"^EMP-\d{4}$", description="Staff number.")
]
AbsenceId = Annotated[
    str, Kind("AbsenceId"), Meta(pattern=r"^ABS-\d{5}$", description="Absence id, like ABS-20431.")
]
PendingId = Annotated[
    str, Kind("PendingAbsenceId"), Meta(pattern=r"^ABS-\d{5}$", description="Absence id.")
]
PayslipId = Annotated[
    str, Kind("PayslipId"), Meta(pattern=r"^PSL-\d{5}$", description="Payslip id, like PSL-20431.")
]
Department = Annotated[
    str, Kind("LeaveDepartment"), Meta(description="Name of a department, like Finance.")
]
LeaveDays = Annotated[int, Kind("LeaveDays"), Meta(ge=1, le=20, description="Working days.")]
PayslipCount = Annotated[int, Kind("PayslipCount"), Meta(ge=1, le=12)]
LeaveName = Literal["annual leave", "parental leave", "study leave", "care leave", "unpaid leave"]
LeaveType = Annotated[LeaveName, Kind("LeaveType")]
Verdict = Annotated[Literal["approved", "declined"], Kind("LeaveVerdict")]
AbsenceStatus = Literal["requested", "approved", "declined", "withdrawn"]


class StaffFile(Row):
    """What is on record about somebody who works here."""

    staff_id: StaffId
    name: PersonName
    department: Department
    manager: Annotated[PersonName, Meta(description="Who approves their absences.")]
    office: Annotated[City, Meta(description="City they work in.")]
    country: Annotated[Country, Meta(description="Country whose public holidays they have.")]
    weekly_hours: int
    since: Annotated[Date, Meta(description="First day in the company.")]


class Absence(Row):
    """A time that somebody is off, or would like to be."""

    absence_id: AbsenceId
    staff_id: StaffId
    leave_type: LeaveType
    first_day: Date
    last_day: Date
    working_days: LeaveDays
    status: AbsenceStatus
    deputy: Annotated[PersonName | None, Meta(description="Who stands in; null: nobody named.")]


class PendingAbsence(Row):
    """A request that waits for somebody to decide."""

    absence_id: PendingId
    name: Annotated[PersonName, Meta(description="Who would be away.")]
    leave_type: LeaveType
    first_day: Date
    working_days: LeaveDays


class Decision(Row):
    """What was decided on several requests."""

    verdict: Verdict
    absences: list[PendingAbsence]
    working_days: Annotated[int, Meta(description="Working days of all of them together.")]


class AwayColleague(Row):
    """Somebody who is off on a day."""

    name: PersonName
    leave_type: LeaveType
    first_day: Date
    back_on: Annotated[Date, Meta(description="First working day after the absence.")]


class Allowance(Row):
    """How many days of one kind of leave somebody has this year."""

    leave_type: LeaveType
    days_total: int
    days_used: Annotated[int, Meta(description="Days taken, approved or requested.")]
    days_left: int
    expires: Annotated[Date, Meta(description="Last day on which they can be taken.")]


class PublicHoliday(Row):
    """A day on which a country does not work."""

    name: Annotated[str, Kind("HolidayName")]
    country: Country
    date: Date
    weekday: Annotated[str, Meta(description="Day of the week, like Monday.")]


class Payslip(Row):
    """One month's pay."""

    payslip_id: PayslipId
    staff_id: StaffId
    month: Annotated[str, Meta(description="Month and year, like March 2026.")]
    gross: Money
    net: Annotated[Money, Meta(description="What was paid out.")]
    paid_on: Date


class PayLine(Row):
    """One deduction on a payslip."""

    label: Annotated[str, Kind("PayLabel")]
    amount: Money


class PayBreakdown(Row):
    """A payslip, and what was taken off."""

    payslip: Payslip
    lines: list[PayLine]
    deductions: Annotated[Money, Meta(description="Sum of all deductions.")]


class Deputy(Row):
    """Somebody who stands in, and how to reach that person."""

    name: PersonName
    email: Email


@dataclasses.dataclass
class LeaveDesk(State):
    """All of the leave desk's records."""

    staff: Table[StaffFile]
    absences: Table[Absence]
    payslips: Table[Payslip]


DEPARTMENTS = "Finance|Legal|Production|Sales|Design|Support".split("|")
ALLOWANCES: dict[LeaveName, int] = {
    "annual leave": 30, "parental leave": 60, "study leave": 10, "care leave": 12,
    "unpaid leave": 20,
}  # fmt: skip
LEAVES: tuple[LeaveName, ...] = (
    "annual leave", "annual leave", "annual leave", "parental leave", "study leave", "care leave",
    "unpaid leave",
)  # fmt: skip
STATUSES: tuple[AbsenceStatus, ...] = ("approved", "approved", "requested", "declined")
EVERYWHERE = "New Year's Day 01-01|Labour Day 05-01|Christmas Day 12-25|"
HOLIDAYS = {
    "Austria": "Epiphany 01-06|Assumption Day 08-15|National Day 10-26|All Saints' Day 11-01|"
    "Immaculate Conception 12-08|St Stephen's Day 12-26",
    "Belgium": "National Day 07-21|Assumption Day 08-15|All Saints' Day 11-01|Armistice Day 11-11",
    "France": "Victory Day 05-08|Bastille Day 07-14|Assumption Day 08-15|All Saints' Day 11-01|"
    "Armistice Day 11-11",
    "Germany": "German Unity Day 10-03|Second Day of Christmas 12-26",
    "Italy": "Epiphany 01-06|Liberation Day 04-25|Republic Day 06-02|Assumption Day 08-15|"
    "All Saints' Day 11-01|Immaculate Conception 12-08|St Stephen's Day 12-26",
    "Poland": "Epiphany 01-06|Constitution Day 05-03|Assumption Day 08-15|All Saints' Day 11-01|"
    "Independence Day 11-11|Second Day of Christmas 12-26",
    "Portugal": "Freedom Day 04-25|Portugal Day 06-10|Assumption Day 08-15|Republic Day 10-05|"
    "All Saints' Day 11-01|Restoration of Independence 12-01|Immaculate Conception 12-08",
    "Spain": "Epiphany 01-06|Assumption Day 08-15|National Day 10-12|All Saints' Day 11-01|"
    "Constitution Day 12-06|Immaculate Conception 12-08",
}


def seed(rng: random.Random, today: dt.date) -> LeaveDesk:
    """Make 48 people in 6 departments, about 200 absences and 240 payslips."""
    offices = [city for city, country in CITIES.items() if country in HOLIDAYS]
    managers = dict(zip(DEPARTMENTS, people(rng, 6), strict=True))
    staff = [
        _staff_file(rng, staff_id, name, DEPARTMENTS[n % 6], managers, rng.choice(offices), today)
        for n, (staff_id, name) in enumerate(
            zip(numbers(rng, "EMP", 48, 4), people(rng, 48), strict=True)
        )
    ]
    absences = [a for someone in staff for a in _absences(rng, someone.staff_id, today)]
    payslips = [p for someone in staff for p in _payslips(rng, someone, today)]
    return LeaveDesk(
        today,
        staff=Table("staff_id", staff),
        absences=Table("absence_id", absences),
        payslips=Table("payslip_id", payslips),
    )


def _staff_file(
    rng: random.Random, staff_id: str, name: str, department: str, managers: dict[str, str],
    office: str, today: dt.date,
) -> StaffFile:  # fmt: skip
    hours = rng.choice((24, 32, 36, 40, 40))
    since = some_day(rng, today, -4000, -300)
    return StaffFile(
        staff_id, name, department, managers[department], office, CITIES[office], hours, since
    )


def _absences(rng: random.Random, staff_id: str, today: dt.date) -> list[Absence]:
    """Spread absences over half a year, one behind the other."""
    made, day = list[Absence](), today - dt.timedelta(days=rng.randint(25, 60))
    for _ in range(rng.randint(3, 5)):
        first = _workday(day + dt.timedelta(days=rng.randint(4, 26)))
        days = rng.randint(2, 8)
        last = _after(first, days)
        status = "approved" if first <= today else rng.choice(STATUSES)
        deputy = person(rng) if rng.random() < 0.5 else None
        made.append(
            Absence(
                fresh_id("ABS", staff_id, str(first)), staff_id, rng.choice(LEAVES), str(first),
                str(last), days, status, deputy,
            )
        )  # fmt: skip
        day = last
    return made


def _payslips(rng: random.Random, someone: StaffFile, today: dt.date) -> list[Payslip]:
    base = rng.randrange(2400, 6200, 50) * someone.weekly_hours / 40
    made, first = list[Payslip](), today.replace(day=1)
    for _ in range(5):
        last = first - dt.timedelta(days=1)
        first = last.replace(day=1)
        gross = round(base + rng.choice((0, 0, 120, 260.5)), 2)
        net = round(gross * rng.uniform(0.62, 0.72), 2)
        paid = str(last - dt.timedelta(days=max(0, last.weekday() - 4)))
        slip_id = fresh_id("PSL", someone.staff_id, str(first))
        made.append(Payslip(slip_id, someone.staff_id, f"{first:%B %Y}", gross, net, paid))
    return made


def _workday(day: dt.date) -> dt.date:
    """Give the day, or the Monday after it when it falls on a weekend."""
    return day + dt.timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)


def _after(first: dt.date, days: int) -> dt.date:
    """Give the last of so many working days."""
    last = first
    for _ in range(days - 1):
        last = _workday(last + dt.timedelta(days=1))
    return last


def _free_day(db: LeaveDesk, rng: random.Random) -> str:
    return str(_workday(db.today + dt.timedelta(days=rng.randint(20, 120))))


world = World(
    "leave_desk",
    "A company's leave desk",
    seed,
    known={
        "LeaveStaffId": lambda s, rng: rng.choice(list(s.staff)).staff_id,
        "LeaveDepartment": lambda _s, rng: rng.choice(DEPARTMENTS),
        "LeaveDays": lambda _s, rng: rng.randint(2, 6),
        "PayslipCount": lambda _s, rng: rng.randint(2, 4),
        "Country": lambda _s, rng: rng.choice(list(HOLIDAYS)),
        "request_absence.first_day": _free_day,
        "request_absence.deputy": lambda _s, rng: Deputy(
            name := person(rng),
            email(rng, name),
        ),
        "who_is_away.day": lambda s, rng: (
            rng.choice(
                s.absences.where(lambda a: a.status == "approved" and a.last_day >= str(s.today))
            ).first_day
        ),
        "list_public_holidays.until": lambda s, rng: some_day(rng, s.today, 60, 160),
    },
)


@world.function()
def get_staff_file(db: LeaveDesk, staff_id: StaffId) -> StaffFile:
    """Get somebody's staff file: department, manager, office and weekly hours.

    staff_id: staff number
    """
    return db.staff[staff_id]


@world.function()
def get_leave_allowance(db: LeaveDesk, staff_id: StaffId, leave_type: LeaveType) -> Allowance:
    """Work out how many days of one kind of leave somebody has left, and until when.

    staff_id: staff number
    leave_type: kind of leave
    """
    someone = db.staff[staff_id]
    used = _used(db, someone.staff_id, leave_type)
    month, day = (3, 31) if leave_type == "annual leave" else (12, 31)
    expires = dt.date(db.today.year + (month == 3), month, day)
    total = ALLOWANCES[leave_type]
    return Allowance(leave_type, total, used, max(0, total - used), str(expires))


def _used(db: LeaveDesk, staff_id: str, leave_type: LeaveName) -> int:
    counted = db.absences.where(
        lambda a: (
            a.staff_id == staff_id
            and a.leave_type == leave_type
            and a.status in ("approved", "requested")
        )
    )
    return sum(a.working_days for a in counted)


@world.function()
def list_absences(
    db: LeaveDesk,
    staff_id: StaffId,
    leave_type: LeaveType | None = None,
    status: AbsenceStatus | None = None,
) -> list[Absence]:
    """List somebody's absences, past ones and those to come, with what became of each.

    staff_id: staff number
    leave_type: only this kind of leave
    status: only absences in this state
    """
    someone = db.staff[staff_id]
    return db.absences.where(
        lambda a: (
            a.staff_id == someone.staff_id
            and (leave_type is None or a.leave_type == leave_type)
            and (status is None or a.status == status)
        )
    )


@world.function(writes=True)
def request_absence(
    db: LeaveDesk,
    staff_id: StaffId,
    leave_type: LeaveType,
    first_day: Date,
    days: LeaveDays,
    deputy: Annotated[Deputy, Kind("LeaveDeputy")] | None = None,
) -> Absence:
    """Ask for time off; the manager is told and decides.

    Refused when it would begin on a past day, a weekend or a public holiday, beyond the allowance,
    and where it would overlap with another absence.

    staff_id: staff number
    leave_type: kind of leave
    first_day: first working day off
    days: how many working days
    deputy: who stands in meanwhile
    """
    someone, first = db.staff[staff_id], dt.date.fromisoformat(first_day)
    if first < db.today or first.weekday() > 4:
        raise Refused(f"An absence has to begin on a working day to come; {first_day} is not one.")
    if any(h.date == first_day for h in list_public_holidays.run(db, someone.country)):
        raise Refused(f"{first_day} is a public holiday in {someone.country} anyway.")
    if _used(db, staff_id, leave_type) + days > ALLOWANCES[leave_type]:
        raise Refused(f"{someone.name} does not have {days} days of {leave_type} left.")
    last = _after(first, days)
    for other in db.absences.where(lambda a: a.staff_id == staff_id):
        if other.status in ("approved", "requested") and (
            other.first_day <= str(last) and first_day <= other.last_day
        ):
            raise Refused(f"That overlaps with absence {other.absence_id}.")
    return db.absences.put(
        Absence(
            fresh_id("ABS", staff_id, first_day), staff_id, leave_type, first_day, str(last), days,
            "requested", deputy.name if deputy else None,
        )
    )  # fmt: skip


@world.function(writes=True)
def withdraw_absence(db: LeaveDesk, absence_id: AbsenceId) -> Absence:
    """Take back a request, or give up an approved absence. Refused once it has begun.

    absence_id: the absence to give up
    """
    absence = db.absences[absence_id]
    if absence.status not in ("requested", "approved"):
        raise Refused(f"Absence {absence_id} has been {absence.status} already.")
    if absence.first_day <= str(db.today):
        raise Refused(f"Absence {absence_id} began on {absence.first_day}.")
    return db.absences.put(replace(absence, status="withdrawn"))


@world.function()
def list_pending_absences(
    db: LeaveDesk, department: Department, leave_type: LeaveType | None = None, page: PageNumber = 1
) -> Page[PendingAbsence]:
    """List the requests of a department that nobody has decided on, four to a page.

    department: name of the department
    leave_type: only this kind of leave
    page: which page of the list
    """
    names = _members(db, department)
    waiting = db.absences.where(
        lambda a: (
            a.staff_id in names
            and a.status == "requested"
            and (leave_type is None or a.leave_type == leave_type)
        )
    )
    waiting.sort(key=lambda a: (a.first_day, a.absence_id))
    return page_of([_pending(a, names[a.staff_id]) for a in waiting], page, 4)


def _members(db: LeaveDesk, department: str) -> dict[str, str]:
    """Give staff number -> name for a department."""
    found = db.staff.where(lambda p: p.department.casefold() == department.casefold())
    if not found:
        raise Refused(f"There is no department called {department!r}.")
    return {p.staff_id: p.name for p in found}


def _pending(a: Absence, name: str) -> PendingAbsence:
    return PendingAbsence(a.absence_id, name, a.leave_type, a.first_day, a.working_days)


@world.function(writes=True)
def decide_absences(db: LeaveDesk, absence_ids: list[PendingId], verdict: Verdict) -> Decision:
    """Approve or decline two or more requests for time off in one go.

    Refused when one of them has been decided on already.

    absence_ids: the requests to decide on
    verdict: what is decided
    """
    absences = [db.absences[absence_id] for absence_id in absence_ids]
    if len(set(absence_ids)) < 2:
        raise Refused("It takes two or more different requests to decide on them in one go.")
    if done := next((a for a in absences if a.status != "requested"), None):
        raise Refused(f"Absence {done.absence_id} has been {done.status} already.")
    decided = [db.absences.put(replace(a, status=verdict)) for a in absences]
    rows = [_pending(a, db.staff[a.staff_id].name) for a in decided]
    return Decision(verdict, rows, sum(a.working_days for a in decided))


@world.function()
def who_is_away(db: LeaveDesk, department: Department, day: Date) -> list[AwayColleague]:
    """List the people of a department who are off on a day, with when each is back.

    department: name of the department
    day: the day in question
    """
    names = _members(db, department)
    off = db.absences.where(
        lambda a: (
            a.staff_id in names and a.status == "approved" and a.first_day <= day <= a.last_day
        )
    )
    back = {
        a.absence_id: _workday(dt.date.fromisoformat(a.last_day) + dt.timedelta(days=1))
        for a in off
    }
    return [
        AwayColleague(names[a.staff_id], a.leave_type, a.first_day, str(back[a.absence_id]))
        for a in off
    ]


@world.function()
def list_public_holidays(
    db: LeaveDesk, country: Country, until: Date | None = None
) -> list[PublicHoliday]:
    """List the public holidays of a country in the half year to come. Movable feasts are left out.

    country: name of the country
    until: only holidays on this day or before
    """
    land = next((c for c in HOLIDAYS if c.casefold() == country.casefold()), None)
    if land is None:
        raise Refused(f"We have no office in {country}, so its holidays are not on record.")
    found = []
    for name, _, when in (e.rpartition(" ") for e in (EVERYWHERE + HOLIDAYS[land]).split("|")):
        date = dt.date.fromisoformat(f"{db.today.year}-{when}")
        date = date if date >= db.today else date.replace(year=date.year + 1)
        if date <= db.today + dt.timedelta(days=183) and (until is None or str(date) <= until):
            found.append(PublicHoliday(name, land, str(date), f"{date:%A}"))
    return sorted(found, key=lambda h: h.date)


@world.function()
def list_payslips(db: LeaveDesk, staff_id: StaffId, last: PayslipCount = 5) -> list[Payslip]:
    """List somebody's payslips, the newest first.

    staff_id: staff number
    last: how many months back to go
    """
    someone = db.staff[staff_id]
    found = db.payslips.where(lambda p: p.staff_id == someone.staff_id)
    return sorted(found, key=lambda p: p.paid_on, reverse=True)[:last]


@world.function()
def break_down_payslip(db: LeaveDesk, payslip_id: PayslipId) -> PayBreakdown:
    """Show what was taken off on a payslip: tax, insurance and pension.

    payslip_id: the payslip to look into
    """
    slip = db.payslips[payslip_id]
    taken = round(slip.gross - slip.net, 2)
    tax, insurance = round(taken * 0.55, 2), round(taken * 0.3, 2)
    rest = round(taken - tax - insurance, 2)
    parts = (("tax", tax), ("health insurance", insurance), ("pension", rest))
    return PayBreakdown(slip, [PayLine(label, amount) for label, amount in parts], taken)
