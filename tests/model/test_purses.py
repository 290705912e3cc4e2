from __future__ import annotations

from decimal import Decimal

import pytest

from buttonup.errors import BadInput
from buttonup.model.metered import FREE
from buttonup.model.prices import Price
from buttonup.model.purses import purse_for

CHEAP = Price(input=Decimal(2), output=Decimal(4))


def test_a_budget_needs_a_price_for_every_model_that_is_asked() -> None:
    with pytest.raises(BadInput, match="needs prices, and there is none for b"):
        purse_for(["a", "b"], {"a": CHEAP}, 1.0)
    assert purse_for(["a", "b"], {"a": CHEAP}, None).budget is None
    assert purse_for(["a"], {"a": CHEAP}, 1.5).budget == Decimal("1.5")


def test_a_model_at_no_price_is_free_and_a_batch_costs_half() -> None:
    assert purse_for(["a"], {"a": FREE}, 1.0).prices["a"] == FREE
    assert purse_for(["a"], {"a": CHEAP}, None, batch=True).prices["a"] == CHEAP.in_batches
