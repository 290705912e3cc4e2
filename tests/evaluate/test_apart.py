"""What runs apart sees nothing of ours, and may be lost without harm."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.evaluate.apart import Apart, Lost, Package

ORDERS = """
import os, sys, time
def prepare(folder):
    pass
def environment():
    return [sorted(os.environ), os.environ["THERE"], os.getcwd(), "msgspec" in sys.modules]
def importable(name):
    from importlib.util import find_spec
    return find_spec(name) is not None
ORDERS = {
    "environment": environment, "importable": importable,
    "wait": lambda seconds: time.sleep(seconds), "end": lambda: sys.exit(1),
}
"""
PACKAGE = Package("anything", "any-thing", "1.0", (), "1 MB")


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    file = tmp_path / "orders.py"
    file.write_text(ORDERS)
    return file


def test_it_sees_neither_our_environment_nor_our_packages(
    orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")

    async def run() -> None:
        async with Apart(str(orders), orders.parent, {"THERE": "{scratch}/x"}) as held:
            names, there, folder, ours = await held.ask("environment")
            assert set(names) <= {"THERE", "LC_CTYPE"}
            assert there.removesuffix("/x") in folder  # which may be a link's
            assert not ours
            assert not await held.ask("importable", name="msgspec")
            assert not await held.ask("importable", name="buttonup")

    asyncio.run(run())


def test_packages_are_seen_where_they_are_wanted(orders: Path) -> None:
    async def run() -> bool:
        async with Apart(str(orders), orders.parent, packages=True) as held:
            return bool(await held.ask("importable", name="msgspec"))

    assert asyncio.run(run())


def test_a_process_that_crashed_or_hung_is_replaced(orders: Path) -> None:
    async def run() -> None:
        async with Apart(str(orders), orders.parent) as held:
            with pytest.raises(Lost, match="checker_crashed"):
                await held.ask("end")
            with pytest.raises(Lost, match="checker_crashed"):
                await held.ask("no_such_order")
            with pytest.raises(Lost, match="checker_hung"):
                await held.ask("wait", patience=0.1, seconds=60)
            assert await held.ask("importable", name="json")

    asyncio.run(run())


def test_a_folder_that_holds_something_else_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUTTONUP_ANYTHING", str(tmp_path))
    with pytest.raises(BadInput, match="holds something else"):
        PACKAGE.install()


def test_a_place_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("BUTTONUP_ANYTHING", str(tmp_path / "file" / "bfcl"))
    with pytest.raises(BadInput, match="cannot write"):
        PACKAGE.install()


def test_where_it_is_not_installed_one_line_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUTTONUP_ANYTHING", str(tmp_path / "none"))
    with pytest.raises(BadInput, match="evaluate --install anything"):
        PACKAGE.needed()


def test_another_version_is_not_the_one_that_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUTTONUP_ANYTHING", str(tmp_path))
    (tmp_path / "any_thing-0.9.dist-info").mkdir()
    assert not PACKAGE.installed
    (tmp_path / "any_thing-1.0.dist-info").mkdir()
    assert PACKAGE.needed() == tmp_path.resolve()
