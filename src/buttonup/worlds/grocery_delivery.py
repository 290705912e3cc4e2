"""A grocery delivery service: its shelves, recipes, shoppers' baskets, delivery slots, orders."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Country, Date, Kind, Money, PersonName, Time
from buttonup.worlds.names import CITIES, DISTRICTS, address, day, numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

GroceryId = Annotated[
    str, Kind("GroceryId"), Meta(pattern=r"^GRO-\d{4}$", description="Product id, like GRO-3308.")
]
SlotId = Annotated[
    str,
    Kind("DeliverySlotId"),
    Meta(pattern=r"^DSL-\d{4}$", description="Delivery slot id, like DSL-2043."),
]
OrderId = Annotated[
    str,
    Kind("GroceryOrderId"),
    Meta(pattern=r"^GOR-\d{5}$", description="Order id, like GOR-20431."),
]
ShopperId = Annotated[
    str, Kind("ShopperId"), Meta(pattern=r"^SHO-\d{5}$", description="Customer number.")
]
LineId = Annotated[
    str, Kind("BasketLineId"), Meta(pattern=r"^BLN-\d{5}$", description="Id of a basket line.")
]
RecipeName = Annotated[
    str, Kind("RecipeName"), Meta(description="Name of a recipe, like mushroom risotto.")
]
GroceryName = Annotated[str, Kind("GroceryName")]
Pieces = Annotated[
    int, Kind("GroceryPieces"), Meta(ge=1, le=12, description="How many packs, bottles or loaves.")
]
AisleName = Literal[
    "bakery", "dairy", "fruit and vegetables", "meat and fish", "pantry", "drinks", "frozen food",
    "household",
]  # fmt: skip
Aisle = Annotated[AisleName, Kind("GroceryAisle")]
Diet = Literal["vegan", "gluten-free", "organic"]
PartOfDay = Literal["morning", "afternoon", "evening"]


class Grocery(Row):
    """A product on the shelves."""

    grocery_id: GroceryId
    name: GroceryName
    aisle: Aisle
    price: Money
    diets: list[Diet]
    in_stock: bool


class GroceryFacts(Row):
    """What the label of a product says."""

    grocery_id: GroceryId
    name: GroceryName
    country: Annotated[Country, Meta(description="Country of origin.")]
    kcal: Annotated[int, Meta(description="Energy of 100 g or of a portion.")]
    sugar: Annotated[float, Meta(description="Sugar in 100 g or in a portion, in grams.")]
    basis: Literal["100 g", "portion"]
    keeps_days: Annotated[int, Meta(description="How long it keeps after delivery, in days.")]


class BasketLine(Row):
    """A product in somebody's basket, or in an order."""

    line_id: LineId
    shopper_id: ShopperId
    grocery_id: GroceryId
    name: GroceryName
    pieces: Pieces
    price: Annotated[Money, Meta(description="Price of one, in euros.")]
    amount: Annotated[Money, Meta(description="Price of all of them, in euros.")]


class Basket(Row):
    """All that somebody is about to order."""

    shopper_id: ShopperId
    lines: list[BasketLine]
    total: Money


class DeliverySlot(Row):
    """Two hours in which the van comes to a district."""

    slot_id: SlotId
    district: Annotated[str, Kind("District")]
    date: Date
    starts: Time
    ends: Time
    fee: Money
    places: Annotated[int, Meta(description="Deliveries that still fit in.")]


class GroceryOrder(Row):
    """Groceries that are on their way, or were delivered."""

    order_id: OrderId
    shopper_id: ShopperId
    slot_id: SlotId
    date: Date
    starts: Time
    ends: Time
    lines: list[BasketLine]
    delivery_fee: Annotated[Money, Meta(description="Delivery fee, in euros.")]
    total: Annotated[Money, Meta(description="Groceries and delivery, in euros.")]
    if_missing: Literal["similar item", "leave out", "phone first"]
    status: Literal["placed", "delivered", "cancelled"]


class Recipe(Row):
    """A dish, and what one needs for it."""

    recipe: RecipeName
    groceries: list[GroceryId]


class Shopper(Row):
    """Somebody who orders groceries."""

    shopper_id: ShopperId
    name: PersonName
    street: str
    district: Annotated[str, Kind("District")]


@dataclasses.dataclass
class GroceryDelivery(State):
    """All of the service's records."""

    groceries: Table[Grocery]
    facts: Table[GroceryFacts]
    recipes: Table[Recipe]
    basket: Table[BasketLine]
    slots: Table[DeliverySlot]
    orders: Table[GroceryOrder]
    shoppers: Table[Shopper]


SMALLEST_ORDER = 15.0  # euros
SHELVES: dict[AisleName, str] = {
    "bakery": "sourdough loaf 3.80 v|rye bread 3.20 vo|bag of croissants 2.90|"
    "pack of corn tortillas 2.40 vg|seeded baguette 2.60 v|pack of pitta breads 1.80 v|"
    "gluten-free loaf 3.60 vg|box of cinnamon buns 4.20|spelt loaf 4.10 vo|banana bread 4.50",
    "dairy": "carton of whole milk 1.40 g|oat drink 2.10 v|pack of salted butter 2.80 g|"
    "pot of natural yoghurt 2.30 go|goat's cheese 3.90 g|wedge of parmesan 5.60 g|"
    "box of eggs 3.40 go|tub of double cream 2.20 g|ball of mozzarella 1.90 g|"
    "block of halloumi 3.70 g",
    "fruit and vegetables": "bunch of bananas 1.60 vgo|net of lemons 1.90 vg|"
    "box of vine tomatoes 2.80 vg|bag of spinach 2.20 vgo|box of mushrooms 2.10 vg|"
    "net of red onions 1.30 vg|bulb of garlic 1.10 vgo|bag of potatoes 2.40 vg|"
    "bag of red peppers 2.60 vg|pair of avocados 3.20 vg|bag of carrots 1.20 vgo|"
    "piece of ginger 1.50 vg",
    "meat and fish": "pack of chicken thighs 6.40 g|pack of beef mince 5.90 g|"
    "side of salmon 8.90 g|pack of bacon 3.80 g|cod loin 9.40 g|shoulder of lamb 12.50 go|"
    "ring of chorizo 4.20 g|smoked trout 5.70 g|bag of prawns 7.80 g|pack of sausages 4.60",
    "pantry": "bag of risotto rice 3.10 vg|bag of basmati rice 3.40 vg|"
    "pack of spaghetti 1.70 v|tin of tomatoes 1.20 vgo|tin of coconut milk 1.90 vg|"
    "bag of red lentils 2.30 vgo|tin of chickpeas 1.10 vg|bottle of olive oil 8.40 vgo|"
    "jar of peanut butter 3.50 vg|bag of flour 1.40 v|bar of dark chocolate 2.60 vgo|"
    "jar of curry paste 2.70 vg",
    "drinks": "orange juice 3.20 vg|tonic water 2.80 vg|bottled lemonade 3.60 vgo|"
    "iced green tea 3.30 vgo|ginger beer 4.10 vg|apple cider 6.50 vg|"
    "elderflower cordial 5.40 vg|wheat beer 7.20 v|rooibos iced tea 2.90 vg|"
    "tomato juice 2.70 vg",
    "frozen food": "bag of peas 2.40 vg|vanilla ice cream 4.80 g|spinach pizza 4.30|"
    "box of fish fingers 4.60|bag of mixed berries 4.90 vgo|bag of potato waffles 2.80 vg|"
    "bag of edamame 3.30 vg|lemon sorbet 4.20 vg|bag of dumplings 5.10 v|"
    "sheet of puff pastry 2.50 v",
    "household": "washing-up liquid 2.30 v|kitchen roll 3.90|laundry powder 9.80|"
    "roll of bin bags 3.10|box of dishwasher tablets 8.70|roll of baking paper 2.60|"
    "box of candles 4.40 v|pack of sponges 1.90",
}
RECIPES = {
    "mushroom risotto": "bag of risotto rice|box of mushrooms|wedge of parmesan|bulb of garlic",
    "lentil curry": "bag of red lentils|tin of coconut milk|jar of curry paste|bag of spinach",
    "spaghetti bolognese": "pack of spaghetti|pack of beef mince|tin of tomatoes|net of red onions",
    "salmon with potatoes": "side of salmon|bag of potatoes|net of lemons|pack of salted butter",
    "chicken curry": "pack of chicken thighs|jar of curry paste|tin of coconut milk|"
    "bag of basmati rice",
    "shakshuka": "box of eggs|tin of tomatoes|bag of red peppers|pack of pitta breads",
    "chocolate mousse": "bar of dark chocolate|box of eggs|tub of double cream",
    "prawn tacos": "pack of corn tortillas|bag of prawns|pair of avocados|net of lemons",
    "tomato soup": "box of vine tomatoes|net of red onions|tub of double cream|sourdough loaf",
    "banana pancakes": "bunch of bananas|bag of flour|box of eggs|carton of whole milk",
    "chickpea stew": "tin of chickpeas|bag of spinach|tin of tomatoes|ring of chorizo",
    "halloumi wraps": "block of halloumi|pack of pitta breads|bag of red peppers|pair of avocados",
    "goat's cheese tart": "sheet of puff pastry|goat's cheese|net of red onions|box of eggs",
}
CALORIES: dict[AisleName, tuple[int, int]] = {
    "bakery": (230, 420), "dairy": (60, 400), "fruit and vegetables": (18, 160),
    "meat and fish": (110, 320), "pantry": (90, 590), "drinks": (20, 64), "frozen food": (80, 280),
    "household": (0, 1),
}  # fmt: skip
"""Energy of 100 g, from and to; 0 where there is nothing to eat."""
DIETS: dict[str, Diet] = {"v": "vegan", "g": "gluten-free", "o": "organic"}
HOURS: dict[int, PartOfDay] = {
    8: "morning", 10: "morning", 13: "afternoon", 15: "afternoon", 18: "evening", 20: "evening",
}  # fmt: skip
AREAS = DISTRICTS[:5]


def seed(rng: random.Random, today: dt.date) -> GroceryDelivery:
    """Make 84 products, 13 recipes, 140 slots, and the baskets and orders of 34 shoppers."""
    ids = iter(numbers(rng, "GRO", 90, 4))
    groceries = [
        _grocery(rng, next(ids), aisle, told)
        for aisle, listed in SHELVES.items()
        for told in listed.split("|")
    ]
    by_name = {g.name: g for g in groceries}
    shoppers = [
        Shopper(n, name, address(rng), rng.choice(AREAS))
        for n, name in zip(numbers(rng, "SHO", 34), people(rng, 34), strict=True)
    ]
    places = [(area, ahead, hour) for area in AREAS for ahead in range(7) for hour in HOURS]
    slots = [
        _slot(rng, slot_id, area, today + dt.timedelta(days=ahead), hour)
        for slot_id, (area, ahead, hour) in zip(
            numbers(rng, "DSL", 140, 4), rng.sample(places, 140), strict=True
        )
    ]
    return GroceryDelivery(
        today,
        groceries=Table("grocery_id", groceries),
        facts=Table("grocery_id", [_label(rng, g) for g in groceries]),
        recipes=Table(
            "recipe",
            [Recipe(n, [by_name[g].grocery_id for g in r.split("|")]) for n, r in RECIPES.items()],
        ),
        basket=Table("line_id", [line for s in shoppers for line in _lines(rng, s, groceries)]),
        slots=Table("slot_id", slots),
        orders=Table("order_id", [_ordered(rng, s, slots, groceries) for s in shoppers * 2]),
        shoppers=Table("shopper_id", shoppers),
    )


def _grocery(rng: random.Random, grocery_id: str, aisle: AisleName, told: str) -> Grocery:
    """Read a product off the shelf: its name, price and the letters of its diets."""
    words = told.split()
    at = next(i for i, word in enumerate(words) if word[0].isdigit())
    marks = "".join(words[at + 1 :])
    price = round(float(words[at]) + rng.choice((-0.2, 0, 0.15, 0.3)), 2)
    diets = [DIETS[mark] for mark in marks]
    return Grocery(grocery_id, " ".join(words[:at]), aisle, price, diets, rng.random() < 0.95)


def _label(rng: random.Random, grocery: Grocery) -> GroceryFacts:
    fresh = grocery.aisle in ("bakery", "dairy", "fruit and vegetables", "meat and fish")
    kcal = rng.randrange(*CALORIES[grocery.aisle])
    sweet = 0.012 if grocery.aisle in ("dairy", "meat and fish") else 0.12
    return GroceryFacts(
        grocery.grocery_id, grocery.name, rng.choice(sorted(set(CITIES.values()))), kcal,
        round(kcal * rng.uniform(0, sweet), 1), "100 g",
        rng.randint(2, 9) if fresh else rng.randrange(60, 540, 10),
    )  # fmt: skip


def _slot(
    rng: random.Random, slot_id: str, district: str, date: dt.date, hour: int
) -> DeliverySlot:
    fee = rng.choice((2.5, 3.5, 3.9, 4.5, 5.9))
    ends = f"{hour + 2:02}:00"
    places = rng.choice((0, 1, 2, 4, 6))
    return DeliverySlot(slot_id, district, str(date), f"{hour:02}:00", ends, fee, places)


def _line(shopper_id: str, grocery: Grocery, pieces: int) -> BasketLine:
    return BasketLine(
        fresh_id("BLN", shopper_id, grocery.grocery_id), shopper_id, grocery.grocery_id,
        grocery.name, pieces, grocery.price, round(grocery.price * pieces, 2),
    )  # fmt: skip


def _lines(rng: random.Random, shopper: Shopper, groceries: list[Grocery]) -> list[BasketLine]:
    chosen = rng.sample(groceries, rng.randint(3, 5))
    return [_line(shopper.shopper_id, g, rng.choice((1, 2, 2, 3))) for g in chosen]


def _ordered(
    rng: random.Random, shopper: Shopper, slots: list[DeliverySlot], groceries: list[Grocery]
) -> GroceryOrder:
    slot = rng.choice([s for s in slots if s.district == shopper.district])
    return _order(shopper.shopper_id, slot, _lines(rng, shopper, groceries), "similar item")


def _order(
    shopper_id: str,
    slot: DeliverySlot,
    lines: list[BasketLine],
    if_missing: Literal["similar item", "leave out", "phone first"],
) -> GroceryOrder:
    total = round(sum(line.amount for line in lines) + slot.fee, 2)
    order_id = fresh_id("GOR", slot.slot_id, *(line.line_id for line in lines))
    return GroceryOrder(
        order_id, shopper_id, slot.slot_id, slot.date, slot.starts, slot.ends, lines, slot.fee,
        total, if_missing, "placed",
    )  # fmt: skip


def _basket(db: GroceryDelivery, shopper_id: str) -> Basket:
    lines = db.basket.where(lambda line: line.shopper_id == shopper_id)
    lines.sort(key=lambda line: line.line_id)
    return Basket(shopper_id, lines, round(sum(line.amount for line in lines), 2))


def _slot_for(db: GroceryDelivery, slot_id: str, shopper: Shopper) -> DeliverySlot:
    """Give a slot that a shopper can have. Raises Refused for any other."""
    slot = db.slots[slot_id]
    if slot.district != shopper.district:
        raise Refused(f"Slot {slot_id} is for {slot.district}, not for {shopper.district}.")
    if slot.places == 0 or slot.date <= str(db.today):
        raise Refused(f"Slot {slot_id} takes no more deliveries.")
    return slot


world = World(
    "grocery_delivery",
    "A grocery delivery service",
    seed,
    known={
        "ShopperId": lambda s, rng: rng.choice(list(s.orders)).shopper_id,
        "RecipeName": lambda s, rng: rng.choice(list(s.recipes)).recipe,
        "GroceryPieces": lambda _s, rng: rng.randint(2, 4),
        "find_groceries.max_price": lambda _s, rng: rng.choice((2.5, 3.0, 3.5, 4.0, 5.0)),
        "find_delivery_slots.date": lambda s, rng: day(rng, s.today, 1, 6),
    },
)


@world.function()
def find_groceries(
    db: GroceryDelivery,
    aisle: Aisle,
    diets: list[Diet] | None = None,
    max_price: Money | None = None,
    page: PageNumber = 1,
) -> Page[Grocery]:
    """List the products of one aisle, six to a page. Products that are sold out are marked.

    aisle: where in the shop to look
    diets: only products that fit all of these
    max_price: only products that cost at most this much, in euros
    page: which page of the list
    """
    found = db.groceries.where(
        lambda g: (
            g.aisle == aisle
            and set(diets or ()) <= set(g.diets)
            and (max_price is None or g.price <= max_price)
        )
    )
    return page_of(found, page, 6)


@world.function()
def read_food_label(
    db: GroceryDelivery, grocery_id: GroceryId, per: Literal["100 g", "portion"] = "100 g"
) -> GroceryFacts:
    """Get what a product's label says: origin, energy, sugar and how long it keeps.

    grocery_id: the product
    per: whether energy and sugar are told for 100 g or for a portion of 30 g
    """
    facts = db.facts[grocery_id]
    if facts.kcal == 0:
        raise Refused(f"Product {grocery_id} is not food; it has no food label.")
    if per == "100 g":
        return facts
    kcal, sugar = round(facts.kcal * 0.3), round(facts.sugar * 0.3, 1)
    return replace(facts, kcal=kcal, sugar=sugar, basis="portion")


@world.function()
def list_recipe_groceries(db: GroceryDelivery, recipe: RecipeName) -> list[Grocery]:
    """List the products that one needs for a recipe.

    recipe: name of the recipe
    """
    return [db.groceries[grocery_id] for grocery_id in db.recipes[recipe.casefold()].groceries]


@world.function()
def list_basket(db: GroceryDelivery, shopper_id: ShopperId) -> list[BasketLine]:
    """List what lies in a shopper's basket and has not been ordered.

    shopper_id: customer number
    """
    return _basket(db, db.shoppers[shopper_id].shopper_id).lines


@world.function(writes=True)
def add_to_basket(
    db: GroceryDelivery, grocery_ids: list[GroceryId], shopper_id: ShopperId, pieces: Pieces = 1
) -> Basket:
    """Put products into a shopper's basket.

    Refused when one of them is sold out or in the basket already; then none is added.

    grocery_ids: the products to add
    shopper_id: customer number
    pieces: how many of each
    """
    shopper = db.shoppers[shopper_id]
    added = [db.groceries[grocery_id] for grocery_id in dict.fromkeys(grocery_ids)]
    if gone := next((g.grocery_id for g in added if not g.in_stock), None):
        raise Refused(f"Product {gone} is sold out.")
    lines = [_line(shopper.shopper_id, grocery, pieces) for grocery in added]
    if twice := next((line.grocery_id for line in lines if line.line_id in db.basket), None):
        raise Refused(f"Product {twice} is in the basket of {shopper_id} already.")
    for line in lines:
        db.basket.put(line)
    return _basket(db, shopper_id)


@world.function(writes=True)
def remove_from_basket(db: GroceryDelivery, grocery_id: GroceryId, shopper_id: ShopperId) -> Basket:
    """Take a product out of a shopper's basket, however many pieces of it there are.

    grocery_id: the product to take out
    shopper_id: customer number
    """
    line_id = fresh_id(
        "BLN", db.shoppers[shopper_id].shopper_id, db.groceries[grocery_id].grocery_id
    )
    if line_id not in db.basket:
        raise Refused(f"Product {grocery_id} is not in the basket of {shopper_id}.")
    db.basket.remove(line_id)
    return _basket(db, shopper_id)


@world.function()
def find_delivery_slots(
    db: GroceryDelivery, date: Date, shopper_id: ShopperId, part_of_day: PartOfDay | None = None
) -> list[DeliverySlot]:
    """List the slots on one day in which the van still has room for a shopper's street.

    date: the day of the delivery
    shopper_id: customer number
    part_of_day: only slots in this part of the day
    """
    shopper = db.shoppers[shopper_id]
    found = db.slots.where(
        lambda s: (
            s.places > 0
            and s.date > str(db.today)
            and s.district == shopper.district
            and s.date == date
            and (part_of_day is None or HOURS[int(s.starts[:2])] == part_of_day)
        )
    )
    return sorted(found, key=lambda s: s.starts)


@world.function(writes=True)
def place_grocery_order(
    db: GroceryDelivery,
    slot_id: SlotId,
    shopper_id: ShopperId,
    if_missing: Literal["similar item", "leave out", "phone first"] = "similar item",
) -> GroceryOrder:
    """Order all that lies in a shopper's basket for one delivery slot. The basket is empty then.

    Refused below 15 euros, and for a slot that is full, today, or in another district.

    slot_id: when it is delivered
    shopper_id: customer number
    if_missing: what happens with a product that has run out by then
    """
    shopper, basket = db.shoppers[shopper_id], _basket(db, shopper_id)
    slot = _slot_for(db, slot_id, shopper)
    if basket.total < SMALLEST_ORDER:
        raise Refused(f"Orders start at 15 euros; the basket of {shopper_id} is below that.")
    for line in basket.lines:
        db.basket.remove(line.line_id)
    db.slots.put(replace(slot, places=slot.places - 1))
    return db.orders.put(_order(shopper_id, slot, basket.lines, if_missing))


@world.function()
def list_grocery_orders(db: GroceryDelivery, shopper_id: ShopperId) -> list[GroceryOrder]:
    """List a shopper's orders that are still to be delivered.

    shopper_id: customer number
    """
    shopper = db.shoppers[shopper_id]
    return db.orders.where(lambda o: o.shopper_id == shopper.shopper_id and o.status == "placed")


@world.function(writes=True)
def move_grocery_delivery(db: GroceryDelivery, order_id: OrderId, slot_id: SlotId) -> GroceryOrder:
    """Have an order delivered in another slot. Its delivery fee is charged instead.

    Refused for an order that comes today, was delivered or is cancelled.

    order_id: the order to move
    slot_id: the new slot
    """
    order = _open_order(db, order_id)
    slot = _slot_for(db, slot_id, db.shoppers[order.shopper_id])
    if order.slot_id == slot_id:
        raise Refused(f"Order {order_id} comes in slot {slot_id} already.")
    old = db.slots[order.slot_id]
    db.slots.put(replace(old, places=old.places + 1))
    db.slots.put(replace(slot, places=slot.places - 1))
    total = round(order.total - order.delivery_fee + slot.fee, 2)
    return db.orders.put(
        replace(
            order, slot_id=slot_id, date=slot.date, starts=slot.starts, ends=slot.ends,
            delivery_fee=slot.fee, total=total,
        )
    )  # fmt: skip


@world.function(writes=True)
def cancel_grocery_order(db: GroceryDelivery, order_id: OrderId) -> GroceryOrder:
    """Cancel an order that is still to come. Nothing is charged.

    Refused on the day of the delivery.

    order_id: the order to cancel
    """
    order = _open_order(db, order_id)
    slot = db.slots[order.slot_id]
    db.slots.put(replace(slot, places=slot.places + 1))
    return db.orders.put(replace(order, status="cancelled"))


def _open_order(db: GroceryDelivery, order_id: str) -> GroceryOrder:
    """Give an order that can still be changed. Raises Refused for any other."""
    order = db.orders[order_id]
    if order.status != "placed":
        raise Refused(f"Order {order_id} is {order.status} already.")
    if order.date <= str(db.today):
        raise Refused(f"Order {order_id} is being packed; it comes today.")
    return order
