"""A music school: teachers, blocks of lessons, instruments for hire and recitals."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Email, Kind, Money, PersonName, Time, Weekday
from buttonup.worlds.names import CITIES, clock_time, email, numbers, people, person
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

PupilId = Annotated[
    str, Kind("MusicPupilId"), Meta(pattern=r"^PUP-\d{5}$", description="Number of a pupil.")
]
TeacherId = Annotated[
    str, Kind("MusicTeacherId"), Meta(pattern=r"^MTE-\d{3}$", description="Id, like MTE-214.")
]
LessonTimeId = Annotated[
    str, Kind("LessonTimeId"), Meta(pattern=r"^LTM-\d{4}$", description="Id of a weekly time.")
]
BlockId = Annotated[
    str, Kind("LessonBlockId"), Meta(pattern=r"^MLB-\d{5}$", description="Id of booked lessons.")
]
InstrumentId = Annotated[
    str, Kind("RentalInstrumentId"), Meta(pattern=r"^MIN-\d{4}$", description="Id, like MIN-3071.")
]
MusicRecitalId = Annotated[
    str, Kind("MusicRecitalId"), Meta(pattern=r"^RCL-\d{3}$", description="Id, like RCL-118.")
]
Instrument = Annotated[
    Literal["piano", "violin", "cello", "guitar", "flute", "clarinet", "trumpet", "drums"],
    Kind("TaughtInstrument"),
]
Style = Literal["classical", "jazz", "folk", "pop"]
Family = Literal["violins", "cellos", "guitars", "flutes", "clarinets", "trumpets"]
Condition = Literal["new", "very good", "good", "played"]
Size = Literal["full size", "three-quarter size", "half size"]
Weeks = Annotated[int, Kind("LessonBlockWeeks"), Meta(ge=4, le=20, description="Weekly lessons.")]
PauseWeeks = Annotated[int, Kind("LessonPauseWeeks"), Meta(ge=1, le=6)]
Months = Annotated[int, Kind("InstrumentMonths"), Meta(ge=1, le=24, description="Months of hire.")]
Seats = Annotated[int, Kind("RecitalSeats"), Meta(ge=1, le=8)]


class Teacher(Row):
    """Somebody who gives lessons."""

    teacher_id: TeacherId
    name: PersonName
    instrument: Instrument
    styles: list[Style]
    city: City
    fee: Annotated[Money, Meta(description="For half an hour.")]
    rating: Annotated[float, Meta(ge=1, le=5, description="What pupils give, 1 to 5.")]


class LessonTime(Row):
    """A weekly time at which a teacher can take one more pupil."""

    lesson_time_id: LessonTimeId
    teacher_id: TeacherId
    teacher: PersonName
    weekday: Weekday
    time: Time
    minutes: Annotated[int, Meta(description="Length of a lesson.")]
    fee: Annotated[Money, Meta(description="For one lesson.")]


class LessonBlock(Row):
    """Weekly lessons that a pupil has booked."""

    block_id: BlockId
    pupil_id: PupilId
    teacher_id: TeacherId
    teacher: PersonName
    instrument: Instrument
    weekday: Weekday
    time: Time
    first: Annotated[Date, Meta(description="Day of the first lesson.")]
    last: Annotated[Date, Meta(description="Day of the last lesson.")]
    fee: Annotated[Money, Meta(description="For one lesson.")]
    total: Annotated[Money, Meta(description="For the whole block.")]


class Ending(Row):
    """A block of lessons that is brought to an end early."""

    block_id: BlockId
    teacher: PersonName
    last: Annotated[Date, Meta(description="Day of the last lesson that still takes place.")]
    refund: Annotated[Money, Meta(description="Paid back for the lessons after it.")]


class Pupil(Row):
    """Somebody who learns at the school."""

    pupil_id: PupilId
    name: PersonName
    instrument: Instrument
    level: Annotated[int, Meta(ge=1, le=8, description="Last grade exam passed, 1 to 8.")]
    teacher_id: TeacherId
    teacher: PersonName
    city: City
    credit: Annotated[Money, Meta(description="Credit on the pupil's account.")]


class RentalInstrument(Row):
    """An instrument that can be hired by the month."""

    instrument_id: InstrumentId
    model: str
    family: Family
    size: Size
    condition: Condition
    monthly: Annotated[Money, Meta(description="Rent a month.")]


class InstrumentHire(Row):
    """An instrument in a pupil's hands."""

    hire_id: Annotated[
        str, Kind("InstrumentHireId"), Meta(pattern=r"^IHR-\d{5}$", description="Number of a hire.")
    ]
    pupil_id: PupilId
    instrument: RentalInstrument
    months: Months
    due_back: Date
    total: Annotated[Money, Meta(description="Rent for all months.")]
    deposit: Money


class Recital(Row):
    """An evening on which teachers and pupils play."""

    recital_id: MusicRecitalId
    title: str
    teacher_id: Annotated[TeacherId, Meta(description="The teacher who leads the evening.")]
    teacher: PersonName
    city: City
    venue: str
    day: Date
    time: Time
    price: Annotated[Money, Meta(description="For one seat.")]
    seats_left: int


class Guest(Row):
    """Whom seats are kept for."""

    name: Annotated[PersonName, Meta(description="First and last name.")]
    email: Email


class SeatReservation(Row):
    """Seats that are kept at a recital."""

    reservation_id: Annotated[
        str, Kind("RecitalSeatsId"), Meta(pattern=r"^RSE-\d{5}$", description="Its number.")
    ]
    recital: Recital
    guest: Guest
    seats: Seats
    total: Money


@dataclasses.dataclass
class MusicSchool(State):
    """All of the school's records."""

    teachers: Table[Teacher]
    times: Table[LessonTime]
    blocks: Table[LessonBlock]
    pupils: Table[Pupil]
    instruments: Table[RentalInstrument]
    hires: Table[InstrumentHire]
    recitals: Table[Recital]
    reservations: Table[SeatReservation]


MODELS: dict[Family, tuple[str, ...]] = {
    "violins": ("Amberwood", "Cremona Studio", "Stentor Lark", "Maple Hill"),
    "cellos": ("Deep River", "Cremona Studio C", "Walnut Grove", "Kestrel"),
    "guitars": ("Sevilla", "Alondra", "Cedar Top", "Little Spruce"),
    "flutes": ("Silverline", "Zephyr", "Halcyon", "Reed & Rill"),
    "clarinets": ("Ebony", "Rosewood B", "Blackbird", "Noctis"),
    "trumpets": ("Brassline", "Herald", "Fanfare B", "Goldfinch"),
}
PROGRAMMES = (
    "Strings in Spring|An Hour of Bach|Songs Without Words|Brass by Candlelight|Young Hands|"
    "Three Trios|From Tango to Swing|The Quiet Guitar|Winds of the North|Dances Old and New"
).split("|")
VENUES = ("Old Chapel", "Concert Barn", "Town Gallery", "Mill Theatre", "Assembly Rooms")
DAYS: tuple[Weekday, ...] = get_args(get_args(Weekday)[0])
NOTICE = dt.timedelta(weeks=4)


def seed(rng: random.Random, today: dt.date) -> MusicSchool:
    """Make 32 teachers and their free times, 40 pupils, 108 instruments and 36 recitals."""
    towns = rng.sample(sorted(CITIES), 6)
    names = iter(people(rng, 72))
    plays: tuple[Instrument, ...] = get_args(get_args(Instrument)[0])
    teachers = [
        _teacher(rng, f"MTE-{n}", next(names), plays[i % len(plays)], rng.choice(towns))
        for i, n in enumerate(sorted(rng.sample(range(100, 999), 32)))
    ]
    ids = iter(rng.sample(range(1000, 9999), 320))
    times = [
        _time(rng, f"LTM-{next(ids)}", teacher, day)
        for teacher in teachers
        for day in sorted(rng.sample(DAYS[:6], rng.randint(3, 5)), key=DAYS.index)
    ]
    pupils, blocks = list[Pupil](), list[LessonBlock]()
    for pupil_id in numbers(rng, "PUP", 40):
        own, other = rng.sample(teachers, 2)
        credit = rng.randrange(0, 120) + rng.choice((0.0, 0.5))
        level, city = rng.randint(1, 8), own.city
        pupils.append(
            Pupil(
                pupil_id, next(names), own.instrument, level, own.teacher_id, own.name, city, credit
            )
        )  # fmt: skip
        for teacher in (own, other)[: rng.randint(1, 2)]:
            begun = today - dt.timedelta(days=rng.randint(10, 60))
            weekly = _time(rng, "LTM-0000", teacher, DAYS[begun.weekday()])
            blocks.append(_block(pupil_id, teacher, weekly, begun, rng.randint(16, 20)))
    instruments = [
        _instrument(rng, f"MIN-{next(ids)}", family) for family in MODELS for _ in range(18)
    ]
    codes = iter(sorted(rng.sample(range(100, 999), 36)))
    recitals = [
        _recital(rng, f"RCL-{next(codes)}", town, rng.choice(teachers), today)
        for town in towns
        for _ in range(6)
    ]
    return MusicSchool(
        today,
        teachers=Table("teacher_id", teachers),
        times=Table("lesson_time_id", times),
        blocks=Table("block_id", blocks),
        pupils=Table("pupil_id", pupils),
        instruments=Table("instrument_id", instruments),
        hires=Table("hire_id", ()),
        recitals=Table("recital_id", recitals),
        reservations=Table("reservation_id", ()),
    )


def _teacher(
    rng: random.Random, teacher_id: str, name: str, instrument: Instrument, city: str
) -> Teacher:
    styles: list[Style] = sorted(rng.sample(get_args(Style), rng.randint(1, 3)))
    fee = rng.randrange(16, 38) + rng.choice((0.0, 0.5))
    rating = round(rng.uniform(3.2, 5), 1)
    return Teacher(teacher_id, name, instrument, styles, city, fee, rating)


def _time(rng: random.Random, time_id: str, teacher: Teacher, day: Weekday) -> LessonTime:
    minutes = rng.choice((30, 45, 60))
    fee = round(teacher.fee * minutes / 30, 2)
    begins = clock_time(rng, 9, 19, 30)
    return LessonTime(time_id, teacher.teacher_id, teacher.name, day, begins, minutes, fee)


def _block(
    pupil_id: str, teacher: Teacher, weekly: LessonTime, first: dt.date, weeks: int
) -> LessonBlock:
    return LessonBlock(
        fresh_id("MLB", pupil_id, teacher.teacher_id, weekly.weekday, weekly.time), pupil_id,
        teacher.teacher_id, teacher.name, teacher.instrument, weekly.weekday, weekly.time,
        str(first), str(first + dt.timedelta(weeks=weeks - 1)), weekly.fee,
        round(weekly.fee * weeks, 2),
    )  # fmt: skip


def _instrument(rng: random.Random, instrument_id: str, family: Family) -> RentalInstrument:
    condition: Condition = rng.choice(("new", "very good", "very good", "good", "played"))
    sizes: tuple[Size, ...] = ("full size", "full size", "three-quarter size", "half size")
    strings = family in ("violins", "cellos", "guitars")
    monthly = rng.randrange(9, 44) + rng.choice((0.0, 0.5))
    size = rng.choice(sizes) if strings else "full size"
    model = rng.choice(MODELS[family])
    return RentalInstrument(instrument_id, model, family, size, condition, monthly)


def _recital(
    rng: random.Random, recital_id: str, city: str, teacher: Teacher, today: dt.date
) -> Recital:
    day = str(today + dt.timedelta(days=rng.randint(2, 50)))
    price = float(rng.choice((5, 8, 10, 12, 15, 18)))
    return Recital(
        recital_id, rng.choice(PROGRAMMES), teacher.teacher_id, teacher.name, city,
        rng.choice(VENUES), day, rng.choice(("18:00", "19:00", "19:30", "20:00")), price,
        rng.randint(2, 90),
    )  # fmt: skip


def _guest(rng: random.Random) -> Guest:
    name = person(rng)
    return Guest(name, email(rng, name))


world = World(
    "music_school",
    "A music school",
    seed,
    known={
        "MusicPupilId": lambda s, rng: rng.choice(list(s.pupils)).pupil_id,
        "City": lambda s, rng: rng.choice(list(s.recitals)).city,
        "Date": lambda s, rng: str(s.today + dt.timedelta(days=rng.randint(3, 24))),
        "LessonBlockWeeks": lambda _s, rng: rng.choice((6, 8, 10, 12, 16)),
        "LessonPauseWeeks": lambda _s, rng: rng.randint(2, 4),
        "InstrumentMonths": lambda _s, rng: rng.choice((3, 4, 6, 9, 12)),
        "RecitalSeats": lambda _s, rng: rng.randint(2, 4),
        "RecitalGuest": lambda _s, rng: _guest(rng),
        "find_music_teachers.max_fee": lambda _s, rng: float(rng.randrange(24, 36, 2)),
        "find_rental_instruments.max_monthly": lambda _s, rng: float(rng.randrange(15, 35, 5)),
    },
)


@world.function()
def find_music_teachers(
    db: MusicSchool,
    instrument: Instrument,
    style: Style | None = None,
    city: City | None = None,
    max_fee: Money | None = None,
) -> list[Teacher]:
    """List the teachers of an instrument, with the city they teach in, fee and rating.

    instrument: what they teach
    style: only teachers of this style
    city: only teachers in this city
    max_fee: only teachers who take at most this much for half an hour, in euros
    """
    return db.teachers.where(
        lambda t: (
            t.instrument == instrument
            and (style is None or style in t.styles)
            and (city is None or t.city.casefold() == city.casefold())
            and (max_fee is None or t.fee <= max_fee)
        )
    )


@world.function()
def list_music_lesson_times(
    db: MusicSchool, teacher_id: TeacherId, weekday: Weekday | None = None
) -> list[LessonTime]:
    """List the weekly times at which a teacher can still take a pupil.

    teacher_id: the teacher
    weekday: only times on this day of the week
    """
    teacher = db.teachers[teacher_id]
    return db.times.where(
        lambda t: t.teacher_id == teacher.teacher_id and (weekday is None or t.weekday == weekday)
    )


@world.function(writes=True)
def book_music_lessons(
    db: MusicSchool, lesson_time_id: LessonTimeId, weeks: Weeks, pupil_id: PupilId
) -> LessonBlock:
    """Book weekly lessons at one of a teacher's free times, from the coming week on.

    Refused when the time is taken, or when the pupil has another lesson then.

    lesson_time_id: the weekly time
    weeks: how many lessons, one a week
    pupil_id: number of the pupil
    """
    if lesson_time_id not in db.times:
        raise Refused(f"Lesson time {lesson_time_id} is no longer free.")
    weekly, pupil = db.times[lesson_time_id], db.pupils[pupil_id]
    at = (weekly.weekday, weekly.time)
    if any(b.pupil_id == pupil_id and (b.weekday, b.time) == at for b in db.blocks):
        raise Refused(f"Pupil {pupil_id} has another lesson on {weekly.weekday} at {weekly.time}.")
    db.times.remove(lesson_time_id)
    ahead = (DAYS.index(weekly.weekday) - db.today.weekday() - 1) % 7 + 1
    first = db.today + dt.timedelta(days=ahead)
    teacher = db.teachers[weekly.teacher_id]
    return db.blocks.put(_block(pupil.pupil_id, teacher, weekly, first, weeks))


@world.function()
def list_music_lesson_blocks(db: MusicSchool, pupil_id: PupilId) -> list[LessonBlock]:
    """List the blocks of lessons that a pupil has running.

    pupil_id: number of the pupil
    """
    pupil = db.pupils[pupil_id]
    return db.blocks.where(lambda b: b.pupil_id == pupil.pupil_id)


@world.function(writes=True)
def pause_music_lessons(
    db: MusicSchool, block_id: BlockId, since: Date, weeks: PauseWeeks
) -> LessonBlock:
    """Pause a block of lessons. The lessons left out are added at its end.

    Refused when the pause begins before tomorrow or after the last lesson.

    block_id: the block to pause
    since: first day of the pause
    weeks: how many weeks it lasts
    """
    block = db.blocks[block_id]
    if not str(db.today) < since <= block.last:
        raise Refused(f"A pause of {block_id} has to begin after today and by {block.last}.")
    last = dt.date.fromisoformat(block.last) + dt.timedelta(weeks=weeks)
    return db.blocks.put(replace(block, last=str(last)))


@world.function(writes=True)
def end_music_lessons(db: MusicSchool, block_id: BlockId) -> Ending:
    """End a block of lessons early, with four weeks' notice. What comes after is paid back.

    Refused when the block ends within four weeks anyway.

    block_id: the block to end
    """
    block = db.blocks[block_id]
    last, notice = dt.date.fromisoformat(block.last), db.today + NOTICE
    if last <= notice:
        raise Refused(f"Lessons {block_id} end on {block.last} anyway.")
    saved = -((notice - last).days // 7)
    db.blocks.remove(block_id)
    early = last - dt.timedelta(weeks=saved)
    return Ending(block_id, block.teacher, str(early), round(block.fee * saved, 2))


@world.function()
def get_music_pupil(db: MusicSchool, pupil_id: PupilId) -> Pupil:
    """Get a pupil's file: instrument, grade reached, teacher, city and credit.

    pupil_id: number of the pupil
    """
    return db.pupils[pupil_id]


@world.function()
def find_rental_instruments(
    db: MusicSchool,
    family: Family,
    size: Size | None = None,
    max_monthly: Money | None = None,
    page: PageNumber = 1,
) -> Page[RentalInstrument]:
    """List the instruments that can be hired at the moment, six to a page.

    family: what sort of instruments
    size: only instruments of this size
    max_monthly: only instruments that cost at most this much a month, in euros
    page: which page of the list
    """
    out = {hire.instrument.instrument_id for hire in db.hires}
    found = db.instruments.where(
        lambda i: (
            i.family == family
            and i.instrument_id not in out
            and (size is None or i.size == size)
            and (max_monthly is None or i.monthly <= max_monthly)
        )
    )
    return page_of(found, page, 6)


@world.function(writes=True)
def hire_instrument(
    db: MusicSchool, instrument_id: InstrumentId, months: Months, pupil_id: PupilId
) -> InstrumentHire:
    """Hire an instrument for a pupil from today. A year or more costs 15 % less.

    The deposit is two months' rent. Refused when it is out on hire.

    instrument_id: the instrument to hire
    months: for how many months
    pupil_id: number of the pupil
    """
    instrument, pupil = db.instruments[instrument_id], db.pupils[pupil_id]
    if any(hire.instrument.instrument_id == instrument_id for hire in db.hires):
        raise Refused(f"Instrument {instrument_id} is out on hire.")
    total = round(instrument.monthly * months * (0.85 if months >= 12 else 1), 2)
    due = str(db.today + dt.timedelta(days=30 * months))
    hire_id = fresh_id("IHR", instrument_id, str(db.today))
    return db.hires.put(
        InstrumentHire(
            hire_id, pupil.pupil_id, instrument, months, due, total, 2 * instrument.monthly
        )
    )


@world.function()
def list_recitals(db: MusicSchool, city: City, since: Date | None = None) -> list[Recital]:
    """List the recitals to come in a city, in order of date.

    city: the city to look in
    since: only recitals on this day or later
    """
    found = db.recitals.where(
        lambda r: r.city.casefold() == city.casefold() and (since is None or r.day >= since)
    )
    return sorted(found, key=lambda r: (r.day, r.time))


@world.function(writes=True)
def reserve_recital_seats(
    db: MusicSchool,
    recital_id: MusicRecitalId,
    seats: Seats,
    guest: Annotated[Guest, Kind("RecitalGuest")],
) -> SeatReservation:
    """Keep seats at a recital, to be paid at the door. Refused when there are not enough left.

    recital_id: the recital
    seats: how many seats
    guest: whom they are kept for
    """
    recital = db.recitals[recital_id]
    if recital.seats_left < seats:
        raise Refused(f"Recital {recital_id} has only {recital.seats_left} seats left.")
    recital = db.recitals.put(replace(recital, seats_left=recital.seats_left - seats))
    reservation_id = fresh_id("RSE", recital_id, guest.name, guest.email, seats)
    total = round(recital.price * seats, 2)
    return db.reservations.put(SeatReservation(reservation_id, recital, guest, seats, total))
