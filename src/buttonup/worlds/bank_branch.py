"""A bank's branch: accounts and what was booked on them, standing orders, transfers, cards."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Kind, Money
from buttonup.worlds.names import CITIES, day, numbers, people, person
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

BankCustomerId = Annotated[
    str, Kind("BankCustomerId"), Meta(pattern=r"^BCU-\d{6}$", description="Customer number.")
]
AccountId = Annotated[
    str, Kind("BankAccountId"), Meta(pattern=r"^ACC-\d{5}$", description="Account, like ACC-40218.")
]
StandingOrderId = Annotated[
    str,
    Kind("StandingOrderId"),
    Meta(pattern=r"^STO-\d{5}$", description="Id of a standing order, like STO-71135."),
]
CardId = Annotated[
    str, Kind("BankCardId"), Meta(pattern=r"^CRD-\d{5}$", description="Id of a card.")
]
PartyName = Annotated[
    str, Kind("PaymentParty"), Meta(description="Name of whoever was paid, or paid.")
]
AccountKind = Literal["business", "current", "joint", "savings"]
CardKind = Literal["credit", "debit", "prepaid"]
Interval = Literal["week", "month", "quarter", "year"]
Trouble = Literal["damage", "loss", "suspicious charges", "theft"]


class Account(Row):
    """One account of a customer."""

    account_id: AccountId
    customer_id: BankCustomerId
    kind: AccountKind
    balance: Money
    interest_percent: Annotated[float, Meta(description="Yearly interest on the balance.")]
    monthly_fee: Money


class Entry(Row):
    """One payment to or from an account."""

    entry_id: Annotated[
        str, Kind("BankEntryId"), Meta(pattern=r"^BKE-\d{5}$", description="Id of the entry.")
    ]
    account_id: AccountId
    booked_on: Date
    party: PartyName
    direction: Literal["in", "out"]
    amount: Annotated[Money, Meta(description="Always positive; see direction.")]
    city: Annotated[City, Meta(description="Where the other party is.")]


class StandingOrder(Row):
    """A payment that is made again and again."""

    standing_order_id: StandingOrderId
    account_id: AccountId
    party: PartyName
    amount: Money
    every: Interval
    next_on: Date


class Payee(Row):
    """Who is to be paid, and where."""

    name: Annotated[str, Meta(description="Name of a person or company.")]
    iban: Annotated[str, Meta(description="Account number of the payee.")]


class MoneyTransfer(Row):
    """A single payment, ordered at the counter."""

    transfer_id: Annotated[
        str, Kind("BankTransferId"), Meta(pattern=r"^BTR-\d{5}$", description="Transfer id.")
    ]
    account_id: AccountId
    payee: Payee
    amount: Money
    paid_on: Date
    balance_left: Annotated[Money, Meta(description="On the account, after this payment.")]


class Card(Row):
    """A card to pay with."""

    card_id: CardId
    customer_id: BankCustomerId
    account_id: Annotated[AccountId, Meta(description="The account it is charged to.")]
    kind: CardKind
    ends_in: Annotated[str, Meta(description="Last four digits of its number.")]
    daily_limit: Money
    expires_on: Date
    blocked: bool


class CardBlock(Row):
    """A card that no longer works, and when its replacement comes."""

    block_id: Annotated[
        str, Kind("CardBlockId"), Meta(pattern=r"^CBL-\d{5}$", description="Reference number.")
    ]
    card: Card
    reason: Trouble
    replacement_on: Annotated[Date, Meta(description="Day on which the new card arrives.")]


class CombinedStatement(Row):
    """One statement over several accounts."""

    statement_id: Annotated[
        str, Kind("BankStatementId"), Meta(pattern=r"^BST-\d{5}$", description="Statement id.")
    ]
    accounts: list[Account]
    since: Date
    balance: Annotated[Money, Meta(description="Of all its accounts together.")]
    sent_by: Literal["e-mail", "post"]
    arrives_on: Date


class Customer(Row):
    """Somebody who banks here."""

    customer_id: BankCustomerId
    name: Annotated[str, Kind("PersonName")]


@dataclasses.dataclass
class BankBranch(State):
    """All of the branch's records."""

    customers: Table[Customer]
    accounts: Table[Account]
    entries: Table[Entry]
    standing_orders: Table[StandingOrder]
    transfers: Table[MoneyTransfer]
    cards: Table[Card]
    blocks: Table[CardBlock]
    statements: Table[CombinedStatement]


KINDS: tuple[AccountKind, ...] = ("current", "savings", "joint", "business")
INTEREST: dict[AccountKind, tuple[float, ...]] = {
    "business": (0.0, 0.1), "current": (0.0, 0.2), "joint": (0.1, 0.3), "savings": (1.4, 1.8, 2.1),
}  # fmt: skip
FEES: dict[AccountKind, tuple[float, ...]] = {
    "business": (9.5, 14.0), "current": (0.0, 3.5), "joint": (4.0, 5.5), "savings": (0.0,),
}  # fmt: skip
SHOPS = (
    "Brightwell Energy|Calder Water|Fenwick Grocers|Harbour Gym|Larkfield Telecom|"
    "Rowan Insurance|Tramline Transit"
).split("|")
PAYERS = "Ardley Studio|Dunmore Works|Eskdale Partners|Kelso Trading".split("|")
CARDS: tuple[CardKind, ...] = ("debit", "credit", "prepaid")
DAYS: dict[Interval, int] = {"week": 7, "month": 30, "quarter": 91, "year": 365}


def seed(rng: random.Random, today: dt.date) -> BankBranch:
    """Make 24 customers, their accounts, entries, standing orders and cards."""
    customers = [
        Customer(n, name)
        for n, name in zip(numbers(rng, "BCU", 24, 6), people(rng, 24), strict=True)
    ]
    ids = iter(numbers(rng, "ACC", 104))
    accounts = [
        _account(rng, next(ids), c, kind)
        for c in customers
        for kind in KINDS[: rng.choice((2, 3, 3, 4))]
    ]
    homes = {party: rng.choice(list(CITIES)) for party in (*SHOPS, *PAYERS)}
    entry_ids = iter(numbers(rng, "BKE", 700))
    entries = [
        _entry(rng, next(entry_ids), a, homes, today)
        for a in accounts
        for _ in range(rng.randint(2, 4) if a.kind == "savings" else rng.randint(3, 6))
    ]
    order_ids, card_ids = iter(numbers(rng, "STO", 200)), iter(numbers(rng, "CRD", 200))
    payers = [a for a in accounts if a.kind != "savings"]
    return BankBranch(
        today,
        customers=Table("customer_id", customers),
        accounts=Table("account_id", accounts),
        entries=Table("entry_id", sorted(entries, key=lambda e: e.booked_on, reverse=True)),
        standing_orders=Table(
            "standing_order_id", [o for a in payers for o in _orders(rng, order_ids, a, today)]
        ),
        transfers=Table("transfer_id", ()),
        cards=Table("card_id", [c for a in payers for c in _cards(rng, card_ids, a, today)]),
        blocks=Table("block_id", ()),
        statements=Table("statement_id", ()),
    )


def _account(rng: random.Random, account_id: str, customer: Customer, kind: AccountKind) -> Account:
    balance = round(rng.uniform(300, 4800), 2)
    return Account(
        account_id, customer.customer_id, kind, balance, rng.choice(INTEREST[kind]),
        rng.choice(FEES[kind]),
    )  # fmt: skip


def _entry(
    rng: random.Random, entry_id: str, account: Account, homes: dict[str, str], today: dt.date
) -> Entry:
    paid = rng.random() < 0.75
    party = rng.choice(SHOPS if paid else PAYERS)
    amount = round(rng.uniform(8, 190) if paid else rng.uniform(120, 1900), 2)
    return Entry(
        entry_id, account.account_id, day(rng, today, -88, -1), party, "out" if paid else "in",
        amount, homes[party],
    )  # fmt: skip


def _orders(
    rng: random.Random, ids: Iterator[str], account: Account, today: dt.date
) -> list[StandingOrder]:
    return [
        StandingOrder(
            next(ids), account.account_id, party, float(rng.randrange(12, 140)),
            rng.choice(("week", "month", "month", "month", "quarter", "year")),
            day(rng, today, 1, 30),
        )
        for party in rng.sample(SHOPS, rng.randint(1, 4))
    ]  # fmt: skip


def _cards(rng: random.Random, ids: Iterator[str], account: Account, today: dt.date) -> list[Card]:
    return [
        Card(
            next(ids), account.customer_id, account.account_id, kind, f"{rng.randint(0, 9999):04}",
            float(rng.randrange(200, 1001, 100)), day(rng, today, 25, 1300), rng.random() < 0.15,
        )
        for kind in rng.sample(CARDS, rng.choice((1, 1, 2)))
    ]  # fmt: skip


def _payee(_state: BankBranch, rng: random.Random) -> Payee:
    parts = " ".join(f"{rng.randint(0, 9999):04}" for _ in range(3))
    return Payee(person(rng), f"ZZ{rng.randint(10, 99)} {parts}")


world = World(
    "bank_branch",
    "A bank's branch",
    seed,
    known={
        "BankCustomerId": lambda s, rng: rng.choice(list(s.accounts)).customer_id,
        "PaymentParty": lambda _s, rng: rng.choice(SHOPS),
        "BankPayee": _payee,
        "list_account_entries.since": lambda s, rng: day(rng, s.today, -60, -25),
        "search_payments.since": lambda s, rng: day(rng, s.today, -70, -40),
        "set_up_standing_order.amount": lambda _s, rng: float(rng.randrange(15, 121, 5)),
        "set_up_standing_order.first_on": lambda s, rng: day(rng, s.today, 3, 40),
        "transfer_money.amount": lambda _s, rng: rng.randrange(20, 280, 5) + rng.choice((0, 0.5)),
        "transfer_money.paid_on": lambda s, rng: day(rng, s.today, 1, 25),
        "change_card_limit.daily_limit": lambda _s, rng: float(rng.randrange(150, 1900, 50)),
        "order_combined_statement.since": lambda s, rng: day(rng, s.today, -360, -60),
    },
)


@world.function()
def list_bank_accounts(
    db: BankBranch, customer_id: BankCustomerId, min_balance: Money | None = None
) -> list[Account]:
    """List a customer's accounts with balances, interest and monthly fees.

    customer_id: customer number
    min_balance: only accounts with at least this much on them, in euros
    """
    customer = db.customers[customer_id]
    return db.accounts.where(
        lambda a: (
            a.customer_id == customer.customer_id
            and (min_balance is None or a.balance >= min_balance)
        )
    )


@world.function()
def list_account_entries(
    db: BankBranch,
    account_id: AccountId,
    since: Date | None = None,
    direction: Literal["in", "out"] | None = None,
    page: PageNumber = 1,
) -> Page[Entry]:
    """List what was booked on an account in the last three months, latest first, four to a page.

    account_id: the account
    since: only entries booked on this day or later
    direction: only money that came in, or only money that went out
    page: which page of the list
    """
    account = db.accounts[account_id]
    found = db.entries.where(
        lambda e: (
            e.account_id == account.account_id
            and (since is None or e.booked_on >= since)
            and (direction is None or e.direction == direction)
        )
    )
    return page_of(found, page, 4)


@world.function()
def search_payments(
    db: BankBranch, party: PartyName, customer_id: BankCustomerId, since: Date | None = None
) -> list[Entry]:
    """List the payments to or from somebody on any of a customer's accounts, latest first.

    party: who was paid, or who paid
    customer_id: customer number
    since: only payments booked on this day or later
    """
    customer = db.customers[customer_id]
    return db.entries.where(
        lambda e: (
            e.party.casefold() == party.casefold()
            and db.accounts[e.account_id].customer_id == customer.customer_id
            and (since is None or e.booked_on >= since)
        )
    )


@world.function()
def list_standing_orders(db: BankBranch, account_id: AccountId) -> list[StandingOrder]:
    """List the standing orders that run from an account, with the day each is paid next.

    account_id: the account
    """
    account = db.accounts[account_id]
    return db.standing_orders.where(lambda o: o.account_id == account.account_id)


@world.function(writes=True)
def set_up_standing_order(
    db: BankBranch,
    account_id: AccountId,
    payee: Annotated[Payee, Kind("BankPayee")],
    amount: Money,
    every: Interval = "month",
    first_on: Date | None = None,
) -> StandingOrder:
    """Have an amount paid to somebody again and again. Not possible from a savings account.

    account_id: the account that pays
    payee: who is paid
    amount: how much each time, in euros
    every: how often
    first_on: day of the first payment; without it, one interval from today
    """
    account = db.accounts[account_id]
    if account.kind == "savings":
        raise Refused(f"Account {account_id} is a savings account and takes no standing orders.")
    if first_on is not None and first_on <= str(db.today):
        raise Refused("The first payment can be made tomorrow at the earliest.")
    first = first_on or str(db.today + dt.timedelta(days=DAYS[every]))
    order_id = fresh_id("STO", account_id, payee.name, payee.iban, every)
    if order_id in db.standing_orders:
        raise Refused(f"Account {account_id} has that standing order already: {order_id}.")
    return db.standing_orders.put(
        StandingOrder(order_id, account_id, payee.name, amount, every, first)
    )


@world.function(writes=True)
def cancel_standing_order(db: BankBranch, standing_order_id: StandingOrderId) -> StandingOrder:
    """End a standing order. Refused on the day before a payment.

    standing_order_id: the standing order to end
    """
    order = db.standing_orders[standing_order_id]
    if order.next_on <= str(db.today + dt.timedelta(days=1)):
        raise Refused(f"Standing order {standing_order_id} is paid on {order.next_on}: too late.")
    db.standing_orders.remove(standing_order_id)
    return order


@world.function(writes=True)
def transfer_money(
    db: BankBranch,
    account_id: AccountId,
    payee: Annotated[Payee, Kind("BankPayee")],
    amount: Money,
    paid_on: Date | None = None,
) -> MoneyTransfer:
    """Pay somebody once. The amount is set aside at once, also where it is paid later.

    Refused where the account has too little on it.

    account_id: the account that pays
    payee: who is paid
    amount: how much, in euros
    paid_on: day on which it is paid; without it, today
    """
    account, on = db.accounts[account_id], paid_on or str(db.today)
    if on < str(db.today):
        raise Refused(f"Nothing can be paid on {on}, which has passed.")
    if amount > account.balance:
        raise Refused(f"Account {account_id} has only {account.balance:g} euros on it.")
    transfer_id = fresh_id("BTR", account_id, payee.name, payee.iban, amount, on)
    if transfer_id in db.transfers:
        raise Refused(f"That payment has been ordered already: {transfer_id}.")
    left = round(account.balance - amount, 2)
    db.accounts.put(replace(account, balance=left))
    return db.transfers.put(MoneyTransfer(transfer_id, account_id, payee, amount, on, left))


@world.function()
def list_bank_cards(
    db: BankBranch, customer_id: BankCustomerId, kind: CardKind | None = None
) -> list[Card]:
    """List a customer's cards with daily limits, and whether they are blocked.

    customer_id: customer number
    kind: only cards of this kind
    """
    customer = db.customers[customer_id]
    return db.cards.where(
        lambda c: c.customer_id == customer.customer_id and (kind is None or c.kind == kind)
    )


@world.function(writes=True)
def change_card_limit(
    db: BankBranch, card_id: CardId, daily_limit: Annotated[Money, Meta(ge=0, le=2000)]
) -> Card:
    """Set how much can be spent with a card in a day, up to 2,000 euros.

    card_id: the card
    daily_limit: the new limit, in euros
    """
    card = _working(db, card_id)
    if daily_limit == card.daily_limit:
        raise Refused(f"Card {card_id} has a limit of {daily_limit:g} euros already.")
    return db.cards.put(replace(card, daily_limit=daily_limit))


def _working(db: BankBranch, card_id: str) -> Card:
    card = db.cards[card_id]
    if card.blocked:
        raise Refused(f"Card {card_id} is blocked.")
    return card


@world.function(writes=True)
def block_card(db: BankBranch, card_id: CardId, reason: Trouble) -> CardBlock:
    """Block a card for good and send a new one, which takes five days.

    card_id: the card to block
    reason: what happened
    """
    card = db.cards.put(replace(_working(db, card_id), blocked=True))
    arrives = str(db.today + dt.timedelta(days=5))
    return db.blocks.put(CardBlock(fresh_id("CBL", card_id), card, reason, arrives))


@world.function(writes=True)
def order_combined_statement(
    db: BankBranch,
    account_ids: list[AccountId],
    since: Date,
    sent_by: Literal["e-mail", "post"] = "post",
) -> CombinedStatement:
    """Order one statement over two to six accounts, up to today. The post takes four days.

    account_ids: the accounts to cover, all different
    since: first day that is covered
    sent_by: how it is sent
    """
    if not 2 <= len(set(account_ids)) == len(account_ids) <= 6:
        raise Refused("A combined statement covers two to six different accounts.")
    if since >= str(db.today):
        raise Refused("A statement has to begin before today.")
    accounts = [db.accounts[account_id] for account_id in account_ids]
    statement_id = fresh_id("BST", *sorted(account_ids), since, sent_by)
    arrives = db.today + dt.timedelta(days=4 if sent_by == "post" else 0)
    balance = round(sum(a.balance for a in accounts), 2)
    return db.statements.put(
        CombinedStatement(statement_id, accounts, since, balance, sent_by, str(arrives))
    )
