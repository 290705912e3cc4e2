"""A job board: vacancies in several cities, what they pay, applications and interviews."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import statistics
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Country, Date, Kind, Money, PersonName, Phone, Time
from buttonup.worlds.names import CITIES, clock_time, companies, numbers, person, phone
from buttonup.worlds.names import day as some_day
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

SeekerId = Annotated[
    str, Kind("JobSeekerId"), Meta(pattern=r"^CAND-\d{5}$", description="The applicant's number.")
]
VacancyId = Annotated[
    str, Kind("VacancyId"), Meta(pattern=r"^VAC-\d{4}$", description="Vacancy id, like VAC-2043.")
]
ApplicationId = Annotated[
    str, Kind("JobApplicationId"), Meta(pattern=r"^APN-\d{5}$", description="Like APN-20431.")
]
SlotId = Annotated[
    str, Kind("InterviewSlotId"), Meta(pattern=r"^SLO-\d{5}$", description="Like SLO-20431.")
]
InterviewId = Annotated[
    str, Kind("InterviewId"), Meta(pattern=r"^IVW-\d{5}$", description="Like IVW-20431.")
]
AlertId = Annotated[
    str, Kind("JobAlertId"), Meta(pattern=r"^JAL-\d{5}$", description="Alert id, like JAL-20431.")
]
JobTitle = Annotated[str, Kind("JobTitle")]
EmployerName = Annotated[str, Kind("EmployerName")]
FieldName = Literal[
    "nursing", "accounting", "web development", "catering", "teaching", "logistics", "tourism",
    "engineering",
]  # fmt: skip
JobField = Annotated[FieldName, Kind("JobField")]
Contract = Literal["permanent", "temporary", "freelance"]
InterviewForm = Literal["video", "on site", "telephone"]
ApplicationStatus = Literal["sent", "under review", "invited", "rejected", "withdrawn"]


class Vacancy(Row):
    """A job that somebody is wanted for."""

    vacancy_id: VacancyId
    title: JobTitle
    job_field: JobField
    employer: EmployerName
    city: City
    country: Country
    salary: Annotated[Money, Meta(description="A year, before tax.")]
    weekly_hours: int
    contract: Contract
    starts: Date
    closes: Annotated[Date, Meta(description="Last day for applications.")]


class Requirement(Row):
    """Something that an applicant should bring along."""

    skill: Annotated[str, Kind("JobRequirement")]
    years: Annotated[int, Meta(description="Years of experience wanted.")]


class Employer(Row):
    """A company or institution that has jobs to give."""

    name: EmployerName
    staff: Annotated[int, Meta(description="How many people work there.")]
    rating: Annotated[float, Meta(description="Given by those who work there, 1 to 5.")]


class Advert(Row):
    """What a vacancy's advert says besides."""

    vacancy_id: VacancyId
    requirements: list[Requirement]
    contact: PersonName


class VacancyDetails(Row):
    """All there is to know about a vacancy."""

    vacancy: Vacancy
    employer: Employer
    requirements: list[Requirement]
    contact: Annotated[PersonName, Meta(description="Who answers questions.")]


class SalaryGuide(Row):
    """What jobs of one field pay in a city, going by the vacancies open now."""

    job_field: JobField
    city: City
    lowest: Money
    median: Money
    highest: Money
    vacancies: Annotated[int, Meta(description="How many vacancies the figures rest on.")]


class JobApplication(Row):
    """Somebody's application for a vacancy."""

    application_id: ApplicationId
    seeker_id: SeekerId
    vacancy_id: VacancyId
    title: JobTitle
    employer: EmployerName
    city: City
    sent_on: Date
    can_start: Annotated[Date, Meta(description="First day on which the applicant could work.")]
    status: ApplicationStatus
    referee: Annotated[PersonName | None, Meta(description="Who vouches for the applicant.")]


class InterviewSlot(Row):
    """A time that an employer offers for an interview."""

    slot_id: SlotId
    application_id: ApplicationId
    day: Date
    time: Time
    minutes: Annotated[int, Meta(description="How long it takes.")]
    form: InterviewForm
    interviewer: PersonName


class Interview(Row):
    """An interview that has been agreed on."""

    interview_id: InterviewId
    seeker_id: SeekerId
    application_id: ApplicationId
    vacancy_id: VacancyId
    title: JobTitle
    employer: EmployerName
    city: City
    day: Date
    time: Time
    minutes: int
    form: InterviewForm
    interviewer: PersonName
    status: Literal["planned", "cancelled"]


class JobAlert(Row):
    """A standing wish: new vacancies of these fields in a city are sent to somebody."""

    alert_id: AlertId
    seeker_id: SeekerId
    job_fields: list[JobField]
    city: City
    open_now: Annotated[int, Meta(description="Vacancies that match it today.")]


class Referee(Row):
    """Somebody who vouches for an applicant."""

    name: PersonName
    phone: Phone


@dataclasses.dataclass
class JobBoard(State):
    """All that is on the job board."""

    vacancies: Table[Vacancy]
    adverts: Table[Advert]
    employers: Table[Employer]
    applications: Table[JobApplication]
    slots: Table[InterviewSlot]
    interviews: Table[Interview]
    alerts: Table[JobAlert]


TOWNS = "Antwerp|Cork|Graz|Lyon|Rotterdam|Valencia".split("|")
TITLES: dict[FieldName, str] = {
    "nursing": "Ward nurse|Night nurse|School nurse|Theatre nurse",
    "accounting": "Payroll clerk|Auditor|Bookkeeper|Tax adviser",
    "web development": "Frontend developer|Backend developer|Accessibility tester|Web designer",
    "catering": "Sous-chef|Pastry cook|Head waiter|Canteen manager",
    "teaching": "Maths teacher|Language tutor|Swimming instructor|Primary school teacher",
    "logistics": "Dispatcher|Forklift driver|Customs agent|Stock controller",
    "tourism": "Tour guide|Hotel receptionist|Travel planner|Museum guide",
    "engineering": "Bridge inspector|Test engineer|Lift technician|Acoustics engineer",
}
PAY: dict[FieldName, int] = {
    "nursing": 39, "accounting": 44, "web development": 52, "catering": 31, "teaching": 41,
    "logistics": 34, "tourism": 29, "engineering": 56,
}  # fmt: skip
SKILLS: dict[FieldName, str] = {
    "nursing": "patient care|first aid|shift work|record keeping",
    "accounting": "double-entry bookkeeping|spreadsheets|tax law|payroll software",
    "web development": "TypeScript|design systems|database design|code review",
    "catering": "menu planning|food hygiene|stock ordering|leading a kitchen",
    "teaching": "lesson planning|classroom teaching|exam marking|work with parents",
    "logistics": "route planning|customs forms|stock software|forklift driving",
    "tourism": "guest relations|booking systems|public speaking|tour planning",
    "engineering": "technical drawing|measurement|safety inspection|project reports",
}


def seed(rng: random.Random, today: dt.date) -> JobBoard:
    """Make 180 vacancies of 36 employers, 110 applications, their slots and some interviews."""
    employers = [
        Employer(name, rng.randrange(12, 900), round(rng.uniform(2.4, 4.9), 1))
        for name in companies(rng, 36)
    ]
    vacancies = [
        _vacancy(rng, id, rng.choice(employers), today) for id in numbers(rng, "VAC", 180, 4)
    ]
    seekers = numbers(rng, "CAND", 40)
    applications = [
        _application(rng, seekers[n % 40], vacancy, today)
        for n, vacancy in enumerate(rng.sample(vacancies, 110))
    ]
    invited = [a for a in applications if a.status == "invited"]
    slots = [_slot(rng, a, n, today) for a in invited for n in range(rng.randint(2, 5))]
    by_id = {a.application_id: a for a in applications}
    firsts = {slot.application_id: slot for slot in slots}
    planned = [_interview(by_id[id], slot) for id, slot in list(firsts.items())[::2]]
    return JobBoard(
        today,
        vacancies=Table("vacancy_id", vacancies),
        adverts=Table("vacancy_id", [_advert(rng, v) for v in vacancies]),
        employers=Table("name", employers),
        applications=Table("application_id", applications),
        slots=Table("slot_id", slots),
        interviews=Table("interview_id", planned),
        alerts=Table("alert_id", ()),
    )


def _vacancy(rng: random.Random, id: str, employer: Employer, today: dt.date) -> Vacancy:
    field: FieldName = rng.choice(list(PAY))
    city, hours = rng.choice(TOWNS), rng.choice((20, 32, 36, 38, 40))
    salary = float(round(PAY[field] * rng.uniform(0.8, 1.35) * hours / 38 * 10) * 100)
    closes = some_day(rng, today, 3, 40)
    starts = some_day(rng, today, 55, 120)
    contract: Contract = rng.choice(("permanent", "permanent", "temporary", "freelance"))
    title = rng.choice(TITLES[field].split("|"))
    return Vacancy(
        id, title, field, employer.name, city, CITIES[city], salary, hours, contract, starts, closes
    )


def _advert(rng: random.Random, vacancy: Vacancy) -> Advert:
    skills = rng.sample(SKILLS[vacancy.job_field].split("|"), 2)
    wanted = [Requirement(skill, rng.randint(2, 6)) for skill in skills]
    return Advert(vacancy.vacancy_id, wanted, person(rng))


def _application(
    rng: random.Random, seeker_id: str, vacancy: Vacancy, today: dt.date
) -> JobApplication:
    sent = some_day(rng, today, -30, -3)
    status: ApplicationStatus = rng.choice(
        ("sent", "under review", "invited", "invited", "invited", "rejected")
    )
    return JobApplication(
        fresh_id("APN", seeker_id, vacancy.vacancy_id), seeker_id, vacancy.vacancy_id,
        vacancy.title, vacancy.employer, vacancy.city, sent, some_day(rng, today, 40, 90), status,
        None,
    )  # fmt: skip


def _slot(rng: random.Random, a: JobApplication, n: int, today: dt.date) -> InterviewSlot:
    day = _workday(today + dt.timedelta(days=rng.randint(2, 6) + 3 * n))
    forms: tuple[InterviewForm, ...] = ("video", "on site", "telephone")
    return InterviewSlot(
        fresh_id("SLO", a.application_id, n), a.application_id, str(day),
        clock_time(rng, 9, 16, 30), rng.choice((30, 45, 60, 90)), rng.choice(forms), person(rng),
    )  # fmt: skip


def _workday(day: dt.date) -> dt.date:
    """Give the day, or the Monday after it when it falls on a weekend."""
    return day + dt.timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)


def _interview(a: JobApplication, slot: InterviewSlot) -> Interview:
    return Interview(
        fresh_id("IVW", slot.slot_id), a.seeker_id, a.application_id, a.vacancy_id, a.title,
        a.employer, a.city, slot.day, slot.time, slot.minutes, slot.form, slot.interviewer,
        "planned",
    )  # fmt: skip


world = World(
    "job_board",
    "A job board",
    seed,
    known={
        "JobSeekerId": lambda s, rng: rng.choice([*s.applications, *s.interviews]).seeker_id,
        "City": lambda _s, rng: rng.choice(TOWNS),
        "search_vacancies.min_salary": lambda _s, rng: float(rng.randrange(25, 42) * 1000),
        "search_vacancies.max_hours": lambda _s, rng: rng.choice((32, 36, 38)),
        "apply_for_vacancy.can_start": lambda s, rng: some_day(rng, s.today, 30, 90),
        "apply_for_vacancy.referee": lambda _s, rng: Referee(person(rng), phone(rng)),
        "find_interview_slots.after": lambda s, rng: some_day(rng, s.today, 3, 8),
        "list_interviews.until": lambda s, rng: some_day(rng, s.today, 14, 25),
    },
)


@world.function()
def search_vacancies(
    db: JobBoard,
    job_field: JobField,
    city: City,
    min_salary: Money | None = None,
    max_hours: Annotated[int, Kind("WeeklyHours")] | None = None,
    contract: Contract | None = None,
    page: PageNumber = 1,
) -> Page[Vacancy]:
    """List the vacancies of one field of work in a city, four to a page, the best paid first.

    job_field: field of work
    city: where the job is
    min_salary: only jobs that pay at least this much a year, in euros
    max_hours: only jobs with at most this many hours a week
    contract: only jobs with this kind of contract
    page: which page of the list
    """
    found = db.vacancies.where(
        lambda v: (
            v.job_field == job_field
            and v.city.casefold() == city.casefold()
            and (min_salary is None or v.salary >= min_salary)
            and (max_hours is None or v.weekly_hours <= max_hours)
            and (contract is None or v.contract == contract)
        )
    )
    return page_of(sorted(found, key=lambda v: (-v.salary, v.vacancy_id)), page, 4)


@world.function()
def get_vacancy_details(db: JobBoard, vacancy_id: VacancyId) -> VacancyDetails:
    """Get all there is to know about a vacancy: requirements, employer and whom to ask.

    vacancy_id: the vacancy in question
    """
    vacancy = db.vacancies[vacancy_id]
    advert, employer = db.adverts[vacancy_id], db.employers[vacancy.employer]
    return VacancyDetails(vacancy, employer, advert.requirements, advert.contact)


@world.function()
def get_salary_guide(db: JobBoard, job_field: JobField, city: City) -> SalaryGuide:
    """Tell what jobs of one field pay in a city: the lowest, the median and the highest salary.

    Refused where there are fewer than three vacancies.

    job_field: field of work
    city: where the jobs are
    """
    found = db.vacancies.where(
        lambda v: v.job_field == job_field and v.city.casefold() == city.casefold()
    )
    if len(found) < 3:
        raise Refused(f"There are too few {job_field} jobs in {city} to go by.")
    pay = [v.salary for v in found]
    median = round(statistics.median(pay), 2)
    return SalaryGuide(job_field, found[0].city, min(pay), median, max(pay), len(pay))


@world.function(writes=True)
def apply_for_vacancy(
    db: JobBoard,
    vacancy_id: VacancyId,
    seeker_id: SeekerId,
    can_start: Date,
    referee: Annotated[Referee, Kind("Referee")] | None = None,
) -> JobApplication:
    """Apply for a vacancy. Each can be applied for once.

    vacancy_id: the vacancy to apply for
    seeker_id: number of the applicant
    can_start: first day on which the applicant could work, at most half a year from today
    referee: somebody who vouches for the applicant
    """
    vacancy = db.vacancies[vacancy_id]
    application_id = fresh_id("APN", seeker_id, vacancy_id)
    if any(a.vacancy_id == vacancy_id and a.seeker_id == seeker_id for a in db.applications):
        raise Refused(f"{seeker_id} has applied for {vacancy_id} already.")
    if not 0 < (dt.date.fromisoformat(can_start) - db.today).days <= 183:
        raise Refused(f"{can_start} is not within half a year from today.")
    return db.applications.put(
        JobApplication(
            application_id, seeker_id, vacancy_id, vacancy.title, vacancy.employer, vacancy.city,
            str(db.today), can_start, "sent", referee.name if referee else None,
        )
    )  # fmt: skip


@world.function()
def list_job_applications(
    db: JobBoard, seeker_id: SeekerId, status: ApplicationStatus | None = None
) -> list[JobApplication]:
    """List somebody's applications, with what became of each.

    seeker_id: number of the applicant
    status: only applications in this state
    """
    return db.applications.where(
        lambda a: a.seeker_id == seeker_id and (status is None or a.status == status)
    )


@world.function(writes=True)
def withdraw_job_application(db: JobBoard, application_id: ApplicationId) -> JobApplication:
    """Take back an application. An interview that was agreed on for it is cancelled with it.

    application_id: the application to take back
    """
    application = db.applications[application_id]
    if application.status in ("rejected", "withdrawn"):
        raise Refused(f"Application {application_id} has been {application.status} already.")
    for interview in db.interviews.where(lambda i: i.application_id == application_id):
        db.interviews.put(replace(interview, status="cancelled"))
    return db.applications.put(replace(application, status="withdrawn"))


@world.function()
def find_interview_slots(
    db: JobBoard,
    application_id: ApplicationId,
    form: InterviewForm | None = None,
    after: Date | None = None,
) -> list[InterviewSlot]:
    """List the times that an employer offers for an interview.

    Refused for applications that have not led to an invitation.

    application_id: the application that is about
    form: only interviews held this way
    after: only times later than this day
    """
    application = db.applications[application_id]
    if application.status != "invited":
        raise Refused(f"Application {application_id} has not led to an invitation.")
    found = db.slots.where(
        lambda s: (
            s.application_id == application_id
            and (form is None or s.form == form)
            and (after is None or s.day > after)
        )
    )
    return sorted(found, key=lambda s: (s.day, s.time))


@world.function(writes=True)
def book_interview(db: JobBoard, slot_id: SlotId) -> Interview:
    """Agree on a time for an interview. A time agreed on before for the same job is given up.

    slot_id: the time to take
    """
    slot = db.slots[slot_id]
    application = db.applications[slot.application_id]
    if application.status != "invited":
        raise Refused(f"Application {application.application_id} is {application.status}.")
    agreed = db.interviews.where(
        lambda i: i.application_id == slot.application_id and i.status == "planned"
    )
    interview = _interview(application, slot)
    for other in agreed:
        if other.interview_id == interview.interview_id:
            raise Refused(f"Slot {slot_id} is agreed on already, as {other.interview_id}.")
        db.interviews.put(replace(other, status="cancelled"))
    return db.interviews.put(interview)


@world.function()
def list_interviews(
    db: JobBoard, seeker_id: SeekerId, until: Date | None = None
) -> list[Interview]:
    """List the interviews that somebody has coming up, the next one first.

    seeker_id: number of the applicant
    until: only interviews on this day or before
    """
    found = db.interviews.where(
        lambda i: (
            i.seeker_id == seeker_id and i.status == "planned" and (until is None or i.day <= until)
        )
    )
    return sorted(found, key=lambda i: (i.day, i.time))


@world.function(writes=True)
def cancel_interview(db: JobBoard, interview_id: InterviewId) -> Interview:
    """Call off an interview; the application stays. Refused on the day itself.

    interview_id: the interview to call off
    """
    interview = db.interviews[interview_id]
    if interview.status == "cancelled":
        raise Refused(f"Interview {interview_id} has been called off already.")
    if interview.day <= str(db.today):
        raise Refused(f"Interview {interview_id} is today; please ring {interview.employer}.")
    return db.interviews.put(replace(interview, status="cancelled"))


@world.function(writes=True)
def set_job_alert(
    db: JobBoard, seeker_id: SeekerId, job_fields: list[JobField], city: City
) -> JobAlert:
    """Have new vacancies of some fields of work in a city sent to somebody.

    seeker_id: number of the applicant
    job_fields: fields of work
    city: where the jobs should be
    """
    if not job_fields:
        raise Refused("An alert needs at least one field of work.")
    fits = db.vacancies.where(lambda v: v.job_field in job_fields and v.city == city)
    alert_id = fresh_id("JAL", seeker_id, city, *job_fields)
    return db.alerts.put(JobAlert(alert_id, seeker_id, job_fields, city, len(fits)))
