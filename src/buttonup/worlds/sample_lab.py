"""A water testing laboratory: sampling sites, samples, assays, instruments, runs and results."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import City, Date, Kind, Money
from buttonup.worlds.names import STREETS, day, numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

SiteId = Annotated[
    str,
    Kind("SamplingSiteId"),
    Meta(pattern=r"^SITE-\d{3}$", description="Site id, like SITE-204."),
]
SampleId = Annotated[
    str,
    Kind("LabSampleId"),
    Meta(pattern=r"^LAB-\d{5}$", description="Barcode of a sample, like LAB-20431."),
]
AssayId = Annotated[
    str, Kind("LabAssayId"), Meta(pattern=r"^ASY-\d{3}$", description="Assay code, like ASY-118.")
]
InstrumentId = Annotated[
    str,
    Kind("LabInstrumentId"),
    Meta(pattern=r"^INST-\d{3}$", description="Instrument id, like INST-307."),
]
RunId = Annotated[
    str, Kind("LabRunId"), Meta(pattern=r"^RUN-\d{5}$", description="Run id, like RUN-20431.")
]
ResultId = Annotated[
    str,
    Kind("LabResultId"),
    Meta(pattern=r"^RSLT-\d{5}$", description="Result id, like RSLT-20431."),
]
ScientistId = Annotated[
    str,
    Kind("LabScientistId"),
    Meta(pattern=r"^SCI-\d{4}$", description="Staff number of a scientist, like SCI-4402."),
]
AnalyteName = Literal["lead", "arsenic", "copper", "zinc", "nitrate", "phosphate"]
Analyte = Annotated[AnalyteName, Kind("Analyte")]
Millilitres = Annotated[int, Kind("Millilitres"), Meta(ge=0, description="Volume in ml.")]
Hours = Annotated[int, Kind("AssayHours"), Meta(description="Hours from start to result.")]
Unit = Literal["µg/L", "mg/L"]
Technique = Literal["mass spectrometry", "chromatography", "photometry"]
Water = Literal["river water", "groundwater", "tap water", "seawater"]
SampleStatus = Literal["in store", "in analysis", "used up"]
RunStatus = Literal["planned", "finished", "called off"]


class SamplingSite(Row):
    """A place where water is drawn for testing."""

    site_id: SiteId
    name: Annotated[str, Kind("SamplingSiteName")]
    city: City
    water: Water
    depth_m: Annotated[int, Meta(description="Depth at which water is drawn, in metres.")]
    last_visit: Date


class Sample(Row):
    """One bottle of water."""

    sample_id: SampleId
    site_id: SiteId
    taken_on: Date
    volume_ml: Millilitres
    status: SampleStatus


class Storage(Row):
    """Where a bottle stands."""

    fridge: str
    shelf: Annotated[int, Meta(description="Counted from the top.")]
    temperature_c: Annotated[int, Meta(description="In degrees Celsius.")]


class SampleFile(Row):
    """Where a sample comes from and where it is kept."""

    sample_id: SampleId
    site: SamplingSite
    storage: Storage
    taken_by: Annotated[str, Kind("PersonName")]
    keep_until: Date


class Assay(Row):
    """A method of measuring how much of a substance is in a sample."""

    assay_id: AssayId
    name: Annotated[str, Kind("AssayName")]
    analyte: Analyte
    technique: Technique
    price: Annotated[Money, Meta(description="Price for one sample, in euros.")]
    hours: Hours
    min_volume_ml: Annotated[Millilitres, Meta(description="Water needed for one sample, in ml.")]


class Instrument(Row):
    """A machine that runs assays of one technique."""

    instrument_id: InstrumentId
    name: Annotated[str, Kind("InstrumentName")]
    technique: Technique
    room: str
    free_from: Date
    calibrated_until: Date
    online: bool


class Calibration(Row):
    """An instrument's appointment with an engineer."""

    calibration_id: Annotated[
        str, Kind("CalibrationId"), Meta(pattern=r"^CALB-\d{5}$", description="Calibration id.")
    ]
    instrument: Instrument
    date: Date
    engineer: Annotated[str, Kind("PersonName")]
    fee: Money


class Run(Row):
    """Several samples measured together with one assay."""

    run_id: RunId
    assay_id: AssayId
    instrument_id: InstrumentId
    scientist_id: ScientistId
    samples: Annotated[int, Kind("Count"), Meta(description="How many samples are in the run.")]
    date: Date
    cost: Money
    status: RunStatus


class Result(Row):
    """What a run measured in one sample."""

    result_id: ResultId
    run_id: RunId
    sample_id: SampleId
    analyte: Analyte
    value: Annotated[float, Kind("Concentration"), Meta(description="Concentration, in `unit`.")]
    unit: Unit
    above_limit: Annotated[bool, Meta(description="Whether it exceeds the legal limit.")]


class Retest(Row):
    """A second measurement of a result that is in doubt."""

    retest_id: Annotated[
        str, Kind("RetestId"), Meta(pattern=r"^RET-\d{5}$", description="Retest id.")
    ]
    result: Result
    due: Date
    fee: Money


@dataclasses.dataclass
class SampleLab(State):
    """All of the laboratory's records."""

    sites: Table[SamplingSite]
    samples: Table[Sample]
    files: Table[SampleFile]
    assays: Table[Assay]
    instruments: Table[Instrument]
    runs: Table[Run]
    results: Table[Result]
    calibrations: Table[Calibration]
    retests: Table[Retest]


TECHNIQUES: dict[AnalyteName, tuple[Technique, ...]] = {
    "lead": ("mass spectrometry", "photometry"),
    "arsenic": ("mass spectrometry", "photometry"),
    "copper": ("mass spectrometry", "photometry"),
    "zinc": ("mass spectrometry", "photometry"),
    "nitrate": ("chromatography", "photometry"),
    "phosphate": ("chromatography", "photometry"),
}
LIMITS: dict[AnalyteName, int] = {
    "lead": 10, "arsenic": 10, "copper": 2000, "zinc": 3000, "nitrate": 50_000, "phosphate": 6000,
}  # fmt: skip
"""Legal limits, in µg/L."""
MODELS: dict[Technique, tuple[str, ...]] = {
    "mass spectrometry": ("Heron Q1", "Heron Q3", "Massline 40", "Massline 60"),
    "chromatography": ("Ionwave A", "Ionwave B", "Column 900"),
    "photometry": ("Lumen 7", "Lumen 9", "Clearview", "Prism S", "Prism XL"),
}
ENGINEERS: dict[Technique, str] = {
    "mass spectrometry": "Ulla Brandt",
    "chromatography": "Kofi Marsh",
    "photometry": "Ines Walsh",
}
PLACES: dict[Water, str] = {
    "river water": "bridge", "groundwater": "well", "tap water": "fountain", "seawater": "pier",
}  # fmt: skip
STATES: dict[SampleStatus, int] = {"in store": 8, "in analysis": 1, "used up": 1}
"""How many of ten samples are in each state."""
TOWNS = ("Cork", "Ghent", "Graz", "Lyon", "Oslo", "Porto", "Riga", "Turin")
RUN_SIZE = 8  # samples that fit in one run
RETEST_ML = 20  # water that a second measurement takes


def seed(rng: random.Random, today: dt.date) -> SampleLab:
    """Make 24 sites, 150 samples, 24 assays, 12 instruments, and the runs of 14 scientists."""
    sites = [
        _site(rng, site_id, TOWNS[i % len(TOWNS)], street, today)
        for i, (site_id, street) in enumerate(
            zip(numbers(rng, "SITE", 24, 3), rng.sample(STREETS, 24), strict=True)
        )
    ]
    samples = [_sample(rng, sample_id, rng.choice(sites)) for sample_id in numbers(rng, "LAB", 150)]
    by_id, staff = {s.site_id: s for s in sites}, people(rng, 9)
    files = [_file(rng, s, by_id[s.site_id], staff) for s in samples]
    codes = iter(numbers(rng, "ASY", 24, 3))
    assays = [
        _assay(rng, next(codes), analyte, technique, suffix)
        for analyte, techniques in TECHNIQUES.items()
        for technique in techniques
        for suffix in ("standard", "trace")
    ]
    models = [(technique, name) for technique, names in MODELS.items() for name in names]
    instruments = [
        _instrument(rng, instrument_id, technique, name, today)
        for instrument_id, (technique, name) in zip(
            numbers(rng, "INST", len(models), 3), models, strict=True
        )
    ]
    scientists = numbers(rng, "SCI", 14, 4)
    runs = [
        _run(rng, run_id, rng.choice(scientists), rng.choice(assays), instruments, today)
        for run_id in numbers(rng, "RUN", 50)
    ]
    by_code = {a.assay_id: a for a in assays}
    results = [
        _result(rng, run.run_id, sample.sample_id, by_code[run.assay_id].analyte)
        for run in runs
        if run.status == "finished"
        for sample in rng.sample(samples, run.samples)
    ]
    return SampleLab(
        today,
        sites=Table("site_id", sites),
        samples=Table("sample_id", samples),
        files=Table("sample_id", files),
        assays=Table("assay_id", assays),
        instruments=Table("instrument_id", instruments),
        runs=Table("run_id", runs),
        results=Table("result_id", results),
        calibrations=Table("calibration_id", ()),
        retests=Table("retest_id", ()),
    )


def _site(rng: random.Random, site_id: str, city: str, street: str, today: dt.date) -> SamplingSite:
    water = rng.choice(list(PLACES))
    name = f"{street} {PLACES[water]}"
    depth = rng.randint(1, 40) if water == "groundwater" else rng.randint(1, 6)
    return SamplingSite(site_id, name, city, water, depth, day(rng, today, -40, -2))


def _sample(rng: random.Random, sample_id: str, site: SamplingSite) -> Sample:
    last = dt.date.fromisoformat(site.last_visit)
    taken = last - dt.timedelta(weeks=rng.choice((0, 0, 2, 4, 8, 12)))
    (status,) = rng.choices(list(STATES), list(STATES.values()))
    volume = 0 if status == "used up" else rng.randrange(60, 500, 10)
    return Sample(sample_id, site.site_id, str(taken), volume, status)


def _file(rng: random.Random, sample: Sample, site: SamplingSite, staff: list[str]) -> SampleFile:
    storage = Storage(f"fridge {rng.choice('ABCDEF')}", rng.randint(1, 6), rng.choice((2, 4, -20)))
    keep = dt.date.fromisoformat(sample.taken_on) + dt.timedelta(days=rng.choice((180, 365)))
    return SampleFile(sample.sample_id, site, storage, rng.choice(staff), str(keep))


def _assay(
    rng: random.Random, assay_id: str, analyte: AnalyteName, technique: Technique, grade: str
) -> Assay:
    dear = 2.2 if technique == "mass spectrometry" else 1.0
    price = round(rng.randint(14, 30) * dear * (1.6 if grade == "trace" else 1.0), 2)
    name, hours, volume = f"{grade} {analyte} by {technique}", rng.randint(2, 30), rng.randint(1, 8)
    return Assay(assay_id, name, analyte, technique, price, hours, volume * 5)


def _instrument(
    rng: random.Random, instrument_id: str, technique: Technique, name: str, today: dt.date
) -> Instrument:
    room = f"{rng.randint(1, 3)}.{rng.randint(10, 29)}"
    free, until = day(rng, today, 1, 12), day(rng, today, 15, 200)
    return Instrument(instrument_id, name, technique, room, free, until, rng.random() < 0.9)


def _run(
    rng: random.Random,
    run_id: str,
    scientist_id: str,
    assay: Assay,
    instruments: list[Instrument],
    today: dt.date,
) -> Run:
    fit = [i for i in instruments if i.technique == assay.technique]
    ahead, size = rng.randint(-40, 15), rng.randint(2, 5)
    status: RunStatus = "planned" if ahead > 0 else "finished"
    date = str(today + dt.timedelta(days=ahead))
    chosen = rng.choice(fit).instrument_id
    cost = round(assay.price * size, 2)
    return Run(run_id, assay.assay_id, chosen, scientist_id, size, date, cost, status)


def _result(rng: random.Random, run_id: str, sample_id: str, analyte: AnalyteName) -> Result:
    limit = LIMITS[analyte]
    value = round(limit * rng.uniform(0.02, 1.25), 1 if limit < 1000 else 0)
    result_id = fresh_id("RSLT", run_id, sample_id)
    return Result(result_id, run_id, sample_id, analyte, value, "µg/L", value > limit)


world = World(
    "sample_lab",
    "A water testing laboratory",
    seed,
    known={
        "City": lambda s, rng: rng.choice(list(s.sites)).city,
        "LabSampleId": lambda s, rng: (
            rng.choice(s.samples.where(lambda b: b.status == "in store")).sample_id
        ),
        "LabAssayId": lambda s, rng: rng.choice(list(s.assays)).assay_id,
        "LabScientistId": lambda s, rng: rng.choice(list(s.runs)).scientist_id,
        "get_run_results.run_id": lambda s, rng: rng.choice(list(s.results)).run_id,
        "call_off_run.run_id": lambda s, rng: (
            rng.choice(s.runs.where(lambda r: r.status == "planned")).run_id
        ),
        "list_site_samples.taken_since": lambda s, rng: day(rng, s.today, -60, -20),
        "find_assays.max_price": lambda _s, rng: float(rng.randrange(25, 70, 5)),
        "book_calibration.date": lambda s, rng: day(rng, s.today, 2, 40),
    },
)


@world.function()
def find_sampling_sites(
    db: SampleLab, city: City, water: Water | None = None
) -> list[SamplingSite]:
    """List the places in a city where the laboratory draws water.

    city: name of the city
    water: only places with this kind of water
    """
    found = db.sites.where(lambda s: s.city.casefold() == city.casefold())
    if not found:
        raise Refused(f"The laboratory draws no water in {city}.")
    return [s for s in found if water is None or s.water == water]


@world.function()
def list_site_samples(
    db: SampleLab, site_id: SiteId, taken_since: Date | None = None, page: PageNumber = 1
) -> Page[Sample]:
    """List the samples drawn at a site, five to a page, the latest first.

    site_id: the sampling site
    taken_since: only samples drawn on this day or later
    page: which page of the list
    """
    site = db.sites[site_id]
    found = db.samples.where(
        lambda s: s.site_id == site.site_id and (taken_since is None or s.taken_on >= taken_since)
    )
    found.sort(key=lambda s: (s.taken_on, s.sample_id), reverse=True)
    return page_of(found, page, 5)


@world.function()
def open_sample_file(db: SampleLab, sample_id: SampleId) -> SampleFile:
    """Get the file of a sample: its site, where it is stored, who drew it, how long it is kept.

    sample_id: barcode of the sample
    """
    return db.files[sample_id]


@world.function()
def find_assays(db: SampleLab, analyte: Analyte, max_price: Money | None = None) -> list[Assay]:
    """List the assays that measure a substance, with price, duration and water needed.

    analyte: the substance to measure
    max_price: only assays that cost at most this much a sample, in euros
    """
    return db.assays.where(
        lambda a: a.analyte == analyte and (max_price is None or a.price <= max_price)
    )


@world.function()
def list_capable_instruments(db: SampleLab, assay_id: AssayId) -> list[Instrument]:
    """List the instruments that can run an assay, with the day each is free from.

    assay_id: code of the assay
    """
    technique = db.assays[assay_id].technique
    return db.instruments.where(lambda i: i.technique == technique)


@world.function(writes=True)
def book_calibration(db: SampleLab, instrument_id: InstrumentId, date: Date) -> Calibration:
    """Have an instrument calibrated by an engineer, within the next 60 days.

    instrument_id: the instrument to calibrate
    date: the day of the appointment
    """
    instrument = db.instruments[instrument_id]
    ahead = (dt.date.fromisoformat(date) - db.today).days
    if not 1 <= ahead <= 60:
        raise Refused(f"Instrument {instrument_id} can only be calibrated in the next 60 days.")
    calibration_id = fresh_id("CALB", instrument_id, date)
    if calibration_id in db.calibrations:
        raise Refused(f"Instrument {instrument_id} is calibrated on {date} already.")
    fee = 240.0 if instrument.technique == "mass spectrometry" else 95.0
    engineer = ENGINEERS[instrument.technique]
    return db.calibrations.put(Calibration(calibration_id, instrument, date, engineer, fee))


@world.function(writes=True)
def queue_assay_run(
    db: SampleLab,
    sample_ids: list[SampleId],
    assay_id: AssayId,
    scientist_id: ScientistId,
    priority: Literal["routine", "urgent"] = "routine",
) -> Run:
    """Have one to eight samples measured with an assay; an urgent run costs half as much again.

    sample_ids: barcodes of the samples
    assay_id: code of the assay
    scientist_id: staff number of the scientist who answers for the run
    priority: how urgent it is
    """
    assay = db.assays[assay_id]
    if not 1 <= len(set(sample_ids)) == len(sample_ids) <= RUN_SIZE:
        raise Refused(f"A run takes one to {RUN_SIZE} different samples.")
    samples = [db.samples[sample_id] for sample_id in sample_ids]
    for sample in samples:
        if sample.status != "in store":
            raise Refused(f"Sample {sample.sample_id} is {sample.status}.")
        if sample.volume_ml < assay.min_volume_ml:
            raise Refused(
                f"Sample {sample.sample_id} has {sample.volume_ml} ml left; "
                f"assay {assay_id} needs {assay.min_volume_ml} ml."
            )
    ready = [i for i in list_capable_instruments.run(db, assay_id) if i.online]
    if not ready:
        raise Refused(f"No instrument for assay {assay_id} is online.")
    first = min(ready, key=lambda i: (i.free_from, i.instrument_id))
    for sample in samples:
        left = sample.volume_ml - assay.min_volume_ml
        db.samples.put(replace(sample, volume_ml=left, status="in analysis"))
    cost = round(assay.price * len(samples) * (1.5 if priority == "urgent" else 1.0), 2)
    run_id, size = fresh_id("RUN", *sample_ids, assay_id, str(db.today)), len(samples)
    chosen, date = first.instrument_id, first.free_from
    return db.runs.put(Run(run_id, assay_id, chosen, scientist_id, size, date, cost, "planned"))


@world.function()
def list_lab_runs(
    db: SampleLab,
    scientist_id: ScientistId,
    status: Literal["planned", "finished"] | None = None,
) -> list[Run]:
    """List the runs that a scientist has ordered, with date, cost and state.

    scientist_id: staff number of the scientist
    status: only runs in this state
    """
    return db.runs.where(
        lambda r: r.scientist_id == scientist_id and (status is None or r.status == status)
    )


@world.function()
def get_run_results(db: SampleLab, run_id: RunId, unit: Unit = "µg/L") -> list[Result]:
    """List what a finished run measured, sample by sample.

    run_id: the run
    unit: unit of the concentrations
    """
    run = db.runs[run_id]
    if run.status != "finished":
        raise Refused(f"Run {run_id} is {run.status} and has no results.")
    found = db.results.where(lambda r: r.run_id == run_id)
    if unit == "µg/L":
        return found
    return [replace(r, value=round(r.value / 1000, 4), unit=unit) for r in found]


@world.function(writes=True)
def request_retest(db: SampleLab, result_id: ResultId) -> Retest:
    """Have a doubtful result measured again within a week. It takes 20 ml of the sample.

    result_id: the result in doubt
    """
    result = db.results[result_id]
    sample = db.samples[result.sample_id]
    if sample.volume_ml < RETEST_ML:
        raise Refused(f"Sample {sample.sample_id} has too little water left for a retest.")
    retest_id = fresh_id("RET", result_id, str(db.today))
    if retest_id in db.retests:
        raise Refused(f"A retest of result {result_id} is under way already.")
    db.samples.put(replace(sample, volume_ml=sample.volume_ml - RETEST_ML))
    due = db.today + dt.timedelta(days=7)
    return db.retests.put(Retest(retest_id, result, str(due), 35.0))


@world.function(writes=True)
def call_off_run(db: SampleLab, run_id: RunId) -> Run:
    """Call off a planned run. Refused once it is finished, and on the day before it.

    run_id: the run to call off
    """
    run = db.runs[run_id]
    if run.status != "planned":
        raise Refused(f"Run {run_id} is {run.status} already.")
    if dt.date.fromisoformat(run.date) <= db.today + dt.timedelta(days=1):
        raise Refused(f"Run {run_id} is being prepared and cannot be called off any more.")
    return db.runs.put(replace(run, status="called off", cost=0.0))
