"""An auction house: sales, their lots with condition reports, specialists, and bids."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Count, Date, Email, Kind, Money, Phone, Time
from buttonup.worlds.names import CITIES, clock_time, day, email, numbers, people, person, phone
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

SaleId = Annotated[
    str, Kind("AuctionSaleId"), Meta(pattern=r"^ASL-\d{4}$", description="Sale, like ASL-3071.")
]
LotId = Annotated[
    str, Kind("AuctionLotId"), Meta(pattern=r"^LOT-\d{5}$", description="Lot, like LOT-48210.")
]
BidderId = Annotated[
    str, Kind("AuctionBidderId"), Meta(pattern=r"^PAD-\d{4}$", description="Paddle number.")
]
BidId = Annotated[
    str, Kind("AbsenteeBidId"), Meta(pattern=r"^ABD-\d{5}$", description="Id of an absentee bid.")
]
SpecialistId = Annotated[
    str, Kind("SpecialistId"), Meta(pattern=r"^SPE-\d{2}$", description="Specialist, like SPE-07.")
]
Maker = Annotated[
    str, Kind("LotMaker"), Meta(description="Full name of the artist or head of the workshop.")
]
LotTitle = Annotated[str, Kind("LotTitle"), Meta(description="Like walnut bracket clock.")]
Category = Literal[
    "clocks", "furniture", "glass", "instruments", "jewellery", "paintings", "porcelain",
    "sculptures", "silver",
]  # fmt: skip
Grade = Literal["excellent", "good", "fair", "poor"]


class Sale(Row):
    """An auction on one day."""

    sale_id: SaleId
    title: Annotated[str, Meta(description="Like Autumn silver sale.")]
    city: City
    day: Date
    starts: Time
    viewing_from: Annotated[Date, Meta(description="First day on which lots can be seen.")]
    lot_count: Count
    premium_percent: Annotated[int, Meta(description="What buyers pay on top of the bid.")]


class Lot(Row):
    """One thing that is sold at a sale."""

    lot_id: LotId
    sale_id: SaleId
    sale_day: Date
    title: LotTitle
    maker: Maker
    category: Category
    year: Annotated[int, Meta(description="Year in which it was made.")]
    start_price: Annotated[Money, Meta(description="Lowest bid that is taken.")]
    low_estimate: Money
    high_estimate: Money
    bid_count: Annotated[Count, Meta(description="Bids left so far.")]


class Remark(Row):
    """What a specialist noted about one part of a lot."""

    part: str
    note: str


class ConditionReport(Row):
    """In what state a lot is."""

    lot_id: LotId
    grade: Grade
    restored: Annotated[bool, Meta(description="True where something has been repaired.")]
    remarks: list[Remark]
    checked_on: Date
    specialist_id: SpecialistId


class Specialist(Row):
    """Somebody who knows one kind of thing."""

    specialist_id: SpecialistId
    name: Annotated[str, Kind("PersonName")]
    category: Category
    city: Annotated[City, Meta(description="Where the office is.")]
    phone: Phone
    email: Email


class PastSale(Row):
    """What a work of some maker was sold for."""

    title: LotTitle
    maker: Maker
    sold_on: Date
    city: City
    hammer_price: Annotated[Money, Meta(description="Highest bid, without premium.")]


class Bid(Row):
    """A bid left with the house, up to a limit; the bidder need not come."""

    bid_id: BidId
    bidder_id: BidderId
    lot_id: LotId
    sale_id: SaleId
    sale_day: Date
    title: LotTitle
    limit: Annotated[Money, Meta(description="How far the house may go.")]
    leading: Annotated[bool, Meta(description="False once somebody has left more.")]
    status: Literal["open", "withdrawn"]


class Caller(Row):
    """Who is rung up during a sale."""

    name: Annotated[str, Meta(description="First and last name.")]
    phone: Annotated[str, Meta(description="Telephone number.")]


class TelephoneBooking(Row):
    """Several lots on which somebody bids by telephone."""

    booking_id: Annotated[
        str, Kind("TelephoneBidId"), Meta(pattern=r"^TEL-\d{5}$", description="Booking id.")
    ]
    lots: list[Lot]
    caller: Caller
    first_call: Annotated[Date, Meta(description="Day of the earliest of the sales.")]


class Bidder(Row):
    """Somebody who may bid."""

    bidder_id: BidderId
    name: Annotated[str, Kind("PersonName")]


class Result(Row):
    """A row of the archive."""

    result_id: str
    sold: PastSale


@dataclasses.dataclass
class AuctionHouse(State):
    """All of the house's records."""

    sales: Table[Sale]
    lots: Table[Lot]
    reports: Table[ConditionReport]
    specialists: Table[Specialist]
    results: Table[Result]
    bidders: Table[Bidder]
    bids: Table[Bid]
    bookings: Table[TelephoneBooking]


CATEGORIES: tuple[Category, ...] = get_args(Category)
THINGS: dict[Category, tuple[str, str]] = {
    "clocks": ("walnut|brass|ebony|marble", "bracket clock|carriage clock|longcase clock"),
    "furniture": ("mahogany|oak|rosewood|painted", "chest|writing desk|pair of chairs|card table"),
    "glass": ("cut|ruby|opaline|engraved", "decanter|goblet|vase"),
    "instruments": ("maple|spruce|inlaid", "violin|cello|guitar|lute"),
    "jewellery": ("sapphire|garnet|pearl|opal", "brooch|ring|necklace|bracelet"),
    "paintings": ("coastal|alpine|winter|harbour", "landscape|scene|study|view at dusk"),
    "porcelain": ("blue and white|gilt|celadon", "tureen|teapot|dinner service|shepherdess"),
    "sculptures": ("bronze|limestone|terracotta", "bust|reclining figure|horse|torso"),
    "silver": ("chased|plain|fluted", "coffee pot|salver|pair of candlesticks|sugar basket"),
}  # fmt: skip
PARTS = "base|back|rim|surface|left side|mount|underside|joints".split("|")
NOTES = (
    "light scratches|a small chip|an old repair|some fading|a hairline crack|slight wear|"
    "traces of rust|minor stains"
).split("|")
SEASONS = ("Winter", "Spring", "Summer", "Autumn")
CALLS_FROM = 100
"""Low estimate from which bids are taken by telephone, in euros."""


def seed(rng: random.Random, today: dt.date) -> AuctionHouse:
    """Make 18 sales with 9 to 12 lots each, reports on them, bidders, bids, and an archive."""
    makers = people(rng, 36)
    by_category = {c: makers[4 * i : 4 * i + 4] for i, c in enumerate(CATEGORIES)}
    cities = rng.sample(list(CITIES), 7)
    specialists = [
        Specialist(
            f"SPE-{n:02}", name, CATEGORIES[n % 9], rng.choice(cities), phone(rng), email(rng, name)
        )
        for n, name in enumerate(people(rng, 18), 1)
    ]
    sales, lots = list[Sale](), list[Lot]()
    lot_ids = iter(numbers(rng, "LOT", 300))
    for n, sale_id in enumerate(numbers(rng, "ASL", 18, 4)):
        sale = _sale(rng, sale_id, cities[n % 7], rng.randint(9, 12), today)
        sold_here = rng.sample(CATEGORIES, 3)
        sales.append(sale)
        lots += [
            _lot(rng, next(lot_ids), sale, c, rng.choice(by_category[c]))
            for c in (rng.choice(sold_here) for _ in range(sale.lot_count))
        ]
    bidders = [
        Bidder(n, name) for n, name in zip(numbers(rng, "PAD", 24, 4), people(rng, 24), strict=True)
    ]
    bids = [_bid(rng, b, lot) for b in bidders for lot in rng.sample(lots, rng.randint(1, 5))]
    return AuctionHouse(
        today,
        sales=Table("sale_id", sales),
        lots=Table("lot_id", lots),
        reports=Table("lot_id", [_report(rng, lot, specialists, today) for lot in lots]),
        specialists=Table("specialist_id", specialists),
        results=Table(
            "result_id",
            [
                Result(f"{n}", _past(rng, c, rng.choice(by_category[c]), rng.choice(cities), today))
                for n, c in enumerate(CATEGORIES * 9)
            ],
        ),
        bidders=Table("bidder_id", bidders),
        bids=Table("bid_id", bids),
        bookings=Table("booking_id", ()),
    )


def _sale(rng: random.Random, sale_id: str, city: str, lots: int, today: dt.date) -> Sale:
    on = today + dt.timedelta(days=rng.randint(3, 60))
    viewing = str(max(today, on - dt.timedelta(days=rng.randint(2, 6))))
    title = f"{SEASONS[on.month % 12 // 3]} sale in {city}"
    starts, premium = clock_time(rng, 10, 18, 30), rng.choice((18, 20, 22, 25))
    return Sale(sale_id, title, city, str(on), starts, viewing, lots, premium)


def _title(rng: random.Random, category: Category) -> str:
    looks, things = (words.split("|") for words in THINGS[category])
    return f"{rng.choice(looks)} {rng.choice(things)}"


def _lot(rng: random.Random, lot_id: str, sale: Sale, category: Category, maker: str) -> Lot:
    low = rng.choice((80, 120, 150, 200, 300, 400, 600, 800, 1200, 1800, 2500))
    return Lot(
        lot_id, sale.sale_id, sale.day, _title(rng, category), maker, category,
        rng.randint(1740, 1962), float(low * rng.choice((5, 6, 7)) // 10), float(low),
        float(low * rng.choice((13, 15, 17)) // 10), rng.randint(0, 14),
    )  # fmt: skip


def _report(
    rng: random.Random, lot: Lot, specialists: list[Specialist], today: dt.date
) -> ConditionReport:
    grade: Grade = rng.choice(("excellent", "good", "good", "fair", "poor"))
    parts = rng.sample(PARTS, {"excellent": 1, "good": 1, "fair": 2, "poor": 3}[grade])
    by = rng.choice([s for s in specialists if s.category == lot.category])
    return ConditionReport(
        lot.lot_id, grade, rng.random() < 0.4, [Remark(p, rng.choice(NOTES)) for p in parts],
        day(rng, today, -40, -2), by.specialist_id,
    )  # fmt: skip


def _past(
    rng: random.Random, category: Category, maker: str, city: str, today: dt.date
) -> PastSale:
    price = float(rng.randrange(120, 4200, 20))
    return PastSale(_title(rng, category), maker, day(rng, today, -1500, -30), city, price)


def _bid(rng: random.Random, bidder: Bidder, lot: Lot) -> Bid:
    limit = float(round(lot.low_estimate * rng.choice((7, 9, 11, 14)) / 10))
    return Bid(
        fresh_id("ABD", lot.lot_id, bidder.bidder_id), bidder.bidder_id, lot.lot_id, lot.sale_id,
        lot.sale_day, lot.title, limit, rng.random() < 0.6, "open",
    )  # fmt: skip


world = World(
    "auction_house",
    "An auction house",
    seed,
    known={
        "AuctionBidderId": lambda s, rng: rng.choice(list(s.bids)).bidder_id,
        "LotMaker": lambda s, rng: rng.choice(list(s.results)).sold.maker,
        "City": lambda s, rng: rng.choice(list(s.sales)).city,
        "TelephoneCaller": lambda _s, rng: Caller(person(rng), phone(rng)),
        "find_auctions.before": lambda s, rng: str(s.today + dt.timedelta(rng.randint(25, 60))),
        "search_lots.max_estimate": lambda _s, rng: float(rng.choice((200, 400, 500, 800, 1000))),
        "search_lots.made_before": lambda _s, rng: rng.randrange(1800, 1940, 10),
        "ResultYear": lambda s, rng: s.today.year - rng.randint(1, 3),
        "place_absentee_bid.limit": lambda _s, rng: float(rng.randrange(350, 1601, 50)),
        "raise_bid.limit": lambda _s, rng: float(rng.randrange(900, 2601, 50)),
    },
)


@world.function()
def find_auctions(db: AuctionHouse, city: City, before: Date | None = None) -> list[Sale]:
    """List the sales to come in a city, soonest first, with viewing days and buyers' premium.

    city: where the sale is held
    before: only sales held before this day
    """
    found = db.sales.where(
        lambda s: s.city.casefold() == city.casefold() and (before is None or s.day < before)
    )
    return sorted(found, key=lambda s: (s.day, s.sale_id))


@world.function()
def search_lots(
    db: AuctionHouse,
    category: Category,
    max_estimate: Money | None = None,
    made_before: Annotated[int, Kind("LotYear")] | None = None,
    unbid: bool = False,
    page: PageNumber = 1,
) -> Page[Lot]:
    """List the lots of one category in all sales to come, ten to a page.

    category: what sort of thing
    max_estimate: only lots with a low estimate of at most this much, in euros
    made_before: only things made before this year
    unbid: only lots on which nobody has left a bid
    page: which page of the list
    """
    found = db.lots.where(
        lambda lot: (
            lot.category == category
            and (max_estimate is None or lot.low_estimate <= max_estimate)
            and (made_before is None or lot.year < made_before)
            and not (unbid and lot.bid_count)
        )
    )
    return page_of(found, page, 10)


@world.function()
def list_sale_lots(
    db: AuctionHouse, sale_id: SaleId, category: Category | None = None, page: PageNumber = 1
) -> Page[Lot]:
    """List the lots of one sale in the order in which they come up, ten to a page.

    sale_id: the sale
    category: only lots of this category
    page: which page of the list
    """
    sale = db.sales[sale_id]
    found = db.lots.where(
        lambda lot: lot.sale_id == sale.sale_id and (category is None or lot.category == category)
    )
    return page_of(found, page, 10)


@world.function()
def get_condition_report(db: AuctionHouse, lot_id: LotId) -> ConditionReport:
    """Get the report on a lot's condition, with what was noted and which specialist wrote it.

    lot_id: the lot
    """
    return db.reports[db.lots[lot_id].lot_id]


@world.function()
def get_specialist(db: AuctionHouse, specialist_id: SpecialistId) -> Specialist:
    """Get a specialist's name, field, office and how to reach them.

    specialist_id: the specialist
    """
    return db.specialists[specialist_id]


@world.function()
def list_maker_results(
    db: AuctionHouse, maker: Maker, since: Annotated[int, Kind("ResultYear")] | None = None
) -> list[PastSale]:
    """List what works of a maker were sold for in past sales, without premium.

    maker: full name of the artist or head of the workshop
    since: only sales in this year or later
    """
    return [
        r.sold
        for r in db.results
        if r.sold.maker.casefold() == maker.casefold()
        and (since is None or int(r.sold.sold_on[:4]) >= since)
    ]


@world.function(writes=True)
def place_absentee_bid(db: AuctionHouse, lot_id: LotId, bidder_id: BidderId, limit: Money) -> Bid:
    """Leave a bid on a lot: the house bids up to the limit, and no more than it has to.

    Refused below the start price, and where the bidder has left a bid on the lot already.

    lot_id: the lot to bid on
    bidder_id: paddle number
    limit: how far the house may go, in euros, without premium
    """
    lot, bidder = db.lots[lot_id], db.bidders[bidder_id]
    bid_id = fresh_id("ABD", lot_id, bidder_id)
    if limit < lot.start_price:
        raise Refused(f"Bids on lot {lot_id} start at {lot.start_price:g} euros.")
    if bid_id in db.bids and db.bids[bid_id].status == "open":
        raise Refused(f"There is a bid of this bidder on lot {lot_id} already: {bid_id}.")
    db.lots.put(replace(lot, bid_count=lot.bid_count + 1))
    return db.bids.put(
        Bid(
            bid_id, bidder.bidder_id, lot_id, lot.sale_id, lot.sale_day, lot.title, limit,
            limit >= lot.low_estimate, "open",
        )
    )  # fmt: skip


@world.function()
def list_absentee_bids(
    db: AuctionHouse, bidder_id: BidderId, leading: bool | None = None
) -> list[Bid]:
    """List the bids that a bidder has left for sales to come.

    bidder_id: paddle number
    leading: true: only bids that lead; false: only bids that somebody has topped
    """
    bidder = db.bidders[bidder_id]
    return db.bids.where(
        lambda b: (
            b.bidder_id == bidder.bidder_id
            and b.status == "open"
            and (leading is None or b.leading == leading)
        )
    )


@world.function(writes=True)
def raise_bid(db: AuctionHouse, bid_id: BidId, limit: Money) -> Bid:
    """Set a higher limit for a bid that has been left.

    bid_id: the bid to raise
    limit: the new limit, in euros, above the one before
    """
    bid = _open(db, bid_id)
    if limit <= bid.limit:
        raise Refused(f"Bid {bid_id} has a limit of {bid.limit:g} euros; a raise must exceed it.")
    leads = bid.leading or limit >= db.lots[bid.lot_id].low_estimate
    return db.bids.put(replace(bid, limit=limit, leading=leads))


def _open(db: AuctionHouse, bid_id: str) -> Bid:
    bid = db.bids[bid_id]
    if bid.status == "withdrawn":
        raise Refused(f"Bid {bid_id} has been withdrawn.")
    return bid


@world.function(writes=True)
def withdraw_bid(db: AuctionHouse, bid_id: BidId) -> Bid:
    """Take back a bid. Refused from three days before the sale.

    bid_id: the bid to take back
    """
    bid = _open(db, bid_id)
    if bid.sale_day <= str(db.today + dt.timedelta(days=3)):
        raise Refused(f"Bid {bid_id} can no longer be withdrawn: the sale is on {bid.sale_day}.")
    lot = db.lots[bid.lot_id]
    db.lots.put(replace(lot, bid_count=max(0, lot.bid_count - 1)))
    return db.bids.put(replace(bid, status="withdrawn", leading=False))


@world.function(writes=True)
def book_telephone_bids(
    db: AuctionHouse, lot_ids: list[LotId], caller: Annotated[Caller, Kind("TelephoneCaller")]
) -> TelephoneBooking:
    """Have somebody rung up during the sale to bid on two to six lots.

    Refused for lots with a low estimate below 100 euros.

    lot_ids: the lots to bid on, all different
    caller: who is rung up, and under which number
    """
    if not 2 <= len(set(lot_ids)) == len(lot_ids) <= 6:
        raise Refused("Telephone bids are taken for two to six different lots.")
    lots = [db.lots[lot_id] for lot_id in lot_ids]
    if low := next((lot for lot in lots if lot.low_estimate < CALLS_FROM), None):
        raise Refused(f"Lot {low.lot_id} is estimated too low for bids by telephone.")
    booking_id = fresh_id("TEL", *sorted(lot_ids), caller.name, caller.phone)
    first = min(lot.sale_day for lot in lots)
    return db.bookings.put(TelephoneBooking(booking_id, lots, caller, first))
