"""An insurance office: products and quotes, policies, claims, and assessors who visit."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Kind, Money
from buttonup.worlds.names import CITIES, day, numbers, people, person, phone
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

HolderId = Annotated[
    str, Kind("PolicyholderId"), Meta(pattern=r"^PHR-\d{5}$", description="Policyholder's number.")
]
ProductId = Annotated[
    str, Kind("InsuranceId"), Meta(pattern=r"^INS-\d{3}$", description="Product, like INS-310.")
]
PolicyId = Annotated[
    str, Kind("PolicyId"), Meta(pattern=r"^POL-\d{5}$", description="Policy, like POL-50713.")
]
ClaimId = Annotated[
    str, Kind("InsuranceClaimId"), Meta(pattern=r"^CLM-\d{5}$", description="Claim number.")
]
AssessorId = Annotated[
    str, Kind("AssessorId"), Meta(pattern=r"^ASR-\d{3}$", description="Assessor, like ASR-204.")
]
Excess = Annotated[Money, Meta(ge=0, le=1000)]
Cover = Literal["bicycle", "car", "home", "liability", "travel"]
Cause = Literal["fire", "hail", "theft", "vandalism", "water"]
ClaimStatus = Literal["filed", "in assessment", "paid", "refused"]


class Product(Row):
    """An insurance that can be taken out."""

    product_id: ProductId
    name: Annotated[str, Kind("InsuranceName")]
    cover: Cover
    monthly: Annotated[Money, Meta(description="Premium a month, at the insured sum given here.")]
    insured_sum: Annotated[Money, Meta(description="Most that is paid for one claim.")]
    excess: Annotated[Money, Meta(description="What the holder pays of every claim.")]
    rating: Annotated[float, Meta(ge=1, le=5, description="Holders' rating, 1 to 5.")]


class PremiumQuote(Row):
    """What an insurance would cost. Nothing is taken out."""

    product_id: ProductId
    name: Annotated[str, Kind("InsuranceName")]
    excess: Money
    monthly: Money
    yearly: Annotated[Money, Meta(description="Paid at once; 5 % less than twelve months.")]


class Policy(Row):
    """An insurance that somebody has."""

    policy_id: PolicyId
    holder_id: HolderId
    cover: Cover
    city: Annotated[City, Meta(description="Where the insured person or thing is.")]
    insured_sum: Money
    excess: Money
    yearly: Annotated[Money, Meta(description="Premium a year.")]
    started_on: Date
    renews_on: Annotated[Date, Meta(description="Also the day on which a cancelled one ends.")]
    status: Literal["active", "cancelled"]


class Claim(Row):
    """A loss that somebody has reported."""

    claim_id: ClaimId
    holder_id: HolderId
    policy_id: PolicyId
    cause: Cause
    city: City
    happened_on: Date
    claimed: Money
    payable: Annotated[Money, Meta(description="What is paid if the claim is accepted.")]
    status: ClaimStatus


class Assessor(Row):
    """Somebody who looks at damage."""

    assessor_id: AssessorId
    name: Annotated[str, Kind("PersonName")]
    city: City
    field: Cover
    next_free: Date
    open_cases: Annotated[int, Meta(description="Cases waiting for a visit.")]


class OnSite(Row):
    """Who opens the door to an assessor."""

    name: Annotated[str, Meta(description="First and last name.")]
    phone: Annotated[str, Meta(description="Telephone number.")]


class AssessorVisit(Row):
    """An appointment to look at damage."""

    visit_id: Annotated[
        str, Kind("AssessorVisitId"), Meta(pattern=r"^ASV-\d{5}$", description="Id of the visit.")
    ]
    claim: Claim
    assessor: Assessor
    contact: OnSite
    day: Date


class Bundle(Row):
    """Policies that are billed together."""

    bundle_id: Annotated[
        str, Kind("PolicyBundleId"), Meta(pattern=r"^BUN-\d{5}$", description="Bundle id.")
    ]
    policies: list[Policy]
    yearly: Annotated[Money, Meta(description="Premium a year for all of them, discount taken.")]
    saved: Annotated[Money, Meta(description="How much less that is a year.")]
    billed_on: Date


class Holder(Row):
    """Somebody who is insured here."""

    holder_id: HolderId
    name: Annotated[str, Kind("PersonName")]
    city: City


@dataclasses.dataclass
class InsuranceOffice(State):
    """All of the office's records."""

    products: Table[Product]
    holders: Table[Holder]
    policies: Table[Policy]
    claims: Table[Claim]
    assessors: Table[Assessor]
    visits: Table[AssessorVisit]
    bundles: Table[Bundle]


COVERS: tuple[Cover, ...] = get_args(Cover)
LINES = (
    "Anchor|Beacon|Compass|Fairway|Harbour|Keystone|Lantern|Meridian|Parasol|Sentinel|Shelter"
).split("|")
SUMS: dict[Cover, tuple[int, ...]] = {
    "bicycle": (1000, 2000, 3000), "car": (15_000, 25_000, 40_000),
    "home": (30_000, 60_000, 90_000), "liability": (500_000, 1_000_000),
    "travel": (3000, 5000, 10_000),
}  # fmt: skip
MONTHLY: dict[Cover, tuple[int, int]] = {
    "bicycle": (4, 12), "car": (26, 74), "home": (9, 31), "liability": (4, 11), "travel": (5, 16),
}  # fmt: skip
COVERED: dict[Cover, tuple[Cause, ...]] = {
    "bicycle": ("theft", "vandalism", "fire", "hail"),
    "car": ("fire", "hail", "theft", "vandalism", "water"),
    "home": ("fire", "hail", "theft", "vandalism", "water"),
    "liability": ("fire", "water", "vandalism"),
    "travel": ("theft", "fire", "water", "vandalism"),
}
"""Cover -> what it pays for."""
EXCESSES = (100.0, 150.0, 200.0, 300.0, 400.0)
BUNDLE_DISCOUNT = 0.08


def seed(rng: random.Random, today: dt.date) -> InsuranceOffice:
    """Make 45 products, 30 holders with their policies and claims, and 36 assessors."""
    cities = rng.sample(list(CITIES), 12)
    marks = iter(rng.sample(range(100, 999), 45))
    products = [
        _product(rng, f"INS-{next(marks)}", cover, line)
        for cover in COVERS
        for line in rng.sample(LINES, 9)
    ]
    holders = [
        Holder(n, name, rng.choice(cities))
        for n, name in zip(numbers(rng, "PHR", 30), people(rng, 30), strict=True)
    ]
    policy_ids = iter(numbers(rng, "POL", 150))
    policies = [
        _policy(rng, next(policy_ids), h, cover, today)
        for h in holders
        for cover in rng.sample(COVERS, rng.randint(2, 5))
    ]
    claim_ids = iter(numbers(rng, "CLM", 400))
    claims = [
        _claim(rng, next(claim_ids), p, today)
        for p in policies
        for _ in range(rng.choice((0, 0, 1, 1, 2)))
    ]
    assessors = [
        Assessor(
            f"ASR-{n}", name, cities[i % 12], rng.choice(COVERS), day(rng, today, 1, 14),
            rng.randint(0, 12),
        )
        for i, (n, name) in enumerate(
            zip(rng.sample(range(100, 999), 42), people(rng, 42), strict=True)
        )
    ]  # fmt: skip
    return InsuranceOffice(
        today,
        products=Table("product_id", products),
        holders=Table("holder_id", holders),
        policies=Table("policy_id", policies),
        claims=Table("claim_id", claims),
        assessors=Table("assessor_id", assessors),
        visits=Table("visit_id", ()),
        bundles=Table("bundle_id", ()),
    )


def _product(rng: random.Random, product_id: str, cover: Cover, line: str) -> Product:
    low, high = MONTHLY[cover]
    return Product(
        product_id, f"{line} {cover.title()}", cover, rng.randint(2 * low, 2 * high) / 2,
        float(rng.choice(SUMS[cover])), rng.choice(EXCESSES), round(rng.uniform(3.0, 5.0), 1),
    )  # fmt: skip


def _policy(
    rng: random.Random, policy_id: str, holder: Holder, cover: Cover, today: dt.date
) -> Policy:
    low, high = MONTHLY[cover]
    renews = today + dt.timedelta(days=rng.randint(12, 360))
    started = renews - dt.timedelta(days=365 * rng.randint(1, 6))
    return Policy(
        policy_id, holder.holder_id, cover, holder.city, float(rng.choice(SUMS[cover])),
        rng.choice(EXCESSES), float(rng.randint(12 * low, 12 * high)), str(started), str(renews),
        "active",
    )  # fmt: skip


def _claim(rng: random.Random, claim_id: str, policy: Policy, today: dt.date) -> Claim:
    status: ClaimStatus = rng.choice(
        ("filed", "filed", "in assessment", "in assessment", "paid", "refused")
    )
    claimed = float(rng.randrange(int(policy.excess) + 60, 980, 5))
    return Claim(
        claim_id, policy.holder_id, policy.policy_id, rng.choice(COVERED[policy.cover]),
        policy.city, day(rng, today, -120, -4), claimed, round(claimed - policy.excess, 2), status,
    )  # fmt: skip


world = World(
    "insurance_office",
    "An insurance office",
    seed,
    known={
        "PolicyholderId": lambda s, rng: rng.choice(list(s.claims)).holder_id,
        "City": lambda s, rng: rng.choice(list(s.assessors)).city,
        "AssessorContact": lambda _s, rng: OnSite(person(rng), phone(rng)),
        "search_insurance.max_monthly": lambda _s, rng: float(rng.choice((8, 10, 15, 25, 40, 55))),
        "search_insurance.max_excess": lambda _s, rng: rng.choice((150.0, 200.0, 300.0)),
        "quote_premium.excess": lambda _s, rng: rng.choice((50.0, 250.0, 350.0, 500.0)),
        "take_out_policy.starts": lambda s, rng: day(rng, s.today, 1, 45),
        "change_policy_excess.excess": lambda _s, rng: rng.choice((50.0, 100.0, 250.0, 500.0)),
        "file_claim.amount": lambda _s, rng: float(rng.randrange(420, 1000, 10)),
        "file_claim.happened_on": lambda s, rng: day(rng, s.today, -12, -1),
    },
)


@world.function()
def search_insurance(
    db: InsuranceOffice,
    cover: Cover,
    max_monthly: Money | None = None,
    max_excess: Money | None = None,
    page: PageNumber = 1,
) -> Page[Product]:
    """List the insurances of one kind that can be taken out, cheapest first, five to a page.

    cover: what is insured
    max_monthly: only insurances that cost at most this much a month, in euros
    max_excess: only insurances with at most this excess, in euros
    page: which page of the list
    """
    found = db.products.where(
        lambda p: (
            p.cover == cover
            and (max_monthly is None or p.monthly <= max_monthly)
            and (max_excess is None or p.excess <= max_excess)
        )
    )
    return page_of(sorted(found, key=lambda p: (p.monthly, p.product_id)), page, 5)


@world.function()
def quote_premium(db: InsuranceOffice, product_id: ProductId, excess: Excess) -> PremiumQuote:
    """Work out the premium of an insurance at another excess. Nothing is taken out.

    product_id: the insurance
    excess: what the holder would pay of every claim, in euros
    """
    product = db.products[product_id]
    monthly = round(product.monthly * (1 - (excess - product.excess) / 2500), 2)
    yearly = round(monthly * 12 * 0.95, 2)
    return PremiumQuote(product_id, product.name, excess, monthly, yearly)


@world.function(writes=True)
def take_out_policy(
    db: InsuranceOffice, product_id: ProductId, holder_id: HolderId, starts: Date
) -> Policy:
    """Take out an insurance for a year, at the insured sum and excess it is sold with.

    Refused for a day that has passed.

    product_id: the insurance to take out
    holder_id: policyholder's number
    starts: first day on which it covers anything
    """
    product, holder = db.products[product_id], db.holders[holder_id]
    if starts < str(db.today):
        raise Refused(f"A policy cannot start on {starts}, which has passed.")
    policy_id = fresh_id("POL", product_id, holder_id, starts)
    if policy_id in db.policies:
        raise Refused(f"That insurance has been taken out already, as policy {policy_id}.")
    renews = dt.date.fromisoformat(starts) + dt.timedelta(days=365)
    return db.policies.put(
        Policy(
            policy_id, holder_id, product.cover, holder.city, product.insured_sum, product.excess,
            round(product.monthly * 12, 2), starts, str(renews), "active",
        )
    )  # fmt: skip


@world.function()
def list_policies(
    db: InsuranceOffice, holder_id: HolderId, cover: Cover | None = None
) -> list[Policy]:
    """List the policies that somebody has, with premiums and days of renewal.

    holder_id: policyholder's number
    cover: only policies of this kind
    """
    holder = db.holders[holder_id]
    return db.policies.where(
        lambda p: p.holder_id == holder.holder_id and (cover is None or p.cover == cover)
    )


@world.function(writes=True)
def change_policy_excess(db: InsuranceOffice, policy_id: PolicyId, excess: Excess) -> Policy:
    """Set how much of a claim the holder pays. A higher excess lowers the premium.

    Refused while a claim on the policy is open.

    policy_id: the policy
    excess: the new excess, in euros
    """
    policy = _quiet(db, policy_id)
    if excess == policy.excess:
        raise Refused(f"Policy {policy_id} has an excess of {excess:g} euros already.")
    yearly = round(policy.yearly * (1 - (excess - policy.excess) / 2500), 2)
    return db.policies.put(replace(policy, excess=excess, yearly=yearly))


def _quiet(db: InsuranceOffice, policy_id: str) -> Policy:
    policy = _active(db, policy_id)
    waiting = [
        c.claim_id
        for c in db.claims
        if c.policy_id == policy_id and c.status in ("filed", "in assessment")
    ]
    if waiting:
        raise Refused(f"Policy {policy_id} cannot be changed while claim {waiting[0]} is open.")
    return policy


def _active(db: InsuranceOffice, policy_id: str) -> Policy:
    policy = db.policies[policy_id]
    if policy.status == "cancelled":
        raise Refused(f"Policy {policy_id} has been cancelled.")
    return policy


@world.function(writes=True)
def bundle_policies(db: InsuranceOffice, policy_ids: list[PolicyId]) -> Bundle:
    """Put two to five policies on one bill, which makes them 8 % cheaper.

    policy_ids: the policies to bill together, all different
    """
    if not 2 <= len(set(policy_ids)) == len(policy_ids) <= 5:
        raise Refused("A bundle takes two to five different policies.")
    policies = [_active(db, policy_id) for policy_id in policy_ids]
    bundle_id = fresh_id("BUN", *sorted(policy_ids))
    if bundle_id in db.bundles:
        raise Refused(f"Those policies are billed together already, as {bundle_id}.")
    whole = sum(p.yearly for p in policies)
    saved = round(whole * BUNDLE_DISCOUNT, 2)
    billed = min(p.renews_on for p in policies)
    return db.bundles.put(Bundle(bundle_id, policies, round(whole - saved, 2), saved, billed))


@world.function(writes=True)
def cancel_policy(db: InsuranceOffice, policy_id: PolicyId) -> Policy:
    """Cancel a policy; it ends on the day it would have been renewed.

    Refused with less than 30 days' notice, and while a claim on it is open.

    policy_id: the policy to cancel
    """
    policy = _quiet(db, policy_id)
    if policy.renews_on < str(db.today + dt.timedelta(days=30)):
        raise Refused(f"Policy {policy_id} renews on {policy.renews_on}: too late to cancel it.")
    return db.policies.put(replace(policy, status="cancelled"))


@world.function()
def list_claims(
    db: InsuranceOffice, holder_id: HolderId, status: ClaimStatus | None = None
) -> list[Claim]:
    """List the claims that somebody has made, with what is payable and how far each is.

    holder_id: policyholder's number
    status: only claims that are this far
    """
    holder = db.holders[holder_id]
    return db.claims.where(
        lambda c: c.holder_id == holder.holder_id and (status is None or c.status == status)
    )


@world.function(writes=True)
def file_claim(
    db: InsuranceOffice,
    policy_id: PolicyId,
    cause: Cause,
    amount: Money,
    happened_on: Date | None = None,
) -> Claim:
    """Report a loss. The excess is taken off what is paid.

    Refused for a cause that the policy does not cover, and for amounts within the excess.

    policy_id: the policy that should pay
    cause: what caused the loss
    amount: how big the loss is, in euros
    happened_on: day of the loss; without it, today
    """
    policy, on = _active(db, policy_id), happened_on or str(db.today)
    if not policy.started_on <= on <= str(db.today):
        raise Refused(f"Policy {policy_id} covers nothing that happened on {on}.")
    if cause not in COVERED[policy.cover]:
        raise Refused(f"Policy {policy_id} does not cover loss by {cause}.")
    if amount <= policy.excess:
        raise Refused(f"The excess of policy {policy_id} is {policy.excess:g} euros.")
    claim_id = fresh_id("CLM", policy_id, cause, on)
    if claim_id in db.claims:
        raise Refused(f"That loss has been reported already, as claim {claim_id}.")
    payable = round(min(amount, policy.insured_sum) - policy.excess, 2)
    return db.claims.put(
        Claim(
            claim_id, policy.holder_id, policy_id, cause, policy.city, on, amount, payable, "filed"
        )
    )


@world.function()
def find_assessors(db: InsuranceOffice, city: City, field: Cover | None = None) -> list[Assessor]:
    """List the assessors in a city, with the first day on which each is free.

    city: where they work
    field: only assessors for this kind of insurance
    """
    return db.assessors.where(
        lambda a: a.city.casefold() == city.casefold() and (field is None or a.field == field)
    )


@world.function(writes=True)
def book_assessor_visit(
    db: InsuranceOffice,
    claim_id: ClaimId,
    assessor_id: AssessorId,
    contact: Annotated[OnSite, Kind("AssessorContact")],
) -> AssessorVisit:
    """Have an assessor look at the damage behind a claim, on the first day they are free.

    From another city the assessor comes a day later. Refused once a claim is paid or refused.

    claim_id: the claim
    assessor_id: who comes
    contact: who is there to open the door, and how to reach that person
    """
    claim, assessor = db.claims[claim_id], db.assessors[assessor_id]
    if claim.status in ("paid", "refused"):
        raise Refused(f"Claim {claim_id} has been {claim.status}; there is nothing to look at.")
    visit_id = fresh_id("ASV", claim_id)
    if visit_id in db.visits:
        raise Refused(f"A visit for claim {claim_id} is booked already: {visit_id}.")
    away = dt.timedelta(days=0 if assessor.city == claim.city else 1)
    on = dt.date.fromisoformat(assessor.next_free) + away
    claim = db.claims.put(replace(claim, status="in assessment"))
    return db.visits.put(AssessorVisit(visit_id, claim, assessor, contact, str(on)))
