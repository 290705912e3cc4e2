"""Shapes are plain data that a recipe can weigh."""

from __future__ import annotations

from buttonup.bottomup.truth_first.shapes import MIX, SHAPES


def test_the_mix_names_every_shape() -> None:
    assert MIX.keys() == SHAPES.keys()


def test_every_place_is_fed_only_by_places_before_it() -> None:
    for name, slots in SHAPES.items():
        assert all(p < i for i, slot in enumerate(slots) for p in slot.parents), name


def test_only_conclusions_and_loops_must_have_a_feeder() -> None:
    for name, slots in SHAPES.items():
        assert all(s.parents for s in slots if s.op in ("reduce", "each")), name
