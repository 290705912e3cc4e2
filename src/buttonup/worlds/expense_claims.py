"""A company's travel expenses: claims, receipts, limits, mileage, approval and reimbursement."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Country, Date, Kind, Money, PersonName
from buttonup.worlds.names import CITIES, numbers
from buttonup.worlds.names import day as some_day
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

ClaimantId = Annotated[
    str, Kind("ClaimantId"), Meta(pattern=r"^STF-\d{4}$", description="Number of the employee.")
]
ClaimId = Annotated[
    str, Kind("ExpenseClaimId"), Meta(pattern=r"^EXC-\d{5}$", description="Like EXC-20431.")
]
ReceiptId = Annotated[
    str, Kind("ReceiptId"), Meta(pattern=r"^RCT-\d{5}$", description="Receipt id, like RCT-20431.")
]
TripPurpose = Annotated[
    str, Kind("TripPurpose"), Meta(description="What the trip was for, in a few words.")
]
ExpenseName = Literal[
    "meals", "hotel nights", "train tickets", "taxi rides", "parking", "client gifts"
]
ExpenseType = Annotated[ExpenseName, Kind("ExpenseType")]
Stage = Literal["waiting for approval", "scheduled", "paid out"]
ClaimStatus = Literal["draft", "submitted", "approved", "paid", "withdrawn"]


class ExpenseClaim(Row):
    """A trip's costs that somebody wants back."""

    claim_id: ClaimId
    claimant_id: ClaimantId
    purpose: TripPurpose
    city: City
    country: Country
    opened: Date
    total: Annotated[Money, Meta(description="Sum of all that is on it.")]
    status: ClaimStatus


class Receipt(Row):
    """What somebody paid for out of their own pocket."""

    receipt_id: ReceiptId
    claimant_id: ClaimantId
    merchant: Annotated[str, Kind("MerchantName")]
    expense_type: ExpenseType
    amount: Money
    spent_on: Date
    city: City
    claim_id: Annotated[ClaimId | None, Meta(description="Null: it is on no claim yet.")]


class ClaimFile(Row):
    """A claim, and the receipts just put on it."""

    claim: ExpenseClaim
    receipts: list[Receipt]


class ClaimReview(Row):
    """What an approver would say of a claim."""

    claim: ExpenseClaim
    receipt_count: Annotated[int, Meta(description="How many receipts are on it.")]
    over_limit: Annotated[Money, Meta(description="Part of the total that exceeds the limits.")]
    payable: Annotated[Money, Meta(description="What would be paid back.")]
    approver: PersonName


class SpendingLimit(Row):
    """The most that is paid back for one kind of expense in a city."""

    expense_type: ExpenseType
    city: City
    country: Country
    limit: Annotated[Money, Meta(description="For one receipt.")]
    receipt_from: Annotated[Money, Meta(description="From this amount on a receipt is needed.")]


class Mileage(Row):
    """A drive in one's own car, put on a claim."""

    claim: Annotated[ExpenseClaim, Meta(description="The claim with the drive on it.")]
    distance_km: Annotated[float, Meta(description="How far, in kilometres.")]
    refund: Annotated[Money, Meta(description="What the drive adds to the claim.")]


class Submission(Row):
    """A claim on its way to the approver."""

    claim: ExpenseClaim
    approver: PersonName
    payable: Annotated[Money, Meta(description="What will be paid back if it is approved.")]
    decision_by: Annotated[Date, Meta(description="Day by which the approver decides.")]


class Reimbursement(Row):
    """Where the money for a claim is."""

    claim_id: ClaimId
    amount: Money
    stage: Stage
    pays_on: Annotated[Date, Meta(description="Day on which it is, or was, paid.")]
    account: Annotated[str, Meta(description="Last four digits of the bank account.")]


class Purchase(Row):
    """What a receipt says."""

    merchant: Annotated[str, Meta(description="Name of the shop, hotel or company.")]
    expense_type: ExpenseType
    amount: Annotated[Money, Meta(gt=0, description="What was paid, in euros.")]
    spent_on: Annotated[Date, Meta(description="Date on the receipt.")]


class Drive(Row):
    """How far somebody drove."""

    distance: Annotated[int, Meta(ge=1, le=2000, description="How far, in the unit given.")]
    unit: Annotated[Literal["km", "miles"], Meta(description="Unit of the distance.")]


@dataclasses.dataclass
class ExpenseClaims(State):
    """All of the company's expense records."""

    claims: Table[ExpenseClaim]
    receipts: Table[Receipt]


APPROVERS = "Ingrid Halvorsen|Marco Bellini|Sunita Rao|Peter Novotny".split("|")
MERCHANTS: dict[ExpenseName, str] = {
    "meals": "Trattoria Lume|Brasserie Nord|The Copper Pan|Noodle Corner|Café Mistral|Zum Anker",
    "hotel nights": "Hotel Aurora|Park Hotel|Station Inn|Hotel Meridian|The Weaver House",
    "train tickets": "Intercity Ticket Desk|Central Station Tickets|Railhop",
    "taxi rides": "City Cabs|Blue Line Taxi|Night Owl Cars",
    "parking": "Market Garage|Airport Parking P2|Riverside Car Park",
    "client gifts": "Chocolate & Co|Vintage Cellar|The Paper Room",
}
PRICES: dict[ExpenseName, tuple[int, int]] = {
    "meals": (14, 85), "hotel nights": (78, 240), "train tickets": (18, 160),
    "taxi rides": (9, 60), "parking": (4, 38), "client gifts": (15, 95),
}  # fmt: skip
LIMITS: dict[ExpenseName, int] = {
    "meals": 45, "hotel nights": 140, "train tickets": 120, "taxi rides": 40, "parking": 25,
    "client gifts": 50,
}  # fmt: skip
PRICE_LEVELS = {
    "Switzerland": 1.6, "Norway": 1.5, "Denmark": 1.4, "Ireland": 1.3, "Sweden": 1.25,
    "Finland": 1.2, "Netherlands": 1.2, "France": 1.15, "Scotland": 1.15, "Germany": 1.1,
    "Austria": 1.1, "Belgium": 1.1, "Italy": 1.05, "Portugal": 0.9, "Greece": 0.9, "Poland": 0.85,
    "Czechia": 0.85, "Hungary": 0.8,
}  # fmt: skip
"""How dear a country is; 1 where it is not listed."""
TYPES: tuple[ExpenseName, ...] = (
    "meals", "meals", "hotel nights", "train tickets", "taxi rides", "parking", "client gifts",
)  # fmt: skip
PURPOSES = (
    "trade fair|client workshop|site visit|sales pitch|training course|annual conference|"
    "supplier audit|product launch|job fair|project kick-off"
).split("|")
EURO_PER_KM = 0.42
KM_PER_MILE = 1.609


def seed(rng: random.Random, today: dt.date) -> ExpenseClaims:
    """Make 110 claims of 36 people, and about 430 receipts on them and beside them."""
    staff = numbers(rng, "STF", 36, 4)
    ids = iter(numbers(rng, "RCT", 700))
    claims: list[ExpenseClaim] = []
    receipts: list[Receipt] = []
    for n in range(110):
        claim, on_it = _claim(rng, staff[n % 36], ids, today)
        claims.append(claim)
        receipts += on_it
    for someone in staff:
        for _ in range(rng.randint(3, 6)):
            city, spent_on = rng.choice(list(CITIES)), some_day(rng, today, -25, -1)
            receipts.append(_receipt(rng, next(ids), someone, city, spent_on, None))
    return ExpenseClaims(
        today,
        claims=Table("claim_id", claims),
        receipts=Table("receipt_id", receipts),
    )


def _claim(
    rng: random.Random, claimant_id: str, ids: Iterator[str], today: dt.date
) -> tuple[ExpenseClaim, list[Receipt]]:
    city, opened = rng.choice(list(CITIES)), some_day(rng, today, -70, -4)
    claim_id = fresh_id("EXC", claimant_id, city, opened)
    day = dt.date.fromisoformat(opened)
    receipts = [
        _receipt(rng, next(ids), claimant_id, city, some_day(rng, day, -6, 0), claim_id)
        for _ in range(rng.randint(1, 4))
    ]
    status: ClaimStatus = rng.choice(("draft", "draft", "submitted", "approved", "paid"))
    claim = ExpenseClaim(
        claim_id, claimant_id, rng.choice(PURPOSES), city, CITIES[city], opened, _sum(receipts),
        status,
    )  # fmt: skip
    return claim, receipts


def _receipt(
    rng: random.Random, receipt_id: str, claimant_id: str, city: str, spent_on: str,
    claim_id: str | None,
) -> Receipt:  # fmt: skip
    kind = rng.choice(TYPES)
    amount = rng.randint(*PRICES[kind]) + rng.choice((0, 0.5, 0.9, 0.35))
    merchant = rng.choice(MERCHANTS[kind].split("|"))
    return Receipt(receipt_id, claimant_id, merchant, kind, amount, spent_on, city, claim_id)


def _purchase(db: ExpenseClaims, rng: random.Random) -> Purchase:
    kind = rng.choice(TYPES)
    merchant = rng.choice(MERCHANTS[kind].split("|"))
    amount = rng.randint(*PRICES[kind]) + rng.choice((0, 0.25, 0.75, 0.95))
    return Purchase(merchant, kind, amount, some_day(rng, db.today, -12, -1))


def _sum(receipts: list[Receipt]) -> float:
    return round(sum(r.amount for r in receipts), 2)


world = World(
    "expense_claims",
    "A company's travel expenses",
    seed,
    known={
        "ClaimantId": lambda s, rng: rng.choice(list(s.claims)).claimant_id,
        "TripPurpose": lambda _s, rng: rng.choice(PURPOSES),
        "City": lambda _s, rng: rng.choice(list(CITIES)),
        "list_expense_claims.since": lambda s, rng: some_day(rng, s.today, -65, -40),
        "find_receipts.min_amount": lambda _s, rng: float(rng.randrange(15, 50, 5)),
        "record_receipt.purchase": _purchase,
        "add_mileage.drive": lambda _s, rng: Drive(
            rng.randrange(24, 380, 2), rng.choice(("km", "km", "miles"))
        ),
    },
)


@world.function()
def list_expense_claims(
    db: ExpenseClaims,
    claimant_id: ClaimantId,
    status: ClaimStatus | None = None,
    since: Date | None = None,
) -> list[ExpenseClaim]:
    """List somebody's expense claims, with the trip, the sum and the state of each.

    claimant_id: number of the employee
    status: only claims in this state
    since: only claims opened on this day or after
    """
    return db.claims.where(
        lambda c: (
            c.claimant_id == claimant_id
            and (status is None or c.status == status)
            and (since is None or c.opened >= since)
        )
    )


@world.function()
def find_receipts(
    db: ExpenseClaims,
    claimant_id: ClaimantId,
    expense_type: ExpenseType | None = None,
    min_amount: Money | None = None,
    page: PageNumber = 1,
) -> Page[Receipt]:
    """List somebody's receipts that are on no claim yet, four to a page, the oldest first.

    claimant_id: number of the employee
    expense_type: only receipts for this kind of expense
    min_amount: only receipts over at least this much, in euros
    page: which page of the list
    """
    found = db.receipts.where(
        lambda r: (
            r.claimant_id == claimant_id
            and r.claim_id is None
            and (expense_type is None or r.expense_type == expense_type)
            and (min_amount is None or r.amount >= min_amount)
        )
    )
    return page_of(sorted(found, key=lambda r: (r.spent_on, r.receipt_id)), page, 4)


@world.function()
def get_spending_limit(
    db: ExpenseClaims,  # noqa: ARG001 - limits are the same for everybody
    expense_type: ExpenseType,
    city: City,
) -> SpendingLimit:
    """Tell how much the company pays back for one kind of expense in a city, for each receipt.

    expense_type: kind of expense
    city: where the money is spent
    """
    land = CITIES.get(city)
    if land is None:
        raise Refused(f"No limits are set for {city}.")
    limit = float(round(LIMITS[expense_type] * PRICE_LEVELS.get(land, 1.0)))
    return SpendingLimit(expense_type, city, land, limit, 10.0)


@world.function()
def review_expense_claim(db: ExpenseClaims, claim_id: ClaimId) -> ClaimReview:
    """Check a claim against the limits: what would be paid, and who decides.

    Refused while there is nothing on the claim.

    claim_id: the claim to check
    """
    claim = db.claims[claim_id]
    if claim.total == 0:
        raise Refused(f"There is nothing on claim {claim_id} yet.")
    receipts = db.receipts.where(lambda r: r.claim_id == claim.claim_id)
    limits = [get_spending_limit.run(db, r.expense_type, r.city).limit for r in receipts]
    over = sum(max(0.0, r.amount - top) for r, top in zip(receipts, limits, strict=True))
    approver = APPROVERS[int(claim.claimant_id[-4:]) % len(APPROVERS)]
    return ClaimReview(claim, len(receipts), round(over, 2), round(claim.total - over, 2), approver)


@world.function()
def track_reimbursement(db: ExpenseClaims, claim_id: ClaimId) -> Reimbursement:
    """Tell where the money for a claim is, and on which day it is paid.

    Refused for claims that have not been handed in.

    claim_id: the claim in question
    """
    claim = db.claims[claim_id]
    if claim.status in ("draft", "withdrawn"):
        raise Refused(f"Claim {claim_id} has not been handed in, so nothing is due on it.")
    stage: Stage = "waiting for approval" if claim.status == "submitted" else "scheduled"
    pays_on = db.today + dt.timedelta(days=18 if claim.status == "submitted" else 6)
    if claim.status == "paid":
        stage = "paid out"
        pays_on = min(dt.date.fromisoformat(claim.opened) + dt.timedelta(days=21), db.today)
    payable = review_expense_claim.run(db, claim_id).payable
    account = f"{int(claim.claimant_id[-4:]) * 37 % 10_000:04}"
    return Reimbursement(claim_id, payable, stage, str(pays_on), account)


@world.function(writes=True)
def open_expense_claim(
    db: ExpenseClaims, claimant_id: ClaimantId, purpose: TripPurpose, city: City
) -> ExpenseClaim:
    """Open an expense claim for a trip. It is a draft, with nothing on it, until it is handed in.

    claimant_id: number of the employee
    purpose: what the trip was for
    city: where it went
    """
    if city not in CITIES:
        raise Refused(f"No limits are set for {city}, so no claim can be opened for it.")
    claim_id = fresh_id("EXC", claimant_id, purpose, city, str(db.today))
    return db.claims.put(
        ExpenseClaim(
            claim_id, claimant_id, purpose, city, CITIES[city], str(db.today), 0.0, "draft"
        )
    )


@world.function(writes=True)
def record_receipt(
    db: ExpenseClaims,
    claimant_id: ClaimantId,
    city: City,
    purchase: Annotated[Purchase, Kind("Purchase")],
) -> Receipt:
    """Keep a receipt, to be put on a claim later.

    Refused for dates to come, and for receipts more than 90 days old.

    claimant_id: number of the employee
    city: where the money was spent
    purchase: what the receipt says
    """
    age = db.today - dt.date.fromisoformat(purchase.spent_on)
    if not 0 <= age.days <= 90:
        raise Refused(f"A receipt of {purchase.spent_on} cannot be accepted today.")
    receipt_id = fresh_id("RCT", claimant_id, city, purchase.merchant, purchase.spent_on)
    return db.receipts.put(
        Receipt(
            receipt_id, claimant_id, purchase.merchant, purchase.expense_type, purchase.amount,
            purchase.spent_on, city, None,
        )
    )  # fmt: skip


@world.function(writes=True)
def attach_receipts(
    db: ExpenseClaims, claim_id: ClaimId, receipt_ids: list[ReceiptId]
) -> ClaimFile:
    """Put receipts on a claim. Only drafts take them, and only receipts that are on no claim yet.

    claim_id: the claim that takes the receipts
    receipt_ids: the receipts to put on it
    """
    claim, receipts = _draft(db, claim_id), [db.receipts[id] for id in receipt_ids]
    if not receipts or len(set(receipt_ids)) < len(receipt_ids):
        raise Refused("At least one receipt is needed, and each of them once.")
    for receipt in receipts:
        if receipt.claim_id is not None:
            raise Refused(f"Receipt {receipt.receipt_id} is on claim {receipt.claim_id} already.")
        if receipt.claimant_id != claim.claimant_id:
            raise Refused(f"Receipt {receipt.receipt_id} belongs to somebody else.")
    put = [db.receipts.put(replace(r, claim_id=claim_id)) for r in receipts]
    claim = replace(claim, total=round(claim.total + _sum(receipts), 2))
    return ClaimFile(db.claims.put(claim), put)


def _draft(db: ExpenseClaims, claim_id: str) -> ExpenseClaim:
    claim = db.claims[claim_id]
    if claim.status != "draft":
        raise Refused(f"Claim {claim_id} is {claim.status} and can no longer be changed.")
    return claim


@world.function(writes=True)
def add_mileage(
    db: ExpenseClaims, claim_id: ClaimId, drive: Annotated[Drive, Kind("Drive")]
) -> Mileage:
    """Put a drive in one's own car on a draft claim, at 42 cents a kilometre.

    claim_id: the claim that takes the drive
    drive: how far it was, there and back
    """
    claim = _draft(db, claim_id)
    distance = round(drive.distance * (KM_PER_MILE if drive.unit == "miles" else 1.0), 1)
    refund = round(distance * EURO_PER_KM, 2)
    claim = db.claims.put(replace(claim, total=round(claim.total + refund, 2)))
    return Mileage(claim, distance, refund)


@world.function(writes=True)
def submit_expense_claim(db: ExpenseClaims, claim_id: ClaimId) -> Submission:
    """Hand in a draft claim for approval. Refused while there is nothing on it.

    claim_id: the claim to hand in
    """
    claim = _draft(db, claim_id)
    review = review_expense_claim.run(db, claim_id)
    claim = db.claims.put(replace(claim, status="submitted"))
    by = db.today + dt.timedelta(days=10)
    return Submission(claim, review.approver, review.payable, str(by))


@world.function(writes=True)
def withdraw_expense_claim(db: ExpenseClaims, claim_id: ClaimId) -> ExpenseClaim:
    """Give up a claim. Its receipts are free again; refused once it has been approved.

    claim_id: the claim to give up
    """
    claim = db.claims[claim_id]
    if claim.status not in ("draft", "submitted"):
        raise Refused(f"Claim {claim_id} is {claim.status} and cannot be withdrawn.")
    for receipt in db.receipts.where(lambda r: r.claim_id == claim_id):
        db.receipts.put(replace(receipt, claim_id=None))
    return db.claims.put(replace(claim, status="withdrawn"))
