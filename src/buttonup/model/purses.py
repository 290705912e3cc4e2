"""Purses for models that are asked: with their prices, and a budget where there is one."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from buttonup.errors import BadInput
from buttonup.model import prices
from buttonup.model.local import content_name, is_local
from buttonup.model.metered import FREE, Purse
from buttonup.model.prices import Prices


def purse_for(
    models: Iterable[str], own: Prices, budget: float | None, *, batch: bool = False
) -> Purse:
    """Give what calls of some models are paid from; `own` prices go before those that ship.

    Raises  BadInput for a budget without prices
    """
    known = {**prices.shipped(), **own}
    asked = {
        content_name(name): FREE if is_local(name) else prices.price_of(name, known)
        for name in models
    }
    priced = {name: price for name, price in asked.items() if price is not None}
    if batch:
        priced = {name: price.in_batches for name, price in priced.items()}
    if budget is None:
        return Purse(priced)
    if lacking := sorted(asked.keys() - priced.keys()):
        what = f"a budget needs prices, and there is none for {', '.join(lacking)}"
        raise BadInput(what, "give it in a file: --prices FILE (docs/money.md); 0 for none")
    return Purse(priced, Decimal(str(budget)))
