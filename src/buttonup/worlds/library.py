"""A public library: its catalogue, copies in branches, loans, reservations and fines."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind, Money, Time
from buttonup.worlds.names import address, people
from buttonup.worlds.state import Refused, Row, State, Table, fresh_id
from buttonup.worlds.world import World

TitleId = Annotated[
    str, Kind("TitleId"), Meta(pattern=r"^TI-\d{4}$", description="Catalogue id, like TI-3308.")
]
CopyId = Annotated[
    str, Kind("CopyId"), Meta(pattern=r"^CO-\d{5}$", description="Id of one copy, like CO-51873.")
]
ReaderId = Annotated[
    str, Kind("ReaderId"), Meta(pattern=r"^LC-\d{6}$", description="Number of a library card.")
]
LoanId = Annotated[
    str, Kind("LoanId"), Meta(pattern=r"^LN-\d{5}$", description="Loan id, like LN-20431.")
]
HoldId = Annotated[
    str, Kind("HoldId"), Meta(pattern=r"^HO-\d{5}$", description="Reservation id, like HO-20431.")
]
FineId = Annotated[
    str, Kind("FineId"), Meta(pattern=r"^FI-\d{5}$", description="Fine id, like FI-20431.")
]
BranchName = Annotated[
    str, Kind("BranchName"), Meta(description="Name of a branch, like Riverside.")
]
Author = Annotated[str, Kind("Author"), Meta(description="Full name of the author.")]
BookTitle = Annotated[str, Kind("BookTitle")]
Weeks = Annotated[int, Kind("LoanWeeks"), Meta(ge=1, le=4, description="Length in weeks.")]
Pages = Annotated[int, Kind("Pages")]
Year = Annotated[int, Kind("PublicationYear"), Meta(description="Four digits.")]
Stars = Annotated[float, Kind("Stars"), Meta(ge=1, le=5, description="Readers' rating, 1 to 5.")]
Genre = Literal[
    "art", "cookery", "crime", "fantasy", "gardening", "history",
    "music", "nature", "poetry", "science", "sports", "travel",
]  # fmt: skip
Format = Literal["paperback", "hardback", "large print", "audiobook"]
Reason = Literal["late", "damaged", "lost"]


class Title(Row):
    """A work in the catalogue, of which there may be copies."""

    title_id: TitleId
    title: BookTitle
    author: Author
    genre: Genre
    year: Year
    pages: Pages
    rating: Stars
    waiting: Annotated[int, Meta(description="How many readers have reserved it.")]


class Copy(Row):
    """One copy of a title, on a shelf of a branch."""

    copy_id: CopyId
    title_id: TitleId
    branch: BranchName
    shelf: str
    format: Format
    edition: Annotated[int, Meta(description="Year of the edition.")]
    available: bool


class Branch(Row):
    """One of the library's buildings."""

    branch: BranchName
    address: Annotated[str, Kind("Address")]
    opens: Time
    closes: Time
    free_desks: Annotated[int, Meta(description="Desks nobody sits at now.")]


class Reader(Row):
    """Somebody who has a library card."""

    reader_id: ReaderId
    name: Annotated[str, Kind("PersonName")]
    home_branch: BranchName
    valid_until: Date
    owed: Annotated[Money, Meta(description="Sum of the unpaid fines.")]


class Loan(Row):
    """A copy in a reader's hands."""

    loan_id: LoanId
    reader_id: ReaderId
    copy_id: CopyId
    title_id: TitleId
    title: BookTitle
    author: Author
    branch: Annotated[BranchName, Meta(description="Branch that the copy belongs to.")]
    since: Annotated[Date, Meta(description="Day on which it was lent.")]
    due: Date
    renewals_left: int


class Hold(Row):
    """A reader's place in line for a title."""

    hold_id: HoldId
    reader_id: ReaderId
    title_id: TitleId
    title: BookTitle
    branch: Annotated[BranchName, Meta(description="Branch where it is to be picked up.")]
    place: Annotated[int, Meta(description="Place in line; 1 is next.")]
    expected: Date
    status: Literal["waiting", "ready", "cancelled"]


class Pickup(Row):
    """What a reader is told once a reservation is made or sent elsewhere."""

    hold_id: HoldId
    title_id: TitleId
    title: BookTitle
    branch: BranchName
    place: Annotated[int, Meta(description="Place in line; 1 is next.")]
    expected: Date


class Fine(Row):
    """Money that a reader owes for one book."""

    fine_id: FineId
    reader_id: ReaderId
    title_id: TitleId
    title: BookTitle
    reason: Reason
    amount: Money
    since: Date
    paid: bool


@dataclasses.dataclass
class Library(State):
    """All of the library's records."""

    titles: Table[Title]
    copies: Table[Copy]
    branches: Table[Branch]
    readers: Table[Reader]
    loans: Table[Loan]
    holds: Table[Hold]
    fines: Table[Fine]


BRANCHES = "Riverside|Old Town|Northgate|Castle Hill|Harbour|Westfield|Mill Quarter".split("|")
FORMATS: tuple[Format, ...] = ("paperback", "paperback", "hardback", "large print", "audiobook")
REASONS: tuple[Reason, ...] = ("late", "late", "late", "damaged", "lost")
TITLES: dict[Genre, str] = {
    "art": "The Blue Room Painters|Seeing in Charcoal|Glass, Light and Lead|A Wall in Siena|"
    "The Patient Engraver|Colour Before Noon",
    "cookery": "Bread for Beginners|One Pot Winters|The Lemon Kitchen|Salt and Smoke|"
    "Suppers by the Canal|Beans, Mostly",
    "crime": "The Ninth Lodger|A Quiet Drowning|Murder at Quarry Road|The Locksmith's Alibi|"
    "Cold Ink|Last Bus to Fenwick",
    "fantasy": "The Lantern Oath|A Crown of Reeds|The Weather Thief|Daughters of the Tide Gate|"
    "The Clockwork Heron|Under the Ninth Hill",
    "gardening": "The Small Orchard|Roses Without Fuss|A Year in Compost|Shade and What to Do|"
    "The Window-Box Handbook|Ferns at Home",
    "history": "The Salt Road|Bridges of the North|When the River Froze|A City of Bells|"
    "The Weavers' Strike|Harbours and Empires",
    "music": "The Cellist's Notebook|How Choirs Breathe|Four Hands, One Piano|Drums of the Delta|"
    "Listening to Brass|The Organ Builder",
    "nature": "The Marsh in Winter|What Owls Know|Hedgerow|Tracks in Snow|The Slow Life of Moss|"
    "Following Eels",
    "poetry": "Letters to a Lighthouse|Small Hours|The Tin Orchard|Nine Kinds of Rain|"
    "Wintering Words|Ferry Songs",
    "science": "The Restless Atom|A Map of the Brain|Counting Stars|The Chemistry of Rust|"
    "How Ice Remembers|The Honest Statistician",
    "sports": "The Long Mile|Keeper|Chess in the Park|Cold Water Swimmers|Uphill on Two Wheels|"
    "The Rowing Year",
    "travel": "Slow Trains East|Islands Without Cars|A Winter in Lisbon|Walking the Watershed|"
    "The Ferry Timetable|Border Towns",
}


def seed(rng: random.Random, today: dt.date) -> Library:
    """Make 72 titles, their copies in 7 branches, 50 readers, their loans, holds and fines."""
    writers = people(rng, 36)
    works = [(genre, t) for genre, titles in TITLES.items() for t in titles.split("|")]
    titles = [
        Title(
            f"TI-{n}", title, rng.choice(writers), genre, rng.randint(1968, 2025),
            rng.randrange(96, 620), round(rng.uniform(2.6, 5.0), 1), rng.randint(0, 14),
        )
        for (genre, title), n in zip(works, rng.sample(range(1000, 9999), 72), strict=True)
    ]  # fmt: skip
    numbers = iter(rng.sample(range(10_000, 99_999), 300))
    copies = [
        _copy(rng, f"CO-{next(numbers)}", t) for t in titles for _ in range(rng.randint(3, 5))
    ]
    branches = [
        Branch(
            name, address(rng), rng.choice(("08:30", "09:00", "10:00")),
            rng.choice(("17:00", "18:00", "18:30", "19:00", "20:00")), rng.randint(0, 30),
        )
        for name in BRANCHES
    ]  # fmt: skip
    cards = rng.sample(range(100_000, 999_999), 50)
    fines = [_fine(rng, f"LC-{rng.choice(cards)}", rng.choice(titles), today) for _ in range(75)]
    readers = [
        _reader(rng, f"LC-{n}", name, fines, today)
        for n, name in zip(cards, people(rng, 50), strict=True)
    ]
    by_id = {t.title_id: t for t in titles}
    out = [c for c in copies if not c.available]
    return Library(
        today,
        titles=Table("title_id", titles),
        copies=Table("copy_id", copies),
        branches=Table("branch", branches),
        readers=Table("reader_id", readers),
        loans=Table(
            "loan_id",
            [_loan(rng, f"LC-{rng.choice(cards)}", c, by_id[c.title_id], today) for c in out],
        ),
        holds=Table(
            "hold_id",
            [_hold(rng, f"LC-{rng.choice(cards)}", rng.choice(titles), today) for _ in range(90)],
        ),
        fines=Table("fine_id", fines),
    )


def _copy(rng: random.Random, copy_id: str, title: Title) -> Copy:
    shelf = f"{title.genre[:2].upper()} {rng.randint(1, 48)}"
    edition = rng.randint(title.year, 2025)
    branch, form = rng.choice(BRANCHES), rng.choice(FORMATS)
    return Copy(copy_id, title.title_id, branch, shelf, form, edition, rng.random() < 0.6)


def _reader(
    rng: random.Random, reader_id: str, name: str, fines: list[Fine], today: dt.date
) -> Reader:
    owed = round(sum(f.amount for f in fines if f.reader_id == reader_id), 2)
    until = today + dt.timedelta(days=rng.randint(20, 700))
    return Reader(reader_id, name, rng.choice(BRANCHES), str(until), owed)


def _loan(rng: random.Random, reader_id: str, copy: Copy, title: Title, today: dt.date) -> Loan:
    since = today - dt.timedelta(days=rng.randint(1, 24))
    due = since + dt.timedelta(weeks=3)
    return Loan(
        fresh_id("LN", copy.copy_id), reader_id, copy.copy_id, title.title_id, title.title,
        title.author, copy.branch, str(since), str(due), rng.randint(0, 3),
    )  # fmt: skip


def _hold(rng: random.Random, reader_id: str, title: Title, today: dt.date) -> Hold:
    place = rng.randint(1, 9)
    expected = today + dt.timedelta(days=place * 9 + rng.randint(0, 8))
    return Hold(
        fresh_id("HO", reader_id, title.title_id), reader_id, title.title_id, title.title,
        rng.choice(BRANCHES), place, str(expected), "waiting",
    )  # fmt: skip


def _fine(rng: random.Random, reader_id: str, title: Title, today: dt.date) -> Fine:
    since = today - dt.timedelta(days=rng.randint(3, 120))
    reason = rng.choice(REASONS)
    amount = rng.randrange(40, 420, 20) / 100 if reason == "late" else rng.randint(5, 19) + 0.5
    return Fine(
        fresh_id("FI", reader_id, title.title_id, str(since)), reader_id, title.title_id,
        title.title, reason, amount, str(since), False,
    )  # fmt: skip


world = World(
    "library",
    "A public library",
    seed,
    known={
        "ReaderId": lambda s, rng: rng.choice([*s.loans, *s.holds, *s.fines]).reader_id,
        "BranchName": lambda s, rng: rng.choice(list(s.branches)).branch,
        "Author": lambda s, rng: rng.choice(list(s.titles)).author,
        "LoanWeeks": lambda _s, rng: rng.randint(2, 4),
        "search_catalogue.max_pages": lambda _s, rng: rng.randrange(200, 500, 50),
        "search_catalogue.since": lambda _s, rng: rng.randrange(1980, 2015, 5),
        "search_catalogue.min_rating": lambda _s, rng: rng.choice((3.0, 3.5, 4.0)),
    },
)


@world.function()
def search_catalogue(
    db: Library,
    genre: Genre,
    max_pages: Pages | None = None,
    since: Year | None = None,
    min_rating: Stars | None = None,
) -> list[Title]:
    """List the books of one genre that the library has.

    genre: what kind of books
    max_pages: only books with at most this many pages
    since: only books published in this year or later
    min_rating: only books that readers rate at least this high
    """
    return db.titles.where(
        lambda t: (
            t.genre == genre
            and (max_pages is None or t.pages <= max_pages)
            and (since is None or t.year >= since)
            and (min_rating is None or t.rating >= min_rating)
        )
    )


@world.function()
def find_by_author(db: Library, author: Author) -> list[Title]:
    """List the books of one author that the library has.

    author: full name of the author
    """
    found = db.titles.where(lambda t: t.author.casefold() == author.casefold())
    if not found:
        raise Refused(f"The library has nothing by {author!r}.")
    return found


@world.function()
def find_copies(db: Library, title_id: TitleId, format: Format | None = None) -> list[Copy]:
    """List the copies of a book that stand on a shelf now, and in which branch.

    title_id: the book
    format: only copies of this format
    """
    title = db.titles[title_id]
    return db.copies.where(
        lambda c: (
            c.available and c.title_id == title.title_id and (format is None or c.format == format)
        )
    )


@world.function()
def get_branch(db: Library, branch: BranchName) -> Branch:
    """Get a branch's address, opening hours today and free desks.

    branch: name of the branch
    """
    return db.branches[branch]


@world.function()
def get_library_card(db: Library, reader_id: ReaderId) -> Reader:
    """Get a reader's card: home branch, how long it is valid, what is owed.

    reader_id: number of the library card
    """
    return db.readers[reader_id]


@world.function()
def list_loans(db: Library, reader_id: ReaderId) -> list[Loan]:
    """List the books that a reader has borrowed, with when each is due back.

    reader_id: number of the library card
    """
    reader = db.readers[reader_id]
    return db.loans.where(lambda loan: loan.reader_id == reader.reader_id)


@world.function(writes=True)
def borrow_copy(db: Library, copy_id: CopyId, reader_id: ReaderId) -> Loan:
    """Lend a copy from the shelf to a reader for three weeks.

    Refused when the reader owes more than 10 euros.

    copy_id: the copy to borrow
    reader_id: number of the library card
    """
    copy, reader = db.copies[copy_id], db.readers[reader_id]
    if not copy.available:
        raise Refused(f"Copy {copy_id} is out on loan.")
    if reader.owed > 10:
        raise Refused("Nothing can be borrowed while more than 10 euros in fines are unpaid.")
    title, due = db.titles[copy.title_id], db.today + dt.timedelta(weeks=3)
    db.copies.put(replace(copy, available=False))
    return db.loans.put(
        Loan(
            fresh_id("LN", copy_id, str(db.today)), reader_id, copy_id, title.title_id,
            title.title, title.author, copy.branch, str(db.today), str(due), 3,
        )
    )  # fmt: skip


@world.function(writes=True)
def renew_loan(db: Library, loan_id: LoanId, weeks: Weeks) -> Loan:
    """Lend a borrowed book for longer.

    Refused when no renewals are left, when it is overdue, and on the day it was lent.

    loan_id: the loan to renew
    weeks: how many weeks are added
    """
    loan = db.loans[loan_id]
    if loan.renewals_left == 0:
        raise Refused(f"Loan {loan_id} has no renewals left.")
    if loan.due < str(db.today):
        raise Refused(f"Loan {loan_id} is overdue; the book has to come back first.")
    if loan.since == str(db.today):
        raise Refused(f"Loan {loan_id} began today; it can be renewed from tomorrow.")
    due = dt.date.fromisoformat(loan.due) + dt.timedelta(weeks=weeks)
    return db.loans.put(replace(loan, due=str(due), renewals_left=loan.renewals_left - 1))


@world.function()
def list_holds(db: Library, reader_id: ReaderId) -> list[Hold]:
    """List a reader's reservations, with place in line and expected date.

    reader_id: number of the library card
    """
    reader = db.readers[reader_id]
    return db.holds.where(lambda h: h.reader_id == reader.reader_id and h.status != "cancelled")


@world.function(writes=True)
def place_hold(db: Library, title_id: TitleId, branch: BranchName, reader_id: ReaderId) -> Pickup:
    """Reserve a book for a reader, to be picked up at a branch.

    Refused when the reader has the book reserved or at home already.

    title_id: the book to reserve
    branch: where it will be picked up
    reader_id: number of the library card
    """
    title, pickup, reader = db.titles[title_id], db.branches[branch], db.readers[reader_id]
    if any(h.title_id == title_id and h.reader_id == reader_id for h in db.holds):
        raise Refused(f"{title.title!r} is reserved on this card already.")
    if any(x.title_id == title_id and x.reader_id == reader_id for x in db.loans):
        raise Refused(f"{title.title!r} is on loan to this card.")
    place = title.waiting + 1
    db.titles.put(replace(title, waiting=place))
    expected = db.today + dt.timedelta(days=7 * place)
    hold_id = fresh_id("HO", reader_id, title_id)
    told = (title.title, pickup.branch, place, str(expected))
    db.holds.put(Hold(hold_id, reader.reader_id, title_id, *told, "waiting"))
    return Pickup(hold_id, title_id, *told)


@world.function(writes=True)
def move_hold(db: Library, hold_id: HoldId, branch: BranchName) -> Pickup:
    """Have a reserved book sent to another branch. That takes two days more.

    hold_id: the reservation to change
    branch: where it will be picked up instead
    """
    hold, pickup = db.holds[hold_id], db.branches[branch]
    if hold.status == "cancelled":
        raise Refused(f"Reservation {hold_id} has been cancelled.")
    if hold.branch == pickup.branch:
        raise Refused(f"Reservation {hold_id} is to be picked up at {branch} already.")
    expected = dt.date.fromisoformat(hold.expected) + dt.timedelta(days=2)
    db.holds.put(replace(hold, branch=pickup.branch, expected=str(expected)))
    return Pickup(hold_id, hold.title_id, hold.title, pickup.branch, hold.place, str(expected))


@world.function(writes=True)
def cancel_hold(db: Library, hold_id: HoldId) -> Hold:
    """Give up a reservation.

    hold_id: the reservation to cancel
    """
    hold = db.holds[hold_id]
    if hold.status == "cancelled":
        raise Refused(f"Reservation {hold_id} has been cancelled already.")
    title = db.titles[hold.title_id]
    db.titles.put(replace(title, waiting=max(0, title.waiting - 1)))
    return db.holds.put(replace(hold, status="cancelled"))


@world.function()
def list_fines(db: Library, reader_id: ReaderId) -> list[Fine]:
    """List the fines that a reader has not paid.

    reader_id: number of the library card
    """
    reader = db.readers[reader_id]
    return db.fines.where(lambda f: f.reader_id == reader.reader_id and not f.paid)


@world.function(writes=True)
def pay_fine(db: Library, fine_id: FineId) -> Fine:
    """Pay one fine in full.

    fine_id: the fine to pay
    """
    fine = db.fines[fine_id]
    if fine.paid:
        raise Refused(f"Fine {fine_id} has been paid already.")
    reader = db.readers[fine.reader_id]
    db.readers.put(replace(reader, owed=round(reader.owed - fine.amount, 2)))
    return db.fines.put(replace(fine, paid=True))
