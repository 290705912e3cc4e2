from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.model.prices import Price, as_toml, cost, price_of, read_prices, shipped
from buttonup.records import Usage

TABLE = {
    "gpt-4o": Price(Decimal("2.5"), Decimal(10), Decimal("1.25")),
    "gpt-4o-mini": Price(Decimal("0.15"), Decimal("0.6")),
}
tokens = st.integers(0, 10**9)
dollars = st.decimals(0, 1000, places=4)


def test_tokens_are_paid_for_by_kind() -> None:
    used = Usage(calls=1, prompt_tokens=1_000_000, completion_tokens=100_000, cached_tokens=400_000)
    assert TABLE["gpt-4o"].of(used) == Decimal("3.00")  # 0.6 M at 2.5, 0.4 M at 1.25, 0.1 M at 10
    assert TABLE["gpt-4o-mini"].of(used) == Decimal("0.21"), "without a price of their own, as all"


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o-2024-11-20", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-4o-latest", "gpt-4o"),
        ("gpt-4o-mini-20240718", "gpt-4o-mini"),
        ("gpt-4o-audio-preview", None),
        ("gpt-4", None),
        ("openai/gpt-4o", None),
        ("", None),
    ],
)
def test_a_dated_name_has_the_price_of_its_model_and_any_other_name_none(
    model: str, listed: str | None
) -> None:
    assert price_of(model, TABLE) == (TABLE[listed] if listed else None)


def test_what_has_no_price_makes_the_whole_have_none() -> None:
    used = Usage(calls=1, prompt_tokens=1_000_000)
    assert cost({"gpt-4o": used}, TABLE) == Decimal("2.5")
    assert cost({"gpt-4o": used, "mine": used}, TABLE) is None
    assert cost({}, TABLE) == 0


@given(price=st.builds(Price, dollars, dollars, dollars | st.none()), used=st.tuples(*[tokens] * 3))
def test_the_most_that_tokens_can_cost_is_never_less_than_what_they_do(
    price: Price, used: tuple[int, int, int]
) -> None:
    usage = Usage(1, *used)
    assert Decimal(0) <= price.of(usage) <= price.most(usage)


def test_every_shipped_price_is_one_and_output_is_the_dearest() -> None:
    for price in shipped().values():
        assert 0 < (price.cached or price.input) <= price.input < price.output


def test_prices_written_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(as_toml(TABLE))
    assert read_prices(path) == TABLE


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        ("[gpt", "holds no prices"),
        ("[m]\ninput = 1", "`output`"),
        ("[m]\ninput = 1\noutput = -1", "-1 is no price"),
        ("[m]\ninput = nan\noutput = 1", "NaN is no price"),
        ("[m]\ninput = 1\noutput = 1\nimage = 1", "`image`"),
        ("m = 1", "`object`"),
    ],
)
def test_a_file_that_holds_no_prices_is_named_with_what_is_wrong(
    content: str | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "prices.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadInput, match=r"prices\.toml") as caught:
        read_prices(path)
    assert words in str(caught.value)
