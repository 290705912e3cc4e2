"""One model asked for a file that is no run: paid within a budget, and for no reply twice.

Its replies are kept beside the file, `FILE.journal.sqlite`, until somebody says `forget`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from buttonup.model import prices
from buttonup.model.ask import Teacher
from buttonup.model.door import Model
from buttonup.model.journaled import Journaled
from buttonup.model.local import content_name, hosted, is_local
from buttonup.model.metered import Metered, Purse
from buttonup.model.purses import purse_for
from buttonup.model.stack import Way, reached
from buttonup.records import Record
from buttonup.store.journal import Journal


class Alone(Record):
    """Who is asked, how, and what it may cost."""

    model: str
    base_url: str
    key_env: str
    temperature: float = 0.0
    max_tokens: int = 2048
    tries: int = 3
    timeout: float = 300.0
    in_flight: int = 16
    seed: int = 0
    budget: float | None = None
    """Dollars; None for any."""
    prices: str = ""
    """File of prices over those that ship with the package; "" for none."""


@asynccontextmanager
async def asked_alone(
    k: Alone, out: Path, threads: int, model: Model | None = None
) -> AsyncIterator[tuple[Teacher, Purse]]:
    """Reach the model for what is to be a file, and pay what it takes.

    `threads` are for a model on this machine; `model` stands in for it, or for the endpoint.
    Raises  BadInput when nobody is there, a key is refused, or the budget has no prices
    """
    own = prices.read_prices(Path(k.prices)) if k.prices else {}
    purse = purse_for([k.model], own, k.budget)
    async with _door(k, purse, threads, model) as door:
        with Journal(_journal_of(out)) as journal:
            purse.begin(journal.usage(), journal.lose)
            kept = Journaled(door, journal)
            try:
                yield (
                    Teacher(
                        kept,
                        content_name(k.model),
                        seed=k.seed,
                        temperature=k.temperature,
                        max_tokens=k.max_tokens,
                        tries=k.tries,
                    ),
                    purse,
                )
            finally:
                await kept.ended()


@asynccontextmanager
async def _door(k: Alone, purse: Purse, threads: int, model: Model | None) -> AsyncIterator[Model]:
    if model is not None:
        yield Metered(model, purse)
        return
    way = Way(k.base_url, os.environ.get(k.key_env), k.key_env, k.timeout, k.in_flight)
    door = hosted(k.model, way, threads, purse) if is_local(k.model) else reached(way, purse)
    async with door as opened:
        yield opened


def forget(out: Path) -> None:
    """Take away the replies that were kept for a file."""
    _journal_of(out).unlink(missing_ok=True)


def _journal_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.journal.sqlite")
