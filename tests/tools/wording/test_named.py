from __future__ import annotations

import pytest

from buttonup.tools.wording.named import added, named, picks, referred


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("found at", "found at {x}"),
        ("since", "since {x}"),
        ("day", "on {x}"),
        ("max price", "with a price of {x} or less"),
        ("min square metres", "with a square metres of {x} or more"),
        ("kind", "of the kind {x}"),
        ("words", "with {x} in it"),
        ("limit", "{x} at most"),
        ("nights", "for {x} nights"),
        ("colour", ""),
    ],
)
def test_a_parameters_name_tells_how_its_value_is_added(label: str, said: str) -> None:
    assert added(label, "{x}") == said


@pytest.mark.parametrize(
    ("label", "of", "least"),
    [
        ("found on", "day", "one found first"),
        ("expires on", "day", "one that expires first"),
        ("placed date", "day", "one with the earliest placed date"),
        ("price", "number", "cheapest one"),
        ("litres", "number", "one with the lowest litres"),
        ("shelf", "number", None),
        ("page number", "number", None),
    ],
)
def test_a_fields_name_tells_how_the_first_of_several_is_called(
    label: str, of: str, least: str | None
) -> None:
    found = picks(label, of)  # type: ignore[arg-type] # one of the two
    assert (found.least[0] if found else None) == least
    assert found is None or "{value}" in found.value


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("found at", "the place where {it} was found"),
        ("placed on", "the day when {it} was placed"),
        ("customer", "the customer of {it}"),
    ],
)
def test_a_fields_name_tells_how_it_is_referred_to(label: str, said: str) -> None:
    assert referred(label) == said


def test_every_way_can_be_filled() -> None:
    for one in named().ranked:
        assert one.value or not (one.least or one.most)
