"""Seat a cast and let it act a blueprint out."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Annotated, Literal, assert_never

import msgspec

from buttonup.errors import BadInput, Reject
from buttonup.model.tally import tally
from buttonup.model.teachers import Teachers
from buttonup.prompts.render import digest_of
from buttonup.records import Blueprint, Cast, Record, Trajectory
from buttonup.tools import simulated
from buttonup.tools.executed import Executed
from buttonup.tools.own.run import Opens
from buttonup.tools.simulated import Simulated
from buttonup.topdown import assistant_agent, user_agent
from buttonup.topdown.assistant_agent import AssistantAgent
from buttonup.topdown.plan_follower import follow_plan
from buttonup.topdown.tool_agent import ToolAgent
from buttonup.topdown.turns import Role, Speak, converse
from buttonup.topdown.user_agent import UserAgent, script
from buttonup.worlds.session import open_session

PERSONAS = (
    "somebody who writes quickly and plainly, without greetings",
    "somebody polite who writes full, careful sentences",
    "somebody who writes casually, mostly in lower case",
    "somebody precise who comes straight to the point",
    "somebody on a phone, short of time",
    "somebody friendly who likes to chat a little",
    "somebody businesslike and formal",
    "somebody who thinks aloud while writing",
)  # ours: how they write, not who they are, so that no persona adds or contradicts a fact


class Simulating(Record):
    """Who plays which role, and for how long."""

    user: Literal["script", "llm"] = "script"
    assistant: Literal["auto", "plan", "guided", "blind"] = "auto"
    """plan: acts the executed plan. guided: an LLM shown the decomposition. blind: an LLM shown
    what the student will see. auto: plan where there is one, else guided."""
    max_turns: Annotated[int, msgspec.Meta(ge=1)] = 16
    """Turns of the assistant."""
    personas: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = PERSONAS
    """Who an LLM user may be; the blueprint's seed picks one."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A role taken: by what speaks, who that is, and the prompt it is told its part with."""

    speak: Speak
    player: str
    prompt: str = ""


async def simulate(
    blueprint: Blueprint, teachers: Teachers, knobs: Simulating, own: Opens | None = None
) -> list[Trajectory]:
    """Act a blueprint out.

    Rejects  "too_long"; "no_tools" when nothing can run the calls; what the teacher rejects
    Raises   BadInput when the cast needs a teacher or a plan that is not there
    """
    seats = seated(blueprint, teachers, knobs, own)
    start = Trajectory(
        blueprint=blueprint,
        cast=Cast(
            user=seats["user"].player,
            assistant=seats["assistant"].player,
            tools=seats["tool"].player,
        ),
        prompts={s.prompt: digest_of(s.prompt) for s in seats.values() if s.prompt},
    )
    cast = {role: seat.speak for role, seat in seats.items()}
    with tally() as taken:
        ended = await converse(start, cast, knobs.max_turns)
    return [msgspec.structs.replace(ended, usage=taken)]


def seated(
    b: Blueprint, teachers: Teachers, knobs: Simulating, own: Opens | None = None
) -> dict[Role, Seat]:
    """Seat a cast afresh; each member finds its place in the conversation from its messages.

    Rejects  "no_tools" when nothing can run the calls
    Raises   BadInput when the cast needs a teacher or a plan that is not there
    """
    return {
        "user": _user(b, teachers, knobs),
        "assistant": _assistant(b, teachers, knobs),
        "tool": _tools(b, teachers, own),
    }


def _user(b: Blueprint, teachers: Teachers, knobs: Simulating) -> Seat:
    if knobs.user == "script":
        return Seat(script, "script")
    played = teachers.needed("user")
    persona = random.Random(f"{b.seed}:persona").choice(knobs.personas)
    return Seat(UserAgent(played, persona), f"llm:{played.name}", user_agent.PROMPT)


def _assistant(b: Blueprint, teachers: Teachers, knobs: Simulating) -> Seat:
    if knobs.assistant == "plan" or (knobs.assistant == "auto" and b.turns):
        if not b.turns:
            mend = 'seat a model instead: simulate.assistant = "guided" or "blind"'
            raise BadInput("the plan-follower needs a plan, and these blueprints have none", mend)
        return Seat(follow_plan, "plan")
    played = teachers.needed("assistant")
    agent = AssistantAgent(played, guided=knobs.assistant != "blind")
    return Seat(agent, f"llm:{played.name}", assistant_agent.PROMPT)


def _tools(b: Blueprint, teachers: Teachers, own: Opens | None) -> Seat:
    match b.tools.source:
        case "worlds":
            return Seat(ToolAgent(Executed(open_session(b.tools))), "world")
        case "simulated":
            played = teachers.needed("tools")
            return Seat(ToolAgent(Simulated(played)), f"llm:{played.name}", simulated.PROMPT)
        case "own" if own is not None:
            return Seat(ToolAgent(own(b.tools)), "own")
        case "unknown" | "own":
            raise Reject("no_tools", "the blueprint does not say where its calls run")
        case other:
            assert_never(other)
