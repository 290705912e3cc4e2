"""What tokens cost: a table of prices that ships with the package, and a user's own over it.

What has no price is said to have none; it is never counted as nothing. That goes for an address on
this machine, too: a proxy there may well bill.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec
import tomli_w
from msgspec import structs

from buttonup.errors import BadInput
from buttonup.records import Record, Usage

MILLION = Decimal(1_000_000)
DATED = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|latest)")
"""What may follow a listed name, with the same price: a day, or the word for the latest."""


class Price(Record):
    """Dollars for a million tokens. Sums are exact: decimal, not floating."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    """Of prompt tokens that were cached; None for the same as the others."""

    def __post_init__(self) -> None:
        """Refuse what is no price. Raises ValueError."""
        for dollars in (self.input, self.output, self._cached):
            if not dollars.is_finite() or dollars < 0:
                raise ValueError(f"{dollars} is no price")

    def of(self, usage: Usage) -> Decimal:
        """Give the dollars that calls took."""
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        fresh = usage.prompt_tokens - cached
        paid = fresh * self.input + usage.completion_tokens * self.output
        return (paid + cached * self._cached) / MILLION

    def most(self, usage: Usage) -> Decimal:
        """Give the dollars that calls of so many tokens can have taken, cached or not."""
        prompt = usage.prompt_tokens * max(self.input, self._cached)
        return (prompt + usage.completion_tokens * self.output) / MILLION

    @property
    def in_batches(self) -> Price:
        """Give the price of what is asked in batches: half (OpenAI and Anthropic, 2026)."""
        return Price(input=self.input / 2, output=self.output / 2, cached=self._cached / 2)

    @property
    def _cached(self) -> Decimal:
        return self.input if self.cached is None else self.cached


Prices = Mapping[str, Price]
"""Model, as listed -> its price."""


def price_of(model: str, prices: Prices) -> Price | None:
    """Give a model's price: of its own name, or of the name that it is a dated version of."""
    if model in prices:
        return prices[model]
    undated = [name for name in prices if model.startswith(name) and _dated(model, name)]
    return prices[max(undated, key=len)] if undated else None


def _dated(model: str, name: str) -> bool:
    return DATED.fullmatch(model[len(name) :]) is not None


def cost(taken: Mapping[str, Usage], prices: Prices) -> Decimal | None:
    """Give the dollars of what calls took, by model; None where some model has no price."""
    costs = [price_of(model, prices) for model in taken]
    paid = zip(costs, taken.values(), strict=True)
    known = [price.of(usage) for price, usage in paid if price is not None]
    return sum(known, Decimal()) if len(known) == len(taken) else None


@functools.cache
def shipped() -> Prices:
    """Give the prices that come with the package."""
    table = importlib.resources.files("buttonup.model") / "prices.toml"
    return _parsed(table.read_text("utf-8"))


def read_prices(path: Path) -> Prices:
    """Read a file of prices. Raises BadInput where it cannot be read, or holds something else."""
    try:
        return _parsed(path.read_text("utf-8"))
    except OSError as error:
        raise BadInput(f"cannot read the prices in {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        mend = "write a table for each model: input, output and perhaps cached (docs/money.md)"
        raise BadInput(f"{path} holds no prices: {error}", mend) from error


def as_toml(prices: Prices) -> str:
    """Write prices as a file of prices."""
    table = {
        name: {key: value for key, value in structs.asdict(price).items() if value is not None}
        for name, price in prices.items()
    }
    return tomli_w.dumps(table)


def _parsed(text: str) -> Prices:
    content = tomllib.loads(text, parse_float=Decimal)
    return msgspec.convert(content, dict[str, Price])
