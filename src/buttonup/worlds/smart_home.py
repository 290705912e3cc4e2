"""A smart home: rooms, devices, scenes, schedules, heating and what it all uses."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal, get_args

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind, Money, Time, Weekday
from buttonup.worlds.names import clock_time, day, numbers
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

RoomName = Annotated[
    str, Kind("HomeRoom"), Meta(description="Name of a room in the house, like kitchen.")
]
DeviceId = Annotated[
    str, Kind("HomeDeviceId"), Meta(pattern=r"^DEV-\d{4}$", description="Device id, like DEV-4821.")
]
ThermostatId = Annotated[
    str,
    Kind("ThermostatId"),
    Meta(pattern=r"^THM-\d{2}$", description="Thermostat id, like THM-07."),
]
SceneId = Annotated[
    str, Kind("HomeSceneId"), Meta(pattern=r"^SCN-\d{3}$", description="Scene id, like SCN-214.")
]
ScheduleId = Annotated[
    str,
    Kind("HomeScheduleId"),
    Meta(pattern=r"^SCD-\d{5}$", description="Schedule id, like SCD-20431."),
]
Celsius = Annotated[
    float, Kind("TargetDegrees"), Meta(ge=5, le=28, description="Degrees Celsius, in halves.")
]
DeviceName = Annotated[str, Kind("HomeDeviceName"), Meta(description="What it is called.")]
Watts = Annotated[int, Meta(description="Power it draws when it is on, in watts.")]
DeviceGroup = Literal["lights", "heaters", "appliances", "speakers", "screens", "fans"]
Floor = Annotated[Literal["ground floor", "first floor", "top floor"], Kind("HomeFloor")]
Power = Literal["on", "off"]
Period = Literal["yesterday", "last week", "last month"]
Mood = Literal["waking up", "working", "eating", "watching films", "winding down", "going out"]


class Room(Row):
    """One room, and how it is in there."""

    room: RoomName
    floor: Floor
    temperature: Annotated[float, Meta(description="Measured now, in the unit asked for.")]
    target: Annotated[float, Meta(description="What the thermostat is set to, in the same unit.")]
    humidity: Annotated[int, Meta(description="Relative humidity in percent.")]
    window_open: bool
    thermostat_id: ThermostatId


class Device(Row):
    """Something that the house can switch."""

    device_id: DeviceId
    name: DeviceName
    room: RoomName
    group: DeviceGroup
    watts: Watts
    power: Power


class DeviceRecord(Row):
    """All that is kept about one device."""

    device_id: DeviceId
    name: DeviceName
    room: RoomName
    maker: Annotated[str, Kind("HomeDeviceMaker")]
    firmware: Annotated[str, Meta(description="Version of its software.")]
    installed: Date
    warranty_until: Date
    power: Power


class Switching(Row):
    """Devices that were switched together."""

    switching_id: Annotated[
        str, Kind("SwitchingId"), Meta(pattern=r"^SWT-\d{5}$", description="Number in the log.")
    ]
    power: Power
    devices: list[Device]
    watts: Annotated[int, Meta(description="Power they draw together when on, in watts.")]


class DeviceUse(Row):
    """What one device used over a period."""

    device_id: DeviceId
    device: DeviceName
    room: RoomName
    period: Period
    kwh: Annotated[float, Meta(description="Electricity used, in kWh.")]
    cost: Money


class SceneStep(Row):
    """What a scene does with one device."""

    device_id: DeviceId
    device: DeviceName
    power: Power


class Scene(Row):
    """Settings for a room that are started together."""

    scene_id: SceneId
    name: Annotated[str, Kind("HomeSceneName")]
    room: RoomName
    mood: Mood
    steps: list[SceneStep]
    fade_minutes: Annotated[int, Meta(description="Minutes until it has taken full effect.")]
    watts: Annotated[int, Meta(description="Power drawn while it runs.")]
    enabled: bool


class SceneRun(Row):
    """A scene that was started."""

    scene_id: SceneId
    name: Annotated[str, Kind("HomeSceneName")]
    room: RoomName
    steps: list[SceneStep]
    watts: Annotated[int, Meta(description="Power drawn while it runs.")]


class Schedule(Row):
    """A device that is switched at a time of day, every week."""

    schedule_id: ScheduleId
    device_id: DeviceId
    device: DeviceName
    room: RoomName
    action: Annotated[Power, Meta(description="What the device is switched to.")]
    time: Time
    weekdays: list[Weekday]


class Heating(Row):
    """A thermostat, as it was set."""

    thermostat_id: ThermostatId
    room: RoomName
    before: Annotated[float, Meta(description="What it was set to before, in degrees Celsius.")]
    target: Celsius


class Usage(Row):
    """Meter readings of one device, in watt-hours."""

    device_id: DeviceId
    yesterday: int
    week: int
    month: int


@dataclasses.dataclass
class SmartHome(State):
    """All that the house knows of itself."""

    rooms: Table[Room]
    devices: Table[Device]
    records: Table[DeviceRecord]
    usage: Table[Usage]
    scenes: Table[Scene]
    schedules: Table[Schedule]
    switchings: Table[Switching]


ROOMS: dict[Floor, tuple[str, ...]] = {
    "ground floor": ("kitchen", "living room", "dining room", "hallway", "garage"),
    "first floor": ("main bedroom", "nursery", "bathroom", "study", "guest room"),
    "top floor": ("attic", "workshop", "music room", "reading corner"),
}
THINGS: dict[str, tuple[DeviceGroup, int, int]] = {
    "ceiling light": ("lights", 12, 60),
    "floor lamp": ("lights", 8, 40),
    "light strip": ("lights", 10, 30),
    "wall lights": ("lights", 6, 24),
    "radiator": ("heaters", 900, 2200),
    "heated rail": ("heaters", 150, 600),
    "fridge": ("appliances", 90, 160),
    "coffee machine": ("appliances", 900, 1500),
    "air purifier": ("appliances", 25, 70),
    "dehumidifier": ("appliances", 200, 480),
    "speaker": ("speakers", 15, 60),
    "radio": ("speakers", 5, 20),
    "television": ("screens", 70, 210),
    "photo frame": ("screens", 6, 18),
    "ceiling fan": ("fans", 30, 75),
    "desk fan": ("fans", 18, 45),
}
ONLY_IN = {
    "fridge": ("kitchen", "garage"),
    "coffee machine": ("kitchen", "dining room", "study", "workshop"),
    "heated rail": ("bathroom",),
    "television": ("living room", "main bedroom", "guest room", "attic", "kitchen"),
    "floor lamp": ("living room", "main bedroom", "study", "guest room", "reading corner"),
    "photo frame": ("living room", "hallway", "nursery", "study", "guest room", "reading corner"),
}
"""Things that stand in some rooms only."""
MAKERS = ("Lumenor", "Hearthly", "Nordvolt", "Quietline", "Tovio", "Brightwell")
SCENES: dict[Mood, tuple[str, ...]] = {
    "waking up": ("Slow sunrise", "First coffee"),
    "working": ("Head down", "Bright desk"),
    "eating": ("Long supper", "Breakfast in peace"),
    "watching films": ("Film night", "Front row"),
    "winding down": ("Lights low", "Last page"),
    "going out": ("Nobody home", "Back soon"),
}
DAYS: tuple[Weekday, ...] = get_args(get_args(Weekday)[0])
PRICE = 0.31
"""Euros per kWh."""
LOAD = 4000
"""Watts that may be switched on at once; above that the main fuse would go."""


def seed(rng: random.Random, today: dt.date) -> SmartHome:
    """Make 14 rooms, some 80 devices with their records and use, 35 scenes and 45 schedules."""
    floors = [(floor, room) for floor, rooms in ROOMS.items() for room in rooms]
    rooms = [_room(rng, n, floor, room) for n, (floor, room) in enumerate(floors, 1)]
    placed = [(r.room, thing) for r in rooms for thing in _things(rng, r.room)]
    ids = numbers(rng, "DEV", len(placed), 4)
    devices = [_device(rng, id, *place) for id, place in zip(ids, placed, strict=True)]
    scenes = [(r.room, name) for r in rooms for name in _moods(rng, r.room)]
    names = numbers(rng, "SCN", len(scenes), 3)
    planned = [rng.choice(devices) for _ in range(45)]
    return SmartHome(
        today,
        rooms=Table("room", rooms),
        devices=Table("device_id", devices),
        records=Table("device_id", [_record(rng, d, today) for d in devices]),
        usage=Table("device_id", [_usage(rng, d) for d in devices]),
        scenes=Table(
            "scene_id", [_scene(rng, id, *s, devices) for id, s in zip(names, scenes, strict=True)]
        ),
        schedules=Table("schedule_id", [_schedule(rng, device) for device in planned]),
        switchings=Table("switching_id", ()),
    )


def _things(rng: random.Random, room: str) -> list[str]:
    fitting = [thing for thing in THINGS if room in ONLY_IN.get(thing, (room,))]
    return rng.sample(fitting, rng.randint(4, 7))


def _moods(rng: random.Random, room: str) -> list[tuple[Mood, str]]:
    table = room in ("kitchen", "dining room", "living room")
    fitting = [mood for mood in SCENES if table or mood != "eating"]
    return [(mood, rng.choice(SCENES[mood])) for mood in rng.sample(fitting, rng.randint(2, 3))]


def _room(rng: random.Random, n: int, floor: Floor, room: str) -> Room:
    return Room(
        room, floor, round(rng.uniform(15.5, 25), 1), rng.randrange(32, 45) / 2,
        rng.randint(34, 68), rng.random() < 0.2, f"THM-{n:02}",
    )  # fmt: skip


def _device(rng: random.Random, device_id: str, room: str, thing: str) -> Device:
    group, least, most = THINGS[thing]
    power: Power = "on" if thing == "fridge" or rng.random() < 0.45 else "off"
    return Device(device_id, thing, room, group, rng.randint(least, most), power)


def _record(rng: random.Random, device: Device, today: dt.date) -> DeviceRecord:
    return DeviceRecord(
        device.device_id, device.name, device.room, rng.choice(MAKERS),
        f"{rng.randint(1, 6)}.{rng.randint(0, 9)}", day(rng, today, -900, -40),
        day(rng, today, 10, 700), device.power,
    )  # fmt: skip


def _usage(rng: random.Random, device: Device) -> Usage:
    daily = int(device.watts * rng.uniform(1.2, 7))
    yesterday = int(daily * rng.uniform(0.7, 1.3)) + rng.randint(5, 60)
    week = yesterday + int(daily * 6 * rng.uniform(0.8, 1.2))
    return Usage(device.device_id, yesterday, week, week + int(daily * 23 * rng.uniform(0.9, 1.1)))


def _scene(
    rng: random.Random, scene_id: str, room: str, named: tuple[Mood, str], devices: list[Device]
) -> Scene:
    here = [d for d in devices if d.room == room and d.name != "fridge"]
    chosen = rng.sample(here, min(3, len(here)))
    powers: list[Power] = [rng.choice(("on", "on", "off")) for _ in chosen]
    steps = [SceneStep(d.device_id, d.name, p) for d, p in zip(chosen, powers, strict=True)]
    draw = sum(d.watts for d, p in zip(chosen, powers, strict=True) if p == "on")
    return Scene(
        scene_id, named[1], room, named[0], steps, rng.randint(1, 20), draw, rng.random() < 0.85
    )


def _schedule(rng: random.Random, device: Device) -> Schedule:
    action: Power = "on" if device.name == "fridge" else rng.choice(("on", "off"))
    time = clock_time(rng, 5, 23)
    weekdays = [d for d in DAYS if rng.random() < 0.3] or [rng.choice(DAYS)]
    return Schedule(
        fresh_id("SCD", device.device_id, action, time), device.device_id, device.name,
        device.room, action, time, weekdays,
    )  # fmt: skip


world = World(
    "smart_home",
    "A smart home",
    seed,
    known={
        "HomeRoom": lambda s, rng: rng.choice(list(s.scenes)).room,
        "TargetDegrees": lambda _s, rng: rng.randrange(34, 48) / 2,
        "Time": lambda _s, rng: clock_time(rng, 6, 22),
        "find_home_devices.min_watts": lambda _s, rng: rng.choice((20, 50, 100, 200)),
        "list_home_schedules.after": lambda _s, rng: f"{rng.randint(7, 18):02}:00",
    },
)


def _known_room(db: SmartHome, room: str) -> str:
    if room not in db.rooms:
        raise Refused(f"There is no room called {room!r} in this house.")
    return room


@world.function()
def list_rooms_on_floor(
    db: SmartHome, floor: Floor, unit: Literal["Celsius", "Fahrenheit"] = "Celsius"
) -> list[Room]:
    """List the rooms on a floor with temperature, humidity, open windows and thermostat.

    floor: the floor to look at
    unit: unit of the temperatures
    """
    found = db.rooms.where(lambda r: r.floor == floor)
    if unit == "Celsius":
        return found
    return [
        replace(r, temperature=_fahrenheit(r.temperature), target=_fahrenheit(r.target))
        for r in found
    ]


def _fahrenheit(celsius: float) -> float:
    return round(celsius * 9 / 5 + 32, 1)


@world.function()
def find_home_devices(
    db: SmartHome,
    room: RoomName,
    group: DeviceGroup | None = None,
    power: Power | None = None,
    min_watts: Watts | None = None,
    page: PageNumber = 1,
) -> Page[Device]:
    """List the devices in a room, with the power they draw and whether they are on; five a page.

    room: the room to look in
    group: only devices of this group
    power: only devices that are switched on, or only those that are off
    min_watts: only devices that draw at least this much when on, in watts
    page: which page of the list
    """
    place = _known_room(db, room)
    found = db.devices.where(
        lambda d: (
            d.room == place
            and (group is None or d.group == group)
            and (power is None or d.power == power)
            and (min_watts is None or d.watts >= min_watts)
        )
    )
    return page_of(found, page, 5)


@world.function()
def get_home_device(db: SmartHome, device_id: DeviceId) -> DeviceRecord:
    """Get the record of one device: maker, software version, installation and warranty.

    device_id: the device in question
    """
    return replace(db.records[device_id], power=db.devices[device_id].power)


@world.function(writes=True)
def switch_home_devices(db: SmartHome, device_ids: list[DeviceId], power: Power) -> Switching:
    """Switch two or more devices on or off together.

    Fridges are never switched off, and no more than 4,000 watts go on at once.

    device_ids: the devices to switch
    power: whether they go on or off
    """
    devices = [db.devices[device_id] for device_id in dict.fromkeys(device_ids)]
    if len(devices) < 2:
        raise Refused("Two different devices at least are switched together.")
    if power == "off" and (cold := next((d for d in devices if d.name == "fridge"), None)):
        raise Refused(f"Device {cold.device_id} is a fridge and is never switched off.")
    watts = sum(d.watts for d in devices)
    if power == "on" and watts > LOAD:
        raise Refused(f"Together they would draw {watts} watts, and {LOAD} is the limit.")
    switched = [db.devices.put(replace(d, power=power)) for d in devices]
    switching_id = fresh_id("SWT", power, *(d.device_id for d in devices))
    return db.switchings.put(Switching(switching_id, power, switched, watts))


@world.function()
def list_room_energy(db: SmartHome, room: RoomName, period: Period) -> list[DeviceUse]:
    """List what each device in a room used over a period, in kWh and in euros.

    room: the room in question
    period: the period to look at
    """
    place = _known_room(db, room)
    return [_use(db, d, period) for d in db.devices.where(lambda d: d.room == place)]


def _use(db: SmartHome, device: Device, period: Period) -> DeviceUse:
    meter = db.usage[device.device_id]
    wh = {"yesterday": meter.yesterday, "last week": meter.week, "last month": meter.month}[period]
    kwh = round(wh / 1000, 2)
    cost = round(kwh * PRICE, 2)
    return DeviceUse(device.device_id, device.name, device.room, period, kwh, cost)


@world.function(writes=True)
def set_thermostat(db: SmartHome, thermostat_id: ThermostatId, target: Celsius) -> Heating:
    """Set the temperature a thermostat keeps. Refused while a window in its room is open.

    thermostat_id: the thermostat to set
    target: the temperature to keep, in degrees Celsius
    """
    room = next((r for r in db.rooms if r.thermostat_id == thermostat_id), None)
    if room is None:
        raise Refused(f"There is no thermostat {thermostat_id!r}.")
    if room.window_open and target > room.temperature:
        raise Refused(f"A window is open in the {room.room}, so {thermostat_id} will not heat.")
    db.rooms.put(replace(room, target=target))
    return Heating(thermostat_id, room.room, room.target, target)


@world.function()
def find_scenes(db: SmartHome, room: RoomName, mood: Mood | None = None) -> list[Scene]:
    """List the scenes set up for a room: what they switch, how fast, and what they draw.

    room: the room in question
    mood: only scenes made for this
    """
    place = _known_room(db, room)
    return db.scenes.where(lambda s: s.room == place and (mood is None or s.mood == mood))


@world.function(writes=True)
def start_scene(db: SmartHome, scene_id: SceneId) -> SceneRun:
    """Start a scene: all its devices are switched as it says. Disabled scenes are refused.

    scene_id: the scene to start
    """
    scene = db.scenes[scene_id]
    if not scene.enabled:
        raise Refused(f"Scene {scene_id} is disabled.")
    for step in scene.steps:
        db.devices.put(replace(db.devices[step.device_id], power=step.power))
    return SceneRun(scene_id, scene.name, scene.room, scene.steps, scene.watts)


@world.function()
def list_home_schedules(
    db: SmartHome, weekday: Weekday, room: RoomName | None = None, after: Time | None = None
) -> list[Schedule]:
    """List what is switched automatically on a day of the week, the earliest first.

    weekday: the day of the week
    room: only devices in this room
    after: only what happens at or after this time
    """
    found = db.schedules.where(
        lambda s: (
            weekday in s.weekdays
            and (room is None or s.room == room)
            and (after is None or s.time >= after)
        )
    )
    return sorted(found, key=lambda s: (s.time, s.schedule_id))


@world.function(writes=True)
def schedule_home_device(
    db: SmartHome, device_id: DeviceId, action: Power, time: Time, weekdays: list[Weekday]
) -> Schedule:
    """Have a device switched at a time of day on some days of the week, from now on.

    device_id: the device to switch
    action: whether it goes on or off
    time: the time of day
    weekdays: all days of the week on which it happens
    """
    device = db.devices[device_id]
    if not weekdays:
        raise Refused("A schedule needs at least one day of the week.")
    if device.name == "fridge" and action == "off":
        raise Refused(f"Device {device_id} is a fridge and is never switched off.")
    days = [d for d in DAYS if d in weekdays]
    schedule_id = fresh_id("SCD", device_id, action, time)
    if schedule_id in db.schedules:
        raise Refused(f"Device {device_id} is already switched {action} at {time}.")
    return db.schedules.put(
        Schedule(schedule_id, device_id, device.name, device.room, action, time, days)
    )


@world.function(writes=True)
def cancel_home_schedule(db: SmartHome, schedule_id: ScheduleId) -> Schedule:
    """Delete a schedule. Its device is no longer switched by it on any day.

    schedule_id: the schedule to delete
    """
    schedule = db.schedules[schedule_id]
    db.schedules.remove(schedule_id)
    return schedule
