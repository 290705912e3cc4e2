"""Every world that ships, written out by area: near domains have the more confusing functions."""

from __future__ import annotations

from buttonup.worlds import (
    animal_shelter,
    auction_house,
    bank_branch,
    bike_hire,
    blood_donation,
    box_office,
    campsite,
    car_workshop,
    cinema,
    climate_archive,
    container_freight,
    court_registry,
    energy_supply,
    expense_claims,
    ferry_line,
    flight_desk,
    furniture_shop,
    grocery_delivery,
    health_centre,
    hotels,
    insurance_office,
    invoicing,
    it_assets,
    job_board,
    leave_desk,
    lettings,
    library,
    museum,
    music_school,
    observatory,
    parcel_post,
    pharmacy,
    project_board,
    removals,
    restaurants,
    sample_lab,
    smart_home,
    sports_club,
    town_hall,
    train_travel,
    university,
    vet_clinic,
    warehouse,
)
from buttonup.worlds.world import World

AREAS: dict[str, tuple[World, ...]] = {
    "travel": (
        train_travel.world,
        flight_desk.world,
        ferry_line.world,
        hotels.world,
        campsite.world,
        bike_hire.world,
    ),
    "leisure": (
        cinema.world,
        box_office.world,
        museum.world,
        library.world,
        sports_club.world,
        restaurants.world,
        music_school.world,
    ),
    "home": (
        lettings.world,
        smart_home.world,
        energy_supply.world,
        removals.world,
        grocery_delivery.world,
        furniture_shop.world,
        parcel_post.world,
    ),
    "health": (
        health_centre.world,
        pharmacy.world,
        vet_clinic.world,
        blood_donation.world,
        animal_shelter.world,
    ),
    "work": (
        project_board.world,
        leave_desk.world,
        expense_claims.world,
        it_assets.world,
        job_board.world,
        warehouse.world,
    ),
    "money": (
        bank_branch.world,
        insurance_office.world,
        invoicing.world,
        auction_house.world,
    ),
    "science": (
        sample_lab.world,
        observatory.world,
        climate_archive.world,
        university.world,
    ),
    "public": (
        town_hall.world,
        court_registry.world,
        container_freight.world,
        car_workshop.world,
    ),
}

WORLDS: dict[str, World] = {world.name: world for worlds in AREAS.values() for world in worlds}


_AREA_OF = {world.name: area for area, worlds in AREAS.items() for world in worlds}


def area_of(name: str) -> str:
    """Name the area of a world; its own name when it has none."""
    return _AREA_OF.get(name, name)
