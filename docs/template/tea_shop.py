"""A tea shop: teas on the shelf, and the orders that customers place."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind, Money
from buttonup.worlds.names import day, numbers, people
from buttonup.worlds.state import Refused, Row, State, Table, fresh_id
from buttonup.worlds.world import World

# Kinds: what can feed what. A prefix that no other world has; the shared ones come from kinds.py.
TeaId = Annotated[str, Kind("TeaId"), Meta(pattern=r"^TEA-\d{4}$", description="Like TEA-4021.")]
DrinkerId = Annotated[
    str, Kind("TeaDrinkerId"), Meta(pattern=r"^TD-\d{5}$", description="Customer number.")
]
TeaOrderId = Annotated[
    str, Kind("TeaOrderId"), Meta(pattern=r"^TO-\d{5}$", description="Order id, like TO-20431.")
]
Tins = Annotated[int, Kind("TeaTins"), Meta(ge=1, le=12, description="Number of tins.")]
Sort = Literal["green", "black", "white", "herbal"]


class Tea(Row):
    """A tea on the shelf."""

    tea_id: TeaId
    name: Annotated[str, Kind("TeaName")]
    sort: Sort
    price: Money
    tins_left: Annotated[int, Meta(description="Tins on the shelf.")]


class TeaOrder(Row):
    """Tins that somebody has ordered."""

    order_id: TeaOrderId
    drinker_id: DrinkerId
    tea_id: TeaId
    tea: Annotated[str, Kind("TeaName")]
    tins: Tins
    total: Money
    arrives: Date
    status: Literal["open", "sent", "cancelled"]


@dataclasses.dataclass
class TeaShop(State):
    """All of the shop's records."""

    teas: Table[Tea]
    orders: Table[TeaOrder]
    drinkers: Table[Drinker]


class Drinker(Row):
    """A customer."""

    drinker_id: DrinkerId
    name: Annotated[str, Kind("PersonName")]


SORTS: tuple[Sort, ...] = ("green", "black", "white", "herbal")
PLACES = "Misty Hill|Old Harbour|Long Meadow|Silver Peak|River Bend|Stone Gate|Quiet Valley".split(
    "|"
)
MOODS = "Morning|Evening|Garden|Winter|Sunday|Festival".split("|")


def seed(rng: random.Random, today: dt.date) -> TeaShop:
    """Make 42 teas, 80 customers and 160 orders."""
    teas = [
        Tea(
            tea_id,
            f"{place} {mood}",
            rng.choice(SORTS),
            rng.randint(8, 60) / 2,
            rng.choice((0, rng.randint(1, 40))),
        )
        for tea_id, (place, mood) in zip(
            numbers(rng, "TEA", 42, digits=4), [(p, m) for p in PLACES for m in MOODS], strict=True
        )
    ]
    drinkers = [
        Drinker(drinker_id, name)
        for drinker_id, name in zip(numbers(rng, "TD", 80), people(rng, 80), strict=True)
    ]
    orders = [
        _order(rng, order_id, rng.choice(drinkers), rng.choice(teas), today)
        for order_id in numbers(rng, "TO", 160)
    ]
    return TeaShop(
        today,
        teas=Table("tea_id", teas),
        orders=Table("order_id", orders),
        drinkers=Table("drinker_id", drinkers),
    )


def _order(
    rng: random.Random, order_id: str, drinker: Drinker, tea: Tea, today: dt.date
) -> TeaOrder:
    tins = rng.randint(1, 6)
    return TeaOrder(
        order_id,
        drinker.drinker_id,
        tea.tea_id,
        tea.name,
        tins,
        round(tea.price * tins, 2),
        day(rng, today, 1, 12),
        rng.choice(("open", "open", "sent")),
    )


world = World(
    "tea_shop",
    "A tea shop",
    seed,
    known={  # what a customer knows and says; order and tea ids only come from results
        "TeaDrinkerId": lambda s, rng: rng.choice(list(s.orders)).drinker_id,
        "TeaTins": lambda _s, rng: rng.randint(1, 8),
        "find_teas.max_price": lambda _s, rng: float(rng.randrange(10, 28, 2)),
    },
)


@world.function()
def find_teas(db: TeaShop, sort: Sort, max_price: Money | None = None) -> list[Tea]:
    """List the teas of a sort that are on the shelf.

    sort: which sort of tea
    max_price: only teas that cost at most this much a tin, in euros
    """
    return db.teas.where(
        lambda t: t.sort == sort and t.tins_left > 0 and (max_price is None or t.price <= max_price)
    )


@world.function()
def get_tea(db: TeaShop, tea_id: TeaId) -> Tea:
    """Get one tea: its sort, its price a tin, and how many tins are left.

    tea_id: the tea to look up
    """
    return db.teas[tea_id]


@world.function()
def list_tea_orders(db: TeaShop, drinker_id: DrinkerId) -> list[TeaOrder]:
    """List a customer's orders that have not been cancelled.

    drinker_id: customer number
    """
    drinker = db.drinkers[drinker_id]
    return db.orders.where(lambda o: o.drinker_id == drinker.drinker_id and o.status != "cancelled")


@world.function(writes=True)
def order_tea(db: TeaShop, tea_id: TeaId, drinker_id: DrinkerId, tins: Tins) -> TeaOrder:
    """Order tins of a tea for a customer. They arrive in three days.

    Refused when there are not enough tins on the shelf.

    tea_id: the tea to order
    drinker_id: customer number of the person who orders
    tins: how many tins
    """
    tea, drinker = db.teas[tea_id], db.drinkers[drinker_id]
    if tea.tins_left < tins:
        raise Refused(f"There are only {tea.tins_left} tins of tea {tea_id} left.")
    db.teas.put(replace(tea, tins_left=tea.tins_left - tins))
    arrives = str(db.today + dt.timedelta(days=3))
    order_id = fresh_id("TO", drinker.drinker_id, tea_id, tins)
    total = round(tea.price * tins, 2)
    return db.orders.put(
        TeaOrder(order_id, drinker_id, tea_id, tea.name, tins, total, arrives, "open")
    )


@world.function(writes=True)
def cancel_tea_order(db: TeaShop, order_id: TeaOrderId) -> TeaOrder:
    """Cancel an order that has not been sent yet. The tins go back on the shelf.

    order_id: the order to cancel
    """
    order = db.orders[order_id]
    if order.status != "open":
        raise Refused(f"Order {order_id} is {order.status} already and cannot be cancelled.")
    tea = db.teas[order.tea_id]
    db.teas.put(replace(tea, tins_left=tea.tins_left + order.tins))
    return db.orders.put(replace(order, status="cancelled"))
