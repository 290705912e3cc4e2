"""Every world that ships, written out by area: near domains have the more confusing functions."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from importlib import import_module

from buttonup.worlds.world import World

AREAS: dict[str, tuple[str, ...]] = {
    "travel": (
        "train_travel",
        "flight_desk",
        "ferry_line",
        "hotels",
        "campsite",
        "bike_hire",
    ),
    "leisure": (
        "cinema",
        "box_office",
        "museum",
        "library",
        "sports_club",
        "restaurants",
        "music_school",
    ),
    "home": (
        "lettings",
        "smart_home",
        "energy_supply",
        "removals",
        "grocery_delivery",
        "furniture_shop",
        "parcel_post",
    ),
    "health": (
        "health_centre",
        "pharmacy",
        "vet_clinic",
        "blood_donation",
        "animal_shelter",
    ),
    "work": (
        "project_board",
        "leave_desk",
        "expense_claims",
        "it_assets",
        "job_board",
        "warehouse",
    ),
    "money": (
        "bank_branch",
        "insurance_office",
        "invoicing",
        "auction_house",
    ),
    "science": (
        "sample_lab",
        "observatory",
        "climate_archive",
        "university",
    ),
    "public": (
        "town_hall",
        "court_registry",
        "container_freight",
        "car_workshop",
    ),
}

_AREA_OF = {name: area for area, names in AREAS.items() for name in names}


class _Worlds(Mapping[str, World]):
    """Worlds by name. Each is loaded when it is first asked for: most processes ask for few."""

    def __getitem__(self, name: str) -> World:
        if name not in _AREA_OF:
            raise KeyError(name)
        return _loaded(name)

    def __contains__(self, name: object) -> bool:
        return name in _AREA_OF

    def __iter__(self) -> Iterator[str]:
        return iter(_AREA_OF)

    def __len__(self) -> int:
        return len(_AREA_OF)


@functools.cache
def _loaded(name: str) -> World:
    world: World = import_module(f"buttonup.worlds.{name}").world
    return world


WORLDS: Mapping[str, World] = _Worlds()


def area_of(name: str) -> str:
    """Name the area of a world; its own name when it has none."""
    return _AREA_OF.get(name, name)
