"""A registry of civil courts: cases, hearings, courtrooms, free sessions, filings and witnesses."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Kind, Money, Phone, Time
from buttonup.worlds.names import LAST, day, numbers, people, person, phone
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

CaseId = Annotated[
    str, Kind("CourtCaseId"), Meta(pattern=r"^CASE-\d{5}$", description="Number of a case.")
]
HearingId = Annotated[
    str, Kind("CourtHearingId"), Meta(pattern=r"^HRG-\d{5}$", description="Number of a hearing.")
]
RoomId = Annotated[
    str, Kind("CourtroomId"), Meta(pattern=r"^ROOM-\d{3}$", description="Courtroom id.")
]
SessionId = Annotated[
    str, Kind("CourtSessionId"), Meta(pattern=r"^SES-\d{5}$", description="Free session id.")
]
FilingId = Annotated[
    str, Kind("CourtFilingId"), Meta(pattern=r"^FLN-\d{5}$", description="Filing id.")
]
LawyerId = Annotated[
    str,
    Kind("LawyerId"),
    Meta(pattern=r"^LAW-\d{4}$", description="Number in the roll of lawyers, like LAW-5120."),
]
CaseType = Literal["contract", "property", "employment", "inheritance", "consumer"]
DocumentName = Literal[
    "statement of claim", "defence", "witness statement", "expert report", "schedule of costs"
]
Document = Annotated[DocumentName, Kind("CourtDocument")]
Stage = Literal["first hearing", "witness hearing", "expert hearing", "closing arguments", "ruling"]
HearingStatus = Literal["scheduled", "held"]
FilingStatus = Literal["submitted", "accepted", "withdrawn"]


class CourtCase(Row):
    """A dispute before a court."""

    case_id: CaseId
    title: Annotated[str, Kind("CaseTitle"), Meta(description="The parties, like Marsh v Novak.")]
    city: Annotated[City, Meta(description="Where the court sits.")]
    type: CaseType
    claim: Annotated[Money, Meta(description="Amount in dispute, in euros.")]
    filed_on: Date
    lawyer_id: Annotated[LawyerId, Meta(description="Who acts for the claimant.")]
    status: Literal["open", "stayed", "closed"]


class Party(Row):
    """Somebody who sues, is sued or is drawn in."""

    name: Annotated[str, Kind("PersonName")]
    role: Literal["claimant", "defendant", "third party"]


class Judge(Row):
    """Who decides a case."""

    name: Annotated[str, Kind("PersonName")]
    chamber: Annotated[int, Meta(description="Number of the judge's chamber.")]
    clerk_phone: Annotated[Phone, Meta(description="Telephone number of the clerk.")]


class CaseFile(Row):
    """The cover sheet of a case."""

    case_id: CaseId
    parties: list[Party]
    judge: Judge
    pages: Annotated[int, Kind("Count"), Meta(description="How many pages the file has.")]
    fees_due: Annotated[Money, Meta(description="Court fees not paid yet, in euros.")]


class Courtroom(Row):
    """A room where hearings are held."""

    room_id: RoomId
    name: Annotated[str, Kind("CourtroomName")]
    city: City
    floor: int
    seats: Annotated[int, Kind("Count"), Meta(description="Seats for the public.")]
    video_link: Annotated[bool, Meta(description="Whether people can be heard by video.")]


class Hearing(Row):
    """A day in court for a case."""

    hearing_id: HearingId
    case_id: CaseId
    stage: Stage
    room_id: RoomId
    date: Date
    time: Time
    minutes: Annotated[int, Kind("Count"), Meta(description="How long it is planned to take.")]
    status: HearingStatus


class CourtSession(Row):
    """A time at which a courtroom is free."""

    session_id: SessionId
    room_id: RoomId
    city: City
    date: Date
    time: Time
    minutes: Annotated[int, Kind("Count"), Meta(description="How long the room is free.")]


class Filing(Row):
    """Documents handed in for a case."""

    filing_id: FilingId
    case_id: CaseId
    lawyer_id: LawyerId
    documents: list[Document]
    filed_on: Date
    fee: Money
    answer_by: Annotated[Date, Meta(description="Until when the other side may answer.")]
    status: FilingStatus


class Witness(Row):
    """Somebody who is to testify."""

    name: Annotated[str, Kind("PersonName"), Meta(description="First and last name.")]
    phone: Annotated[Phone, Meta(description="Telephone number.")]
    language: Annotated[
        Literal["English", "French", "German", "Polish", "Spanish"],
        Meta(description="Language in which the witness testifies."),
    ]


class Summons(Row):
    """A call to a witness to come to a hearing."""

    summons_id: Annotated[
        str, Kind("SummonsId"), Meta(pattern=r"^SUM-\d{5}$", description="Summons id.")
    ]
    hearing: Hearing
    witness: Witness
    allowance: Annotated[Money, Meta(description="Paid to the witness, in euros.")]


@dataclasses.dataclass
class CourtRegistry(State):
    """All of the registry's records."""

    cases: Table[CourtCase]
    files: Table[CaseFile]
    rooms: Table[Courtroom]
    hearings: Table[Hearing]
    sessions: Table[CourtSession]
    filings: Table[Filing]
    summonses: Table[Summons]


COURTS = ("Antwerp", "Bologna", "Cork", "Dublin", "Graz", "Leipzig", "Porto", "Utrecht")
HALLS = "Oak Room|Great Hall|Blue Room|Founders' Room|North Chamber|Garden Room".split("|")
TYPES: tuple[CaseType, ...] = ("contract", "property", "employment", "inheritance", "consumer")
STAGES: tuple[Stage, ...] = (
    "first hearing", "witness hearing", "expert hearing", "closing arguments", "ruling",
)  # fmt: skip
FEES: dict[DocumentName, float] = {
    "statement of claim": 180.0, "defence": 90.0, "witness statement": 25.0,
    "expert report": 60.0, "schedule of costs": 15.0,
}  # fmt: skip
NOTICE = 3  # days before a hearing from which it cannot be moved
ALLOWANCE = 45.0
INTERPRETER = 70.0  # paid on top where a witness does not testify in English


def seed(rng: random.Random, today: dt.date) -> CourtRegistry:
    """Make 24 courtrooms in 8 cities, 90 cases of 16 lawyers, hearings, sessions and filings."""
    spots = [(city, hall) for city in COURTS for hall in rng.sample(HALLS, 3)]
    rooms = [
        Courtroom(
            room_id, hall, city, rng.randint(0, 4), rng.randrange(12, 120, 2), rng.random() < 0.5
        )
        for room_id, (city, hall) in zip(numbers(rng, "ROOM", 24, 3), spots, strict=True)
    ]
    lawyers, judges = numbers(rng, "LAW", 16, 4), [_judge(rng, name) for name in people(rng, 10)]
    cases = [_case(rng, n, rng.choice(lawyers), today) for n in numbers(rng, "CASE", 90)]
    return CourtRegistry(
        today,
        cases=Table("case_id", cases),
        files=Table("case_id", [_file(rng, case, rng.choice(judges)) for case in cases]),
        rooms=Table("room_id", rooms),
        hearings=Table("hearing_id", [h for c in cases for h in _hearings(rng, c, rooms, today)]),
        sessions=Table("session_id", [s for room in rooms for s in _sessions(rng, room, today)]),
        filings=Table(
            "filing_id",
            [f for c in cases for f in _filings(rng, c, today) if rng.random() < 0.85],
        ),
        summonses=Table("summons_id", ()),
    )


def _judge(rng: random.Random, name: str) -> Judge:
    return Judge(name, rng.randint(1, 24), phone(rng))


def _case(rng: random.Random, case_id: str, lawyer_id: str, today: dt.date) -> CourtCase:
    one, other = rng.sample(LAST, 2)
    claim = float(rng.randrange(2000, 95_000, 250))
    status: Literal["open", "stayed", "closed"] = rng.choice(("open", "open", "open", "stayed"))
    return CourtCase(
        case_id, f"{one} v {other}", rng.choice(COURTS), rng.choice(TYPES), claim,
        day(rng, today, -500, -70), lawyer_id, status,
    )  # fmt: skip


def _file(rng: random.Random, case: CourtCase, judge: Judge) -> CaseFile:
    one, _, other = case.title.partition(" v ")
    first, second, third = (name.partition(" ")[0] for name in people(rng, 3))
    parties = [Party(f"{first} {one}", "claimant"), Party(f"{second} {other}", "defendant")]
    if rng.random() < 0.3:
        parties.append(Party(f"{third} {rng.choice(LAST)}", "third party"))
    due = float(rng.choice((35, 60, 90, 120, 180, 240, 310)))
    return CaseFile(case.case_id, parties, judge, rng.randint(24, 900), due)


def _hearings(
    rng: random.Random, case: CourtCase, rooms: list[Courtroom], today: dt.date
) -> list[Hearing]:
    here, date = [r for r in rooms if r.city == case.city], today
    date -= dt.timedelta(days=rng.randint(5, 60))
    made = []
    for stage in STAGES[: rng.randint(1, 3)]:
        time, minutes = rng.choice(("09:00", "09:30", "11:15", "13:30", "14:45")), rng.randint(2, 8)
        hearing_id = fresh_id("HRG", case.case_id, stage)
        status: HearingStatus = "held" if date < today else "scheduled"
        room_id = rng.choice(here).room_id
        made.append(
            Hearing(hearing_id, case.case_id, stage, room_id, str(date), time, minutes * 30, status)
        )
        date += dt.timedelta(days=rng.randint(15, 45))
    return made


def _sessions(rng: random.Random, room: Courtroom, today: dt.date) -> list[CourtSession]:
    dates = sorted({day(rng, today, 4, 45) for _ in range(rng.randint(1, 3))})
    return [
        CourtSession(
            fresh_id("SES", room.room_id, date), room.room_id, room.city, date,
            rng.choice(("08:30", "10:00", "12:15", "15:00")), rng.randint(2, 8) * 30,
        )
        for date in dates
    ]  # fmt: skip


def _filings(rng: random.Random, case: CourtCase, today: dt.date) -> list[Filing]:
    made = []
    for ago in sorted(rng.sample(range(2, 60), rng.randint(1, 2)), reverse=True):
        names: list[DocumentName] = rng.sample(list(FEES), rng.randint(1, 3))
        status: FilingStatus = "submitted" if ago < 25 else "accepted"
        date = today - dt.timedelta(days=ago)
        made.append(_filing(case.case_id, case.lawyer_id, names, date, status))
    return made


def _filing(
    case_id: str,
    lawyer_id: str,
    documents: list[DocumentName],
    date: dt.date,
    status: FilingStatus,
) -> Filing:
    filing_id = fresh_id("FLN", case_id, *documents, str(date))
    fee, answer = sum(FEES[name] for name in documents), str(date + dt.timedelta(days=28))
    return Filing(filing_id, case_id, lawyer_id, documents, str(date), fee, answer, status)


def _witness(_state: object, rng: random.Random) -> Witness:
    languages: tuple[Literal["English", "French", "German", "Polish", "Spanish"], ...] = (
        "English", "French", "German", "Polish", "Spanish",
    )  # fmt: skip
    return Witness(person(rng), phone(rng), rng.choice(languages))


def _coming(s: CourtRegistry, rng: random.Random) -> str:
    last = str(s.today + dt.timedelta(days=NOTICE))
    found = s.hearings.where(lambda h: h.date > last and h.status == "scheduled")
    return rng.choice(found).hearing_id


world = World(
    "court_registry",
    "A court registry",
    seed,
    known={
        "City": lambda s, rng: rng.choice(list(s.rooms)).city,
        "CourtCaseId": lambda s, rng: rng.choice(list(s.hearings)).case_id,
        "LawyerId": lambda s, rng: rng.choice(list(s.cases)).lawyer_id,
        "CourtWitness": _witness,
        "list_filings.case_id": lambda s, rng: rng.choice(list(s.filings)).case_id,
        "move_hearing.hearing_id": _coming,
        "summon_witness.hearing_id": _coming,
        "withdraw_filing.filing_id": lambda s, rng: (
            rng.choice(s.filings.where(lambda f: f.status == "submitted")).filing_id
        ),
        "find_court_cases.filed_since": lambda s, rng: day(rng, s.today, -400, -150),
        "list_free_sessions.from_date": lambda s, rng: day(rng, s.today, 5, 25),
    },
)


@world.function()
def find_court_cases(
    db: CourtRegistry,
    city: City,
    case_type: CaseType | None = None,
    filed_since: Date | None = None,
    page: PageNumber = 1,
) -> Page[CourtCase]:
    """List the pending cases of the court in a city, five to a page, the oldest first.

    city: where the court sits
    case_type: only cases of this type
    filed_since: only cases filed on this day or later
    page: which page of the list
    """
    if city not in COURTS:
        raise Refused(f"There is no court of this registry in {city}.")
    found = db.cases.where(
        lambda c: (
            c.city == city
            and c.status != "closed"
            and (case_type is None or c.type == case_type)
            and (filed_since is None or c.filed_on >= filed_since)
        )
    )
    return page_of(sorted(found, key=lambda c: (c.filed_on, c.case_id)), page, 5)


@world.function()
def list_lawyer_cases(
    db: CourtRegistry, lawyer_id: LawyerId, status: Literal["open", "stayed"] | None = None
) -> list[CourtCase]:
    """List the pending cases in which a lawyer acts for the claimant.

    lawyer_id: number of the lawyer
    status: only cases in this state
    """
    return db.cases.where(
        lambda c: c.lawyer_id == lawyer_id and (status is None or c.status == status)
    )


@world.function()
def open_case_file(db: CourtRegistry, case_id: CaseId) -> CaseFile:
    """Get the cover sheet of a case: the parties, the judge and the fees that are due.

    case_id: number of the case
    """
    return db.files[case_id]


@world.function()
def list_hearings(
    db: CourtRegistry, case_id: CaseId, status: HearingStatus | None = None
) -> list[Hearing]:
    """List the hearings of a case, with date, time and courtroom.

    case_id: number of the case
    status: only hearings in this state
    """
    case = db.cases[case_id]
    return db.hearings.where(
        lambda h: h.case_id == case.case_id and (status is None or h.status == status)
    )


@world.function()
def get_courtroom(db: CourtRegistry, room_id: RoomId) -> Courtroom:
    """Get one courtroom: where it is, how many seats it has, and whether it has a video link.

    room_id: the courtroom
    """
    return db.rooms[room_id]


@world.function()
def list_free_sessions(
    db: CourtRegistry, city: City, from_date: Date | None = None
) -> list[CourtSession]:
    """List the times at which a courtroom in a city is free for a hearing.

    city: where the court sits
    from_date: only times on this day or later
    """
    if city not in COURTS:
        raise Refused(f"There is no court of this registry in {city}.")
    found = db.sessions.where(
        lambda s: s.city == city and (from_date is None or s.date >= from_date)
    )
    return sorted(found, key=lambda s: (s.date, s.time, s.session_id))


@world.function(writes=True)
def move_hearing(db: CourtRegistry, hearing_id: HearingId, session_id: SessionId) -> Hearing:
    """Move a hearing to a free session. Refused from three days before it, and for rulings.

    hearing_id: the hearing to move
    session_id: the session that it moves to
    """
    hearing, session = _open_hearing(db, hearing_id), db.sessions[session_id]
    if hearing.stage == "ruling":
        raise Refused(f"Hearing {hearing_id} is a ruling and cannot be moved.")
    if hearing.minutes > session.minutes:
        raise Refused(f"Session {session_id} is too short for hearing {hearing_id}.")
    db.sessions.remove(session_id)
    return db.hearings.put(
        replace(hearing, room_id=session.room_id, date=session.date, time=session.time)
    )


@world.function(writes=True)
def summon_witness(
    db: CourtRegistry, hearing_id: HearingId, witness: Annotated[Witness, Kind("CourtWitness")]
) -> Summons:
    """Summon a witness to a hearing. An interpreter comes where it is not in English.

    hearing_id: the hearing
    witness: name, telephone number and language of the witness
    """
    hearing = _open_hearing(db, hearing_id)
    summons_id = fresh_id("SUM", hearing_id, witness.name)
    if summons_id in db.summonses:
        raise Refused(f"{witness.name} is summoned to hearing {hearing_id} already.")
    cost = ALLOWANCE + (0.0 if witness.language == "English" else INTERPRETER)
    return db.summonses.put(Summons(summons_id, hearing, witness, cost))


@world.function(writes=True)
def file_documents(
    db: CourtRegistry, case_id: CaseId, documents: list[Document], lawyer_id: LawyerId
) -> Filing:
    """Hand in documents for a case, for a fee. The other side has four weeks to answer.

    case_id: number of the case
    documents: what is handed in, each once
    lawyer_id: number of the lawyer who hands it in
    """
    case = db.cases[case_id]
    if case.status == "stayed":
        raise Refused(f"Case {case_id} is stayed; nothing can be filed.")
    if not 1 <= len(set(documents)) == len(documents):
        raise Refused("A filing needs one document or several different ones.")
    return db.filings.put(_filing(case_id, lawyer_id, list(documents), db.today, "submitted"))


@world.function()
def list_filings(
    db: CourtRegistry, case_id: CaseId, status: Literal["submitted", "accepted"] | None = None
) -> list[Filing]:
    """List what has been filed in a case, with fees and deadlines.

    case_id: number of the case
    status: only filings in this state
    """
    case = db.cases[case_id]
    return db.filings.where(
        lambda f: f.case_id == case.case_id and (status is None or f.status == status)
    )


@world.function(writes=True)
def withdraw_filing(db: CourtRegistry, filing_id: FilingId) -> Filing:
    """Take back what has been filed. The fee is dropped. Refused once the court has accepted it.

    filing_id: the filing to take back
    """
    filing = db.filings[filing_id]
    if filing.status != "submitted":
        raise Refused(f"Filing {filing_id} is {filing.status} already.")
    return db.filings.put(replace(filing, status="withdrawn", fee=0.0))


def _open_hearing(db: CourtRegistry, hearing_id: str) -> Hearing:
    hearing = db.hearings[hearing_id]
    if hearing.status == "held":
        raise Refused(f"Hearing {hearing_id} was held on {hearing.date}.")
    if dt.date.fromisoformat(hearing.date) <= db.today + dt.timedelta(days=NOTICE):
        raise Refused(f"Hearing {hearing_id} is too soon to be changed.")
    return hearing
