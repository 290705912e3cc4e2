"""Believable names of people and streets, for seeding worlds. Our own lists."""

from __future__ import annotations

import random

FIRST = (
    "Amara Anouk Bastien Beatriz Callum Chiara Daniel Dagny Elif Emil Farah Felix Freya Gareth "
    "Greta Hamza Hanna Ibrahim Ines Ivo Jana Joaquin Kaisa Kofi Lena Liam Luca Magda Malik Marta "
    "Mateo Mei Mira Nadia Niko Noor Olga Oskar Paula Pavel Priya Quentin Rafael Rosa Ruben Saoirse "
    "Selma Simon Sofia Tariq Tessa Tomas Ulla Viktor Wanda Willem Yara Yusuf Zoe Zuzana"
).split()

LAST = (
    "Abbott Adeyemi Almeida Andersen Barker Becker Bianchi Brandt Castillo Chowdhury Conti Costa "
    "Dekker Delgado Dubois Ekholm Farkas Fischer Fontaine Gallagher Garnier Haddad Hansen Hartley "
    "Ibarra Ivanova Jansen Kaplan Keller Kowalski Laurent Lindqvist Lombardi Marsh Mbeki Moreau "
    "Murphy Nakamura Novak Okafor Olsen Patel Pereira Petrov Quinn Rahman Ricci Rossi Sandoval "
    "Schmidt Silva Tanaka Thorne Urban Varga Vermeer Walsh Weber Yilmaz Zielinski"
).split()

STREETS = (
    "Alder Lane|Bridge Street|Canal Row|Chapel Hill|Church Street|Cooper's Yard|Dock Road|"
    "Elm Avenue|Fountain Square|Foundry Lane|Garden Terrace|Harbour Street|High Street|"
    "Juniper Way|King's Parade|Linden Road|Market Place|Meadow Close|Mill Lane|Observatory Road|"
    "Orchard Street|Park Crescent|Quarry Road|River Walk|Rose Lane|School Lane|Station Road|"
    "Theatre Row|Tower Street|Union Street|Vine Street|Weaver Street|Willow Road|Windmill Hill"
).split("|")


def person(rng: random.Random) -> str:
    """Draw a full name."""
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def people(rng: random.Random, count: int) -> list[str]:
    """Draw different full names."""
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        drawn[person(rng)] = None
    return list(drawn)


def address(rng: random.Random) -> str:
    """Draw a street and a house number."""
    return f"{rng.randint(1, 140)} {rng.choice(STREETS)}"
