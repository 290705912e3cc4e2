"""No test reaches beyond this machine; and a provider of batches on it."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvloop
from aiohttp import web
from hypothesis import HealthCheck, settings

from buttonup.chat.probe import conversation
from buttonup.model.endpoint import Endpoint
from buttonup.recipe import reading
from buttonup.records import Schema, encode
from buttonup.tools.sources import joined
from buttonup.tools.sources.scripted import Scripted

# How long an example takes says how busy the machine is: speed is measured in `bench/`.
settings.register_profile("claims", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("claims")

# A shell that starts the tests in its background has them ignore Ctrl-C, which they send.
signal.signal(signal.SIGINT, signal.default_int_handler)

NAMES = {"", "localhost", "none"}  # "none": no host at all, such as a socket that is made


class Beyond(AssertionError):  # noqa: N818 - it says where the test wanted to go
    """A test wanted to leave this machine. No OSError: nothing may take it for a bad network."""


def stay(host: object) -> None:
    """Raise unless the host is this machine."""
    name = (host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)).lower()
    if name in NAMES or name.endswith(".localhost"):
        return
    try:
        near = ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        near = False
    if not near:
        raise Beyond(f"a test tried to reach {name}")


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    match event, arguments:
        case "socket.getaddrinfo" | "socket.gethostbyname", (host, *_):
            stay(host)
        case "socket.connect" | "socket.sendto", (_, (host, _, *_)):
            stay(host)


sys.addaudithook(_listen)  # hears of every socket that Python opens, in any thread


def _guarded(of: Callable[..., Awaitable[Any]], place: int) -> Callable[..., Awaitable[Any]]:
    async def guarded(*given: Any, **named: Any) -> Any:
        target = given[place] if len(given) > place else named.get("host")
        stay(target[0] if isinstance(target, tuple) else target)
        return await of(*given, **named)

    return guarded


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep uvloop and the endpoint at home too: they open sockets behind Python's back."""
    for name, place in {"getaddrinfo": 1, "sock_connect": 2, "create_connection": 2}.items():
        monkeypatch.setattr(uvloop.Loop, name, _guarded(getattr(uvloop.Loop, name), place))
    entered = Endpoint.__aenter__

    async def enter(endpoint: Endpoint) -> Endpoint:
        stay(urlsplit(endpoint._base).hostname)
        return await entered(endpoint)

    monkeypatch.setattr(Endpoint, "__aenter__", enter)


# --- a provider of batches -----------------------------------------------------------------------

Json = Any
Lines = list[dict[str, Json]]
Verdict = tuple[int, Json]
"""What a provider makes of a request: a status and a body."""


@dataclass(eq=False)
class Provider:
    """Files and batches at a loopback address, as OpenAI's API has them, with faults to order."""

    answer: Callable[[Json], Verdict]
    """Makes a body into a response."""
    takes: float = 0.0
    """Seconds that a batch takes."""
    trips: Callable[[str, int], web.StreamResponse | None] = lambda _what, _nth: None
    """Answers the n-th "upload", "create", "list", "look" or "content" instead of what is right."""
    hears: Callable[[str], None] = lambda _what: None
    """Learns of each call once it has been done, before its answer goes out."""
    spoils: Callable[[Json, Lines, Lines], None] = lambda _batch, _out, _err: None
    """Changes how a batch has ended, its output and its errors."""
    most: int = 50_000
    """Requests a batch may have; with more it fails, as when the queue is full."""
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, Json] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    """The custom_id of each request that was answered, and is paid for."""
    calls: Counter[str] = field(default_factory=Counter)
    address: str = ""

    @property
    def repeats(self) -> int:
        """Requests that were paid for more than once."""
        return len(self.done) - len(set(self.done))

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        what, *rest = request.path.removeprefix("/v1/").split("/")
        name = {
            ("POST", "files", 0): "upload",
            ("GET", "files", 2): "content",
            ("POST", "batches", 0): "create",
            ("GET", "batches", 0): "list",
            ("GET", "batches", 1): "look",
            ("POST", "batches", 2): "cancel",
            ("GET", "models", 0): "models",
        }[request.method, what, len(rest)]
        self.calls[name] += 1
        if (tripped := self.trips(name, self.calls[name])) is not None:
            await request.read()
            return tripped
        answer: web.Response = await getattr(self, f"_{name}")(request, *rest[:1])
        self.hears(name)
        return answer

    async def _models(self, _request: web.Request) -> web.Response:
        return web.json_response({"data": []})

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["purpose"] == "batch"
        id = f"file-{len(self.files)}"
        self.files[id] = form["file"].file.read()  # type: ignore[union-attr] # it is a file
        return web.json_response({"id": id, "object": "file"})

    async def _create(self, request: web.Request) -> web.Response:
        return web.json_response(self.create(await request.json()))

    def create(self, wanted: Json) -> Json:
        assert wanted["endpoint"] == "/v1/chat/completions"
        assert wanted["completion_window"] == "24h"
        lines = [json.loads(line) for line in self.files[wanted["input_file_id"]].splitlines()]
        counts = {"total": len(lines), "completed": 0, "failed": 0}
        id = f"batch-{len(self.batches)}"
        batch = {"id": id, "object": "batch", "status": "in_progress", "request_counts": counts}
        self.batches[id] = {**wanted, **batch, "created_at": int(time.time())}
        if why := self._refused(lines):
            self.batches[id] |= {"status": "failed", "errors": {"data": [why]}}
        else:
            asyncio.get_running_loop().call_later(self.takes, self._work, self.batches[id], lines)
        return self.batches[id]

    def _refused(self, lines: Lines) -> Json:
        if len(lines) > self.most:
            return {"code": "token_limit_exceeded", "message": "Enqueued token limit reached"}
        if len({line["custom_id"] for line in lines}) < len(lines):
            return {"code": "duplicate_custom_id", "message": "twice"}
        if len({line["body"]["model"] for line in lines}) > 1:
            return {"code": "mismatched_model", "message": "one model a file", "line": 2}
        return None

    def _work(self, batch: Json, lines: Lines) -> None:
        if batch["status"] != "in_progress":
            return
        out: Lines = []
        err: Lines = []
        for line in lines:
            status, body = self.answer(line["body"])
            told = {"status_code": status, "request_id": "r", "body": body}
            made = {"id": "x", "custom_id": line["custom_id"], "response": told, "error": None}
            (out if status == 200 else err).append(made)
        batch["status"] = "completed"
        self.spoils(batch, out, err)
        given = {line.get("custom_id") for line in out}
        self.done += [line["custom_id"] for line in lines if line["custom_id"] in given]
        for name, there in (("output_file_id", out), ("error_file_id", err)):
            if there:
                batch[name] = f"{batch['id']}-{name}"
                self.files[batch[name]] = "".join(f"{json.dumps(x)}\n" for x in there).encode()
        batch["request_counts"] |= {"completed": len(out), "failed": len(err)}

    async def _list(self, request: web.Request) -> web.Response:
        newest = list(reversed(self.batches.values()))
        ids = [batch["id"] for batch in newest]
        start = ids.index(request.query["after"]) + 1 if "after" in request.query else 0
        page = newest[start : start + min(int(request.query["limit"]), 3)]
        more = start + len(page) < len(newest)
        return web.json_response({"object": "list", "data": page, "has_more": more})

    async def _look(self, _request: web.Request, id: str) -> web.Response:
        return web.json_response(self.batches[id])

    async def _cancel(self, _request: web.Request, id: str) -> web.Response:
        self.batches[id]["status"] = "cancelled"
        return web.json_response(self.batches[id])

    async def _content(self, _request: web.Request, id: str) -> web.Response:
        return web.Response(body=self.files[id])


Beside = Callable[[web.Application], str]


@pytest.fixture
def beside() -> Iterator[Beside]:
    """Serve applications beside the test, on loopback: each gives its address; they end with it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runners: list[web.AppRunner] = []

    async def begin(app: web.Application) -> str:
        runners.append(runner := web.AppRunner(app, access_log=None, shutdown_timeout=0))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}/v1"

    yield lambda app: asyncio.run_coroutine_threadsafe(begin(app), loop).result(10)
    for runner in runners:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def provide(beside: Beside) -> Callable[..., Provider]:
    """Start providers of batches, each at an address of its own."""

    def make(answer: Callable[[Json], Verdict], **given: Any) -> Provider:
        provider = Provider(answer, **given)
        app = web.Application(client_max_size=2**30)
        app.router.add_route("*", "/v1/{rest:.*}", provider.__call__)
        provider.address = beside(app)
        return provider

    return make


# --- tools of a user's own -----------------------------------------------------------------------

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
AMOUNT: Schema = {"type": "number"}


def _found(rows: dict[str, Any], key: str, noun: str) -> Any:
    if key not in rows:
        raise ValueError(f"There is no {noun} {key}.")
    return rows[key]


def _rows(names: str, *rows: tuple[Json, ...]) -> dict[Json, dict[str, Json]]:
    return {row[0]: dict(zip(names.split(), row, strict=True)) for row in rows}


SHOP: dict[str, Any] = {
    "products": _rows(
        "sku name category price stock",
        ("LMP-101", "Desk lamp", "lamps", 39.5, 12),
        ("LMP-204", "Floor lamp", "lamps", 89.0, 3),
        ("CHR-310", "Oak chair", "chairs", 120.0, 0),
        ("CHR-322", "Folding chair", "chairs", 24.9, 40),
        ("RUG-415", "Wool rug", "rugs", 210.0, 5),
    ),
    "customers": _rows(
        "customer_id name city",
        ("C-17", "Mira Walsh", "Ghent"),
        ("C-23", "Ivo Brandt", "Lyon"),
        ("C-31", "Noor Haddad", "Ghent"),
    ),
    "orders": _rows(
        "order_id customer_id sku quantity status placed",
        ("O-1001", "C-17", "LMP-204", 1, "shipped", "2026-10-02"),
        ("O-1002", "C-17", "CHR-322", 4, "open", "2026-11-11"),
        ("O-1003", "C-23", "RUG-415", 1, "open", "2026-11-19"),
        ("O-1004", "C-31", "LMP-101", 2, "delivered", "2026-09-14"),
    ),
    "shipments": {
        "O-1001": {"carrier": "Blue Van", "expected": "2026-11-28", "parcel": {"weight": 6.5}},
        "O-1004": {"carrier": "City Bikes", "expected": "2026-09-18", "parcel": {"weight": 2.1}},
    },
}


def a_shop(spec: str = "python:shop.py", *, declared: bool = True) -> Scripted:
    """Make a shop: reads, two writes, a list in an object, results with and without a schema."""
    kit = Scripted(spec, SHOP)

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
    kit.add(
        find_customers,
        "Find customers in a city.",
        {"city": {**TEXT, "examples": ["Ghent", "Lyon"]}},
    )
    kit.add(list_orders, "List the orders of a customer.", {"customer_id": TEXT})
    kit.add(get_order, "Returns the details of an order.", order_id)
    kit.add(track_shipment, "Track the shipment of an order.", order_id, writes=False)
    reasoned = {**order_id, "reason": {**TEXT, "description": "Why it is cancelled."}}
    kit.add(cancel_order, "Cancel an open order.", reasoned, order if declared else None)
    bought = {"customer_id": TEXT, **sku, "quantity": {**WHOLE, "minimum": 1, "maximum": 9}}
    kit.add(create_order, "Place an order for a customer.", bought, made if declared else None)
    return kit


DESK: dict[str, Any] = {
    "agents": _rows(
        "id name team",
        (1, "Tessa Moreau", "network"),
        (2, "Kofi Abbott", "accounts"),
        (3, "Ulla Farkas", "network"),
    ),
    "tickets": _rows(
        "id title priority assigned_agent_id open",
        (501, "VPN drops every hour", "high", 1, True),
        (502, "Password reset fails", "low", 2, True),
        (503, "Printer out of toner", "low", 3, False),
    ),
}


def a_desk(spec: str = "python:desk.py") -> Scripted:
    """Make a ticket desk: whole numbers as ids, camel case, plain values as results."""
    kit = Scripted(spec, DESK)

    def listAgents(state: Any, team: str) -> Json:  # noqa: N802 - as APIs have them
        return {"data": {"items": [a for a in state["agents"].values() if a["team"] == team]}}

    def searchTickets(state: Any, priority: str) -> Json:  # noqa: N802
        return {"tickets": [t for t in state["tickets"].values() if t["priority"] == priority]}

    def getAgent(state: Any, agentId: int) -> Json:  # noqa: N802, N803
        return {"agent": state["agents"].get(agentId)}

    def countOpenTickets(state: Any) -> Json:  # noqa: N802
        return sum(t["open"] for t in state["tickets"].values())

    teams, levels = {"enum": ["network", "accounts"]}, {"enum": ["low", "high"]}
    kit.add(listAgents, "Lists the agents of a team.", {"team": {**TEXT, **teams}}, writes=False)
    kit.add(searchTickets, "Search tickets by priority.", {"priority": {**TEXT, **levels}})
    kit.add(getAgent, "Get an agent.", {"agentId": WHOLE})
    kit.add(countOpenTickets, "Count open tickets.", {})
    return kit


@pytest.fixture
def shop() -> Scripted:
    """Open a shop: reads, two writes, results without a schema."""
    return a_shop()


@pytest.fixture
def desk() -> Scripted:
    """Open a ticket desk: whole numbers as ids, camel case, a plain value as a result."""
    return a_desk()


@pytest.fixture
def own_tools(
    monkeypatch: pytest.MonkeyPatch, shop: Scripted, desk: Scripted
) -> dict[str, Scripted]:
    """Let `--tools python:shop.py` and `python:desk.py` open these two."""
    kits = {kit.spec: kit for kit in (shop, desk)}
    monkeypatch.setattr(joined, "opened", lambda spec, *_: kits[spec].opening())
    monkeypatch.setattr(reading, "OPENERS", {"python": "python"})
    return kits


@pytest.fixture(scope="session")
def byte_bpe() -> Callable[..., Any]:
    """Train a small byte-level BPE with special tokens, and others that are kept whole."""

    def train(special: list[str], whole: list[str] | None = None) -> Any:
        made = pytest.importorskip("tokenizers")
        from tokenizers import decoders, models, pre_tokenizers, trainers  # noqa: PLC0415

        bpe = made.Tokenizer(models.BPE())
        bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        bpe.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=500, initial_alphabet=alphabet, show_progress=False
        )
        bpe.train_from_iterator([encode(conversation()).decode()], trainer)
        bpe.add_special_tokens(special)
        bpe.add_tokens(whole or [])
        return bpe

    return train
