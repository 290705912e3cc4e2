"""A box office: concerts and theatre in several cities, venues, ticket categories, orders."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Country, Date, Email, Kind, Money, PersonName, Time
from buttonup.worlds.names import CITIES, address, day, email, numbers, people, person
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

ShowId = Annotated[
    str, Kind("ShowId"), Meta(pattern=r"^SHW-\d{4}$", description="Show id, like SHW-2043.")
]
CategoryId = Annotated[
    str,
    Kind("TicketCategoryId"),
    Meta(pattern=r"^TCT-\d{5}$", description="Ticket category id, like TCT-20431."),
]
BoxOrderId = Annotated[
    str,
    Kind("BoxOrderId"),
    Meta(pattern=r"^BXO-\d{5}$", description="Ticket order id, like BXO-20431."),
]
TransferId = Annotated[
    str,
    Kind("TicketTransferId"),
    Meta(pattern=r"^TTR-\d{5}$", description="Id of a transfer, like TTR-20431."),
]
AlertId = Annotated[
    str, Kind("ActAlertId"), Meta(pattern=r"^ALT-\d{5}$", description="Id of an alert.")
]
PatronId = Annotated[
    str, Kind("PatronId"), Meta(pattern=r"^PTN-\d{5}$", description="Number of a customer account.")
]
ActName = Annotated[
    str, Kind("ActName"), Meta(description="Name of a band, ensemble or production.")
]
VenueName = Annotated[str, Kind("VenueName"), Meta(description="Name of a venue, like Jade Hall.")]
Tickets = Annotated[int, Kind("TicketQuantity"), Meta(ge=1, le=8, description="Number of tickets.")]
ShowType = Literal["concert", "play", "opera", "musical", "ballet"]
Level = Literal["standing", "stalls", "balcony", "gallery", "box"]
Delivery = Literal["e-ticket", "post", "pick-up at the venue"]


class Show(Row):
    """One performance in one city."""

    show_id: ShowId
    act: ActName
    type: ShowType
    venue: VenueName
    city: City
    country: Country
    date: Date
    starts: Time
    cheapest: Annotated[Money, Meta(description="What the cheapest ticket costs, in euros.")]
    sold_out: bool


class Act(Row):
    """A band, an ensemble or a production."""

    act: ActName
    type: ShowType
    home: Annotated[Country, Meta(description="Country that the act comes from.")]
    minutes: Annotated[int, Meta(description="How long a performance lasts.")]
    stars: Annotated[float, Meta(ge=1, le=5, description="Rating by visitors, 1 to 5.")]
    shows_ahead: Annotated[int, Meta(description="How many performances are still to come.")]


class Venue(Row):
    """A concert hall, theatre or club."""

    venue: VenueName
    city: City
    street: str
    capacity: int
    doors: Annotated[int, Meta(description="How long before the start doors open, in minutes.")]
    distance: Annotated[float, Meta(description="Way from the main station.")]
    unit: Literal["km", "miles"]
    step_free: bool


class TicketCategory(Row):
    """Tickets of one sort for one show."""

    category_id: CategoryId
    show_id: ShowId
    act: ActName
    city: City
    date: Date
    level: Level
    face_price: Annotated[Money, Meta(description="Price of one ticket, in euros.")]
    left: Annotated[int, Meta(description="Tickets that are left.")]


class BoxOrder(Row):
    """Tickets that somebody has bought."""

    order_id: BoxOrderId
    patron_id: PatronId
    category_id: CategoryId
    show_id: ShowId
    act: ActName
    venue: VenueName
    city: City
    date: Date
    quantity: Tickets
    paid: Annotated[Money, Meta(description="What was paid in all, in euros.")]
    delivery: Delivery
    status: Literal["valid", "passed on", "returned"]


class NewHolder(Row):
    """Somebody who takes over tickets."""

    name: Annotated[str, Kind("PersonName"), Meta(description="First and last name.")]
    email: Annotated[str, Kind("Email"), Meta(description="Where the tickets are sent.")]


class TicketTransfer(Row):
    """Tickets that were passed on to somebody else."""

    transfer_id: TransferId
    order: BoxOrder
    holder: NewHolder
    fee: Annotated[Money, Meta(description="What passing them on costs, in euros.")]


class ActAlert(Row):
    """Acts that somebody wants to hear of."""

    alert_id: AlertId
    patron_id: PatronId
    acts: list[Act]
    expires: Date


class Patron(Row):
    """Somebody who buys tickets."""

    patron_id: PatronId
    name: PersonName
    email: Email


@dataclasses.dataclass
class BoxOffice(State):
    """All of the box office's records."""

    shows: Table[Show]
    acts: Table[Act]
    venues: Table[Venue]
    categories: Table[TicketCategory]
    orders: Table[BoxOrder]
    transfers: Table[TicketTransfer]
    alerts: Table[ActAlert]
    patrons: Table[Patron]


ACTS: dict[ShowType, str] = {
    "concert": "Velvet Antlers|Marta and the Moths|Paper Tigers|Northern Brass|Low Tide Choir|"
    "Kestrel|The Cardigan Years|Neon Abbey|Juno Park|Salt and Vinyl",
    "play": "The Long Table|Seven Doors Down|A Stranger in Ghent|The Understudy's Revenge",
    "opera": "The Clockmaker's Bride|Ariadne in Winter|The Salt Queen",
    "musical": "Harbour Lights|Second Hand Summer|The Bicycle Factory",
    "ballet": "Snow over Riga|The Glass Garden|Nine Swans",
}
HALLS = (
    "Jade Hall|Tivoli Rooms|Old Gasworks|Palace Theatre|Kino Club|Concert House|Riverside Stage|"
    "Opera House|Winter Garden|The Foundry|Royal Circus|Cellar 40|Mirror Theatre|Dock Nine|"
    "Philharmonic Hall|Velodrome|Star Theatre|Glass House"
).split("|")
LEVELS: dict[ShowType, tuple[Level, ...]] = {
    "concert": ("standing", "balcony", "stalls"),
    "play": ("stalls", "balcony", "gallery"),
    "opera": ("stalls", "box", "gallery"),
    "musical": ("stalls", "balcony", "gallery"),
    "ballet": ("stalls", "box", "balcony"),
}
PRICES: dict[Level, int] = {"standing": 34, "stalls": 58, "balcony": 42, "gallery": 24, "box": 86}
MILE = 1.609  # km


def seed(rng: random.Random, today: dt.date) -> BoxOffice:
    """Make 23 acts, 18 venues in 6 cities, 90 shows, their tickets, and 32 patrons' orders."""
    cities = rng.sample(list(CITIES), 6)
    venues = [_venue(rng, hall, cities[n % 6]) for n, hall in enumerate(HALLS)]
    kinds = {act: kind for kind, acts in ACTS.items() for act in acts.split("|")}
    plain = [
        _show(rng, show_id, act := rng.choice(list(kinds)), kinds[act], rng.choice(venues), today)
        for show_id in numbers(rng, "SHW", 90, 4)
    ]
    ids = iter(numbers(rng, "TCT", 300))
    categories = [
        _category(rng, next(ids), show, level) for show in plain for level in LEVELS[show.type]
    ]
    shows = [_priced(show, categories) for show in plain]
    patrons = [
        Patron(patron_id, name, email(rng, name))
        for patron_id, name in zip(numbers(rng, "PTN", 32), people(rng, 32), strict=True)
    ]
    by_id = {show.show_id: show for show in shows}
    return BoxOffice(
        today,
        shows=Table("show_id", shows),
        acts=Table("act", [_act(rng, act, kind, shows) for act, kind in kinds.items()]),
        venues=Table("venue", venues),
        categories=Table("category_id", categories),
        orders=Table(
            "order_id",
            [
                _bought(patron.patron_id, c, by_id[c.show_id], rng.randint(1, 4), "e-ticket")
                for patron in patrons * 2
                for c in [rng.choice(categories)]
            ],
        ),
        transfers=Table("transfer_id", ()),
        alerts=Table("alert_id", ()),
        patrons=Table("patron_id", patrons),
    )


def _venue(rng: random.Random, name: str, city: str) -> Venue:
    return Venue(
        name, city, address(rng), rng.randrange(240, 4200, 20), rng.choice((30, 45, 60, 90)),
        round(rng.uniform(0.4, 7.5), 1), "km", rng.random() < 0.7,
    )  # fmt: skip


def _show(
    rng: random.Random, show_id: str, act: str, kind: ShowType, venue: Venue, today: dt.date
) -> Show:
    starts = rng.choice(("18:30", "19:00", "19:30", "20:00", "20:30"))
    return Show(
        show_id, act, kind, venue.venue, venue.city, CITIES[venue.city], day(rng, today, 1, 75),
        starts, 0.0, False,
    )  # fmt: skip


def _category(rng: random.Random, category_id: str, show: Show, level: Level) -> TicketCategory:
    price = PRICES[level] + rng.randint(-9, 24) + rng.choice((0, 0.5))
    left = rng.choice((0, 2, 5, 12, 30, 64, 120))
    return TicketCategory(
        category_id, show.show_id, show.act, show.city, show.date, level, price, left
    )


def _priced(show: Show, categories: list[TicketCategory]) -> Show:
    own = [c for c in categories if c.show_id == show.show_id]
    sold_out = not any(c.left for c in own)
    return replace(show, cheapest=min(c.face_price for c in own), sold_out=sold_out)


def _act(rng: random.Random, act: str, kind: ShowType, shows: list[Show]) -> Act:
    home = rng.choice(sorted(set(CITIES.values())))
    stars = round(rng.uniform(3, 4.9), 1)
    ahead = sum(show.act == act for show in shows)
    return Act(act, kind, home, rng.randrange(75, 190, 5), stars, ahead)


def _bought(
    patron_id: str, category: TicketCategory, show: Show, quantity: int, delivery: Delivery
) -> BoxOrder:
    paid = round(category.face_price * quantity + (4.5 if delivery == "post" else 0), 2)
    order_id = fresh_id("BXO", patron_id, category.category_id, quantity)
    return BoxOrder(
        order_id, patron_id, category.category_id, show.show_id, show.act, show.venue, show.city,
        show.date, quantity, paid, delivery, "valid",
    )  # fmt: skip


def _valid(db: BoxOffice, order_id: str, days: int) -> BoxOrder:
    """Give an order that can still be changed so many days ahead. Raises Refused otherwise."""
    order = db.orders[order_id]
    if order.status != "valid":
        raise Refused(f"The tickets of order {order_id} have been {order.status} already.")
    if dt.date.fromisoformat(order.date) < db.today + dt.timedelta(days=days):
        raise Refused(f"Order {order_id} is too close to the show; that takes {days} days.")
    return order


def _take(db: BoxOffice, category_id: str, quantity: int) -> TicketCategory:
    """Take tickets out of a category. Raises Refused where too few are left."""
    category = db.categories[category_id]
    if quantity > category.left:
        raise Refused(f"Category {category_id} has only {category.left} tickets left.")
    return db.categories.put(replace(category, left=category.left - quantity))


world = World(
    "box_office",
    "A box office for concerts and theatre",
    seed,
    known={
        "City": lambda s, rng: rng.choice(list(s.shows)).city,
        "Country": lambda s, rng: rng.choice(list(s.shows)).country,
        "ActName": lambda s, rng: rng.choice(list(s.shows)).act,
        "VenueName": lambda s, rng: rng.choice(list(s.venues)).venue,
        "PatronId": lambda s, rng: rng.choice(list(s.orders)).patron_id,
        "TicketQuantity": lambda _s, rng: rng.randint(2, 5),
        "find_shows.not_before": lambda s, rng: day(rng, s.today, 7, 40),
        "find_affordable_tickets.max_price": lambda _s, rng: float(rng.randrange(30, 55, 5)),
        "list_ticket_categories.max_price": lambda _s, rng: float(rng.randrange(40, 80, 10)),
        "pass_on_tickets.holder": lambda _s, rng: NewHolder(n := person(rng), email(rng, n)),
    },
)


@world.function()
def find_shows(
    db: BoxOffice,
    city: City,
    show_type: ShowType | None = None,
    not_before: Date | None = None,
    page: PageNumber = 1,
) -> Page[Show]:
    """List the shows in a city by date, eight to a page. Those that are sold out are marked.

    city: name of the city
    show_type: only shows of this type
    not_before: only shows on this day or later
    page: which page of the list
    """
    found = db.shows.where(
        lambda s: (
            s.city.casefold() == city.casefold()
            and (show_type is None or s.type == show_type)
            and (not_before is None or s.date >= not_before)
        )
    )
    return page_of(sorted(found, key=lambda s: (s.date, s.show_id)), page, 8)


@world.function()
def find_tour_dates(db: BoxOffice, act: ActName, country: Country | None = None) -> list[Show]:
    """List where and when an act can be seen, in the order of the tour.

    act: name of the band, ensemble or production
    country: only shows in this country
    """
    known = db.acts[act]
    found = db.shows.where(
        lambda s: (
            s.act == known.act and (country is None or s.country.casefold() == country.casefold())
        )
    )
    return sorted(found, key=lambda s: (s.date, s.show_id))


@world.function()
def get_venue(db: BoxOffice, venue: VenueName, unit: Literal["km", "miles"] = "km") -> Venue:
    """Get a venue: its address and size, when doors open, and the way from the main station.

    venue: name of the venue
    unit: in what the distance from the station is given
    """
    place = db.venues[venue]
    if unit == "km":
        return place
    return replace(place, distance=round(place.distance / MILE, 1), unit="miles")


@world.function()
def list_ticket_categories(
    db: BoxOffice, show_id: ShowId, max_price: Money | None = None
) -> list[TicketCategory]:
    """List the categories of tickets that are left for a show, with price and number left.

    show_id: the show
    max_price: only categories in which a ticket costs at most this much, in euros
    """
    show = db.shows[show_id]
    return db.categories.where(
        lambda c: (
            c.left > 0
            and c.show_id == show.show_id
            and (max_price is None or c.face_price <= max_price)
        )
    )


@world.function()
def find_affordable_tickets(
    db: BoxOffice, city: City, max_price: Money, level: Level | None = None
) -> list[TicketCategory]:
    """List the tickets for shows in a city that cost no more than a limit.

    The cheapest come first, at most six of them.

    city: name of the city
    max_price: what a ticket may cost, in euros
    level: only tickets for this part of the house
    """
    found = db.categories.where(
        lambda c: (
            c.left > 0
            and c.city.casefold() == city.casefold()
            and c.face_price <= max_price
            and (level is None or c.level == level)
        )
    )
    return sorted(found, key=lambda c: (c.face_price, c.category_id))[:6]


@world.function(writes=True)
def order_show_tickets(
    db: BoxOffice,
    category_id: CategoryId,
    quantity: Tickets,
    patron_id: PatronId,
    delivery: Delivery = "e-ticket",
) -> BoxOrder:
    """Buy tickets of one category. By post they cost 4.50 euros more.

    category_id: the category
    quantity: how many tickets
    patron_id: number of the customer account
    delivery: how the tickets come to the customer
    """
    patron, category = db.patrons[patron_id], db.categories[category_id]
    show = db.shows[category.show_id]
    order = _bought(patron.patron_id, category, show, quantity, delivery)
    if order.order_id in db.orders:
        raise Refused(f"Order {order.order_id} is for these tickets already.")
    _take(db, category_id, quantity)
    return db.orders.put(order)


@world.function()
def list_box_orders(db: BoxOffice, patron_id: PatronId) -> list[BoxOrder]:
    """List the tickets that a customer has for shows to come.

    patron_id: number of the customer account
    """
    patron = db.patrons[patron_id]
    return db.orders.where(lambda o: o.patron_id == patron.patron_id and o.status == "valid")


@world.function(writes=True)
def exchange_show_tickets(db: BoxOffice, order_id: BoxOrderId, category_id: CategoryId) -> BoxOrder:
    """Exchange the tickets of an order for as many of another category, of any show.

    The difference is charged or paid back, plus 5 euros. Refused less than three days ahead.

    order_id: the order to change
    category_id: the category to have instead
    """
    order = _valid(db, order_id, 3)
    if order.category_id == category_id:
        raise Refused(f"Order {order_id} is for category {category_id} already.")
    new = _take(db, category_id, order.quantity)
    old, show = db.categories[order.category_id], db.shows[new.show_id]
    db.categories.put(replace(old, left=old.left + order.quantity))
    made = _bought(order.patron_id, new, show, order.quantity, order.delivery)
    return db.orders.put(replace(made, order_id=order_id, paid=round(made.paid + 5, 2)))


@world.function(writes=True)
def return_show_tickets(db: BoxOffice, order_id: BoxOrderId) -> BoxOrder:
    """Give back the tickets of an order and get what was paid. Refused less than a week ahead.

    order_id: the order to return
    """
    order = _valid(db, order_id, 7)
    category = db.categories[order.category_id]
    db.categories.put(replace(category, left=category.left + order.quantity))
    return db.orders.put(replace(order, status="returned"))


@world.function(writes=True)
def pass_on_tickets(
    db: BoxOffice, order_id: BoxOrderId, holder: Annotated[NewHolder, Kind("NewTicketHolder")]
) -> TicketTransfer:
    """Put the tickets of an order in somebody else's name, for 2 euros a ticket.

    Refused on the day before the show and on the day itself.

    order_id: the order to pass on
    holder: who gets the tickets, and where they are sent
    """
    order = _valid(db, order_id, 2)
    passed = db.orders.put(replace(order, status="passed on"))
    transfer_id = fresh_id("TTR", order_id, holder.email)
    return db.transfers.put(TicketTransfer(transfer_id, passed, holder, 2.0 * order.quantity))


@world.function(writes=True)
def follow_acts(db: BoxOffice, acts: list[ActName], patron_id: PatronId) -> ActAlert:
    """Have a customer told of every new show of some acts, for a year. Up to five at once.

    acts: names of the acts
    patron_id: number of the customer account
    """
    followed = [db.acts[act] for act in dict.fromkeys(acts)]
    if not 1 <= len(followed) <= 5:
        raise Refused("One alert takes one to five acts.")
    alert_id = fresh_id("ALT", db.patrons[patron_id].patron_id, *sorted(set(acts)))
    return db.alerts.put(
        ActAlert(alert_id, patron_id, followed, str(db.today + dt.timedelta(days=365)))
    )
