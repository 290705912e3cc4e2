"""A second try: from the turn that a gate found fault with, asked once more with the verdict.

Only what one re-asked turn can mend is tried again, and only where nothing else is wrong. What is
told to the assistant is seen by nobody else: it stands behind the conversation in the prompt of
that one turn. The rest of the conversation goes on as it would have: with the same cast, from the
state that the tools were in at that turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from buttonup.errors import Reject
from buttonup.model.tally import tally
from buttonup.model.teachers import Teachers
from buttonup.prompts.render import digest_of
from buttonup.records import (
    Assistant,
    Goal,
    Json,
    Repair,
    Sample,
    Trajectory,
    Usage,
    Verdict,
    encode,
    leaves,
)
from buttonup.tools.own.run import Opens
from buttonup.topdown.assistant_agent import REPAIR, AssistantAgent
from buttonup.topdown.simulate import Simulating, seated
from buttonup.topdown.turns import converse

MENDABLE = {
    ("structure", "blank"): "It has neither a call nor an answer.",
    ("functions", "unknown_function"): "It calls a function that is not among those listed.",
    ("functions", "not_offered_yet"): "It calls a function that is not among those listed yet.",
    ("arguments", "malformed"): "The arguments of a call are no JSON object.",
    ("arguments", "misfit"): "The arguments of a call do not fit the function's parameters.",
    ("provenance", "invented"): "It passes a value that neither the user nor a result has given.",
    ("provenance", "from_the_future"): "It passes a value that no result has given yet.",
    ("answer", "empty"): "The answer says nothing.",
    ("answer", "unsupported"): (
        "The answer states what no result and no word of the user supports; where nobody asked "
        "for it, leave it out."
    ),
    ("answer", "missing_fact"): (
        "The answer leaves out something that the user asked for. Read again what the user asked "
        "for in this conversation, and report all of it that no earlier answer has told, with the "
        "values as the results have them."
    ),
}
"""(gate, reason) -> what is told. All of them are found in one turn, and can be put right in it.

Left out are `plan`, `dependency`, `turns` and `replay`: what is wrong is spread over turns, or
known from the plan alone, and to tell it would be to tell the plan. `parallel` and `repeats`
cannot fail here, since a turn that breaks these rules is sent back at once. `leaks` goes on in
later turns, which have read it.
"""
NONE = Usage()


def mendable(sample: Sample) -> Verdict | None:
    """Give the one failure of a sample, where the turn at fault can be taken again."""
    match sample.failures:
        case (v,) if (v.gate, v.reason) in MENDABLE and v.at:
            return v if isinstance(sample.trajectory.messages[v.at[0]], Assistant) else None
    return None


async def repair(
    t: Trajectory,
    teachers: Teachers,
    knobs: Simulating,
    sift: Callable[[Trajectory], Sample],
    own: Opens | None = None,
) -> list[Trajectory]:
    """Try a model's conversation once more where it fails for one mendable reason.

    What is accepted then takes its place; else the first stays. Either way the trajectory tells of
    the second try, and counts what it took.
    """
    if not t.cast.assistant.startswith("llm:"):
        return [t]
    fault = mendable(sift(t))
    if fault is None:
        return [t]
    with tally() as taken:
        again, failed = await _again(t, fault, teachers, knobs, sift, own)
    tried = Repair(fault.gate, fault.reason, fault.at[0], failed, taken)
    usage = {m: t.usage.get(m, NONE) + taken.get(m, NONE) for m in (*t.usage, *taken)}
    return [replace(t if failed else again, repair=tried, usage=usage)]


async def _again(
    t: Trajectory,
    fault: Verdict,
    teachers: Teachers,
    knobs: Simulating,
    sift: Callable[[Trajectory], Sample],
    own: Opens | None,
) -> tuple[Trajectory, str]:
    """Take the turn at fault again and go on to the end: the second try, and why it failed too."""
    at = fault.at[0]
    wrong = t.messages[at]
    assert isinstance(wrong, Assistant)
    begun = replace(t, messages=t.messages[:at], prompts={**t.prompts, REPAIR: digest_of(REPAIR)})
    seats = seated(t.blueprint, teachers, knobs, own)
    cast = {role: seat.speak for role, seat in seats.items()}
    guided = knobs.assistant != "blind"
    mending = AssistantAgent(
        teachers.needed("assistant"), guided=guided, again=(wrong, told(fault, t.blueprint.goal))
    )
    try:
        ended = await converse(await mending(begun), cast, knobs.max_turns)
    except Reject as reject:
        return t, reject.reason
    failures = sift(ended).failures
    return ended, ", ".join(f"{v.gate}: {v.reason}" for v in failures)


def told(fault: Verdict, goal: Goal | None) -> str:
    """Say a verdict in words for whoever takes the turn again, save what names a fact of the goal.

    Where that was all, or some of it, it is said that something is left out, and not what.
    """
    here = f"message {fault.at[0]}: "
    words = [w.removeprefix(here) for w in fault.evidence if w.startswith(here)]
    facts = [_written(fact) for _, fact in leaves(list(goal.facts))] if goal else []
    seen = [w for w in words if not any(fact.search(w) for fact in facts)]
    whys = [MENDABLE[fault.gate, fault.reason]]
    if fault.gate == "answer" and len(seen) < len(words):
        whys.append(MENDABLE["answer", "missing_fact"])
    wherein = [f"What was seen: {'; '.join(seen)}."] if seen else []
    return " ".join(dict.fromkeys([whys[0], *wherein, *whys[1:]]))


def _written(fact: Json) -> re.Pattern[str]:
    text = fact if isinstance(fact, str) else encode(fact).decode()
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
