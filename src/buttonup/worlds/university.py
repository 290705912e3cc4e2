"""A university: courses and their timetables, enrolments, exams, grades and lecturers."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Email, Kind, PersonName, Time, Weekday
from buttonup.worlds.names import numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

UniStudentId = Annotated[
    str, Kind("UniStudentId"), Meta(pattern=r"^STU-\d{6}$", description="Matriculation number.")
]
CourseId = Annotated[
    str, Kind("UniCourseId"), Meta(pattern=r"^UCO-\d{4}$", description="Id, like UCO-2041.")
]
UniLecturerId = Annotated[
    str, Kind("UniLecturerId"), Meta(pattern=r"^LEC-\d{3}$", description="Id, like LEC-318.")
]
EnrolmentId = Annotated[
    str, Kind("CourseEnrolmentId"), Meta(pattern=r"^UEN-\d{5}$", description="Id, like UEN-40712.")
]
UniExamId = Annotated[
    str,
    Kind("UniExamId"),
    Meta(pattern=r"^EXM-\d{5}$", description="Id of one sitting of an exam."),
]
CourseTitle = Annotated[str, Kind("UniCourseTitle")]
CourseCredits = Annotated[
    int, Kind("CourseCredits"), Meta(ge=1, le=15, description="ECTS credits.")
]
Points = Annotated[int, Kind("UniExamPoints"), Meta(ge=0, le=100)]
Department = Literal[
    "biology", "computer science", "economics", "history", "law", "linguistics", "mathematics",
    "philosophy", "physics", "psychology",
]  # fmt: skip
Level = Literal["bachelor", "master"]
Language = Literal["English", "German", "French"]
Assistance = Annotated[
    Literal["extra time", "a separate room", "a computer", "large print", "a sign interpreter"],
    Kind("ExamAssistance"),
]
Form = Literal["lecture", "seminar", "lab"]
Term = Literal["winter term", "summer term"]


class Course(Row):
    """A course of the coming term."""

    course_id: CourseId
    title: CourseTitle
    department: Department
    level: Level
    language: Language
    credits: CourseCredits
    lecturer_id: UniLecturerId
    places_left: Annotated[int, Meta(description="How many can still enrol.")]


class Meeting(Row):
    """One weekly hour of a course."""

    course_id: CourseId
    title: CourseTitle
    form: Form
    weekday: Weekday
    starts: Time
    ends: Time
    room: str


class Lecturer(Row):
    """Somebody who teaches."""

    lecturer_id: UniLecturerId
    name: PersonName
    department: Department
    office: str
    email: Email
    hours_day: Annotated[Weekday, Meta(description="Weekday of the office hours.")]
    hours_from: Annotated[Time, Meta(description="When the office hours begin.")]


class Student(Row):
    """A student's record."""

    student_id: UniStudentId
    name: PersonName
    programme: Department
    level: Level
    credits: Annotated[int, Meta(description="CourseCredits earned so far.")]
    average: Annotated[float, Meta(description="Average of all grades, in points up to 100.")]
    tutor_id: Annotated[UniLecturerId, Meta(description="The lecturer who advises the student.")]


class Enrolment(Row):
    """A student's place in a course."""

    enrolment_id: EnrolmentId
    student_id: UniStudentId
    course_id: CourseId
    title: CourseTitle
    credits: CourseCredits
    lecturer_id: UniLecturerId
    drop_until: Annotated[Date, Meta(description="Last day on which it can be given up.")]
    next_due: Annotated[Date, Meta(description="When the next assignment has to be in.")]


class Withdrawal(Row):
    """A place in a course that was given up."""

    student_id: UniStudentId
    title: CourseTitle
    credits_left: Annotated[int, Meta(description="Sum over the courses that the student keeps.")]


class Exam(Row):
    """One sitting of the exam of a course."""

    exam_id: UniExamId
    course_id: CourseId
    title: CourseTitle
    day: Date
    time: Time
    hall: str
    form: Literal["written", "oral"]
    minutes: Annotated[int, Meta(description="How long it takes.")]
    seats_left: int


class ExamEntry(Row):
    """A student signed up for an exam."""

    entry_id: Annotated[
        str,
        Kind("UniExamEntryId"),
        Meta(pattern=r"^UEX-\d{5}$", description="Number of the entry."),
    ]
    student_id: UniStudentId
    exam: Exam
    assistance: list[Assistance]
    minutes: Annotated[int, Meta(description="Time the student has, extra time included.")]


class Grade(Row):
    """What a student got for a course."""

    grade_id: Annotated[str, Kind("UniGradeId"), Meta(pattern=r"^UGR-\d{5}$")]
    student_id: UniStudentId
    course_id: CourseId
    title: CourseTitle
    term: Term
    points: Annotated[Points, Meta(description="50 and more is a pass.")]
    credits: CourseCredits
    passed: bool


@dataclasses.dataclass
class University(State):
    """All of the university's records."""

    courses: Table[Course]
    meetings: dict[str, list[Meeting]]
    """By course; nothing changes them."""
    lecturers: Table[Lecturer]
    students: Table[Student]
    enrolments: Table[Enrolment]
    exams: Table[Exam]
    entries: Table[ExamEntry]
    grades: Table[Grade]


TITLES: dict[Department, str] = {
    "biology": "Cell Biology|Ecology of Rivers|Plant Genetics|Animal Behaviour",
    "computer science": "Databases|Compilers|Machine Learning|Operating Systems|Graph Algorithms",
    "economics": "Microeconomics|Public Finance|Game Theory|Development Economics",
    "history": "The Long Nineteenth Century|Medieval Cities|Archives and Sources|Trade and Empire",
    "law": "Contract Law|European Law|Legal Theory|Data Protection",
    "linguistics": "Phonetics|Language Change|Semantics|Multilingual Societies",
    "mathematics": "Linear Algebra|Probability|Topology|Numerical Methods|Number Theory",
    "philosophy": "Ethics|Logic|Philosophy of Mind|Ancient Philosophy",
    "physics": "Mechanics|Quantum Physics|Thermodynamics|Astrophysics",
    "psychology": "Memory and Learning|Social Psychology|Statistics for Psychologists|Perception",
}
DAYS: tuple[Weekday, ...] = get_args(get_args(Weekday)[0])[:5]
BUILDINGS = ("Curie", "Noether", "Humboldt", "Lovelace", "Hume")
MOST_CREDITS = 30


def seed(rng: random.Random, today: dt.date) -> University:
    """Make about 64 courses with their hours and exams, 30 lecturers, and 36 students."""
    names = iter(people(rng, 66))
    departments: tuple[Department, ...] = get_args(Department)
    lecturers = [
        _lecturer(rng, f"LEC-{n}", next(names), departments[i % len(departments)])
        for i, n in enumerate(sorted(rng.sample(range(100, 999), 30)))
    ]
    ids = iter(rng.sample(range(1000, 9999), 80))
    courses = [
        _course(rng, f"UCO-{next(ids)}", title, department, lecturers)
        for department, listed in TITLES.items()
        for base in listed.split("|")
        for title in ((base, f"Advanced {base}") if rng.random() < 0.5 else (base,))
    ]
    exams = [
        _exam(rng, course, today + dt.timedelta(days=rng.randint(*span)))
        for course in courses
        for span in ((5, 30), (35, 70))[: rng.randint(1, 2)]
    ]
    drop_until = str(today + dt.timedelta(days=rng.randint(9, 20)))
    enrolments, grades, students = list[Enrolment](), list[Grade](), list[Student]()
    for student_id in numbers(rng, "STU", 36, 6):
        taken = rng.sample(courses, rng.randint(6, 9))
        now, before = taken[:3], taken[3:]
        got = [_grade(rng, student_id, course) for course in before]
        enrolments += [
            _enrolment(student_id, course, drop_until, str(today + dt.timedelta(days=due)))
            for course, due in zip(
                now[: rng.randint(2, 3)], rng.sample(range(2, 40), 3), strict=False
            )
        ]
        students.append(_student(rng, student_id, next(names), got, rng.choice(lecturers)))
        grades += got
    return University(
        today,
        courses=Table("course_id", courses),
        meetings={course.course_id: _meetings(rng, course) for course in courses},
        lecturers=Table("lecturer_id", lecturers),
        students=Table("student_id", students),
        enrolments=Table("enrolment_id", enrolments),
        exams=Table("exam_id", exams),
        entries=Table("entry_id", ()),
        grades=Table("grade_id", grades),
    )


def _lecturer(rng: random.Random, lecturer_id: str, name: str, department: Department) -> Lecturer:
    office = f"{rng.choice(BUILDINGS)} {rng.randint(1, 4)}.{rng.randint(10, 40)}"
    address = f"{name.lower().replace(' ', '.')}@uni.example"
    begins = rng.choice(("09:00", "10:00", "13:00", "14:30", "16:00"))
    return Lecturer(lecturer_id, name, department, office, address, rng.choice(DAYS), begins)


def _course(
    rng: random.Random, course_id: str, title: str, department: Department, staff: list[Lecturer]
) -> Course:
    lecturer = rng.choice([who for who in staff if who.department == department])
    level: Level = "master" if title.startswith("Advanced") else "bachelor"
    language: Language = rng.choice(("English", "English", "German", "French"))
    return Course(
        course_id, title, department, level, language, rng.choice((3, 4, 5, 6, 8, 10)),
        lecturer.lecturer_id, rng.choice((0, rng.randint(1, 30), rng.randint(1, 30))),
    )  # fmt: skip


def _meetings(rng: random.Random, course: Course) -> list[Meeting]:
    second: Form = rng.choice(("seminar", "lab"))
    forms: tuple[Form, ...] = ("lecture", second, second)
    days = sorted(rng.sample(DAYS, rng.randint(2, 3)), key=DAYS.index)
    meetings = []
    for day, form in zip(days, forms, strict=False):
        hour = rng.randint(8, 17)
        room = f"{rng.choice(BUILDINGS)} {rng.randint(0, 3)}.{rng.randint(10, 40)}"
        starts, ends = f"{hour:02}:15", f"{hour + (2 if form == 'lab' else 1):02}:45"
        meetings.append(Meeting(course.course_id, course.title, form, day, starts, ends, room))
    return meetings


def _exam(rng: random.Random, course: Course, day: dt.date) -> Exam:
    form: Literal["written", "oral"] = rng.choice(("written", "written", "oral"))
    minutes = rng.choice((60, 90, 120, 180)) if form == "written" else rng.choice((20, 30, 45))
    return Exam(
        fresh_id("EXM", course.course_id, str(day)), course.course_id, course.title, str(day),
        rng.choice(("09:00", "10:30", "13:00", "15:00")), f"{rng.choice(BUILDINGS)} Hall", form,
        minutes, rng.randint(2, 60),
    )  # fmt: skip


def _enrolment(student_id: str, course: Course, drop_until: str, next_due: str) -> Enrolment:
    enrolment_id = fresh_id("UEN", student_id, course.course_id)
    return Enrolment(
        enrolment_id, student_id, course.course_id, course.title, course.credits,
        course.lecturer_id, drop_until, next_due,
    )  # fmt: skip


def _grade(rng: random.Random, student_id: str, course: Course) -> Grade:
    points, grade_id = rng.randint(38, 99), fresh_id("UGR", student_id, course.course_id)
    term: Term = rng.choice(("winter term", "summer term"))
    return Grade(
        grade_id, student_id, course.course_id, course.title, term, points, course.credits,
        points >= 50,
    )  # fmt: skip


def _student(
    rng: random.Random, student_id: str, name: str, grades: list[Grade], tutor: Lecturer
) -> Student:
    level: Level = rng.choice(("bachelor", "bachelor", "master"))
    average = round(sum(g.points for g in grades) / len(grades), 1)
    credits = rng.randint(20, 110) + sum(g.credits for g in grades)
    return Student(student_id, name, tutor.department, level, credits, average, tutor.lecturer_id)


world = World(
    "university",
    "A university",
    seed,
    known={
        "UniStudentId": lambda s, rng: rng.choice(list(s.students)).student_id,
        "Date": lambda s, rng: str(s.today + dt.timedelta(days=rng.randint(8, 40))),
        "find_university_courses.max_credits": lambda _s, rng: rng.choice((4, 5, 6)),
    },
)


@world.function()
def find_university_courses(
    db: University,
    department: Department,
    level: Level | None = None,
    language: Language | None = None,
    max_credits: CourseCredits | None = None,
    page: PageNumber = 1,
) -> Page[Course]:
    """List the courses that a department offers in the coming term, five to a page.

    department: the department that offers them
    level: only courses of this level
    language: only courses taught in this language
    max_credits: only courses that give at most this many credits
    page: which page of the list
    """
    found = db.courses.where(
        lambda c: (
            c.department == department
            and (level is None or c.level == level)
            and (language is None or c.language == language)
            and (max_credits is None or c.credits <= max_credits)
        )
    )
    return page_of(found, page, 5)


@world.function()
def get_course_timetable(db: University, course_id: CourseId) -> list[Meeting]:
    """List the weekly hours of a course, with weekday, time and room.

    course_id: the course
    """
    return db.meetings[db.courses[course_id].course_id]


@world.function()
def get_lecturer(db: University, lecturer_id: UniLecturerId) -> Lecturer:
    """Get a lecturer's office, e-mail address and office hours.

    lecturer_id: the lecturer to look up
    """
    return db.lecturers[lecturer_id]


@world.function()
def get_student_record(db: University, student_id: UniStudentId) -> Student:
    """Get a student's record: programme, credits earned, average and tutor.

    student_id: matriculation number
    """
    return db.students[student_id]


@world.function()
def list_course_enrolments(db: University, student_id: UniStudentId) -> list[Enrolment]:
    """List the courses a student is enrolled in, and until when each can be given up.

    student_id: matriculation number
    """
    student = db.students[student_id]
    return db.enrolments.where(lambda e: e.student_id == student.student_id)


@world.function(writes=True)
def enrol_in_course(db: University, course_id: CourseId, student_id: UniStudentId) -> Enrolment:
    """Enrol a student in a course.

    Refused when the course is full, when the student has or had it already, and beyond 30
    credits in one term.

    course_id: the course to enrol in
    student_id: matriculation number
    """
    course, student = db.courses[course_id], db.students[student_id]
    _may_take(db, course, student, 0)
    db.courses.put(replace(course, places_left=course.places_left - 1))
    drop_until, due = (str(db.today + dt.timedelta(days=days)) for days in (14, 21))
    return db.enrolments.put(_enrolment(student_id, course, drop_until, due))


@world.function(writes=True)
def drop_course(db: University, enrolment_id: EnrolmentId) -> Withdrawal:
    """Give up a place in a course, and see what credits remain. Refused after the last day.

    enrolment_id: the enrolment to give up
    """
    enrolment = _droppable(db, enrolment_id)
    db.enrolments.remove(enrolment_id)
    kept = db.enrolments.where(lambda e: e.student_id == enrolment.student_id)
    return Withdrawal(enrolment.student_id, enrolment.title, sum(e.credits for e in kept))


@world.function(writes=True)
def switch_course(db: University, enrolment_id: EnrolmentId, course_id: CourseId) -> Enrolment:
    """Exchange a place in one course for a place in another.

    Refused when the other course is full or would bring the student beyond 30 credits.

    enrolment_id: the enrolment to give up
    course_id: the course to go to instead
    """
    enrolment, course = _droppable(db, enrolment_id), db.courses[course_id]
    _may_take(db, course, db.students[enrolment.student_id], enrolment.credits)
    db.enrolments.remove(enrolment_id)
    db.courses.put(replace(course, places_left=course.places_left - 1))
    due = str(db.today + dt.timedelta(days=21))
    return db.enrolments.put(_enrolment(enrolment.student_id, course, enrolment.drop_until, due))


@world.function()
def list_course_exams(
    db: University, course_id: CourseId, not_before: Date | None = None
) -> list[Exam]:
    """List the sittings of a course's exam, in order of date.

    course_id: the course
    not_before: only sittings on this day or later
    """
    course = db.courses[course_id]
    found = db.exams.where(
        lambda e: e.course_id == course.course_id and (not_before is None or e.day >= not_before)
    )
    return sorted(found, key=lambda e: e.day)


@world.function(writes=True)
def register_for_course_exam(
    db: University,
    exam_id: UniExamId,
    student_id: UniStudentId,
    assistance: list[Assistance] | None = None,
) -> ExamEntry:
    """Sign a student up for a sitting of an exam. Extra time adds a quarter.

    Refused when no seat is left, and when the student has another exam at the same time.

    exam_id: the sitting to register for
    student_id: matriculation number
    assistance: what the student needs to take part on equal terms
    """
    exam, student = db.exams[exam_id], db.students[student_id]
    if exam.seats_left < 1:
        raise Refused(f"Exam {exam_id} has no seat left.")
    at = (exam.day, exam.time)
    if any(e.student_id == student_id and (e.exam.day, e.exam.time) == at for e in db.entries):
        raise Refused(f"Student {student_id} has another exam at the time of exam {exam_id}.")
    exam = db.exams.put(replace(exam, seats_left=exam.seats_left - 1))
    needs = assistance or []
    minutes = exam.minutes * 5 // 4 if "extra time" in needs else exam.minutes
    entry_id = fresh_id("UEX", student_id, exam_id)
    return db.entries.put(ExamEntry(entry_id, student.student_id, exam, needs, minutes))


@world.function()
def list_student_grades(
    db: University, student_id: UniStudentId, term: Term | None = None, passed_only: bool = False
) -> list[Grade]:
    """List the grades that a student has got, in points from 0 to 100.

    student_id: matriculation number
    term: only grades from such a term
    passed_only: leave out courses that were failed
    """
    student = db.students[student_id]
    return db.grades.where(
        lambda g: (
            g.student_id == student.student_id
            and (term is None or g.term == term)
            and not (passed_only and not g.passed)
        )
    )


def _may_take(db: University, course: Course, student: Student, freed: int) -> None:
    who, now = student.student_id, db.enrolments.where(lambda e: e.student_id == student.student_id)
    if course.places_left < 1:
        raise Refused(f"Course {course.course_id} is full.")
    had = {e.course_id for e in now} | {g.course_id for g in db.grades if g.student_id == who}
    if course.course_id in had:
        raise Refused(f"Student {who} has or had course {course.course_id} already.")
    if sum(e.credits for e in now) - freed + course.credits > MOST_CREDITS:
        raise Refused(f"Course {course.course_id} would bring {who} beyond {MOST_CREDITS} credits.")


def _droppable(db: University, enrolment_id: str) -> Enrolment:
    enrolment = db.enrolments[enrolment_id]
    if enrolment.drop_until < str(db.today):
        raise Refused(f"Enrolment {enrolment_id} could be given up until {enrolment.drop_until}.")
    return enrolment
