"""Tools of a user's own, for tests: a shop and a ticket desk in plain Python, and what opens them."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from buttonup.records import Function, Json, Schema
from buttonup.tools.source import DEFAULT, Limits, Tool

Run = Callable[..., Json]


class Kit:
    """A source: functions over a state. `calls` has every call that was made."""

    def __init__(self, spec: str, state: dict[str, Any]) -> None:
        self.spec = spec
        self.state = copy.deepcopy(state)
        self.calls: list[tuple[str, dict[str, Json]]] = []
        self.resets = 0
        self._first = copy.deepcopy(state)
        self._runs: dict[str, Run] = {}
        self._tools: list[Tool] = []

    def add(
        self,
        run: Run,
        description: str,
        parameters: dict[str, Schema],
        responses: Schema | None = None,
        *,
        writes: bool | None = None,
        optional: Sequence[str] = (),
    ) -> None:
        """Add a function; its name is that of `run`."""
        schema: Schema = {
            "type": "object",
            "properties": parameters,
            "required": [name for name in parameters if name not in optional],
        }
        function = Function(run.__name__, description, schema, responses or {})
        self._runs[run.__name__] = run
        self._tools.append(Tool(function, self.spec, writes))

    @property
    def tools(self) -> tuple[Tool, ...]:
        """What there is to call."""
        return tuple(self._tools)

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
        """Answer a call; errors are data."""
        self.calls.append((name, arguments))
        try:
            return copy.deepcopy(self._runs[name](self.state, **arguments))
        except (KeyError, TypeError, ValueError) as error:
            return {"error": str(error.args[0]) if error.args else type(error).__name__}

    async def reset(self) -> None:
        """Go back to the first state."""
        self.resets += 1
        self.state = copy.deepcopy(self._first)


TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
AMOUNT: Schema = {"type": "number"}


def _found(rows: dict[str, Any], key: str, noun: str) -> Any:
    if key not in rows:
        raise ValueError(f"There is no {noun} {key}.")
    return rows[key]


SHOP: dict[str, Any] = {
    "products": {
        "LMP-101": {"sku": "LMP-101", "name": "Desk lamp", "category": "lamps", "price": 39.5, "stock": 12},
        "LMP-204": {"sku": "LMP-204", "name": "Floor lamp", "category": "lamps", "price": 89.0, "stock": 3},
        "CHR-310": {"sku": "CHR-310", "name": "Oak chair", "category": "chairs", "price": 120.0, "stock": 0},
        "CHR-322": {"sku": "CHR-322", "name": "Folding chair", "category": "chairs", "price": 24.9, "stock": 40},
        "RUG-415": {"sku": "RUG-415", "name": "Wool rug", "category": "rugs", "price": 210.0, "stock": 5},
    },
    "customers": {
        "C-17": {"customer_id": "C-17", "name": "Mira Walsh", "city": "Ghent"},
        "C-23": {"customer_id": "C-23", "name": "Ivo Brandt", "city": "Lyon"},
        "C-31": {"customer_id": "C-31", "name": "Noor Haddad", "city": "Ghent"},
    },
    "orders": {
        "O-1001": {"order_id": "O-1001", "customer_id": "C-17", "sku": "LMP-204", "quantity": 1, "status": "shipped", "placed": "2026-10-02"},
        "O-1002": {"order_id": "O-1002", "customer_id": "C-17", "sku": "CHR-322", "quantity": 4, "status": "open", "placed": "2026-11-11"},
        "O-1003": {"order_id": "O-1003", "customer_id": "C-23", "sku": "RUG-415", "quantity": 1, "status": "open", "placed": "2026-11-19"},
        "O-1004": {"order_id": "O-1004", "customer_id": "C-31", "sku": "LMP-101", "quantity": 2, "status": "delivered", "placed": "2026-09-14"},
    },
    "shipments": {
        "O-1001": {"carrier": "Blue Van", "expected": "2026-11-28", "parcel": {"weight": 6.5, "code": "BV-77120"}},
        "O-1004": {"carrier": "City Bikes", "expected": "2026-09-18", "parcel": {"weight": 2.1, "code": "CB-10377"}},
    },
}  # fmt: skip


def shop(spec: str = "python:shop.py", *, declared: bool = True) -> Kit:
    """Make a shop: reads, two writes, a list in an object, results with and without a schema."""
    kit = Kit(spec, SHOP)

    def list_products(state: Any, category: str | None = None) -> Json:
        rows = [p for p in state["products"].values() if category in (None, p["category"])]
        return {"products": rows, "count": len(rows)}

    def get_product(state: Any, sku: str) -> Json:
        return _found(state["products"], sku, "product")

    def find_customers(state: Any, city: str) -> Json:
        return [c for c in state["customers"].values() if c["city"] == city]

    def list_orders(state: Any, customer_id: str) -> Json:
        _found(state["customers"], customer_id, "customer")
        return [o for o in state["orders"].values() if o["customer_id"] == customer_id]

    def get_order(state: Any, order_id: str) -> Json:
        return _found(state["orders"], order_id, "order")

    def track_shipment(state: Any, order_id: str) -> Json:
        return _found(state["shipments"], order_id, "shipment of order")

    def cancel_order(state: Any, order_id: str, reason: str) -> Json:
        order = _found(state["orders"], order_id, "order")
        if order["status"] != "open":
            raise ValueError(f"Order {order_id} is {order['status']} and cannot be cancelled.")
        order["status"] = "cancelled"
        return {"order_id": order_id, "status": "cancelled", "reason": reason}

    def create_order(state: Any, customer_id: str, sku: str, quantity: int) -> Json:
        _found(state["customers"], customer_id, "customer")
        product = _found(state["products"], sku, "product")
        number = f"O-{1001 + len(state['orders'])}"
        order = {"order_id": number, "customer_id": customer_id, "sku": sku, "quantity": quantity}
        state["orders"][number] = {**order, "status": "open", "placed": "2026-11-25"}
        return {**order, "status": "open", "total": round(product["price"] * quantity, 2)}

    order: Schema = {
        "type": "object",
        "properties": {
            "order_id": TEXT,
            "status": {"type": "string", "enum": ["open", "shipped", "delivered", "cancelled"]},
            "reason": TEXT,
        },
        "required": ["order_id", "status"],
    }
    made: Schema = {
        "type": "object",
        "properties": {
            "order_id": TEXT, "customer_id": TEXT, "sku": TEXT, "quantity": WHOLE, "total": AMOUNT,
            "status": {"type": "string", "enum": ["open", "shipped", "delivered", "cancelled"]},
        },
        "required": ["order_id", "customer_id", "sku", "quantity", "status"],
    }  # fmt: skip
    said = {"category": {"enum": ["lamps", "chairs", "rugs"], "description": "Kind of product."}}
    sku, order_id = {"sku": {**TEXT, "description": "Article number."}}, {"order_id": TEXT}
    kit.add(list_products, "List the products of the shop.", said, optional=["category"])
    kit.add(get_product, "Get a product by its SKU.", sku)
    kit.add(find_customers, "Find customers in a city.", {"city": {**TEXT, "examples": ["Ghent", "Lyon"]}})
    kit.add(list_orders, "List the orders of a customer.", {"customer_id": TEXT})
    kit.add(get_order, "Returns the details of an order.", order_id)
    kit.add(track_shipment, "Track the shipment of an order.", order_id, writes=False)
    reasoned = {**order_id, "reason": {**TEXT, "description": "Why it is cancelled."}}
    kit.add(cancel_order, "Cancel an open order.", reasoned, order if declared else None)
    bought = {"customer_id": TEXT, **sku, "quantity": {**WHOLE, "minimum": 1, "maximum": 9}}
    kit.add(create_order, "Place an order for a customer.", bought, made if declared else None)
    return kit


DESK: dict[str, Any] = {
    "agents": [
        {"id": 1, "name": "Tessa Moreau", "team": "network"},
        {"id": 2, "name": "Kofi Abbott", "team": "accounts"},
        {"id": 3, "name": "Ulla Farkas", "team": "network"},
    ],
    "tickets": {
        501: {"id": 501, "title": "VPN drops every hour", "priority": "high", "assigned_agent_id": 1, "open": True},
        502: {"id": 502, "title": "Password reset fails", "priority": "low", "assigned_agent_id": 2, "open": True},
        503: {"id": 503, "title": "Printer out of toner", "priority": "low", "assigned_agent_id": 3, "open": False},
    },
}  # fmt: skip


def desk(spec: str = "python:desk.py") -> Kit:
    """Make a ticket desk: whole numbers as ids, camel case, plain values as results."""
    kit = Kit(spec, DESK)

    def listAgents(state: Any, team: str) -> Json:  # noqa: N802 - as APIs have them
        return {"data": {"items": [a for a in state["agents"] if a["team"] == team]}}

    def searchTickets(state: Any, priority: str) -> Json:  # noqa: N802
        return {"tickets": [t for t in state["tickets"].values() if t["priority"] == priority]}

    def getAgent(state: Any, agentId: int) -> Json:  # noqa: N802, N803
        return {"agent": next((a for a in state["agents"] if a["id"] == agentId), None)}

    def countOpenTickets(state: Any) -> Json:  # noqa: N802
        return sum(t["open"] for t in state["tickets"].values())

    teams, levels = {"enum": ["network", "accounts"]}, {"enum": ["low", "high"]}
    kit.add(listAgents, "Lists the agents of a team.", {"team": {**TEXT, **teams}}, writes=False)
    kit.add(searchTickets, "Search tickets by priority.", {"priority": {**TEXT, **levels}})
    kit.add(getAgent, "Get an agent.", {"agentId": WHOLE})
    kit.add(countOpenTickets, "Count open tickets.", {})
    return kit


KITS: dict[str, Callable[[str], Kit]] = {"shop": shop, "desk": desk}


@asynccontextmanager
async def opened(spec: str, _limits: Limits = DEFAULT, _env: Sequence[str] = ()) -> AsyncIterator[Kit]:
    """Open one of these: "python:shop.py"."""
    yield KITS[spec.partition(":")[2].removesuffix(".py")](spec)
