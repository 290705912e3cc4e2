"""Every world that ships, written out."""

from __future__ import annotations

from buttonup.worlds import (
    bike_hire,
    lettings,
    library,
    museum,
    pharmacy,
    sports_club,
    vet_clinic,
    warehouse,
)
from buttonup.worlds.world import World

WORLDS: dict[str, World] = {
    world.name: world
    for world in (
        bike_hire.world,
        library.world,
        warehouse.world,
        pharmacy.world,
        vet_clinic.world,
        museum.world,
        sports_club.world,
        lettings.world,
    )
}

AREAS: dict[str, tuple[str, ...]] = {
    "home": ("bike_hire", "lettings", "library", "museum", "sports_club"),
    "health": ("pharmacy", "vet_clinic"),
    "work": ("warehouse",),
}
"""Area -> its worlds: near domains, whose functions are the more confusing."""


def area_of(name: str) -> str:
    """Name the area of a world; its own name when it has none."""
    return next((area for area, names in AREAS.items() if name in names), name)
