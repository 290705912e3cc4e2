"""Tools that really run: a session over worlds, or anything that runs calls like one."""

from __future__ import annotations

from typing import Protocol

from buttonup.errors import Reject
from buttonup.records import Call, Json
from buttonup.tools.door import Scene, refusal


class Runs(Protocol):
    """Something with state that runs calls; one that fails gives `{"error": ...}`."""

    def call(self, name: str, arguments: dict[str, Json]) -> Json:
        """Run a call."""
        ...


class Executed:
    """One conversation's door to tools that run.

    It catches up with calls that the transcript has and its session has not run, so a conversation
    goes on from any prefix.
    """

    def __init__(self, session: Runs) -> None:
        self._session = session
        self._seen = 0

    async def __call__(self, call: Call, scene: Scene, /) -> Json:
        """Run the call.

        Rejects  "diverged" when an earlier call, run again, gives another result than it gave.
        """
        for earlier in scene.ran[self._seen :]:
            if self._run(earlier.call, scene) != earlier.result:
                raise Reject("diverged", f"{earlier.call.id} {earlier.call.name}")
        self._seen = len(scene.ran) + 1
        return self._run(call, scene)

    def _run(self, call: Call, scene: Scene) -> Json:
        if (refused := refusal(call, scene.functions)) is not None:
            return refused
        assert call.arguments is not None
        return self._session.call(call.name, call.arguments)
