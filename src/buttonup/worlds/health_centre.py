"""A health centre: doctors, free appointments, consultations, referrals and test results."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Kind, Money, PersonName, Time
from buttonup.worlds.names import CITIES, LAST, clock_time, numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

PatientId = Annotated[
    str, Kind("CentrePatientId"), Meta(pattern=r"^HC-\d{6}$", description="Patient number.")
]
DoctorId = Annotated[
    str, Kind("CentreDoctorId"), Meta(pattern=r"^GPD-\d{3}$", description="Id, like GPD-117.")
]
SlotId = Annotated[
    str, Kind("CentreSlotId"), Meta(pattern=r"^CSL-\d{5}$", description="Id of a free slot.")
]
ConsultationId = Annotated[
    str, Kind("ConsultationId"), Meta(pattern=r"^CNS-\d{5}$", description="Id, like CNS-20431.")
]
ClinicId = Annotated[
    str, Kind("SpecialistClinicId"), Meta(pattern=r"^KLN-\d{3}$", description="Id of a clinic.")
]
ResultId = Annotated[
    str, Kind("CentreResultId"), Meta(pattern=r"^LBR-\d{5}$", description="Id, like LBR-55120.")
]
DoctorName = Annotated[str, Kind("CentreDoctorName"), Meta(description="With title.")]
Days = Annotated[int, Kind("ClinicWaitingDays"), Meta(ge=0, description="Length in days.")]
Field = Literal[
    "general practice", "dermatology", "paediatrics", "gynaecology", "physiotherapy", "nutrition"
]
Language = Literal["English", "French", "German", "Spanish", "Polish", "Turkish"]
Mode = Literal["in person", "by phone", "by video"]
Reason = Literal[
    "back pain", "headaches", "skin trouble", "stomach pain", "sleep problems", "blood pressure",
    "joint pain", "tiredness", "hay fever", "allergies",
]  # fmt: skip
Specialty = Literal[
    "cardiology", "orthopaedics", "neurology", "eye medicine", "ear, nose and throat", "urology"
]
TestName = Literal["blood sugar", "cholesterol", "iron", "thyroid", "kidneys", "liver"]
Verdict = Literal["normal", "borderline", "needs a follow-up"]
Unit = Literal["km", "miles"]


class Doctor(Row):
    """A doctor or therapist of the centre."""

    doctor_id: DoctorId
    name: DoctorName
    field: Field
    languages: list[Language]
    years: Annotated[int, Meta(description="Years in practice.")]
    wait_days: Annotated[Days, Meta(description="Usual wait for an appointment.")]
    accepts_new: Annotated[bool, Meta(description="Whether new patients are taken on.")]


class Opening(Row):
    """An appointment that nobody has booked yet."""

    slot_id: SlotId
    doctor_id: DoctorId
    doctor: DoctorName
    field: Field
    day: Date
    time: Time
    minutes: Annotated[int, Meta(description="Length of the appointment.")]
    mode: Mode


class Consultation(Row):
    """An appointment that a patient has booked."""

    consultation_id: ConsultationId
    slot_id: SlotId
    patient_id: PatientId
    doctor_id: DoctorId
    doctor: DoctorName
    day: Date
    time: Time
    mode: Mode
    reason: Reason
    copay: Annotated[Money, Meta(description="What the patient pays at the desk.")]


class PatientFile(Row):
    """What the centre keeps on a patient."""

    patient_id: PatientId
    name: PersonName
    doctor_id: DoctorId
    doctor: Annotated[DoctorName, Meta(description="The doctor the patient is registered with.")]
    insurance: Literal["public", "private"]
    open_copay: Annotated[Money, Meta(description="Co-payments not settled yet.")]
    last_check: Annotated[Date, Meta(description="Day of the last general check-up.")]


class Clinic(Row):
    """A specialists' clinic that the centre can refer patients to."""

    clinic_id: ClinicId
    clinic: Annotated[str, Kind("SpecialistClinicName")]
    specialty: Specialty
    city: City
    distance: Annotated[float, Meta(description="From the centre, in the unit asked for.")]
    unit: Unit
    wait_days: Annotated[Days, Meta(description="Wait for a first visit.")]


class Referral(Row):
    """A patient sent on to a clinic, with a first visit there."""

    referral_id: Annotated[
        str,
        Kind("CentreReferralId"),
        Meta(pattern=r"^RFL-\d{5}$", description="Number of the referral."),
    ]
    patient_id: PatientId
    clinic_id: ClinicId
    clinic: Annotated[str, Kind("SpecialistClinicName")]
    specialty: Specialty
    city: City
    visit_day: Annotated[Date, Meta(description="Day of the first visit.")]
    urgent: bool


class Reading(Row):
    """One value that the laboratory measured."""

    substance: str
    value: float
    unit: str
    level: Literal["low", "normal", "high"]


class TestResult(Row):
    """What a test brought to light."""

    result_id: ResultId
    patient_id: PatientId
    test: TestName
    taken_on: Date
    verdict: Verdict
    readings: list[Reading]


class Share(Row):
    """Test results handed on to a doctor of the centre."""

    share_id: Annotated[str, Kind("ResultShareId"), Meta(pattern=r"^RSH-\d{5}$")]
    doctor_id: DoctorId
    doctor: DoctorName
    results: list[TestResult]
    read_by: Annotated[Date, Meta(description="Day by which the doctor will have read them.")]


@dataclasses.dataclass
class HealthCentre(State):
    """All of the centre's records."""

    doctors: Table[Doctor]
    openings: Table[Opening]
    consultations: Table[Consultation]
    files: Table[PatientFile]
    clinics: Table[Clinic]
    referrals: Table[Referral]
    results: Table[TestResult]
    shares: Table[Share]


FIELDS: tuple[Field, ...] = get_args(Field)
LANGUAGES: tuple[Language, ...] = ("French", "German", "Spanish", "Polish", "Turkish")
MODES: tuple[Mode, ...] = ("in person", "in person", "by phone", "by video")
# Test -> substance, unit, and the range that counts as normal. Rough figures for a simulation.
TESTS: dict[TestName, tuple[tuple[str, str, float, float], ...]] = {
    "blood sugar": (("glucose", "mmol/l", 4.0, 5.9), ("HbA1c", "mmol/mol", 25.0, 41.0)),
    "cholesterol": (("LDL", "mmol/l", 1.5, 3.4), ("HDL", "mmol/l", 1.0, 2.3)),
    "iron": (("ferritin", "µg/l", 30.0, 250.0),),
    "thyroid": (("TSH", "mU/l", 0.4, 4.0), ("free T4", "pmol/l", 10.0, 22.0)),
    "kidneys": (("creatinine", "µmol/l", 55.0, 105.0),),
    "liver": (("ALT", "U/l", 8.0, 45.0), ("bilirubin", "µmol/l", 3.0, 20.0)),
}
COPAY: dict[Mode, float] = {"in person": 12.5, "by phone": 6.0, "by video": 8.0}


def seed(rng: random.Random, today: dt.date) -> HealthCentre:
    """Make 24 doctors, free appointments for 13 days, 36 patients and all they have running."""
    staff = iter(people(rng, 24))
    ids = iter(sorted(rng.sample(range(100, 999), 24)))
    doctors = [
        Doctor(
            f"GPD-{next(ids)}", f"Dr {next(staff)}", field,
            ["English", *sorted(rng.sample(LANGUAGES, rng.randint(0, 2)))],
            rng.randint(2, 34), rng.randint(2, 21), rng.random() < 0.6,
        )
        for field in FIELDS
        for _ in range(4)
    ]  # fmt: skip
    openings = [
        _opening(rng, doctor, today + dt.timedelta(days=ahead))
        for ahead in range(1, 14)
        for doctor in rng.sample(doctors, 14)
    ]
    files = [
        _file(rng, n, name, rng.choice(doctors[:4]), today)
        for n, name in zip(numbers(rng, "HC", 36, 6), people(rng, 36), strict=True)
    ]
    consultations = [
        _consultation(_opening(rng, doctor, today + dt.timedelta(days=ahead)), f, reason)
        for f in files
        for ahead in sorted(rng.sample(range(22), rng.randint(1, 3)))
        for doctor, reason in ((rng.choice(doctors), rng.choice(get_args(Reason))),)
    ]
    results = [
        _result(rng, f.patient_id, test, today)
        for f in files
        for test in rng.sample(tuple(TESTS), rng.randint(2, 4))
    ]
    codes = iter(sorted(rng.sample(range(100, 999), 42)))
    towns = rng.sample(sorted(CITIES), 8)
    clinics = [
        _clinic(rng, f"KLN-{next(codes)}", specialty, town)
        for specialty in get_args(Specialty)
        for town in rng.sample(towns, 7)
    ]
    return HealthCentre(
        today,
        doctors=Table("doctor_id", doctors),
        openings=Table("slot_id", openings),
        consultations=Table("consultation_id", consultations),
        files=Table("patient_id", files),
        clinics=Table("clinic_id", clinics),
        referrals=Table("referral_id", ()),
        results=Table("result_id", results),
        shares=Table("share_id", ()),
    )


def _opening(rng: random.Random, doctor: Doctor, day: dt.date) -> Opening:
    time, mode = clock_time(rng, 8, 17), rng.choice(MODES)
    minutes = rng.choice((10, 15, 20, 30, 40))
    slot_id = fresh_id("CSL", doctor.doctor_id, str(day), time)
    return Opening(
        slot_id, doctor.doctor_id, doctor.name, doctor.field, str(day), time, minutes, mode
    )


def _file(
    rng: random.Random, patient_id: str, name: str, doctor: Doctor, today: dt.date
) -> PatientFile:
    checked = today - dt.timedelta(days=rng.randint(40, 800))
    owed = rng.randrange(6, 90) + rng.choice((0.0, 0.5))
    insurance: Literal["public", "private"] = rng.choice(("public", "public", "private"))
    return PatientFile(
        patient_id, name, doctor.doctor_id, doctor.name, insurance, owed, str(checked)
    )


def _consultation(opening: Opening, file: PatientFile, reason: Reason) -> Consultation:
    copay = COPAY[opening.mode] * (1 if file.insurance == "public" else 2)
    return Consultation(
        fresh_id("CNS", file.patient_id, opening.slot_id), opening.slot_id, file.patient_id,
        opening.doctor_id, opening.doctor, opening.day, opening.time, opening.mode, reason, copay,
    )  # fmt: skip


def _result(rng: random.Random, patient_id: str, test: TestName, today: dt.date) -> TestResult:
    readings = [_reading(rng, *about) for about in TESTS[test]]
    off = sum(r.level != "normal" for r in readings)
    verdicts: tuple[Verdict, ...] = ("normal", "borderline", "needs a follow-up")
    taken = str(today - dt.timedelta(days=rng.randint(2, 400)))
    return TestResult(
        fresh_id("LBR", patient_id, test), patient_id, test, taken,
        verdicts[min(off * rng.randint(1, 2), 2)], readings,
    )  # fmt: skip


def _reading(rng: random.Random, substance: str, unit: str, low: float, high: float) -> Reading:
    value = round(rng.uniform(low * 0.85, high * 1.15), 1)
    level: Literal["low", "normal", "high"] = "normal"
    if not low <= value <= high:
        level = "low" if value < low else "high"
    return Reading(substance, value, unit, level)


def _clinic(rng: random.Random, clinic_id: str, specialty: Specialty, city: str) -> Clinic:
    name = f"{rng.choice(LAST)} Clinic"
    away = round(rng.uniform(4, 190), 1)
    return Clinic(clinic_id, name, specialty, city, away, "km", rng.randint(28, 90))


world = World(
    "health_centre",
    "A health centre",
    seed,
    known={
        "CentrePatientId": lambda s, rng: rng.choice(list(s.consultations)).patient_id,
        "Date": lambda s, rng: rng.choice(list(s.openings)).day,
        "City": lambda s, rng: rng.choice(list(s.clinics)).city,
        "find_specialist_clinics.max_wait_days": lambda _s, rng: rng.randrange(45, 80, 5),
    },
)


@world.function()
def find_centre_doctors(
    db: HealthCentre, field: Field, language: Language | None = None, accepting: bool = False
) -> list[Doctor]:
    """List the centre's doctors in one field, with experience and usual wait.

    field: the field they work in
    language: only doctors who speak this language
    accepting: only doctors who take on new patients
    """
    return db.doctors.where(
        lambda d: (
            d.field == field
            and (language is None or language in d.languages)
            and not (accepting and not d.accepts_new)
        )
    )


@world.function()
def find_free_consultations(
    db: HealthCentre,
    day: Date,
    doctor_id: DoctorId | None = None,
    field: Field | None = None,
    mode: Mode | None = None,
    page: PageNumber = 1,
) -> Page[Opening]:
    """List the appointments that are still free on a day, in order of time, eight to a page.

    day: the day to look at
    doctor_id: only appointments with this doctor
    field: only appointments in this field
    mode: only appointments held in this way
    page: which page of the list
    """
    found = db.openings.where(
        lambda o: (
            o.day == day
            and (doctor_id is None or o.doctor_id == doctor_id)
            and (field is None or o.field == field)
            and (mode is None or o.mode == mode)
        )
    )
    return page_of(sorted(found, key=lambda o: (o.time, o.slot_id)), page, 8)


@world.function(writes=True)
def book_consultation(
    db: HealthCentre, slot_id: SlotId, reason: Reason, patient_id: PatientId
) -> Consultation:
    """Book a free appointment for a patient.

    Refused when it has been taken, or when the patient has another appointment that day.

    slot_id: the free appointment
    reason: what the patient comes with
    patient_id: patient number
    """
    opening, file = _free(db, slot_id), db.files[patient_id]
    if any(c.patient_id == patient_id and c.day == opening.day for c in db.consultations):
        raise Refused(f"Patient {patient_id} has an appointment on {opening.day} already.")
    db.openings.remove(slot_id)
    return db.consultations.put(_consultation(opening, file, reason))


@world.function()
def list_consultations(
    db: HealthCentre, patient_id: PatientId, mode: Mode | None = None
) -> list[Consultation]:
    """List the appointments that a patient has booked, today's included, with the co-payments.

    patient_id: patient number
    mode: only appointments held in this way
    """
    file = db.files[patient_id]
    return db.consultations.where(
        lambda c: c.patient_id == file.patient_id and (mode is None or c.mode == mode)
    )


@world.function(writes=True)
def move_consultation(
    db: HealthCentre, consultation_id: ConsultationId, slot_id: SlotId
) -> Consultation:
    """Move a booked appointment to a free one, which may be with another doctor.

    Refused for an appointment that is today.

    consultation_id: the appointment to move
    slot_id: the free appointment that takes its place
    """
    booked, opening = _to_come(db, consultation_id), _free(db, slot_id)
    db.openings.remove(slot_id)
    return db.consultations.put(
        replace(
            booked, slot_id=slot_id, doctor_id=opening.doctor_id, doctor=opening.doctor,
            day=opening.day, time=opening.time, mode=opening.mode,
        )
    )  # fmt: skip


@world.function(writes=True)
def cancel_consultation(db: HealthCentre, consultation_id: ConsultationId) -> Consultation:
    """Cancel a booked appointment at no cost. Refused for an appointment that is today.

    consultation_id: the appointment to cancel
    """
    booked = _to_come(db, consultation_id)
    db.consultations.remove(consultation_id)
    return replace(booked, copay=0.0)


@world.function()
def get_patient_file(db: HealthCentre, patient_id: PatientId) -> PatientFile:
    """Get a patient's file: own doctor, insurance, open co-payments and last check-up.

    patient_id: patient number
    """
    return db.files[patient_id]


@world.function()
def find_specialist_clinics(
    db: HealthCentre,
    specialty: Specialty,
    city: City | None = None,
    max_wait_days: Days | None = None,
    unit: Unit = "km",
) -> list[Clinic]:
    """List the specialists' clinics that the centre refers to, nearest first.

    specialty: the branch of medicine
    city: only clinics in this city
    max_wait_days: only clinics with a first visit within this many days
    unit: unit of the distances
    """
    found = db.clinics.where(
        lambda c: (
            c.specialty == specialty
            and (city is None or c.city.casefold() == city.casefold())
            and (max_wait_days is None or c.wait_days <= max_wait_days)
        )
    )
    if unit == "miles":
        found = [replace(c, distance=round(c.distance / 1.609344, 1), unit=unit) for c in found]
    return sorted(found, key=lambda c: c.distance)


@world.function(writes=True)
def request_referral(
    db: HealthCentre, clinic_id: ClinicId, patient_id: PatientId, urgent: bool = False
) -> Referral:
    """Refer a patient to a clinic. An urgent referral halves the wait.

    Refused when the patient has a referral in the same branch of medicine already.

    clinic_id: the clinic to be referred to
    patient_id: patient number
    urgent: whether the visit cannot wait
    """
    clinic, file = db.clinics[clinic_id], db.files[patient_id]
    if any(r.patient_id == patient_id and r.specialty == clinic.specialty for r in db.referrals):
        raise Refused(f"Patient {patient_id} has a referral for {clinic.specialty} already.")
    wait = clinic.wait_days // 2 if urgent else clinic.wait_days
    visit = str(db.today + dt.timedelta(days=max(1, wait)))
    return db.referrals.put(
        Referral(
            fresh_id("RFL", patient_id, clinic_id), file.patient_id, clinic_id, clinic.clinic,
            clinic.specialty, clinic.city, visit, urgent,
        )
    )  # fmt: skip


@world.function()
def list_lab_results(
    db: HealthCentre, patient_id: PatientId, verdict: Verdict | None = None
) -> list[TestResult]:
    """List a patient's test results, newest first, with every value that was measured.

    patient_id: patient number
    verdict: only results that were judged like this
    """
    file = db.files[patient_id]
    found = db.results.where(
        lambda r: r.patient_id == file.patient_id and (verdict is None or r.verdict == verdict)
    )
    return sorted(found, key=lambda r: r.taken_on, reverse=True)


@world.function(writes=True)
def share_lab_results(db: HealthCentre, result_ids: list[ResultId], doctor_id: DoctorId) -> Share:
    """Hand test results on to a doctor of the centre, who reads them within three days.

    result_ids: the results to hand on, all of the same patient
    doctor_id: the doctor who is to read them
    """
    results, doctor = [db.results[result_id] for result_id in result_ids], db.doctors[doctor_id]
    if len({r.patient_id for r in results}) != 1:
        raise Refused("The results handed on must be those of one patient.")
    read_by = str(db.today + dt.timedelta(days=3))
    share_id = fresh_id("RSH", *sorted(result_ids), doctor_id)
    return db.shares.put(Share(share_id, doctor_id, doctor.name, results, read_by))


def _free(db: HealthCentre, slot_id: str) -> Opening:
    if slot_id not in db.openings:
        raise Refused(f"Appointment {slot_id} is not free.")
    return db.openings[slot_id]


def _to_come(db: HealthCentre, consultation_id: str) -> Consultation:
    booked = db.consultations[consultation_id]
    if booked.day <= str(db.today):
        raise Refused(f"Appointment {consultation_id} is today and can no longer be changed.")
    return booked
