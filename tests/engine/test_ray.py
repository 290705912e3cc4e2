"""Work spread over Ray: a lost worker costs nothing but time, and errors keep their kinds."""

from __future__ import annotations

import asyncio
import importlib
import socket
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.door import Model, Reply, Request
from buttonup.model.scripted import Scripted

pytest.importorskip("ray", reason="the `ray` extra is not installed")

from buttonup.engine import ray as engine

pytestmark = [
    pytest.mark.slow,  # it takes seconds to start Ray
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Ray's own
]

WORK = """
import asyncio, os, pathlib
from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.door import Request, Turn

def asks(door):
    async def work(words):
        request = Request("m", (Turn("user", words),))
        try:
            return (await door(0)(request)).text
        except Reject as reject:
            return reject.reason, reject.detail
    return work

def asks_second(door):
    async def work(words):
        return (await door(1)(Request("m", (Turn("user", words),)))).text
    return work

def squares(door):
    async def work(n):
        await asyncio.sleep(0.01 * (n % 3))
        return n * n
    return work

def deadly(door):
    async def work(order):
        mark, times = order
        tries = len(os.listdir(mark))
        (pathlib.Path(mark) / str(os.getpid())).touch()
        if tries < times:
            os._exit(1)
        await asyncio.sleep(0.05)
        return tries
    return work

def hasty(door):
    async def work(order):
        asking = asyncio.create_task(door(0)(Request("m", (Turn("user", "once"),))))
        mark = pathlib.Path(order)
        if not mark.exists():
            mark.touch()
            await asyncio.sleep(0.5)
            os._exit(1)
        return (await asking).text
    return work

def picky(door):
    async def work(n):
        known = BadInput("no zero", "give one"), Fault("away", 7.0), Reject("bad", "so bad")
        raise (*known, ZeroDivisionError("a bug"))[n]
    return work

def broken(door):
    raise BadInput("nothing to work with", "give something")
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Give factories in a module that workers can import too, and a Ray that knows them."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "factories_of_tests.py").write_text(WORK)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("PYTHONPATH", str(folder))
        with engine.joined(""):
            yield importlib.import_module("factories_of_tests")
    del sys.modules["factories_of_tests"]


def done(
    factory: Any,
    orders: list[Any],
    model: Model | None = None,
    workers: int = 2,
) -> list[Any]:
    """Have orders done all at once; what fails stands in its place."""

    async def doing() -> list[Any]:
        async with engine.hired(factory, (model,) if model else (), workers, 4) as do:
            every = [do(order, f"order {i}") for i, order in enumerate(orders)]
            return await asyncio.gather(*every, return_exceptions=True)

    return asyncio.run(asyncio.wait_for(doing(), 100))


def test_every_order_is_done_by_somebody(work: ModuleType) -> None:
    assert done(work.squares, list(range(30))) == [n * n for n in range(30)]


def test_what_a_worker_asks_is_asked_by_the_driver_and_nobody_else(work: ModuleType) -> None:
    model = Scripted(lambda request: request.messages[0].content.upper())
    assert done(work.asks, ["one", "two", "three"], model) == ["ONE", "TWO", "THREE"]
    assert {request.messages[0].content for request in model.asked} == {"one", "two", "three"}


def test_a_refusal_by_the_model_reaches_the_stage_that_asked(work: ModuleType) -> None:
    def refuse(request: Request) -> Reply:
        raise Reject("refused_by_endpoint", "too long")

    assert done(work.asks, ["one"], Scripted(refuse)) == [("refused_by_endpoint", "too long")]


def test_an_endpoint_that_stays_away_fails_the_order_that_asked(work: ModuleType) -> None:
    def away(request: Request) -> Reply:
        raise Fault("nobody there")

    [failure] = done(work.asks, ["one"], Scripted(away))
    assert isinstance(failure, Fault)
    assert str(failure) == "nobody there"


def test_errors_keep_their_kinds_and_their_words(work: ModuleType) -> None:
    bad, fault, reject, bug = done(work.picky, [0, 1, 2, 3])
    assert isinstance(bad, BadInput)
    assert str(bad) == "no zero; give one"
    assert isinstance(fault, Fault)
    assert fault.retry_after == 7.0
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.detail) == ("bad", "so bad")
    assert isinstance(bug, ZeroDivisionError)
    assert "in work" in bug.__notes__[0], "the note says where it happened"


def test_a_worker_that_cannot_be_set_up_ends_the_run_with_the_reason(work: ModuleType) -> None:
    for failure in done(work.broken, [1, 2]):
        assert isinstance(failure, BadInput)
        assert str(failure) == "nothing to work with; give something"


def test_another_version_on_a_node_is_told(
    work: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "__version__", "9.9")  # here, not in the workers
    [failure] = done(work.squares, [1])
    assert isinstance(failure, BadInput)
    assert "the driver has 9.9" in str(failure)


def test_an_order_whose_worker_is_lost_is_done_by_another(work: ModuleType, tmp_path: Any) -> None:
    tmp_path.joinpath("a").mkdir()
    [tries] = done(work.deadly, [(str(tmp_path / "a"), 2)])
    assert tries == 2


def test_an_order_that_ends_every_worker_stops_the_run_by_name_and_harms_no_other(
    work: ModuleType, tmp_path: Any
) -> None:
    orders = [(str(tmp_path / str(i)), 100 if i == 3 else 0) for i in range(8)]
    for mark, _ in orders:
        (tmp_path / mark).mkdir()
    made = done(work.deadly, orders)
    assert isinstance(made[3], Fault)
    assert str(made[3]).startswith("order 3 ended its worker 3 times")
    assert len(list((tmp_path / "3").iterdir())) == 3
    assert [i for i, one in enumerate(made) if isinstance(one, Exception)] == [3]


def test_what_a_lost_worker_has_asked_is_not_given_up(work: ModuleType, tmp_path: Any) -> None:
    answered = []

    async def slow(request: Request, /) -> Reply:
        await asyncio.sleep(2)
        answered.append(request)
        return Reply("a reply")

    assert done(work.hasty, [str(tmp_path / "mark")], slow) == ["a reply"]
    assert len(answered) == 2, "the journal, which is not here, would have made one of these"


def test_leaving_early_leaves_nobody_waiting(work: ModuleType) -> None:
    ended: list[str] = []
    asked = asyncio.Event()

    async def never(request: Request, /) -> Reply:
        asked.set()
        try:
            await asyncio.sleep(1000)
        finally:
            ended.append(request.messages[0].content)
        raise AssertionError

    async def leave() -> None:
        async with engine.hired(work.asks, (never,), 1, 4) as do:
            task = asyncio.create_task(do("left", "an order"))
            await asyncio.wait_for(asked.wait(), 100)
            task.cancel()

    asyncio.run(leave())
    assert ended == ["left"]


def test_a_cluster_without_room_is_waited_for_and_then_told(
    work: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crowded() -> Any:
        full = engine.hired(work.squares, (), engine.cpus(), 1)
        async with full as do, engine.hired(work.squares, (), 1, 1) as do_more:
            await asyncio.gather(*(do(n, "n") for n in range(engine.cpus() * 20)))
            monkeypatch.setattr(engine, "STARTING", 1.0)
            return await do_more(2, "another")

    with pytest.raises(Fault, match="no worker"):
        asyncio.run(crowded())


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("nowhere", "write it as HOST:PORT"),
        ("ray://127.0.0.1:10001", "write it as HOST:PORT"),
        ("127.0.0.1:{port}", "nobody answers at 127.0.0.1"),
        ("127.0.0.1:99999", "nobody answers at 127.0.0.1"),
    ],
)
def test_an_address_where_no_cluster_is_is_told_at_once(
    address: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=told), engine.joined(address.format(port=port)):
            pass


def test_each_of_several_models_is_asked_by_its_number(work: ModuleType) -> None:
    async def leave(which: str) -> Any:
        models = [Scripted(f"model {n} {{}}".format) for n in range(3)]
        async with engine.hired(work.asks_second, models, 1, 4) as do:
            return await do(which, "an order")

    assert asyncio.run(asyncio.wait_for(leave("anything"), 100)).startswith("model 1 ")
