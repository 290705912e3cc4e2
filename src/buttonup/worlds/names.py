"""Believable names of people and streets, for seeding worlds. Our own lists."""

from __future__ import annotations

import datetime as dt
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


CITIES = {
    "Amsterdam": "Netherlands", "Antwerp": "Belgium", "Athens": "Greece", "Barcelona": "Spain",
    "Berlin": "Germany", "Bologna": "Italy", "Bordeaux": "France", "Brno": "Czechia",
    "Brussels": "Belgium", "Budapest": "Hungary", "Copenhagen": "Denmark", "Cork": "Ireland",
    "Dublin": "Ireland", "Edinburgh": "Scotland", "Geneva": "Switzerland", "Ghent": "Belgium",
    "Graz": "Austria", "Hamburg": "Germany", "Helsinki": "Finland", "Krakow": "Poland",
    "Leipzig": "Germany", "Lisbon": "Portugal", "Ljubljana": "Slovenia", "Lyon": "France",
    "Milan": "Italy", "Munich": "Germany", "Oslo": "Norway", "Porto": "Portugal",
    "Prague": "Czechia", "Riga": "Latvia", "Rotterdam": "Netherlands", "Seville": "Spain",
    "Stockholm": "Sweden", "Tallinn": "Estonia", "Turin": "Italy", "Utrecht": "Netherlands",
    "Valencia": "Spain", "Vienna": "Austria", "Warsaw": "Poland", "Zurich": "Switzerland",
}  # fmt: skip
"""City -> country. Worlds share them, so that a task can lead from one world to another."""

DISTRICTS = (
    "Old Town|Riverside|Northgate|University|Harbour|Hillcrest|Southbank|Westfield|Eastmoor|"
    "Castle Quarter|Mill Park|Station Quarter|Greenhill|Lakeside"
).split("|")

_TRADES = "Partners|Group|Brothers|Works|Services|Supply|Trading|Industries|Studio|& Co".split("|")


def person(rng: random.Random) -> str:
    """Draw a full name."""
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def people(rng: random.Random, count: int) -> list[str]:
    """Draw different full names."""
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        drawn[person(rng)] = None
    return list(drawn)


def email(rng: random.Random, name: str) -> str:
    """Make an e-mail address for a person, at a domain that nobody can own."""
    first, _, last = name.lower().replace("'", "").partition(" ")
    form = rng.choice(
        (f"{first}.{last}", f"{first[0]}.{last}", f"{first}_{last}", f"{last}{first[0]}")
    )
    return f"{form}@{rng.choice(('mail', 'post', 'inbox', 'home'))}.example"


def phone(rng: random.Random) -> str:
    """Draw a telephone number in the range that is kept free for fiction."""
    return f"020 7946 {rng.randint(0, 999):04}"


def company(rng: random.Random) -> str:
    """Draw a company's name."""
    return f"{rng.choice(LAST)} {rng.choice(_TRADES)}"


def companies(rng: random.Random, count: int) -> list[str]:
    """Draw different names of companies."""
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        drawn[company(rng)] = None
    return list(drawn)


def numbers(rng: random.Random, prefix: str, count: int, digits: int = 5) -> list[str]:
    """Draw different ids: "ST-40213"."""
    drawn = rng.sample(range(10 ** (digits - 1), 10**digits), count)
    return [f"{prefix}-{n}" for n in drawn]


def day(rng: random.Random, today: dt.date, earliest: int, latest: int) -> str:
    """Draw a date between two distances from today, in days, as YYYY-MM-DD."""
    return str(today + dt.timedelta(days=rng.randint(earliest, latest)))


def clock_time(rng: random.Random, first: int, last: int, step: int = 15) -> str:
    """Draw a time of day between two hours, in steps of minutes, as HH:MM."""
    minutes = rng.randrange(first * 60, last * 60 + 1, step)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def address(rng: random.Random) -> str:
    """Draw a street and a house number."""
    return f"{rng.randint(1, 140)} {rng.choice(STREETS)}"
