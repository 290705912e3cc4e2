from __future__ import annotations

import functools
import itertools
import textwrap
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cloudpickle", reason="the extra `tools` is not installed")

import cloudpickle

from buttonup.errors import BadInput
from buttonup.tools.sources.isolated.found import Found, in_place, objects

SHOP = """
    from math import gcd
    from functools import lru_cache

    class Base:
        def look(self): "Look."
    class Desk(Base):
        def __init__(self, size=1): self.size = size
        def book(self): "Book."
        def _hidden(self): ...
    class Needy:
        def __init__(self, size): ...

    def find(): "Find."
    @lru_cache
    def sell(): "Sell."
    def _private(): ...
    desk = Desk()
    price = 3
"""
NUMBER = itertools.count()


def found(tmp_path: Path, text: str, *names: str) -> Found:
    file = tmp_path / f"found_{next(NUMBER)}.py"
    file.write_text(textwrap.dedent(text), "utf-8")
    return in_place(str(file), names)


def test_a_module_offers_its_own_public_functions_as_they_are_written(tmp_path: Path) -> None:
    assert list(found(tmp_path, SHOP).tools) == ["find", "sell"]


def test_a_module_that_says_what_it_offers_is_taken_at_its_word(tmp_path: Path) -> None:
    text = SHOP + "\n    __all__ = ['sell', 'gcd', 'Desk', 'price']\n"
    assert list(found(tmp_path, text).tools) == ["sell", "gcd"]


@pytest.mark.parametrize(
    ("names", "tools"),
    [
        (("sell",), ["sell"]),
        (("desk",), ["look", "book"]),
        (("desk.book", "find"), ["book", "find"]),
        (("Desk",), ["look", "book"]),
    ],
)
def test_functions_objects_and_classes_can_be_named(
    tmp_path: Path, names: tuple[str, ...], tools: list[str]
) -> None:
    assert list(found(tmp_path, SHOP, *names).tools) == tools


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("nothing",), "it has no 'nothing'; it has Base, Desk, Needy, find, sell, desk$"),
        (("desk._hidden",), "it has no 'desk._hidden'"),
        (("__builtins__",), "it has no '__builtins__'"),
        (("price",), "price"),
        (("Needy",), "Needy cannot be made without arguments"),
        (("desk", "Desk"), "two tools are called look"),
    ],
)
def test_a_name_that_is_no_tool_is_told(tmp_path: Path, names: tuple[str, ...], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        found(tmp_path, SHOP, *names)


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(BadInput, match=r"there is no file nowhere\.py"):
        in_place("nowhere.py", ())


def test_a_module_imports_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "beside_it_83.py").write_text("def there(): ...", "utf-8")
    text = "from beside_it_83 import there\n__all__ = ['there']"
    assert list(found(tmp_path, text).tools) == ["there"]


@pytest.mark.parametrize(
    ("hook", "tools"),
    [
        ("def reset(): ...", ["find"]),
        ("def buttonup_reset(): ...\ndef reset(): ...", ["find", "reset"]),
        ("def reset(password): ...", ["find", "reset"]),
    ],
)
def test_a_reset_of_the_users_own_is_no_tool(tmp_path: Path, hook: str, tools: list[str]) -> None:
    it = found(tmp_path, f"def find(): ...\n{hook}")
    assert list(it.tools) == tools
    assert (it.reset is None) == ("password" in hook)


def test_a_module_may_say_which_of_its_tools_write(tmp_path: Path) -> None:
    assert found(tmp_path, SHOP).writers is None
    it = found(tmp_path, SHOP + "\n    buttonup_writes = ['sell']")
    assert it.writers == frozenset({"sell"})


def test_a_list_of_writers_that_names_no_tool_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="buttonup_writes names 'sel'"):
        found(tmp_path, SHOP + "\n    buttonup_writes = ['sel']")


class Till:
    def pay(self, sum: int) -> int:
        return sum


def test_things_that_are_handed_over_are_copies() -> None:
    till = Till()
    pickled = cloudpickle.dumps([till, Till.pay])
    with pytest.raises(BadInput, match="two tools are called pay"):
        objects(pickled)
    pickled = cloudpickle.dumps([till, functools.partial(max, 1), lambda x: x])
    tools: dict[str, Any] = objects(pickled).tools
    assert list(tools) == ["pay", "partial", "function"]
    assert tools["pay"].__self__ is not till
