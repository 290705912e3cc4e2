"""A climate archive: measuring stations in cities, their series, seasons, records and extracts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.records import digest
from buttonup.worlds.kinds import City, Country, Date, Kind, Money
from buttonup.worlds.names import CITIES, day, email, numbers, person
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

StationId = Annotated[
    str, Kind("ClimateStationId"), Meta(pattern=r"^WX-\d{4}$", description="Station number.")
]
SeriesId = Annotated[
    str, Kind("ClimateSeriesId"), Meta(pattern=r"^SER-\d{5}$", description="Series id.")
]
RecordId = Annotated[
    str, Kind("WeatherRecordId"), Meta(pattern=r"^WREC-\d{5}$", description="Record id.")
]
ExtractId = Annotated[
    str, Kind("ClimateExtractId"), Meta(pattern=r"^XTR-\d{5}$", description="Extract id.")
]
UserId = Annotated[
    str, Kind("ArchiveUserId"), Meta(pattern=r"^ARC-\d{4}$", description="Number of a user.")
]
Year = Annotated[int, Kind("ClimateYear"), Meta(description="Four digits.")]
Altitude = Annotated[int, Kind("StationAltitude"), Meta(description="Metres above sea level.")]
DayCount = Annotated[int, Kind("Count")]
Units = Literal["metric", "imperial"]
TemperatureUnit = Literal["°C", "°F"]
RainUnit = Literal["mm", "in"]
Element = Literal["temperature", "rainfall", "sunshine", "wind", "air pressure"]
ExtremeName = Literal["heat", "cold", "rain", "wind"]
Extreme = Annotated[ExtremeName, Kind("WeatherExtreme")]
SeasonName = Literal["winter", "spring", "summer", "autumn"]
Doubt = Annotated[
    Literal["sensor faults", "missing hours", "wrong units", "implausible values"],
    Kind("ReadingDoubt"),
]


class ClimateStation(Row):
    """A place where the weather is measured."""

    station_id: StationId
    name: Annotated[str, Kind("ClimateStationName")]
    city: City
    country: Country
    altitude_m: Altitude
    since: Annotated[Year, Meta(description="Year of the first reading.")]


class ClimateSeries(Row):
    """All readings of one element at one station."""

    series_id: SeriesId
    station_id: StationId
    element: Element
    years: Annotated[int, Kind("Count"), Meta(description="How many years it covers.")]
    complete_percent: Annotated[int, Meta(description="Share of days with a reading.")]
    price: Annotated[Money, Meta(description="Price of an extract, in euros.")]


class Season(Row):
    """One season of one year at a station."""

    season_id: Annotated[str, Kind("SeasonId"), Meta(description="Station, year and season.")]
    station_id: StationId
    year: Year
    season: SeasonName
    mean_temperature: float
    temperature_unit: TemperatureUnit
    rainfall: float
    rain_unit: RainUnit
    frost_days: DayCount


class CityClimate(Row):
    """What the weather of a city is usually like."""

    city: City
    country: Country
    mean_temperature_c: Annotated[float, Meta(description="Over the year, in degrees Celsius.")]
    rainfall_mm: Annotated[int, Meta(description="In a year, in millimetres.")]
    sunshine_hours: Annotated[int, Meta(description="In a year.")]


class DayWeather(Row):
    """What a station measured on one day."""

    station: ClimateStation
    date: Date
    highest: float
    lowest: float
    temperature_unit: TemperatureUnit
    rain: float
    rain_unit: RainUnit


class WeatherRecord(Row):
    """One of the most extreme readings of a city."""

    record_id: RecordId
    city: City
    station_id: StationId
    extreme: Extreme
    date: Date
    value: float
    unit: Literal["°C", "mm", "km/h"]


class Recipient(Row):
    """Who gets an extract."""

    name: Annotated[str, Kind("PersonName"), Meta(description="First and last name.")]
    email: Annotated[str, Kind("Email"), Meta(description="E-mail address.")]


class Extract(Row):
    """An order for the data of one or several series."""

    extract_id: ExtractId
    user_id: UserId
    series: list[ClimateSeries]
    recipient: Recipient
    fee: Money
    ready_on: Date
    status: Literal["in preparation", "sent", "cancelled"]


class QualityFlag(Row):
    """A mark on a day whose readings are in doubt."""

    flag_id: Annotated[
        str, Kind("QualityFlagId"), Meta(pattern=r"^FLG-\d{5}$", description="Flag id.")
    ]
    station: ClimateStation
    date: Date
    reason: Doubt
    answer_by: Date


@dataclasses.dataclass
class ClimateArchive(State):
    """All that the archive holds."""

    stations: Table[ClimateStation]
    series: Table[ClimateSeries]
    seasons: Table[Season]
    climates: Table[CityClimate]
    records: Table[WeatherRecord]
    extracts: Table[Extract]
    flags: Table[QualityFlag]


CLIMATES = {
    "Athens": (18.8, 400, 2880), "Berlin": (10.1, 570, 1690), "Bordeaux": (13.9, 940, 2080),
    "Dublin": (9.9, 760, 1450), "Helsinki": (6.5, 650, 1780), "Krakow": (9.2, 670, 1630),
    "Lisbon": (17.5, 750, 2810), "Milan": (13.8, 920, 1920), "Oslo": (6.3, 800, 1670),
    "Porto": (15.2, 1180, 2470), "Seville": (19.2, 540, 2920), "Vienna": (11.1, 620, 2010),
}  # fmt: skip
"""City -> mean temperature in °C, rainfall in mm and hours of sunshine in a year."""
PLACES = ("Airport", "Harbour", "Botanical Garden", "University", "Old Observatory", "Waterworks")
MONTHS = (-8.0, -7.0, -4.0, -0.5, 3.5, 7.0, 8.5, 8.0, 5.0, 1.0, -4.0, -7.0)
"""How far each month lies from the mean temperature."""
ELEMENTS: tuple[Element, ...] = ("temperature", "rainfall", "sunshine", "wind", "air pressure")
SEASONS: dict[SeasonName, tuple[float, float]] = {
    "winter": (-8.0, 0.27), "spring": (-0.5, 0.24), "summer": (8.5, 0.21), "autumn": (0.5, 0.28),
}  # fmt: skip
"""Season -> how far it lies from the mean temperature, and its share of the rain."""
LEVELS: dict[ExtremeName, tuple[float, float, Literal["°C", "mm", "km/h"]]] = {
    "heat": (21.0, 4.0, "°C"), "cold": (-24.0, 6.0, "°C"), "rain": (48.0, 60.0, "mm"),
    "wind": (85.0, 55.0, "km/h"),
}  # fmt: skip
"""Extreme -> its least value (above the mean for temperatures), its spread, its unit."""
WINTER_HALF = (1, 2, 3, 11, 12)
EXTRACT_SIZE = 6  # series that one extract may hold


def seed(rng: random.Random, today: dt.date) -> ClimateArchive:
    """Make about 28 stations in 12 cities, their series and seasons, records and extracts."""
    places = [(city, p) for city in CLIMATES for p in rng.sample(PLACES, rng.choice((2, 2, 3)))]
    stations = [
        ClimateStation(
            station_id, f"{city} {place}", city, CITIES[city],
            rng.randint(4, 90) * rng.choice((1, 1, 4)), rng.randint(1881, 1995),
        )
        for station_id, (city, place) in zip(
            numbers(rng, "WX", len(places), 4), places, strict=True
        )
    ]  # fmt: skip
    series = [
        _series(rng, s, element, today)
        for s in stations
        for element in rng.sample(ELEMENTS, rng.randint(2, 4))
    ]
    users = numbers(rng, "ARC", 12, 4)
    return ClimateArchive(
        today,
        stations=Table("station_id", stations),
        series=Table("series_id", series),
        seasons=Table(
            "season_id",
            [
                _season(rng, s, year, name)
                for s in stations
                for year in (today.year - 2, today.year - 1)
                for name in SEASONS
            ],
        ),
        climates=Table(
            "city", [CityClimate(city, CITIES[city], *normal) for city, normal in CLIMATES.items()]
        ),
        records=Table(
            "record_id",
            [
                _record(rng, rng.choice([s for s in stations if s.city == city]), extreme, today)
                for city in CLIMATES
                for extreme in LEVELS
                for _ in range(3)
            ],
        ),
        extracts=Table("extract_id", [_extract(rng, u, series, today) for u in users * 3]),
        flags=Table("flag_id", ()),
    )


def _series(
    rng: random.Random, station: ClimateStation, element: Element, today: dt.date
) -> ClimateSeries:
    years = today.year - station.since - rng.randint(0, 20)
    series_id = fresh_id("SER", station.station_id, element)
    price = float(8 + years // 5)
    return ClimateSeries(series_id, station.station_id, element, years, rng.randint(78, 100), price)


def _season(rng: random.Random, station: ClimateStation, year: int, name: SeasonName) -> Season:
    mean, rain, _ = CLIMATES[station.city]
    off, share = SEASONS[name]
    warm = round(mean + off - station.altitude_m / 150 + rng.uniform(-1.5, 1.8), 1)
    wet = round(rain * share * rng.uniform(0.5, 1.5), 1)
    frost = max(0, round((9 - warm) * rng.uniform(2.0, 4.5)))
    season_id = f"{station.station_id}/{year}/{name}"
    return Season(season_id, station.station_id, year, name, warm, "°C", wet, "mm", frost)


def _record(
    rng: random.Random,
    station: ClimateStation,
    extreme: ExtremeName,
    today: dt.date,
) -> WeatherRecord:
    least, spread, unit = LEVELS[extreme]
    mean = CLIMATES[station.city][0] if unit == "°C" else 0.0
    month = rng.choice((6, 7, 8) if extreme == "heat" else WINTER_HALF)
    date = str(dt.date(today.year - rng.randint(1, 40), month, rng.randint(1, 28)))
    value = round(mean + least + rng.uniform(0, spread), 1)
    record_id = fresh_id("WREC", station.station_id, extreme, date)
    return WeatherRecord(record_id, station.city, station.station_id, extreme, date, value, unit)


def _extract(
    rng: random.Random, user_id: str, series: list[ClimateSeries], today: dt.date
) -> Extract:
    ordered, ready = rng.sample(series, rng.randint(1, 3)), day(rng, today, -40, 20)
    name = person(rng)
    return Extract(
        fresh_id("XTR", user_id, *(s.series_id for s in ordered)), user_id, ordered,
        Recipient(name, email(rng, name)), sum(s.price for s in ordered), ready,
        "in preparation" if ready > str(today) else "sent",
    )  # fmt: skip


def _someone(_state: object, rng: random.Random) -> Recipient:
    name = person(rng)
    return Recipient(name, email(rng, name))


world = World(
    "climate_archive",
    "A climate archive",
    seed,
    known={
        "City": lambda s, rng: rng.choice(list(s.climates)).city,
        "Country": lambda s, rng: rng.choice(list(s.stations)).country,
        "ClimateStationId": lambda s, rng: rng.choice(list(s.stations)).station_id,
        "ArchiveUserId": lambda s, rng: rng.choice(list(s.extracts)).user_id,
        "ClimateYear": lambda s, rng: s.today.year - rng.randint(1, 2),
        "ExtractRecipient": _someone,
        "find_climate_stations.measuring_since": lambda _s, rng: rng.randrange(1910, 1980, 10),
        "list_national_stations.min_altitude_m": lambda _s, rng: rng.randrange(20, 100, 20),
        "get_day_weather.date": lambda s, rng: day(rng, s.today, -700, -10),
        "flag_doubtful_day.date": lambda s, rng: day(rng, s.today, -200, -3),
        "cancel_extract.extract_id": lambda s, rng: (
            rng.choice(
                s.extracts.where(lambda e: e.status == "in preparation") or list(s.extracts)
            ).extract_id
        ),
    },
)


@world.function()
def find_climate_stations(
    db: ClimateArchive, city: City, measuring_since: Year | None = None
) -> list[ClimateStation]:
    """List the measuring stations in a city.

    city: name of the city
    measuring_since: only stations that measured in this year already
    """
    found = db.stations.where(lambda s: s.city.casefold() == city.casefold())
    if not found:
        raise Refused(f"The archive has no station in {city}.")
    return [s for s in found if measuring_since is None or s.since <= measuring_since]


@world.function()
def list_national_stations(
    db: ClimateArchive,
    country: Country,
    min_altitude_m: Altitude | None = None,
    page: PageNumber = 1,
) -> Page[ClimateStation]:
    """List the measuring stations of a country, four to a page, the oldest first.

    country: name of the country
    min_altitude_m: only stations at least this high above the sea, in metres
    page: which page of the list
    """
    found = db.stations.where(lambda s: s.country.casefold() == country.casefold())
    if not found:
        raise Refused(f"The archive has no station in {country}.")
    high = [s for s in found if min_altitude_m is None or s.altitude_m >= min_altitude_m]
    return page_of(sorted(high, key=lambda s: (s.since, s.station_id)), page, 4)


@world.function()
def list_climate_series(db: ClimateArchive, station_id: StationId) -> list[ClimateSeries]:
    """List the series of a station: what is measured, for how long, how completely, at what price.

    station_id: the measuring station
    """
    station = db.stations[station_id]
    return db.series.where(lambda s: s.station_id == station.station_id)


@world.function()
def get_seasons(
    db: ClimateArchive, station_id: StationId, year: Year, units: Units = "metric"
) -> list[Season]:
    """List the four seasons of a year at a station, with temperature, rainfall and days of frost.

    station_id: the measuring station
    year: one of the last two complete years
    units: metric (°C, mm) or imperial (°F, inches)
    """
    station = db.stations[station_id]
    found = db.seasons.where(lambda s: s.station_id == station.station_id and s.year == year)
    if not found:
        raise Refused(f"The seasons of {year} at station {station_id} are not online.")
    if units == "metric":
        return found
    return [
        replace(
            s, mean_temperature=_fahrenheit(s.mean_temperature), temperature_unit="°F",
            rainfall=_inches(s.rainfall), rain_unit="in",
        )
        for s in found
    ]  # fmt: skip


@world.function()
def compare_city_climates(db: ClimateArchive, cities: list[City]) -> list[CityClimate]:
    """Set the usual weather of up to six cities side by side: temperature, rain and sunshine.

    cities: names of the cities
    """
    names = list(dict.fromkeys(cities))
    if not 1 <= len(names) <= 6:
        raise Refused("One to six cities can be compared.")
    if lost := next((name for name in names if name not in db.climates), None):
        raise Refused(f"The archive has no climate data for {lost}.")
    return [db.climates[name] for name in names]


@world.function()
def get_day_weather(
    db: ClimateArchive, station_id: StationId, date: Date, units: Units = "metric"
) -> DayWeather:
    """Get what a station measured on a day in the past: highest, lowest and rain.

    station_id: the measuring station
    date: the day
    units: metric (°C, mm) or imperial (°F, inches)
    """
    station, on = db.stations[station_id], dt.date.fromisoformat(date)
    if on >= db.today:
        raise Refused(f"The readings of {date} are not in yet.")
    if on.year < station.since:
        raise Refused(f"Station {station_id} has measured since {station.since} only.")
    highest, lowest, rain = _weather(station, on)
    if units == "metric":
        return DayWeather(station, date, highest, lowest, "°C", rain, "mm")
    warm, cool = _fahrenheit(highest), _fahrenheit(lowest)
    return DayWeather(station, date, warm, cool, "°F", _inches(rain), "in")


@world.function()
def list_weather_records(db: ClimateArchive, city: City, extreme: Extreme) -> list[WeatherRecord]:
    """List the most extreme readings of a city: its records of heat, cold, rain or wind.

    city: name of the city
    extreme: which kind of records
    """
    found = db.records.where(lambda r: r.city.casefold() == city.casefold())
    if not found:
        raise Refused(f"The archive keeps no records for {city}.")
    return [r for r in found if r.extreme == extreme]


@world.function(writes=True)
def order_extract(
    db: ClimateArchive,
    series_ids: list[SeriesId],
    recipient: Annotated[Recipient, Kind("ExtractRecipient")],
    user_id: UserId,
    file_format: Literal["CSV", "spreadsheet", "JSON"] = "CSV",
) -> Extract:
    """Order the data of one to six series. They are sent within five days.

    series_ids: the series
    recipient: name and e-mail address to which the data go
    user_id: number of the user who pays
    file_format: format of the files; spreadsheets take a day longer
    """
    if not 1 <= len(set(series_ids)) == len(series_ids) <= EXTRACT_SIZE:
        raise Refused(f"An extract holds one to {EXTRACT_SIZE} different series.")
    series = [db.series[series_id] for series_id in series_ids]
    wait = 2 + len(series) // 2 + (file_format == "spreadsheet")
    ready = str(db.today + dt.timedelta(days=wait))
    extract_id = fresh_id("XTR", user_id, *series_ids, str(db.today))
    fee = round(sum(s.price for s in series), 2)
    return db.extracts.put(
        Extract(extract_id, user_id, series, recipient, fee, ready, "in preparation")
    )


@world.function()
def list_extracts(
    db: ClimateArchive,
    user_id: UserId,
    status: Literal["in preparation", "sent"] | None = None,
) -> list[Extract]:
    """List the extracts that a user has ordered, with recipient, fee and state.

    user_id: number of the user
    status: only extracts in this state
    """
    return db.extracts.where(
        lambda e: (
            e.user_id == user_id
            and e.status != "cancelled"
            and (status is None or e.status == status)
        )
    )


@world.function(writes=True)
def cancel_extract(db: ClimateArchive, extract_id: ExtractId) -> Extract:
    """Cancel an extract that has not been sent. The fee is dropped.

    extract_id: the extract to cancel
    """
    extract = db.extracts[extract_id]
    if extract.status == "cancelled":
        raise Refused(f"Extract {extract_id} is cancelled already.")
    if extract.status == "sent":
        raise Refused(f"Extract {extract_id} was sent on {extract.ready_on} already.")
    return db.extracts.put(replace(extract, status="cancelled", fee=0.0))


@world.function(writes=True)
def flag_doubtful_day(
    db: ClimateArchive, station_id: StationId, date: Date, reason: Doubt
) -> QualityFlag:
    """Mark a day of a station as doubtful. The quality team answers within ten days.

    station_id: the measuring station
    date: the day in doubt
    reason: what seems to be wrong
    """
    station = get_day_weather.run(db, station_id, date).station
    flag_id = fresh_id("FLG", station_id, date)
    if flag_id in db.flags:
        raise Refused(f"The readings of {date} at station {station_id} are flagged already.")
    answer = str(db.today + dt.timedelta(days=10))
    return db.flags.put(QualityFlag(flag_id, station, date, reason, answer))


def _weather(station: ClimateStation, on: dt.date) -> tuple[float, float, float]:
    """Work out a day's readings; the same station and day always have the same ones."""
    dice = int(digest([station.station_id, str(on)]), 16)
    mean = CLIMATES[station.city][0] + MONTHS[on.month - 1]
    lowest = round(mean - 4 + dice % 60 / 10, 1)
    rain = max(0, dice // 60 % 400 - 200) / 10
    return round(lowest + 3 + dice // 24_000 % 80 / 10, 1), lowest, rain


def _fahrenheit(celsius: float) -> float:
    return round(celsius * 9 / 5 + 32, 1)


def _inches(millimetres: float) -> float:
    return round(millimetres / 25.4, 2)
