"""A session: one run of calls on freshly seeded worlds. The same calls give the same results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from buttonup.errors import BadInput
from buttonup.records import Function, Json, Tools, Upset
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.state import State
from buttonup.worlds.world import World, WorldFunction


class Session:
    """Worlds opened at a seed. Calls change only this session's state."""

    def __init__(self, worlds: Iterable[World], seed: int, upsets: Iterable[Upset] = ()) -> None:
        self._seed = seed
        self._states: dict[str, State] = {}
        self._functions: Mapping[str, WorldFunction] = {}
        self._upsets = {u.function: [u.result] * u.times for u in upsets}
        for world in worlds:
            self.enter(world)

    def enter(self, world: World) -> None:
        """Open one more world."""
        if world.name not in self._states:
            self._states[world.name] = world.state(self._seed).fork()
            theirs = world.functions  # mostly there is no other world, and they are shared
            self._functions = {**self._functions, **theirs} if self._functions else theirs

    @property
    def functions(self) -> tuple[Function, ...]:
        """Every function of the opened worlds."""
        return tuple(f.definition for f in self._functions.values())

    def writes(self, name: str) -> bool:
        """True when the named function can change state; False also when there is none."""
        return name in self._functions and self._functions[name].writes

    def call(self, name: str, arguments: dict[str, Json]) -> Json:
        """Call a function. Unknown names, bad arguments and refusals give `{"error": ...}`."""
        if name not in self._functions:
            return {"error": f"There is no function {name!r}."}
        if self._upsets.get(name):
            return self._upsets[name].pop()
        function = self._functions[name]
        return function.call(self._states[function.world], arguments)

    def changes(self) -> dict[str, Json]:
        """Give "world.table" -> id -> row (None: removed), only what differs from the seed."""
        return {
            f"{world}.{table}": rows
            for world, state in self._states.items()
            for table, rows in state.changes().items()
        }


def open_session(tools: Tools) -> Session:
    """Open the worlds that a blueprint names, at its seed. Raises BadInput for unknown ones."""
    return Session((find_world(name) for name in tools.worlds), tools.seed, tools.upsets)


def find_world(name: str) -> World:
    """Look a world up by name. Raises BadInput when there is none."""
    if name not in WORLDS:
        raise BadInput(f"there is no world {name!r}", f"choose from {', '.join(sorted(WORLDS))}")
    return WORLDS[name]
