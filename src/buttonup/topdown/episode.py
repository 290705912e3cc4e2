"""An episode: a blueprint acted out by an assistant that is not one of ours.

The user speaks by the blueprint's script and the calls run in its worlds, or in the user's own
tools, as in `simulate`; the
assistant's turns come from outside, one at a time. Evaluation and reinforcement learning are made
of this.
"""

from __future__ import annotations

from collections.abc import Mapping

from buttonup.errors import BadInput
from buttonup.gates.verify import Score, verify
from buttonup.records import Assistant, Blueprint, Function, Message, Trajectory
from buttonup.tools.door import Door
from buttonup.tools.executed import Executed
from buttonup.tools.own.run import Opens
from buttonup.topdown.tool_agent import ToolAgent
from buttonup.topdown.turns import Role, Speak, answered, next_role
from buttonup.topdown.user_agent import script
from buttonup.worlds.session import Session, open_session

MEND = "take tasks over worlds, or over tools of your own"


class Episode:
    """A conversation under way: `trajectory` is all that was said and done so far.

    >>> episode = await Episode.open(blueprint)
    >>> while not episode.over:
    ...     came = await episode.take(Assistant(calls=…))
    >>> episode.verified().share
    """

    def __init__(self, blueprint: Blueprint, door: Door, session: Session | None = None) -> None:
        self.trajectory = Trajectory(blueprint)
        self._session = session
        self._others: Mapping[Role, Speak] = {"user": script, "tool": ToolAgent(door)}

    @classmethod
    async def open(cls, blueprint: Blueprint, own: Opens | None = None) -> Episode:
        """Open the worlds, or the user's own tools, and let the user say the first thing.

        Raises  BadInput when the blueprint's calls run nowhere, in an unknown world, or in tools of
                one's own that nobody has opened
        """
        match blueprint.tools.source:
            case "worlds":
                session = open_session(blueprint.tools)
                episode = cls(blueprint, Executed(session), session)
            case "own" if own is not None:
                episode = cls(blueprint, own(blueprint.tools))
            case source:
                what = f"the tools of this task are {source}: its calls cannot be run"
                mend = "name the run whose tools they are" if source == "own" else MEND
                raise BadInput(what, mend)
        await episode._hear()
        return episode

    @property
    def blueprint(self) -> Blueprint:
        """What is acted out; all but its context and functions is hidden from the assistant."""
        return self.trajectory.blueprint

    @property
    def messages(self) -> tuple[Message, ...]:
        """What was said and done so far, the assistant's turns among it."""
        return self.trajectory.messages

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions that the assistant is shown by now; the user may offer more later."""
        return self.trajectory.functions

    @property
    def over(self) -> bool:
        """Say whether the last turn of the user has been answered."""
        return next_role(self.trajectory) is None

    async def take(self, assistant: Assistant) -> tuple[Message, ...]:
        """Take the assistant's turn, and give what comes back: results, or the user's next turn.

        A call that cannot run gives `{"error": …}`. Nothing comes back when it was the last turn.
        Raises  ValueError when the episode is over
        """
        if self.over:
            raise ValueError("the episode is over")
        self.trajectory = self.trajectory.plus(assistant)
        return await self._hear()

    async def _hear(self) -> tuple[Message, ...]:
        known = len(self.messages)
        self.trajectory = await answered(self.trajectory, self._others)
        return self.messages[known:]

    def verified(self) -> Score:
        """Say whether the task is done by now, and how far."""
        changes = self._session.changes() if self._session else {}
        return verify(self.blueprint, self.messages, changes)
