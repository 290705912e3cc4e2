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
