"""A small firm's invoicing: clients, invoices with lines, payments, and reminders."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Country, Date, Email, Kind, Money
from buttonup.worlds.names import CITIES, companies, day, numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

ClientId = Annotated[
    str, Kind("InvoiceClientId"), Meta(pattern=r"^CLI-\d{4}$", description="Client, like CLI-2077.")
]
ClientName = Annotated[
    str, Kind("InvoiceClientName"), Meta(description="Full name of the client's firm.")
]
InvoiceId = Annotated[
    str, Kind("InvoiceId"), Meta(pattern=r"^INV-\d{5}$", description="Invoice, like INV-60418.")
]
InvoiceStatus = Literal["open", "overdue", "paid", "void"]
Method = Literal["bank transfer", "card", "cash", "direct debit"]
Tone = Literal["final", "firm", "friendly"]


class Client(Row):
    """A firm that is sent invoices."""

    client_id: ClientId
    name: ClientName
    city: City
    country: Country
    contact: Annotated[str, Kind("PersonName"), Meta(description="Who deals with invoices there.")]
    email: Email
    payment_days: Annotated[int, Meta(description="Days until an invoice is due.")]
    owed: Annotated[Money, Meta(description="Sum of what is unpaid on its invoices.")]


class InvoiceLine(Row):
    """One piece of work that is charged."""

    work: Annotated[str, Meta(description="What was done, like proofreading.")]
    hours: Annotated[int, Meta(ge=1, le=200)]
    rate: Annotated[Money, Meta(ge=1, description="Price of an hour, without tax.")]


class Invoice(Row):
    """A bill to one client."""

    invoice_id: InvoiceId
    client_id: ClientId
    client: ClientName
    lines: list[InvoiceLine]
    issued_on: Date
    due_on: Date
    net: Annotated[Money, Meta(description="Without tax.")]
    total: Annotated[Money, Meta(description="With 20 % tax.")]
    unpaid: Annotated[Money, Meta(description="What has not come in yet.")]
    status: InvoiceStatus


class Payment(Row):
    """Money that came in for an invoice."""

    payment_id: Annotated[
        str, Kind("InvoicePaymentId"), Meta(pattern=r"^RCV-\d{5}$", description="Payment id.")
    ]
    invoice_id: InvoiceId
    client_id: ClientId
    client: ClientName
    amount: Money
    method: Method
    received_on: Date
    still_unpaid: Annotated[Money, Meta(description="Left on the invoice after it.")]


class Reminder(Row):
    """A letter about an invoice that is overdue."""

    reminder_id: Annotated[
        str, Kind("InvoiceReminderId"), Meta(pattern=r"^RMD-\d{5}$", description="Reminder id.")
    ]
    invoice: Invoice
    tone: Tone
    fee: Annotated[Money, Meta(description="Asked for on top of what is unpaid.")]
    pay_by: Date
    sent_to: Email


class InvoiceExport(Row):
    """A file with several invoices, for an accountant."""

    export_id: Annotated[
        str, Kind("InvoiceExportId"), Meta(pattern=r"^EXP-\d{5}$", description="Id of the file.")
    ]
    invoices: list[Invoice]
    file_format: Literal["PDF", "spreadsheet"]
    net: Money
    tax: Money
    total: Money


@dataclasses.dataclass
class Invoicing(State):
    """All of the firm's books."""

    clients: Table[Client]
    invoices: Table[Invoice]
    payments: Table[Payment]
    reminders: Table[Reminder]
    exports: Table[InvoiceExport]


WORK = (
    "copywriting|proofreading|layout|translation|photography|illustration|web design|"
    "typesetting|video editing|consulting|training"
).split("|")
RATES = (35.0, 42.0, 48.0, 55.0, 60.0, 72.0, 80.0, 95.0)
TAX = 0.2
FEES: dict[Tone, float] = {"friendly": 0.0, "firm": 10.0, "final": 25.0}
DEADLINES: dict[Tone, int] = {"friendly": 14, "firm": 10, "final": 7}
FINAL_AFTER = 21
"""Days an invoice has to be overdue before a final reminder can go out."""


def seed(rng: random.Random, today: dt.date) -> Invoicing:
    """Make 44 clients in 14 cities, about 190 invoices, and the payments that came in for them."""
    cities = rng.sample(list(CITIES), 14)
    clients = [
        _client(rng, n, firm, contact, cities[i % 14])
        for i, (n, firm, contact) in enumerate(
            zip(numbers(rng, "CLI", 44, 4), companies(rng, 44), people(rng, 44), strict=True)
        )
    ]
    ids = iter(numbers(rng, "INV", 300))
    invoices = [
        _invoice(rng, next(ids), c, today) for c in clients for _ in range(rng.randint(3, 6))
    ]
    paid = [i for i in invoices if i.unpaid < i.total]
    received = numbers(rng, "RCV", len(paid))
    return Invoicing(
        today,
        clients=Table("client_id", [_in_debt(c, invoices) for c in clients]),
        invoices=Table("invoice_id", sorted(invoices, key=lambda i: (i.issued_on, i.invoice_id))),
        payments=Table(
            "payment_id",
            [_received(rng, n, i, today) for n, i in zip(received, paid, strict=True)],
        ),
        reminders=Table("reminder_id", ()),
        exports=Table("export_id", ()),
    )


def _client(rng: random.Random, client_id: str, firm: str, contact: str, city: str) -> Client:
    host = firm.lower().replace(" & ", " ").replace(" ", "-")
    days = rng.choice((14, 14, 30, 30, 45))
    return Client(
        client_id, firm, city, CITIES[city], contact, f"accounts@{host}.example", days, 0.0
    )


def _invoice(rng: random.Random, invoice_id: str, client: Client, today: dt.date) -> Invoice:
    lines = [
        InvoiceLine(work, rng.randint(2, 24), rng.choice(RATES))
        for work in rng.sample(WORK, rng.randint(1, 3))
    ]
    late, settled = rng.random() < 0.12, rng.random() < 0.45
    age = client.payment_days + rng.randint(1, 50) if late else rng.randint(1, 120)
    issued = today - dt.timedelta(days=age)
    due = issued + dt.timedelta(days=client.payment_days)
    if not late and (settled or due <= today):
        return _made(invoice_id, client, lines, issued, due, "paid", 0.0)
    part = rng.choice((1.0, 1.0, 1.0, 0.5))
    return _made(invoice_id, client, lines, issued, due, "overdue" if late else "open", part)


def _made(
    invoice_id: str,
    client: Client,
    lines: list[InvoiceLine],
    issued: dt.date,
    due: dt.date,
    status: InvoiceStatus,
    part: float,
) -> Invoice:
    """Make an invoice of which some part is unpaid."""
    net = round(sum(line.hours * line.rate for line in lines), 2)
    total = round(net * (1 + TAX), 2)
    return Invoice(
        invoice_id, client.client_id, client.name, lines, str(issued), str(due), net, total,
        round(total * part, 2), status,
    )  # fmt: skip


def _in_debt(client: Client, invoices: list[Invoice]) -> Client:
    owed = sum(i.unpaid for i in invoices if i.client_id == client.client_id)
    return replace(client, owed=round(owed, 2))


def _received(rng: random.Random, payment_id: str, invoice: Invoice, today: dt.date) -> Payment:
    gone = (today - dt.date.fromisoformat(invoice.issued_on)).days
    method: Method = rng.choice(("bank transfer", "bank transfer", "card", "direct debit"))
    return Payment(
        payment_id, invoice.invoice_id, invoice.client_id, invoice.client,
        round(invoice.total - invoice.unpaid, 2), method, day(rng, today, -gone, 0),
        invoice.unpaid,
    )  # fmt: skip


world = World(
    "invoicing",
    "A small firm's invoicing",
    seed,
    known={
        "City": lambda s, rng: rng.choice(list(s.clients)).city,
        "InvoiceClientName": lambda s, rng: rng.choice(list(s.clients)).name,
        "InvoiceLineItem": lambda _s, rng: InvoiceLine(
            rng.choice(WORK), rng.randint(2, 16), rng.choice(RATES)
        ),
        "OverdueDays": lambda _s, rng: rng.choice((7, 10, 14, 20)),
        "find_clients.min_owed": lambda _s, rng: float(rng.randrange(200, 1000, 100)),
        "list_invoices.since": lambda s, rng: day(rng, s.today, -90, -30),
        "list_payments.since": lambda s, rng: day(rng, s.today, -80, -30),
        "list_overdue_invoices.min_unpaid": lambda _s, rng: float(rng.randrange(200, 1300, 100)),
        "record_payment.amount": lambda _s, rng: float(rng.randrange(50, 260, 10)),
        "record_payment.received_on": lambda s, rng: day(rng, s.today, -6, -1),
        "move_due_date.due_on": lambda s, rng: day(rng, s.today, 15, 60),
    },
)


@world.function()
def find_clients(db: Invoicing, city: City, min_owed: Money | None = None) -> list[Client]:
    """List the clients in a city, with what each owes.

    city: where the client has its office
    min_owed: only clients that owe at least this much, in euros
    """
    return db.clients.where(
        lambda c: c.city.casefold() == city.casefold() and (min_owed is None or c.owed >= min_owed)
    )


@world.function()
def get_client(db: Invoicing, name: ClientName) -> Client:
    """Get one client by name: contact, address for invoices, terms, and what is owed.

    name: full name of the client's firm
    """
    found = db.clients.where(lambda c: c.name.casefold() == name.casefold())
    if not found:
        raise Refused(f"There is no client called {name!r}.")
    return found[0]


@world.function()
def list_invoices(
    db: Invoicing,
    client_id: ClientId,
    status: InvoiceStatus | None = None,
    since: Date | None = None,
) -> list[Invoice]:
    """List the invoices of a client with their lines, oldest first.

    client_id: the client
    status: only invoices of which this is true
    since: only invoices issued on this day or later
    """
    client = db.clients[client_id]
    return db.invoices.where(
        lambda i: (
            i.client_id == client.client_id
            and (status is None or i.status == status)
            and (since is None or i.issued_on >= since)
        )
    )


@world.function()
def list_overdue_invoices(
    db: Invoicing,
    min_days: Annotated[int, Kind("OverdueDays"), Meta(ge=1)] = 1,
    min_unpaid: Money | None = None,
    page: PageNumber = 1,
) -> Page[Invoice]:
    """List the overdue invoices of all clients, those due first before others, six to a page.

    min_days: only invoices that are overdue by at least this many days
    min_unpaid: only invoices with at least this much unpaid, in euros
    page: which page of the list
    """
    latest = str(db.today - dt.timedelta(days=min_days))
    found = db.invoices.where(
        lambda i: (
            i.status == "overdue"
            and i.due_on <= latest
            and (min_unpaid is None or i.unpaid >= min_unpaid)
        )
    )
    return page_of(sorted(found, key=lambda i: (i.due_on, i.invoice_id)), page, 6)


@world.function(writes=True)
def create_invoice(
    db: Invoicing,
    client_id: ClientId,
    lines: list[Annotated[InvoiceLine, Kind("InvoiceLineItem")]],
) -> Invoice:
    """Bill a client for work, dated today. It is due after the days agreed with the client.

    client_id: who is billed
    lines: the work done, with hours and rate; one to ten lines
    """
    client = db.clients[client_id]
    if not 1 <= len(lines) <= 10:
        raise Refused("An invoice has one to ten lines.")
    charged = [(line.work, line.hours, line.rate) for line in lines]
    invoice_id = fresh_id("INV", client_id, *(part for line in charged for part in line))
    if invoice_id in db.invoices:
        raise Refused(f"That work has been billed already, with invoice {invoice_id}.")
    due = db.today + dt.timedelta(days=client.payment_days)
    invoice = _made(invoice_id, client, lines, db.today, due, "open", 1.0)
    _owe(db, client_id, invoice.unpaid)
    return db.invoices.put(invoice)


def _owe(db: Invoicing, client_id: str, more: float) -> None:
    client = db.clients[client_id]
    db.clients.put(replace(client, owed=round(client.owed + more, 2)))


@world.function(writes=True)
def record_payment(
    db: Invoicing,
    invoice_id: InvoiceId,
    method: Method,
    amount: Annotated[Money, Meta(gt=0)] | None = None,
    received_on: Date | None = None,
) -> Payment:
    """Enter money that came in for an invoice. Refused for more than is unpaid on it.

    invoice_id: the invoice that was paid
    method: how it was paid
    amount: how much came in, in euros; without it, all that is unpaid
    received_on: day on which it came in; without it, today
    """
    invoice = _unsettled(db, invoice_id)
    on, paid = received_on or str(db.today), amount or invoice.unpaid
    if not invoice.issued_on <= on <= str(db.today):
        raise Refused(f"Nothing can have come in for invoice {invoice_id} on {on}.")
    if paid > invoice.unpaid:
        raise Refused(f"Only {invoice.unpaid:g} euros are unpaid on invoice {invoice_id}.")
    payment_id = fresh_id("RCV", invoice_id, paid, method, on)
    if payment_id in db.payments:
        raise Refused(f"That payment has been entered already, as {payment_id}.")
    left = round(invoice.unpaid - paid, 2)
    status: InvoiceStatus = invoice.status if left else "paid"
    db.invoices.put(replace(invoice, unpaid=left, status=status))
    _owe(db, invoice.client_id, -paid)
    return db.payments.put(
        Payment(
            payment_id, invoice_id, invoice.client_id, invoice.client, paid, method, on, left
        )
    )  # fmt: skip


def _unsettled(db: Invoicing, invoice_id: str) -> Invoice:
    invoice = db.invoices[invoice_id]
    if invoice.status in ("paid", "void"):
        raise Refused(f"Invoice {invoice_id} is {invoice.status} already.")
    return invoice


@world.function()
def list_payments(db: Invoicing, client_id: ClientId, since: Date | None = None) -> list[Payment]:
    """List the payments that have come in from a client.

    client_id: the client
    since: only payments received on this day or later
    """
    client = db.clients[client_id]
    return db.payments.where(
        lambda p: p.client_id == client.client_id and (since is None or p.received_on >= since)
    )


@world.function(writes=True)
def send_reminder(db: Invoicing, invoice_id: InvoiceId, tone: Tone) -> Reminder:
    """Remind a client of an overdue invoice by e-mail, with a new day to pay by.

    A firm reminder asks for a fee of 10 euros, a final one for 25. A final one is refused until
    the invoice is three weeks overdue.

    invoice_id: the invoice that is overdue
    tone: how the reminder is worded
    """
    invoice = db.invoices[invoice_id]
    if invoice.status != "overdue":
        raise Refused(f"Invoice {invoice_id} is {invoice.status}; only overdue ones are reminded.")
    late = (db.today - dt.date.fromisoformat(invoice.due_on)).days
    if tone == "final" and late < FINAL_AFTER:
        raise Refused(f"Invoice {invoice_id} is only {late} days overdue: too early to be final.")
    reminder_id = fresh_id("RMD", invoice_id, str(db.today))
    if reminder_id in db.reminders:
        raise Refused(f"A reminder for invoice {invoice_id} has gone out today.")
    pay_by = str(db.today + dt.timedelta(days=DEADLINES[tone]))
    sent_to = db.clients[invoice.client_id].email
    return db.reminders.put(Reminder(reminder_id, invoice, tone, FEES[tone], pay_by, sent_to))


@world.function(writes=True)
def move_due_date(db: Invoicing, invoice_id: InvoiceId, due_on: Date) -> Invoice:
    """Give a client more time to pay an invoice. An overdue invoice is open again after it.

    invoice_id: the invoice
    due_on: the new day on which it is due, later than the one before
    """
    invoice = _unsettled(db, invoice_id)
    if due_on <= max(invoice.due_on, str(db.today)):
        raise Refused(f"Invoice {invoice_id} can only be given a later day than {invoice.due_on}.")
    return db.invoices.put(replace(invoice, due_on=due_on, status="open"))


@world.function(writes=True)
def void_invoice(db: Invoicing, invoice_id: InvoiceId) -> Invoice:
    """Cancel an invoice, so that nothing is owed on it. Refused once any of it has been paid.

    invoice_id: the invoice to cancel
    """
    invoice = _unsettled(db, invoice_id)
    if invoice.unpaid < invoice.total:
        raise Refused(f"Invoice {invoice_id} has been paid in part and cannot be cancelled.")
    _owe(db, invoice.client_id, -invoice.unpaid)
    return db.invoices.put(replace(invoice, unpaid=0.0, status="void"))


@world.function(writes=True)
def export_invoices(
    db: Invoicing,
    invoice_ids: list[InvoiceId],
    file_format: Literal["PDF", "spreadsheet"] = "PDF",
) -> InvoiceExport:
    """Put two to twenty invoices into one file, for an accountant.

    invoice_ids: the invoices, all different
    file_format: what sort of file it is
    """
    if not 2 <= len(set(invoice_ids)) == len(invoice_ids) <= 20:
        raise Refused("A file takes two to twenty different invoices.")
    invoices = [db.invoices[invoice_id] for invoice_id in invoice_ids]
    net = round(sum(i.net for i in invoices), 2)
    total = round(sum(i.total for i in invoices), 2)
    export_id = fresh_id("EXP", *sorted(invoice_ids), file_format)
    tax = round(total - net, 2)
    return db.exports.put(InvoiceExport(export_id, invoices, file_format, net, tax, total))
