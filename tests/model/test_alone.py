from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from buttonup.errors import BadInput, OverBudget
from buttonup.model.alone import Alone, asked_alone, forget
from buttonup.model.scripted import Scripted


class Said(msgspec.Struct):
    """What the model says."""

    request: str


SLOTS = {"request": "x", "context": "", "persona": "", "literals": []}
NOBODY = Alone("m", "http://127.0.0.1:9/v1", "NO_KEY")


def ask(k: Alone, out: Path, model: Scripted | None = None) -> str:
    async def asking() -> str:
        async with asked_alone(k, out, 1, model) as (teacher, purse):
            said = await teacher.ask("rewrite", Said, SLOTS)
            assert purse.calls <= 1
            return said.request

    return asyncio.run(asking())


def test_a_reply_is_paid_for_once_until_it_is_forgotten(tmp_path: Path) -> None:
    model, out = Scripted(lambda _: '{"request": "y"}'), tmp_path / "file.toml"
    assert [ask(NOBODY, out, model) for _ in range(2)] == ["y", "y"]
    assert len(model.asked) == 1
    forget(out)
    assert list(tmp_path.iterdir()) == []
    ask(NOBODY, out, model)
    assert len(model.asked) == 2


def test_nothing_is_asked_beyond_a_budget(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text("[m]\ninput = 1.0\noutput = 1.0\n")
    model = Scripted(lambda _: '{"request": "y"}')
    poor = msgspec.structs.replace(NOBODY, budget=0.0000001, prices=str(prices))
    with pytest.raises(OverBudget):
        ask(poor, tmp_path / "file.toml", model)
    assert model.asked == []


def test_where_nobody_answers_one_line_says_so_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nobody answers at"):
        ask(NOBODY, tmp_path / "file.toml")
    assert list(tmp_path.iterdir()) == []
