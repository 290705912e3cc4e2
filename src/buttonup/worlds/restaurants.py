"""Restaurants in several cities: where to eat, what is on the menu, tables, bookings, parties."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Kind, Money, PersonName, Phone, Time
from buttonup.worlds.names import CITIES, address, clock_time, day, numbers, people, person, phone
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

EateryId = Annotated[
    str, Kind("EateryId"), Meta(pattern=r"^EAT-\d{3}$", description="Restaurant id, like EAT-214.")
]
EateryName = Annotated[
    str, Kind("EateryName"), Meta(description="Name of a restaurant, like Copper Pan.")
]
DishId = Annotated[
    str, Kind("DishId"), Meta(pattern=r"^DSH-\d{4}$", description="Dish id, like DSH-3308.")
]
SittingId = Annotated[
    str,
    Kind("SittingId"),
    Meta(pattern=r"^SIT-\d{5}$", description="A table at one time, like SIT-20431."),
]
TableBookingId = Annotated[
    str,
    Kind("TableBookingId"),
    Meta(pattern=r"^TBL-\d{5}$", description="Table booking id, like TBL-20431."),
]
PartyId = Annotated[
    str,
    Kind("PrivatePartyId"),
    Meta(pattern=r"^PVT-\d{5}$", description="Private party id, like PVT-20431."),
]
DinerId = Annotated[
    str, Kind("DinerId"), Meta(pattern=r"^DIN-\d{5}$", description="Number of a guest account.")
]
Diners = Annotated[int, Kind("TableGuests"), Meta(ge=1, le=8, description="Number of people.")]
NewDiners = Annotated[
    int, Kind("NewTableGuests"), Meta(ge=1, le=8, description="Number of people.")
]
PartyGuests = Annotated[
    int, Kind("PartyGuests"), Meta(ge=8, le=60, description="Number of guests at a party.")
]
Stars = Annotated[float, Kind("DinerRating"), Meta(ge=1, le=5, description="Rating, 1 to 5.")]
CuisineName = Literal["French", "Greek", "Indian", "Italian", "Japanese", "Spanish"]
Cuisine = Annotated[CuisineName, Kind("Cuisine")]
CourseName = Literal["starter", "main", "dessert"]
Allergen = Literal["milk", "nuts", "gluten", "fish", "egg", "shellfish", "sesame"]
Area = Literal["dining room", "terrace", "bar", "conservatory"]
TableWish = Literal["high chair", "window seat", "quiet corner", "step-free access", "candles"]


class Eatery(Row):
    """A restaurant."""

    eatery_id: EateryId
    name: EateryName
    city: City
    street: str
    cuisine: Cuisine
    rating: Stars
    price_per_head: Annotated[Money, Meta(description="What a dinner costs as a rule, in euros.")]
    room_for: Annotated[int, Meta(description="Guests its private room holds; 0: it has none.")]
    terrace: bool


class Dish(Row):
    """Something on a restaurant's menu."""

    dish_id: DishId
    eatery_id: EateryId
    name: Annotated[str, Kind("DishName")]
    course: CourseName
    price: Money
    kcal: Annotated[int, Meta(description="Energy of one portion.")]
    vegetarian: bool
    allergens: list[Allergen]


class Sitting(Row):
    """A table that is free at one time of one day."""

    sitting_id: SittingId
    eatery_id: EateryId
    restaurant: EateryName
    city: City
    date: Date
    time: Time
    area: Area
    seats: Annotated[int, Meta(description="How many can sit at it.")]
    deposit: Annotated[Money, Meta(description="Deposit per person, in euros.")]
    free: bool


class TableBooking(Row):
    """A table kept for somebody."""

    booking_id: TableBookingId
    diner_id: DinerId
    sitting_id: SittingId
    eatery_id: EateryId
    restaurant: EateryName
    city: City
    date: Date
    time: Time
    guests: Diners
    deposit: Annotated[Money, Meta(description="Deposit for everybody, in euros.")]
    wishes: list[TableWish]
    status: Literal["confirmed", "cancelled"]


class Diner(Row):
    """Somebody who has a guest account."""

    diner_id: DinerId
    name: PersonName
    phone: Phone


class MealEstimate(Row):
    """What eating certain dishes would come to."""

    dishes: list[Dish]
    guests: Diners
    food: Annotated[Money, Meta(description="Price of the dishes for everybody.")]
    service: Annotated[Money, Meta(description="Service, 10 % of the food.")]
    total: Money


class PartyHost(Row):
    """Who gives a party, and how to reach that person."""

    name: Annotated[str, Kind("PersonName"), Meta(description="First and last name.")]
    phone: Annotated[str, Kind("Phone"), Meta(description="Telephone number.")]


class PrivateParty(Row):
    """A private room kept for one evening."""

    party_id: PartyId
    eatery: Eatery
    date: Date
    guests: PartyGuests
    host: PartyHost
    minimum_spend: Annotated[Money, Meta(description="The least the party pays, in euros.")]


@dataclasses.dataclass
class Restaurants(State):
    """All that the booking service knows."""

    eateries: Table[Eatery]
    dishes: Table[Dish]
    sittings: Table[Sitting]
    bookings: Table[TableBooking]
    diners: Table[Diner]
    parties: Table[PrivateParty]


NAMES = (
    "Copper Pan|Blue Door|Olive and Ash|Nonna Pia|Salt Kitchen|Little Harbour|Saffron House|"
    "Three Lemons|Paper Lantern|Old Bakery|Casa Robles|Green Tiger|Table Nine|Fig Tree|"
    "Maison Colette|Red Onion|Umi|Stone Oven|Blackbird|Taverna Eleni|Rice and Rye|Juniper Room|"
    "Chez Armand|Golden Thread|Pepper Mill|Kitchen Garden|Sardine Club|Marigold|Night Market|"
    "Osteria Luce|Two Sisters|Wild Thyme|Cinnamon Yard|Kumo|Bodega Sol"
).split("|")
MENUS: dict[CuisineName, dict[CourseName, str]] = {
    "French": {
        "starter": "onion soup/v/milk gluten|leeks in vinaigrette/v/egg|duck terrine//nuts",
        "main": "sole with brown butter//fish milk|mushroom tart/v/gluten egg|beef stew//gluten",
        "dessert": "lemon tart/v/egg gluten milk|chocolate mousse/v/egg milk|poached pear/v/",
    },
    "Greek": {
        "starter": "tzatziki with bread/v/milk gluten|grilled octopus//shellfish|fava purée/v/",
        "main": "lamb with orzo//gluten|stuffed peppers/v/nuts|baked sea bream//fish",
        "dessert": "baklava/v/nuts gluten|yoghurt with honey/v/milk nuts|orange cake/v/egg gluten",
    },
    "Indian": {
        "starter": "onion bhajis/v/|paneer skewers/v/milk|spiced crab//shellfish",
        "main": "lamb rogan josh//milk|aubergine curry/v/sesame|prawn malabar//shellfish",
        "dessert": "mango kulfi/v/milk nuts|carrot halwa/v/milk nuts|cardamom rice pudding/v/milk",
    },
    "Italian": {
        "starter": "burrata with figs/v/milk|vitello tonnato//fish egg|grilled artichokes/v/",
        "main": "pumpkin ravioli/v/gluten egg milk|saffron risotto/v/milk|sea bass in salt//fish",
        "dessert": "tiramisu/v/egg milk gluten|almond granita/v/nuts|panna cotta//milk",
    },
    "Japanese": {
        "starter": "miso soup//fish|aubergine with sesame/v/sesame|pork gyoza//gluten sesame",
        "main": "salmon teriyaki//fish sesame|tofu katsu curry/v/gluten egg|prawn udon//shellfish",
        "dessert": "matcha ice cream/v/milk egg|black sesame mochi/v/sesame|yuzu sorbet/v/",
    },
    "Spanish": {
        "starter": "tomato bread/v/gluten|garlic prawns//shellfish|padrón peppers/v/",
        "main": "rice with rabbit//|spinach with chickpeas/v/sesame|hake in green sauce//fish",
        "dessert": "almond cake/v/nuts egg|crema catalana/v/egg milk|churros/v/gluten milk",
    },
}
PRICES: dict[CourseName, int] = {"starter": 8, "main": 19, "dessert": 7}
ALLERGENS: tuple[Allergen, ...] = (
    "milk", "nuts", "gluten", "fish", "egg", "shellfish", "sesame",
)  # fmt: skip
AREAS: tuple[Area, ...] = ("dining room", "dining room", "terrace", "bar", "conservatory")


def seed(rng: random.Random, today: dt.date) -> Restaurants:
    """Make 35 restaurants in 5 cities, 210 dishes, 245 tables, and the bookings of 28 guests."""
    cities = rng.sample(list(CITIES), 5)
    ids = rng.sample(range(100, 999), len(NAMES))
    names = rng.sample(NAMES, len(NAMES))
    eateries = [
        _eatery(rng, f"EAT-{n}", name, cities[i % 5])
        for i, (n, name) in enumerate(zip(ids, names, strict=True))
    ]
    dish_ids = iter(numbers(rng, "DSH", 6 * len(NAMES), 4))
    dishes = [d for e in eateries for d in _menu(rng, e, dish_ids)]
    sitting_ids = iter(numbers(rng, "SIT", 7 * len(NAMES)))
    sittings = [
        _sitting(rng, next(sitting_ids), e, today, free=n < 5) for e in eateries for n in range(7)
    ]
    diners = [
        Diner(diner_id, name, phone(rng))
        for diner_id, name in zip(numbers(rng, "DIN", 28), people(rng, 28), strict=True)
    ]
    taken = [s for s in sittings if not s.free]
    return Restaurants(
        today,
        eateries=Table("eatery_id", eateries),
        dishes=Table("dish_id", dishes),
        sittings=Table("sitting_id", sittings),
        bookings=Table("booking_id", [_booking(rng, rng.choice(diners), s) for s in taken]),
        diners=Table("diner_id", diners),
        parties=Table("party_id", ()),
    )


def _eatery(rng: random.Random, eatery_id: str, name: str, city: str) -> Eatery:
    cuisine: CuisineName = rng.choice(list(MENUS))
    rating, price = round(rng.uniform(3.1, 4.9), 1), float(rng.randrange(22, 78, 2))
    room_for = rng.choice((0, 16, 20, 24, 30, 40, 60))
    return Eatery(
        eatery_id, name, city, address(rng), cuisine, rating, price, room_for, rng.random() < 0.4
    )


def _menu(rng: random.Random, eatery: Eatery, ids: Iterator[str]) -> list[Dish]:
    """Give a restaurant two dishes of each course; dearer where dinner is dearer."""
    dishes: list[Dish] = []
    for course, listed in MENUS[eatery.cuisine].items():
        for told in rng.sample(listed.split("|"), 2):
            name, vegetarian, holds = told.split("/")
            price = PRICES[course] * (0.6 + eatery.price_per_head / 80) + rng.choice((0, 0.5, 1))
            kcal = rng.randrange(160, 420, 10) + 260 * (course == "main")
            allergens = [a for a in ALLERGENS if a in holds.split()]
            dishes.append(
                Dish(
                    next(ids), eatery.eatery_id, name, course, round(price * 2) / 2, kcal,
                    vegetarian == "v", allergens,
                )
            )  # fmt: skip
    return dishes


def _sitting(
    rng: random.Random, sitting_id: str, eatery: Eatery, today: dt.date, *, free: bool
) -> Sitting:
    return Sitting(
        sitting_id, eatery.eatery_id, eatery.name, eatery.city, day(rng, today, 1, 6),
        clock_time(rng, 18, 21), rng.choice(AREAS), rng.choice((2, 4, 4, 6, 6, 8)),
        float(rng.choice((5, 10, 10, 15, 20))), free,
    )  # fmt: skip


def _booking(rng: random.Random, diner: Diner, sitting: Sitting) -> TableBooking:
    return _kept(sitting, diner, max(1, sitting.seats - rng.choice((0, 1, 2))), [])


def _kept(sitting: Sitting, diner: Diner, guests: int, wishes: list[TableWish]) -> TableBooking:
    return TableBooking(
        fresh_id("TBL", sitting.sitting_id, diner.diner_id), diner.diner_id, sitting.sitting_id,
        sitting.eatery_id, sitting.restaurant, sitting.city, sitting.date, sitting.time, guests,
        round(sitting.deposit * guests, 2), wishes, "confirmed",
    )  # fmt: skip


world = World(
    "restaurants",
    "A booking service for restaurants",
    seed,
    known={
        "City": lambda s, rng: rng.choice(list(s.eateries)).city,
        "EateryName": lambda s, rng: rng.choice(list(s.eateries)).name,
        "DinerId": lambda s, rng: rng.choice(list(s.bookings)).diner_id,
        "TableGuests": lambda _s, rng: rng.randint(2, 6),
        "NewTableGuests": lambda _s, rng: rng.randint(2, 7),
        "PartyGuests": lambda _s, rng: rng.randrange(12, 32, 2),
        "find_places_to_eat.max_price": lambda _s, rng: float(rng.randrange(35, 75, 5)),
        "find_places_to_eat.min_rating": lambda _s, rng: rng.choice((3.5, 4.0)),
        "list_dishes.max_price": lambda _s, rng: float(rng.randrange(12, 26, 2)),
        "find_free_tables.date": lambda s, rng: rng.choice([t for t in s.sittings if t.free]).date,
        "hire_private_room.date": lambda s, rng: day(rng, s.today, 5, 40),
        "hire_private_room.host": lambda _s, rng: PartyHost(person(rng), phone(rng)),
    },
)


@world.function()
def find_places_to_eat(
    db: Restaurants,
    city: City,
    cuisine: Cuisine | None = None,
    max_price: Money | None = None,
    min_rating: Stars | None = None,
    page: PageNumber = 1,
) -> Page[Eatery]:
    """List the restaurants of a city, best rated first, five to a page.

    city: name of the city
    cuisine: only restaurants that cook this way
    max_price: only restaurants where dinner costs at most this much a head, in euros
    min_rating: only restaurants that guests rate at least this high, 1 to 5
    page: which page of the list
    """
    found = db.eateries.where(
        lambda e: (
            e.city.casefold() == city.casefold()
            and (cuisine is None or e.cuisine == cuisine)
            and (max_price is None or e.price_per_head <= max_price)
            and (min_rating is None or e.rating >= min_rating)
        )
    )
    return page_of(sorted(found, key=lambda e: (-e.rating, e.name)), page, 5)


@world.function()
def get_eatery(db: Restaurants, name: EateryName) -> Eatery:
    """Get one restaurant by its name: where it is, what it cooks, its rating and its prices.

    name: name of the restaurant, without "the"
    """
    found = db.eateries.where(lambda e: e.name.casefold() == name.casefold())
    if not found:
        raise Refused(f"There is no restaurant called {name}.")
    return found[0]


@world.function()
def list_dishes(
    db: Restaurants,
    eatery_id: EateryId,
    course: CourseName | None = None,
    max_price: Money | None = None,
    without: list[Allergen] | None = None,
) -> list[Dish]:
    """List the dishes on a restaurant's menu, with prices and allergens.

    eatery_id: the restaurant
    course: only dishes of this course
    max_price: only dishes that cost at most this much, in euros
    without: allergens that a dish must not have; one with any of them is left out
    """
    eatery = db.eateries[eatery_id]
    return db.dishes.where(
        lambda d: (
            d.eatery_id == eatery.eatery_id
            and (course is None or d.course == course)
            and (max_price is None or d.price <= max_price)
            and not set(d.allergens) & set(without or ())
        )
    )


@world.function()
def find_free_tables(db: Restaurants, city: City, date: Date, guests: Diners) -> list[Sitting]:
    """List the tables that are free in a city on one evening and are large enough.

    city: name of the city
    date: the evening
    guests: how many people will sit at the table
    """
    return db.sittings.where(
        lambda s: (
            s.free and s.city.casefold() == city.casefold() and s.date == date and s.seats >= guests
        )
    )


@world.function()
def list_tables_at(
    db: Restaurants, eatery_id: EateryId, guests: Diners, area: Area | None = None
) -> list[Sitting]:
    """List the free tables of one restaurant on the days ahead that are large enough.

    eatery_id: the restaurant
    guests: how many people will sit at the table
    area: only tables in this part of the restaurant
    """
    eatery = db.eateries[eatery_id]
    return db.sittings.where(
        lambda s: (
            s.free
            and s.eatery_id == eatery.eatery_id
            and s.seats >= guests
            and (area is None or s.area == area)
        )
    )


@world.function()
def estimate_meal(db: Restaurants, dish_ids: list[DishId], guests: Diners) -> MealEstimate:
    """Work out what a meal would come to if everybody had all of these dishes. Orders nothing.

    dish_ids: the dishes that each person eats; all from one restaurant
    guests: how many people eat
    """
    dishes = [db.dishes[dish_id] for dish_id in dict.fromkeys(dish_ids)]
    if not dishes:
        raise Refused("A meal needs at least one dish.")
    if len({d.eatery_id for d in dishes}) > 1:
        raise Refused("The dishes of one meal have to be from one restaurant.")
    food = round(sum(d.price for d in dishes) * guests, 2)
    service = round(food * 0.1, 2)
    return MealEstimate(dishes, guests, food, service, round(food + service, 2))


@world.function(writes=True)
def book_sitting(
    db: Restaurants,
    sitting_id: SittingId,
    guests: Diners,
    diner_id: DinerId,
    wishes: list[TableWish] | None = None,
) -> TableBooking:
    """Keep a free table for a guest. The deposit is due for each person.

    sitting_id: the table, at its day and time
    guests: how many people come
    diner_id: number of the guest account
    wishes: what else the restaurant should see to
    """
    sitting, diner = db.sittings[sitting_id], db.diners[diner_id]
    if not sitting.free:
        raise Refused(f"Table {sitting_id} has been taken.")
    if guests > sitting.seats:
        raise Refused(f"Table {sitting_id} has only {sitting.seats} seats.")
    db.sittings.put(replace(sitting, free=False))
    return db.bookings.put(_kept(sitting, diner, guests, list(wishes or ())))


@world.function()
def list_table_bookings(db: Restaurants, diner_id: DinerId) -> list[TableBooking]:
    """List the tables that are booked on a guest account for the days ahead.

    diner_id: number of the guest account
    """
    diner = db.diners[diner_id]
    return db.bookings.where(lambda b: b.diner_id == diner.diner_id and b.status == "confirmed")


@world.function(writes=True)
def change_party_size(
    db: Restaurants, booking_id: TableBookingId, guests: NewDiners
) -> TableBooking:
    """Change for how many people a table is booked. The table itself stays the same.

    Refused when the table is too small for them, or the booking has been cancelled.

    booking_id: the booking to change
    guests: how many people come now
    """
    booking = db.bookings[booking_id]
    sitting = db.sittings[booking.sitting_id]
    if booking.status == "cancelled":
        raise Refused(f"Booking {booking_id} has been cancelled.")
    if guests == booking.guests:
        raise Refused(f"Booking {booking_id} is for {guests} people already.")
    if guests > sitting.seats:
        raise Refused(f"The table on booking {booking_id} has only {sitting.seats} seats.")
    deposit = round(sitting.deposit * guests, 2)
    return db.bookings.put(replace(booking, guests=guests, deposit=deposit))


@world.function(writes=True)
def cancel_table_booking(db: Restaurants, booking_id: TableBookingId) -> TableBooking:
    """Give up a booked table. The deposit is returned in full.

    Refused on the day before and on the day itself.

    booking_id: the booking to cancel
    """
    booking = db.bookings[booking_id]
    if booking.status == "cancelled":
        raise Refused(f"Booking {booking_id} has been cancelled already.")
    if dt.date.fromisoformat(booking.date) < db.today + dt.timedelta(days=2):
        raise Refused(f"Booking {booking_id} is too close; it can only be cancelled by phone now.")
    db.sittings.put(replace(db.sittings[booking.sitting_id], free=True))
    return db.bookings.put(replace(booking, status="cancelled"))


@world.function(writes=True)
def hire_private_room(
    db: Restaurants,
    eatery_id: EateryId,
    date: Date,
    guests: PartyGuests,
    host: Annotated[PartyHost, Kind("PartyHost")],
) -> PrivateParty:
    """Hire a restaurant's private room for one evening.

    Refused where there is no such room, where it is too small, and when it is taken that evening.

    eatery_id: the restaurant
    date: the evening
    guests: how many guests come, at least eight
    host: who gives the party, and how to reach that person
    """
    eatery = db.eateries[eatery_id]
    if eatery.room_for == 0:
        raise Refused(f"Restaurant {eatery_id} has no private room.")
    if guests > eatery.room_for:
        raise Refused(f"The private room of {eatery_id} holds only {eatery.room_for} guests.")
    if date <= str(db.today):
        raise Refused("A private room has to be hired a day ahead or earlier.")
    party_id = fresh_id("PVT", eatery_id, date)
    if party_id in db.parties:
        raise Refused(f"The private room of {eatery_id} is taken on {date}.")
    least = round(eatery.price_per_head * guests * 0.9, 2)
    return db.parties.put(PrivateParty(party_id, eatery, date, guests, host, least))
