from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.tools.door import misfit
from buttonup.tools.source import DEFAULT, Limits, Source, opened

pytest.importorskip("docstring_parser", reason="the extra `tools` is not installed")

EXAMPLE = Path(__file__).parents[3] / "examples" / "python" / "lost_property.py"

SHOP = '''
import datetime, os

buttonup_writes = ["sell"]
STOCK = {"cat": 2}

def count(kind: str) -> int:
    """Count the pets of a kind."""
    return STOCK[kind]

def sell(kind: str) -> int:
    """Sell a pet."""
    STOCK[kind] -= 1
    return STOCK[kind]

def born(day: datetime.date) -> str:
    """Say on which weekday."""
    return f"{day:%A}"

def key() -> str | None:
    """Read the key."""
    return os.environ.get("SHOP_KEY")
'''


def using(
    spec: Any, use: Callable[[Source], Awaitable[Any]], limits: Limits = DEFAULT, **more: Any
) -> Any:
    async def main() -> Any:
        async with opened(spec, limits, **more) as source:
            return await use(source)

    return asyncio.run(main())


@pytest.fixture
def shop(tmp_path: Path) -> str:
    path = tmp_path / "shop.py"
    path.write_text(SHOP, "utf-8")
    return f"python:{path}"


def test_a_modules_functions_are_tools_that_really_run(shop: str) -> None:
    async def use(source: Source) -> Any:
        told = [await source.call("sell", {"kind": "cat"}) for _ in range(2)]
        return source.tools, [*told, await source.call("born", {"day": "2026-11-25"})]

    tools, told = using(shop, use)
    assert [t.function.name for t in tools] == ["count", "sell", "born", "key"]
    assert [t.writes for t in tools] == [False, True, False, False]
    assert {t.source for t in tools} == {shop}
    assert tools[0].doubts == ("undescribed:kind",)
    assert told == [1, 0, "Wednesday"]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("nothing", {}), "There is no function 'nothing'."),
        (("count", {}), 'Invalid arguments: "kind" is a required property.'),
        (("count", {"kind": 3}), 'Invalid arguments: kind: 3 is not of type "string".'),
        (("count", {"kind": "cat", "x": 1}), "Invalid arguments: Additional properties"),
        (("count", {"kind": "cow"}), "KeyError: 'cow'"),
        (("born", {"day": "soon"}), "Invalid arguments: day: Input should be a valid date"),
    ],
)
def test_a_call_that_cannot_be_made_is_an_error_as_data(shop: str, call: Any, told: str) -> None:
    async def use(source: Source) -> Any:
        return await source.call(*call)

    result = using(shop, use)
    assert result.keys() == {"error"}
    assert result["error"].startswith(told)


def test_a_reset_begins_anew_right_after_the_import(shop: str) -> None:
    async def use(source: Source) -> Any:
        await source.call("sell", {"kind": "cat"})
        await source.reset()
        return await source.call("count", {"kind": "cat"})

    assert using(shop, use) == 2


def test_a_reset_of_the_users_own_is_run_instead(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    text = "STATE = [0]\ndef see() -> int: return STATE[0]\ndef reset(): STATE[0] += 10\n"
    path.write_text(text, "utf-8")

    async def use(source: Source) -> Any:
        told = []
        for _ in range(3):
            told.append(await source.call("see", {}))
            await source.reset()
        return told

    assert using(f"python:{path}", use) == [0, 10, 20]


def test_a_reset_of_the_users_own_that_fails_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    text = "S = [0]\ndef see() -> int:\n    S[0] += 1\n    return S[0]\ndef reset(): 1 / 0\n"
    path.write_text(text, "utf-8")

    async def use(source: Source) -> Any:
        told = []
        for _ in range(2):
            told.append(await source.call("see", {}))
            await source.reset()
        return told

    assert using(f"python:{path}", use) == [1, 1]


def test_a_secret_reaches_only_where_it_is_named(
    shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_KEY", "s3cret")

    async def use(source: Source) -> Any:
        return await source.call("key", {})

    assert using(shop, use) is None
    assert using(shop, use, env=["SHOP_KEY"]) == "s3cret"


def test_calls_keep_to_the_limits_of_their_source(tmp_path: Path) -> None:
    path = tmp_path / "slow.py"
    text = "import time\ndef sleep(s: float): time.sleep(s)\ndef say(n: int): return 'x' * n\n"
    path.write_text(text, "utf-8")

    async def use(source: Source) -> Any:
        begun = time.monotonic()
        told = [
            await source.call("sleep", {"s": 5}),
            await source.call("say", {"n": 200}),
            await source.call("say", {"n": 3}),
        ]
        return told, time.monotonic() - begun

    limits = Limits(seconds=0.3, result_bytes=100, a_second=5)
    told, took = using(f"python:{path}", use, limits)
    assert told == [
        {"error": "no answer within 0.3 s"},
        {"error": "the result has 202 bytes; 100 is the most it may have"},
        "xxx",
    ]
    assert 0.4 <= took < 5


def test_calls_made_at_once_run_one_after_the_other(shop: str) -> None:
    async def use(source: Source) -> Any:
        return await asyncio.gather(*(source.call("sell", {"kind": "cat"}) for _ in range(5)))

    assert using(shop, use) == [1, 0, -1, -2, -3]


def test_a_module_is_found_where_we_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "standing_here.py").write_text(SHOP, "utf-8")
    monkeypatch.chdir(tmp_path)

    async def use(source: Source) -> Any:
        return await source.call("count", {"kind": "cat"})

    assert using("python:standing_here:count", use) == 2


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("python:", "names no module and no file"),
        ("python:nowhere.py", "python:nowhere.py: there is no file nowhere.py"),
        (
            "python:no_such_module_here",
            "ModuleNotFoundError: No module named 'no_such_module_here'",
        ),
        ("python:statistics:nothing", "it has no 'nothing'"),
        ("python:../up", "ModuleNotFoundError|TypeError"),
    ],
)
def test_what_cannot_be_opened_is_told_with_its_source(spec: str, told: str) -> None:
    async def use(source: Source) -> None: ...

    with pytest.raises(BadInput, match=told):
        using(spec, use)


def test_without_the_extra_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic", None)

    async def use(source: Source) -> None: ...

    with pytest.raises(BadInput, match=r"need pydantic; pip install 'buttonup\[tools\]'"):
        using("python:statistics", use)


# --- objects --------------------------------------------------------------------------------------


class Desk:
    def __init__(self) -> None:
        self.seats = 2

    def book(self) -> int:
        """Book a seat."""
        self.seats -= 1
        return self.seats


def test_functions_and_objects_are_handed_over_as_copies() -> None:
    desk = Desk()

    def double(n: int) -> int:
        """Double a number."""
        return n * 2

    async def use(source: Source) -> Any:
        told = [await source.call("book", {}), await source.call("book", {})]
        await source.reset()
        told += [await source.call("book", {}), await source.call("double", {"n": 4})]
        return [t.function.name for t in source.tools], told

    assert using([desk, double], use) == (["book", "double"], [1, 0, 1, 8])
    assert desk.seats == 2


def test_what_cannot_be_copied_is_told(tmp_path: Path) -> None:
    file = (tmp_path / "open").open("wb")

    def write() -> None:
        file.write(b"")

    async def use(source: Source) -> None: ...

    with file, pytest.raises(BadInput, match="cannot be copied into a process of their own"):
        using([write], use)


# --- the example ----------------------------------------------------------------------------------


def test_the_example_is_read_without_a_doubt_and_plays_through() -> None:
    async def use(source: Source) -> Any:
        tools = {tool.function.name: tool for tool in source.tools}

        async def call(name: str, /, **arguments: Any) -> Any:
            result = await source.call(name, arguments)
            responses = tools[name].function.responses
            assert "error" in (result or {}) or misfit(result, responses) == ""
            return result

        (tuba,) = await call("search_items", words="tuba")
        fee = await call("collection_fee", item_id=tuba["item_id"])
        held = await call("hold_item", item_id=tuba["item_id"], name="Olga Brandt")
        again = await call("hold_item", item_id=tuba["item_id"], name="Somebody Else")
        posted = await call("post_item", item_id=tuba["item_id"], address="1 Quay, Dunmouth")
        sunday = await call("opening_hours", station="Dunmouth", day="2026-05-10")
        loss = await call(
            "report_loss", name="Al", kind="toy", looks="a bear", lost_on="2026-05-03"
        )
        toys = await call("search_items", kind="toy", since="2026-05-01")
        octopus = await call("post_item", item_id=toys[0]["item_id"], address="x", express=True)
        await source.reset()
        after = await call("get_item", item_id=tuba["item_id"])
        return source.tools, [fee, held, again, posted, sunday, loss, octopus, after]

    tools, (fee, held, again, posted, sunday, loss, octopus, after) = using(
        f"python:{EXAMPLE}", use
    )
    assert [tool.doubts for tool in tools] == [()] * 8
    assert [tool.writes for tool in tools] == [False] * 4 + [True] * 4
    assert fee == {"item_id": "LP-1044", "days": 5, "fee": "4.50", "last_day": "2026-06-28"}
    assert (held["state"], held["held_for"]) == ("held", "Olga Brandt")
    assert again == {"error": "ValueError: LP-1044 is held already"}
    assert posted["error"].startswith("ValueError: instruments are not posted")
    assert sunday is None
    assert loss["loss_id"] == "LR-101"
    assert octopus == {"item_id": "LP-1052", "postage": "11.90", "arrives": "2026-05-05"}
    assert after["state"] == "waiting"
