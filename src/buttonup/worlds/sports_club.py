"""A sports club: classes and courses, coaches, rooms, bookings, waiting lists and passes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind, Money, Time
from buttonup.worlds.names import people
from buttonup.worlds.state import Refused, Row, State, Table, fresh_id
from buttonup.worlds.world import World

ClassId = Annotated[
    str, Kind("ClubClassId"), Meta(pattern=r"^CS-\d{5}$", description="Id of a class, one date.")
]
CourseId = Annotated[
    str, Kind("ClubCourseId"), Meta(pattern=r"^CR-\d{5}$", description="Id of a course.")
]
CoachId = Annotated[
    str, Kind("CoachId"), Meta(pattern=r"^CH-\d{2}$", description="Id of a coach, like CH-07.")
]
ClubMemberId = Annotated[
    str, Kind("ClubMemberId"), Meta(pattern=r"^MB-\d{5}$", description="Membership number.")
]
BookingId = Annotated[
    str, Kind("ClassBookingId"), Meta(pattern=r"^BO-\d{5}$", description="Id of a booking.")
]
PassId = Annotated[
    str, Kind("ClubPassId"), Meta(pattern=r"^PA-\d{5}$", description="Id of a pass.")
]
RoomName = Annotated[str, Kind("ClubRoom"), Meta(description="Name of a room, like Oak Room.")]
CoachName = Annotated[str, Kind("PersonName")]
Visits = Annotated[int, Kind("PassVisits"), Meta(ge=1, le=30)]
Activity = Literal[
    "badminton", "boxing", "climbing", "judo", "pilates", "spinning", "swimming", "table tennis",
    "yoga",
]  # fmt: skip
Level = Literal["beginners", "improvers", "experts"]
PassKind = Literal["class pass", "gym pass", "off-peak pass", "pool pass", "weekend pass"]
Plan = Literal["basic", "plus", "family"]


class Coach(Row):
    """Somebody who gives classes."""

    coach_id: CoachId
    name: CoachName
    activity: Activity
    rating: Annotated[float, Meta(ge=1, le=5, description="Members' rating, 1 to 5.")]
    since: Annotated[int, Meta(description="Year in which the coach joined the club.")]
    hourly: Annotated[Money, Meta(description="Fee for an hour of private lessons.")]


class Room(Row):
    """A hall, studio or court of the club."""

    room: RoomName
    floor: int
    capacity: Annotated[int, Meta(description="People it has room for.")]
    opens: Time
    closes: Time


class ClubClass(Row):
    """A class on one date."""

    class_id: ClassId
    activity: Activity
    level: Level
    coach_id: CoachId
    coach: CoachName
    room: RoomName
    day: Date
    time: Time
    minutes: int
    price: Money
    places_left: int
    waiting: Annotated[int, Meta(description="Members on the waiting list.")]


class Course(Row):
    """A series of lessons that is joined as a whole."""

    course_id: CourseId
    activity: Activity
    level: Level
    coach_id: CoachId
    coach: CoachName
    room: RoomName
    starts: Date
    lessons: int
    price: Money
    places_left: int


class Membership(Row):
    """A member's account."""

    member_id: ClubMemberId
    name: Annotated[str, Kind("PersonName")]
    plan: Plan
    monthly: Annotated[Money, Meta(description="What the member pays a month.")]
    renews_on: Date
    coach_id: Annotated[CoachId, Meta(description="The member's personal coach.")]


class ClassBooking(Row):
    """A member's place in a class."""

    booking_id: BookingId
    member_id: ClubMemberId
    class_id: ClassId
    activity: Activity
    coach_id: CoachId
    coach: CoachName
    room: RoomName
    day: Date
    time: Time
    price: Money


class Place(Row):
    """What a member is told once a place in a class or course is theirs."""

    activity: Activity
    coach_id: CoachId
    coach: CoachName
    room: RoomName
    day: Date
    time: Time
    to_pay: Annotated[Money, Meta(description="0 when a pass covers it.")]


class Enrolment(Row):
    """A member's place in a course."""

    enrolment_id: Annotated[str, Kind("EnrolmentId")]
    member_id: ClubMemberId
    activity: Activity
    coach_id: CoachId
    coach: CoachName
    room: RoomName
    starts: Date
    lessons: int
    price: Money


class Waiting(Row):
    """A member's place on the waiting list of a class."""

    waiting_id: Annotated[str, Kind("WaitingId")]
    member_id: ClubMemberId
    activity: Activity
    coach_id: CoachId
    room: RoomName
    day: Date
    time: Time
    place: Annotated[int, Meta(description="Place on the list; 1 is next.")]


class ClubPass(Row):
    """A pass with visits to use up."""

    pass_id: PassId
    member_id: ClubMemberId
    kind: PassKind
    visits_left: int
    valid_until: Date
    per_visit: Annotated[Money, Meta(description="What a further visit costs.")]


@dataclasses.dataclass
class SportsClub(State):
    """All of the club's records."""

    coaches: Table[Coach]
    rooms: Table[Room]
    classes: Table[ClubClass]
    courses: Table[Course]
    members: Table[Membership]
    bookings: Table[ClassBooking]
    enrolments: Table[Enrolment]
    waiting: Table[Waiting]
    passes: Table[ClubPass]


ACTIVITIES: tuple[Activity, ...] = get_args(Activity)
LEVELS: tuple[Level, ...] = get_args(Level)
PASSES: tuple[PassKind, ...] = get_args(PassKind)
MONTHLY: dict[Plan, float] = {"basic": 24.0, "plus": 39.5, "family": 62.0}
ROOMS = (
    "Oak Room|Blue Hall|Mirror Studio|Main Hall|Upper Gym|Glass Court|North Studio|Garden Studio"
).split("|")
TIMES = ("07:15", "09:00", "10:30", "12:15", "16:45", "18:00", "19:30", "20:15")


def seed(rng: random.Random, today: dt.date) -> SportsClub:
    """Make 27 coaches, 8 rooms, classes and courses, 50 members, their bookings and passes."""
    coaches = [_coach(rng, n, name) for n, name in enumerate(people(rng, 27), 1)]
    by_activity = {a: [c for c in coaches if c.activity == a] for a in ACTIVITIES}
    rooms = [
        Room(name, rng.randint(0, 3), rng.randrange(12, 61, 4), rng.choice(("06:30", "07:00")),
             rng.choice(("21:00", "22:00", "22:30", "23:00")))
        for name in ROOMS
    ]  # fmt: skip
    classes = [_class(rng, c, today) for c in coaches for _ in range(rng.randint(2, 5))]
    classes.sort(key=lambda c: (c.day, c.time, c.class_id))
    courses = [
        _course(rng, rng.choice(by_activity[a]), n, today)
        for a in ACTIVITIES
        for n in range(rng.randint(3, 6))
    ]
    numbers = [f"MB-{n}" for n in rng.sample(range(10_000, 99_999), 50)]
    members = [
        _member(rng, n, name, rng.choice(coaches), today)
        for n, name in zip(numbers, people(rng, 50), strict=True)
    ]
    bookings = [
        _booking(n, c)
        for n in numbers
        for c in sorted(rng.sample(classes, rng.randint(0, 5)), key=lambda c: (c.day, c.time))
    ]
    passes = [
        _pass(rng, n, kind, today)
        for n in numbers
        for kind in rng.sample(PASSES, rng.randint(1, 4))
    ]
    return SportsClub(
        today,
        coaches=Table("coach_id", coaches),
        rooms=Table("room", rooms),
        classes=Table("class_id", classes),
        courses=Table("course_id", courses),
        members=Table("member_id", members),
        bookings=Table("booking_id", bookings),
        enrolments=Table("enrolment_id", []),
        waiting=Table("waiting_id", []),
        passes=Table("pass_id", passes),
    )


def _coach(rng: random.Random, n: int, name: str) -> Coach:
    activity = ACTIVITIES[n % len(ACTIVITIES)]
    hourly = rng.randrange(28, 75) + rng.choice((0.0, 0.5))
    rating = round(rng.uniform(3.3, 5.0), 1)
    return Coach(f"CH-{n:02}", name, activity, rating, rng.randint(2001, 2025), hourly)


def _class(rng: random.Random, coach: Coach, today: dt.date) -> ClubClass:
    day, time = str(today + dt.timedelta(days=rng.randint(1, 12))), rng.choice(TIMES)
    left = rng.choice((0, 0, rng.randint(1, 16), rng.randint(1, 16), rng.randint(1, 16)))
    return ClubClass(
        fresh_id("CS", coach.coach_id, day, time), coach.activity, rng.choice(LEVELS),
        coach.coach_id, coach.name, rng.choice(ROOMS), day, time, rng.choice((45, 60, 75, 90)),
        rng.randrange(14, 50) / 2, left, 0 if left else rng.randint(1, 9),
    )  # fmt: skip


def _course(rng: random.Random, coach: Coach, n: int, today: dt.date) -> Course:
    starts = str(today + dt.timedelta(days=rng.randint(3, 45)))
    lessons = rng.randint(5, 14)
    return Course(
        fresh_id("CR", coach.coach_id, n), coach.activity, rng.choice(LEVELS), coach.coach_id,
        coach.name, rng.choice(ROOMS), starts, lessons, lessons * rng.randrange(8, 17) + 0.0,
        rng.choice((0, *range(1, 9))),
    )  # fmt: skip


def _member(
    rng: random.Random, member_id: str, name: str, coach: Coach, today: dt.date
) -> Membership:
    plan: Plan = rng.choice(("basic", "plus", "family"))
    renews = str(today + dt.timedelta(days=rng.randint(5, 340)))
    return Membership(member_id, name, plan, MONTHLY[plan], renews, coach.coach_id)


def _booking(member_id: str, c: ClubClass) -> ClassBooking:
    return ClassBooking(
        fresh_id("BO", member_id, c.class_id), member_id, c.class_id, c.activity, c.coach_id,
        c.coach, c.room, c.day, c.time, c.price,
    )  # fmt: skip


def _pass(rng: random.Random, member_id: str, kind: PassKind, today: dt.date) -> ClubPass:
    until = str(today + dt.timedelta(days=rng.randint(-15, 200)))
    return ClubPass(
        fresh_id("PA", member_id, kind), member_id, kind, rng.randint(0, 18), until,
        rng.randrange(9, 27) / 2,
    )  # fmt: skip


world = World(
    "sports_club",
    "A sports club",
    seed,
    known={
        "ClubMemberId": lambda s, rng: rng.choice(list(s.passes)).member_id,
        "ClubRoom": lambda s, rng: rng.choice(list(s.rooms)).room,
        "PassVisits": lambda _s, rng: rng.choice((5, 10, 12, 15, 20)),
        "Date": lambda s, rng: rng.choice(list(s.classes)).day,
        "find_classes.max_price": lambda _s, rng: float(rng.randrange(12, 24)),
        "find_courses.max_price": lambda _s, rng: float(rng.randrange(80, 190, 10)),
        "find_coaches.max_hourly": lambda _s, rng: float(rng.randrange(40, 71, 5)),
    },
)


@world.function()
def find_classes(
    db: SportsClub,
    activity: Activity,
    level: Level | None = None,
    max_price: Money | None = None,
    with_places: bool = False,
) -> list[ClubClass]:
    """List the classes of an activity in the next two weeks.

    activity: what is taught
    level: only classes for this level
    max_price: only classes that cost at most this much, in euros
    with_places: only classes that are not full
    """
    return db.classes.where(
        lambda c: (
            c.activity == activity
            and (level is None or c.level == level)
            and (max_price is None or c.price <= max_price)
            and not (with_places and c.places_left == 0)
        )
    )


@world.function()
def list_day_classes(db: SportsClub, day: Date, with_places: bool = False) -> list[ClubClass]:
    """List all classes on a day, whatever the activity.

    day: the day in question
    with_places: only classes that are not full
    """
    return db.classes.where(lambda c: c.day == day and not (with_places and c.places_left == 0))


@world.function()
def find_courses(
    db: SportsClub, activity: Activity, level: Level | None = None, max_price: Money | None = None
) -> list[Course]:
    """List the courses in an activity that have not started yet.

    activity: what is taught
    level: only courses for this level
    max_price: only courses that cost at most this much, in euros
    """
    return db.courses.where(
        lambda c: (
            c.activity == activity
            and (level is None or c.level == level)
            and (max_price is None or c.price <= max_price)
        )
    )


@world.function()
def find_coaches(
    db: SportsClub, activity: Activity, max_hourly: Money | None = None
) -> list[Coach]:
    """List the coaches for an activity, with ratings and fees for private lessons.

    activity: what they teach
    max_hourly: only coaches who charge at most this much an hour, in euros
    """
    return db.coaches.where(
        lambda c: c.activity == activity and (max_hourly is None or c.hourly <= max_hourly)
    )


@world.function()
def get_coach(db: SportsClub, coach_id: CoachId) -> Coach:
    """Get one coach: name, activity, rating and fee for private lessons.

    coach_id: the coach to look up
    """
    return db.coaches[coach_id]


@world.function()
def list_coach_classes(
    db: SportsClub, coach_id: CoachId, with_places: bool = False
) -> list[ClubClass]:
    """List the classes that a coach gives in the next two weeks.

    coach_id: the coach
    with_places: only classes that are not full
    """
    coach = db.coaches[coach_id]
    return db.classes.where(
        lambda c: c.coach_id == coach.coach_id and not (with_places and c.places_left == 0)
    )


@world.function()
def get_room(db: SportsClub, room: RoomName) -> Room:
    """Get a room's floor, capacity and opening hours.

    room: name of the room
    """
    return db.rooms[room]


@world.function()
def get_membership(db: SportsClub, member_id: ClubMemberId) -> Membership:
    """Get a member's account: plan, monthly price, renewal date and personal coach.

    member_id: membership number
    """
    return db.members[member_id]


@world.function()
def list_class_bookings(db: SportsClub, member_id: ClubMemberId) -> list[ClassBooking]:
    """List the classes that a member has booked.

    member_id: membership number
    """
    member = db.members[member_id]
    return db.bookings.where(lambda b: b.member_id == member.member_id)


@world.function(writes=True)
def book_class(
    db: SportsClub, class_id: ClassId, member_id: ClubMemberId, pass_id: PassId | None = None
) -> Place:
    """Book a place in a class, paid with a visit of a pass where one is given.

    Refused when the class is full or booked already, or the pass is used up or expired.

    class_id: the class to book
    member_id: membership number
    pass_id: the pass that pays for it
    """
    c, member = _with_room(db, class_id), db.members[member_id]
    booking = _booking(member.member_id, c)
    if booking.booking_id in db.bookings:
        raise Refused(f"Class {class_id} is booked already.")
    if pass_id is not None:
        _use(db, pass_id, c.day)
    db.classes.put(replace(c, places_left=c.places_left - 1))
    db.bookings.put(booking)
    return _place(c, 0.0 if pass_id else c.price)


def _with_room(db: SportsClub, class_id: str) -> ClubClass:
    c = db.classes[class_id]
    if c.places_left == 0:
        raise Refused(f"Class {class_id} is full; there is a waiting list.")
    return c


def _use(db: SportsClub, pass_id: str, day: str) -> None:
    card = db.passes[pass_id]
    if card.visits_left == 0 or card.valid_until < day:
        raise Refused(f"Pass {pass_id} is used up, or expires before {day}.")
    db.passes.put(replace(card, visits_left=card.visits_left - 1))


def _place(c: ClubClass, to_pay: float) -> Place:
    return Place(c.activity, c.coach_id, c.coach, c.room, c.day, c.time, to_pay)


@world.function(writes=True)
def join_waiting_list(db: SportsClub, class_id: ClassId, member_id: ClubMemberId) -> Waiting:
    """Put a member on the waiting list of a class. Refused while the class has places left.

    class_id: the class, which is full
    member_id: membership number
    """
    c, member = db.classes[class_id], db.members[member_id]
    if c.places_left > 0:
        raise Refused(f"Class {class_id} has places left and can be booked.")
    waiting_id = fresh_id("WL", class_id, member_id)
    if waiting_id in db.waiting:
        raise Refused("The member is on that waiting list already.")
    db.classes.put(replace(c, waiting=c.waiting + 1))
    return db.waiting.put(
        Waiting(
            waiting_id, member.member_id, c.activity, c.coach_id, c.room, c.day, c.time,
            c.waiting + 1,
        )
    )  # fmt: skip


@world.function(writes=True)
def move_class_booking(db: SportsClub, booking_id: BookingId, class_id: ClassId) -> Place:
    """Swap a booked class for another one that has a place left.

    The difference in price is to be paid; nothing is paid back.

    booking_id: the booking to change
    class_id: the class to go to instead
    """
    booking, c = db.bookings[booking_id], _with_room(db, class_id)
    if booking.class_id == class_id:
        raise Refused(f"Booking {booking_id} is for that class already.")
    old = db.classes[booking.class_id]
    db.classes.put(replace(old, places_left=old.places_left + 1))
    db.classes.put(replace(c, places_left=c.places_left - 1))
    db.bookings.put(replace(_booking(booking.member_id, c), booking_id=booking_id))
    return _place(c, max(0.0, c.price - booking.price))


@world.function(writes=True)
def cancel_class_booking(db: SportsClub, booking_id: BookingId) -> ClassBooking:
    """Give up a booked class. Refused on the day before and later.

    booking_id: the booking to cancel
    """
    booking = db.bookings[booking_id]
    if booking.day <= str(db.today + dt.timedelta(days=1)):
        raise Refused(f"Booking {booking_id} is for {booking.day}: too late to cancel.")
    c = db.classes[booking.class_id]
    db.classes.put(replace(c, places_left=c.places_left + 1))
    db.bookings.remove(booking_id)
    return booking


@world.function(writes=True)
def join_course(db: SportsClub, course_id: CourseId, member_id: ClubMemberId) -> Enrolment:
    """Enrol a member in a course. Refused when it is full.

    course_id: the course to join
    member_id: membership number
    """
    course, member = db.courses[course_id], db.members[member_id]
    if course.places_left == 0:
        raise Refused(f"Course {course_id} is full.")
    enrolment_id = fresh_id("EN", course_id, member_id)
    if enrolment_id in db.enrolments:
        raise Refused(f"The member is enrolled in course {course_id} already.")
    db.courses.put(replace(course, places_left=course.places_left - 1))
    return db.enrolments.put(
        Enrolment(
            enrolment_id, member.member_id, course.activity, course.coach_id, course.coach,
            course.room, course.starts, course.lessons, course.price,
        )
    )  # fmt: skip


@world.function()
def list_passes(db: SportsClub, member_id: ClubMemberId, usable: bool = False) -> list[ClubPass]:
    """List a member's passes, with visits left and how long they are valid.

    member_id: membership number
    usable: only passes that are valid today and have visits left
    """
    member, today = db.members[member_id], str(db.today)
    return db.passes.where(
        lambda p: (
            p.member_id == member.member_id
            and not (usable and (p.visits_left == 0 or p.valid_until < today))
        )
    )


@world.function(writes=True)
def add_visits(db: SportsClub, pass_id: PassId, visits: Visits) -> ClubPass:
    """Buy further visits for a pass. Refused when it has expired.

    pass_id: the pass
    visits: how many visits to add
    """
    card = db.passes[pass_id]
    if card.valid_until < str(db.today):
        raise Refused(f"Pass {pass_id} expired on {card.valid_until}.")
    return db.passes.put(replace(card, visits_left=card.visits_left + visits))
