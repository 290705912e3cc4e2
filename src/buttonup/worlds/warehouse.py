"""A wholesaler's stock: products in bins of several depots, suppliers, orders and deliveries."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind, Money, Time
from buttonup.worlds.names import people
from buttonup.worlds.state import Refused, Row, State, Table, fresh_id
from buttonup.worlds.world import World

Sku = Annotated[
    str, Kind("Sku"), Meta(pattern=r"^[A-Z]{2}-\d{4}$", description="Stock number, like PK-2041.")
]
BinId = Annotated[
    str, Kind("BinId"), Meta(pattern=r"^[A-Z]{3}-\d{3}$", description="Bin id, like LEE-214.")
]
DepotName = Annotated[str, Kind("DepotName"), Meta(description="Name of a depot, like Leeds.")]
SupplierId = Annotated[
    str, Kind("SupplierId"), Meta(pattern=r"^SU-\d{3}$", description="Supplier id, like SU-204.")
]
OfferId = Annotated[
    str, Kind("OfferId"), Meta(pattern=r"^OF-\d{5}$", description="Offer id, like OF-20431.")
]
OrderId = Annotated[
    str,
    Kind("PurchaseOrderId"),
    Meta(pattern=r"^PO-\d{5}$", description="Purchase order id, like PO-20431."),
]
ShipmentId = Annotated[
    str, Kind("ShipmentId"), Meta(pattern=r"^SH-\d{5}$", description="Delivery id, like SH-20431.")
]
TransferId = Annotated[
    str, Kind("TransferId"), Meta(pattern=r"^TR-\d{5}$", description="Transfer id, like TR-20431.")
]
BuyerId = Annotated[
    str, Kind("BuyerId"), Meta(pattern=r"^B-\d{4}$", description="Number on a buyer's badge.")
]
Units = Annotated[int, Kind("Units"), Meta(ge=1, description="Number of single pieces.")]
LeadDays = Annotated[int, Kind("LeadDays"), Meta(description="Days from order to delivery.")]
CategoryName = Literal["packaging", "fastener", "cleaning", "electrical", "safety", "hand tool"]
Category = Annotated[CategoryName, Kind("GoodsCategory")]
RegionName = Literal["north", "south", "east", "west"]
Region = Annotated[RegionName, Kind("Region")]
Carrier = Literal["Norfreight", "Halden Haulage", "Pallet Express", "Greyline"]
OrderStatus = Literal["confirmed", "shipped", "cancelled"]


class Depot(Row):
    """One of the sites where stock is kept."""

    depot: DepotName
    region: Region
    manager: Annotated[str, Kind("PersonName")]
    free_pallets: Annotated[int, Meta(description="Pallet spaces that are empty now.")]
    last_pickup: Annotated[Time, Meta(description="When the day's last lorry leaves.")]


class Product(Row):
    """Something that is kept in stock."""

    sku: Sku
    name: Annotated[str, Kind("ProductName")]
    category: Category
    price: Annotated[Money, Meta(description="Selling price of one unit, in euros.")]
    weight_kg: Annotated[float, Meta(description="Weight of one unit.")]
    reorder_point: Annotated[Units, Meta(description="Below this, a depot should reorder.")]


class Bin(Row):
    """A storage place with one product in it."""

    bin_id: BinId
    sku: Sku
    depot: DepotName
    units: Units
    counted: Annotated[Date, Meta(description="When it was last counted.")]


class Shortage(Row):
    """A product of which a depot has less than it should."""

    sku: Sku
    name: Annotated[str, Kind("ProductName")]
    depot: DepotName
    units_left: Annotated[int, Meta(description="What the depot has, over all its bins.")]
    short_by: Annotated[int, Meta(description="Units missing to the reorder point.")]


class Supplier(Row):
    """A company that goods are bought from."""

    supplier_id: SupplierId
    name: Annotated[str, Kind("SupplierName")]
    city: Annotated[str, Kind("CityName")]
    phone: str
    rating: Annotated[float, Meta(description="The buyers' rating, 1 to 5.")]
    on_time: Annotated[int, Meta(description="Deliveries that came on time, in percent.")]


class Offer(Row):
    """The terms at which a supplier sells a product."""

    offer_id: OfferId
    sku: Sku
    supplier_id: SupplierId
    supplier: Annotated[str, Kind("SupplierName")]
    unit_price: Money
    lead_days: LeadDays
    minimum: Annotated[Units, Meta(description="Fewest units that are sold at once.")]


class PurchaseOrder(Row):
    """Goods ordered from a supplier for a depot."""

    order_id: OrderId
    buyer_id: BuyerId
    sku: Sku
    product: Annotated[str, Kind("ProductName")]
    supplier_id: SupplierId
    depot: DepotName
    quantity: Units
    total: Money
    expected: Date
    status: OrderStatus


class Shipment(Row):
    """Ordered goods on their way to a depot."""

    shipment_id: ShipmentId
    order_id: OrderId
    sku: Sku
    product: Annotated[str, Kind("ProductName")]
    depot: DepotName
    carrier: Carrier
    pallets: int
    weight_kg: int
    arrives: Date


class Transfer(Row):
    """Stock moved from one depot to another."""

    transfer_id: TransferId
    sku: Sku
    from_depot: DepotName
    to_depot: DepotName
    quantity: Units
    arrives: Date


@dataclasses.dataclass
class Warehouse(State):
    """All of the wholesaler's records."""

    depots: Table[Depot]
    products: Table[Product]
    bins: Table[Bin]
    suppliers: Table[Supplier]
    offers: Table[Offer]
    orders: Table[PurchaseOrder]
    shipments: Table[Shipment]
    transfers: Table[Transfer]


DEPOTS: dict[RegionName, str] = {
    "north": "Leeds Carlisle Durham Preston",
    "south": "Dover Poole Reading",
    "east": "Norwich Lincoln Ipswich Colchester",
    "west": "Bristol Chester Hereford",
}
PRODUCTS: dict[CategoryName, str] = {
    "packaging": "Double-wall carton 0.9 3|Bubble wrap roll 4.5 18|Kraft paper roll 12 26|"
    "Pallet wrap 2.6 9|Padded envelope pack 3.2 22|Packing tape 1.1 8|Shipping crate 17 42|"
    "Corner protector set 1.8 14",
    "fastener": "Hex bolt set 2.8 24|Wood screw box 3.1 16|Wall plug pack 0.7 7|Wing nut bag 0.9 9|"
    "Anchor bolt pack 4.2 31|Washer assortment 1.6 13|Threaded rod 2.2 6|Rivet tin 1.3 11",
    "cleaning": "Floor cleaner canister 10.4 29|Microfibre cloth pack 0.8 12|Industrial mop 1.9 21|"
    "Hand soap refill 5.2 17|Degreaser drum 26 88|Bin liner roll 1.4 10|Scouring pad box 0.6 8",
    "electrical": "Extension reel 6.8 46|Cable tie bag 0.5 5|LED panel 3.4 39|Junction box 0.4 6|"
    "Work light 2.9 34|Fuse kit 0.3 15|Three-core cable drum 14 72|Light switch 0.2 4",
    "safety": "Hard hat 0.4 19|Cut-proof gloves 0.2 13|Ear defenders 0.3 16|High-vis vest 0.25 9|"
    "Safety goggles 0.15 11|Dust mask box 0.7 23|Fire blanket 1.2 27|First aid cabinet 5.6 64",
    "hand tool": "Claw hammer 0.8 18|Socket set 7.4 95|Utility knife 0.2 7|Spirit level 1.1 28|"
    "Pipe wrench 2.3 37|Hacksaw 0.6 14|Tape measure 0.35 12|Screwdriver set 1.5 32",
}
CODES: dict[CategoryName, str] = {
    "packaging": "PK", "fastener": "FA", "cleaning": "CL",
    "electrical": "EL", "safety": "SF", "hand tool": "HT",
}  # fmt: skip
SUPPLIERS = (
    "Aldgate Trading|Baltic Supply|Brandl & Sons|Calder Works|Deltaform|Eastmoor Goods|Fennimore|"
    "Gantry Brothers|Hollis Industrial|Ironbridge Wares|Jutland Direct|Kestrel Supplies|"
    "Lowland Partners|Meridian Stock|Novaplast|Ostrava Tools"
).split("|")
CITIES = "Antwerp Bilbao Bremen Brno Gdansk Ghent Graz Hull Lyon Malmo Turin Utrecht".split()
CARRIERS: tuple[Carrier, ...] = ("Norfreight", "Halden Haulage", "Pallet Express", "Greyline")
UNITS_PER_PALLET = 60


def seed(rng: random.Random, today: dt.date) -> Warehouse:
    """Make 14 depots, 47 products in their bins, 16 suppliers, their offers, orders, deliveries."""
    depots = _depots(rng)
    numbers = iter(rng.sample(range(1000, 9999), 60))
    products = [
        _product(rng, f"{CODES[category]}-{next(numbers)}", category, *entry.rsplit(" ", 2))
        for category, entries in PRODUCTS.items()
        for entry in entries.split("|")
    ]
    suppliers = [
        Supplier(
            f"SU-{n}", name, rng.choice(CITIES), f"+44 161 555 {rng.randint(100, 999)}",
            round(rng.uniform(2.4, 5), 1), rng.randint(62, 99),
        )
        for n, name in zip(rng.sample(range(100, 999), 16), SUPPLIERS, strict=True)
    ]  # fmt: skip
    offers = [_offer(rng, p, s) for p in products for s in rng.sample(suppliers, rng.randint(2, 5))]
    buyers = [f"B-{n}" for n in rng.sample(range(1000, 9999), 26)]
    by_sku = {p.sku: p for p in products}
    orders = [
        _order(rng, rng.choice(buyers), offer, by_sku[offer.sku], today)
        for offer in rng.sample(offers, 90)
    ]
    shipped = [o for o in orders if o.status == "shipped"]
    return Warehouse(
        today,
        depots=Table("depot", depots),
        products=Table("sku", products),
        bins=Table("bin_id", _bins(rng, products, today)),
        suppliers=Table("supplier_id", suppliers),
        offers=Table("offer_id", offers),
        orders=Table("order_id", orders),
        shipments=Table("shipment_id", [_shipment(rng, o, by_sku[o.sku]) for o in shipped]),
        transfers=Table("transfer_id", ()),
    )


def _product(
    rng: random.Random, sku: str, category: CategoryName, name: str, weight: str, price: str
) -> Product:
    cents = rng.choice((0, 0.5, 0.95))
    weight_kg = round(float(weight) * rng.uniform(0.8, 1.2), 2)
    cost = max(2, round(float(price) * rng.uniform(0.75, 1.3))) + cents
    return Product(sku, name, category, cost, weight_kg, rng.randrange(30, 70, 5))


def _depots(rng: random.Random) -> list[Depot]:
    places = [(name, region) for region, names in DEPOTS.items() for name in names.split()]
    return [
        Depot(
            name, region, manager, rng.randrange(2, 90),
            rng.choice(("15:30", "16:15", "17:00", "17:45", "18:30", "19:00", "20:15")),
        )
        for (name, region), manager in zip(places, people(rng, len(places)), strict=True)
    ]  # fmt: skip


def _bins(rng: random.Random, products: list[Product], today: dt.date) -> list[Bin]:
    names = [name for names in DEPOTS.values() for name in names.split()]
    numbers = iter(rng.sample(range(100, 1000), 300))
    return [
        Bin(
            f"{depot[:3].upper()}-{next(numbers)}", p.sku, depot, rng.randint(14, 140),
            str(today - dt.timedelta(days=rng.randint(2, 150))),
        )
        for p in products
        for depot in rng.sample(names, rng.randint(2, 6))
    ]  # fmt: skip


def _offer(rng: random.Random, product: Product, supplier: Supplier) -> Offer:
    return Offer(
        fresh_id("OF", product.sku, supplier.supplier_id), product.sku, supplier.supplier_id,
        supplier.name, round(product.price * rng.uniform(0.4, 0.8), 2), rng.randint(3, 28),
        rng.choice((10, 20, 20, 25, 40, 50)),
    )  # fmt: skip


def _order(
    rng: random.Random, buyer_id: str, offer: Offer, product: Product, today: dt.date
) -> PurchaseOrder:
    depot = rng.choice([name for names in DEPOTS.values() for name in names.split()])
    quantity = offer.minimum * rng.randint(1, 6)
    expected = today + dt.timedelta(days=rng.randint(2, 30))
    return PurchaseOrder(
        fresh_id("PO", offer.offer_id, str(expected)), buyer_id, offer.sku, product.name,
        offer.supplier_id, depot, quantity, round(offer.unit_price * quantity, 2), str(expected),
        rng.choice(("confirmed", "confirmed", "shipped", "shipped", "cancelled")),
    )  # fmt: skip


def _shipment(rng: random.Random, order: PurchaseOrder, product: Product) -> Shipment:
    return Shipment(
        fresh_id("SH", order.order_id), order.order_id, order.sku, order.product, order.depot,
        rng.choice(CARRIERS), order.quantity // UNITS_PER_PALLET + 2,
        round(order.quantity * product.weight_kg) + 20, order.expected,
    )  # fmt: skip


world = World(
    "warehouse",
    "A wholesaler's warehouses",
    seed,
    known={
        "Sku": lambda s, rng: rng.choice(list(s.products)).sku,
        "DepotName": lambda s, rng: rng.choice([*s.bins, *s.shipments]).depot,
        "BuyerId": lambda s, rng: rng.choice(list(s.orders)).buyer_id,
        "Units": lambda _s, rng: rng.choice((25, 40, 50, 60, 75, 80, 100, 120)),
        "LeadDays": lambda _s, rng: rng.randrange(8, 22, 2),
        "find_products.max_price": lambda _s, rng: float(rng.randrange(15, 60, 5)),
        "transfer_stock.quantity": lambda _s, rng: rng.randint(3, 30),
    },
)


@world.function()
def list_depots(db: Warehouse, region: Region) -> list[Depot]:
    """List the depots in one part of the country, with how much room each has.

    region: part of the country
    """
    return db.depots.where(lambda d: d.region == region)


@world.function()
def find_products(
    db: Warehouse, category: Category, max_price: Money | None = None
) -> list[Product]:
    """List the products of one category.

    category: what kind of goods
    max_price: only products that sell for at most this much a unit, in euros
    """
    return db.products.where(
        lambda p: p.category == category and (max_price is None or p.price <= max_price)
    )


@world.function()
def get_product(db: Warehouse, sku: Sku) -> Product:
    """Get one product: name, selling price, weight and reorder point.

    sku: stock number of the product
    """
    return db.products[sku]


@world.function()
def find_bins(db: Warehouse, sku: Sku, depot: DepotName | None = None) -> list[Bin]:
    """List the bins that hold a product, with how many units are in each.

    sku: stock number of the product
    depot: only bins in this depot
    """
    product = db.products[sku]
    if depot is not None and depot not in db.depots:
        raise Refused(f"There is no depot {depot!r}.")
    return db.bins.where(
        lambda b: b.sku == product.sku and b.units > 0 and (depot is None or b.depot == depot)
    )


@world.function()
def list_shortages(db: Warehouse, depot: DepotName) -> list[Shortage]:
    """List the products of which a depot has less than the reorder point.

    depot: the depot to check
    """
    site = db.depots[depot]
    held: dict[str, int] = {}
    for place in db.bins.where(lambda b: b.depot == site.depot):
        held[place.sku] = held.get(place.sku, 0) + place.units
    kept = ((db.products[sku], units) for sku, units in held.items())
    return [
        Shortage(p.sku, p.name, site.depot, units, p.reorder_point - units)
        for p, units in kept
        if units < p.reorder_point
    ]


@world.function(writes=True)
def set_reorder_point(db: Warehouse, sku: Sku, units: Units) -> Product:
    """Change the stock level below which a product is to be reordered.

    sku: stock number of the product
    units: the new reorder point, in units a depot
    """
    return db.products.put(replace(db.products[sku], reorder_point=units))


@world.function()
def find_offers(db: Warehouse, sku: Sku, max_lead_days: LeadDays | None = None) -> list[Offer]:
    """List what suppliers ask for a product, how long they take and how much they sell at least.

    sku: stock number of the product
    max_lead_days: only offers with delivery within this many days
    """
    product = db.products[sku]
    return db.offers.where(
        lambda o: o.sku == product.sku and (max_lead_days is None or o.lead_days <= max_lead_days)
    )


@world.function()
def get_supplier(db: Warehouse, supplier_id: SupplierId) -> Supplier:
    """Get a supplier: city, phone number, rating and how often deliveries are on time.

    supplier_id: the supplier to look up
    """
    return db.suppliers[supplier_id]


@world.function(writes=True)
def place_purchase_order(
    db: Warehouse, offer_id: OfferId, depot: DepotName, quantity: Units, buyer_id: BuyerId
) -> PurchaseOrder:
    """Order goods on a supplier's offer. Refused below the minimum, or where a depot lacks room.

    offer_id: the offer to take up
    depot: where the goods are to be delivered
    quantity: how many units
    buyer_id: badge number of the buyer who orders
    """
    offer, site = db.offers[offer_id], db.depots[depot]
    if quantity < offer.minimum:
        raise Refused(f"{offer.supplier} sells at least {offer.minimum} units at a time.")
    if quantity // UNITS_PER_PALLET + 1 > site.free_pallets:
        raise Refused(f"The {depot} depot has no room for {quantity} units.")
    expected = db.today + dt.timedelta(days=offer.lead_days)
    return db.orders.put(
        PurchaseOrder(
            fresh_id("PO", offer_id, depot, str(db.today)), buyer_id, offer.sku,
            db.products[offer.sku].name, offer.supplier_id, depot, quantity,
            round(offer.unit_price * quantity, 2), str(expected), "confirmed",
        )
    )  # fmt: skip


@world.function()
def list_purchase_orders(
    db: Warehouse, buyer_id: BuyerId, status: OrderStatus | None = None
) -> list[PurchaseOrder]:
    """List the purchase orders of a buyer, with what was ordered, for which depot, and when due.

    buyer_id: badge number of the buyer
    status: only orders in this state
    """
    return db.orders.where(
        lambda o: o.buyer_id == buyer_id and (status is None or o.status == status)
    )


@world.function(writes=True)
def cancel_purchase_order(db: Warehouse, order_id: OrderId) -> PurchaseOrder:
    """Cancel a purchase order. Refused once it has been shipped.

    order_id: the order to cancel
    """
    order = db.orders[order_id]
    if order.status != "confirmed":
        raise Refused(f"Order {order_id} is {order.status} already.")
    return db.orders.put(replace(order, status="cancelled"))


@world.function()
def track_delivery(db: Warehouse, order_id: OrderId) -> Shipment:
    """Find the delivery that a shipped purchase order is on: carrier, size and day of arrival.

    order_id: the order to track
    """
    order = db.orders[order_id]
    found = db.shipments.where(lambda s: s.order_id == order.order_id)
    if not found:
        raise Refused(f"Order {order_id} has not been shipped.")
    return found[0]


@world.function()
def list_deliveries(
    db: Warehouse, depot: DepotName, carrier: Carrier | None = None
) -> list[Shipment]:
    """List the deliveries that are on their way to a depot.

    depot: the depot they are going to
    carrier: only deliveries that this company brings
    """
    site = db.depots[depot]
    return db.shipments.where(
        lambda s: s.depot == site.depot and (carrier is None or s.carrier == carrier)
    )


@world.function(writes=True)
def transfer_stock(db: Warehouse, bin_id: BinId, to_depot: DepotName, quantity: Units) -> Transfer:
    """Send stock from a bin to another depot. Refused when the bin holds less than that.

    bin_id: the bin to take from
    to_depot: where the stock goes
    quantity: how many units
    """
    place, site = db.bins[bin_id], db.depots[to_depot]
    if place.depot == site.depot:
        raise Refused(f"Bin {bin_id} is in the {to_depot} depot already.")
    if place.units < quantity:
        raise Refused(f"Bin {bin_id} holds only {place.units} units.")
    db.bins.put(replace(place, units=place.units - quantity))
    return db.transfers.put(
        Transfer(
            fresh_id("TR", bin_id, to_depot, str(db.today)), place.sku, place.depot, to_depot,
            quantity, str(db.today + dt.timedelta(days=2)),
        )
    )  # fmt: skip
