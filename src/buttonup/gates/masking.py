"""Bad turns kept out of the loss, so that the rest of a trajectory can be learnt from.

A masked turn is still read by who learns. So a turn may be masked where what it did is over when it
ends: a wrong call got an error, and the conversation recovered; a needless one changed nothing.
What goes on to be wrong after the turn (an answer, a change, what was left out) no mask makes good.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from buttonup.gates.seen import is_error
from buttonup.records import Assistant, Message, Record, Sample, Tool, Trajectory, Verdict

FAILED = "the calls of the turn must have failed: then nothing later rests on them"
ITSELF = "the turn does no harm beyond itself"
MASKABLE = {
    "functions": FAILED,
    "parallel": ITSELF,
    "arguments": FAILED,
    "provenance": FAILED,
    "dependency": FAILED,
    "repeats": ITSELF,
    "judged": ITSELF,
}
"""Gate -> what has to hold for a turn that it finds fault with to be masked."""
UNMASKABLE = {
    "structure": "a conversation out of shape cannot be written down for training",
    "results": "what is wrong is a result, and no turn of the assistant's",
    "plan": "what was done wrong stays done, and what was left out is in no turn",
    "answer": "what was said wrong is believed from then on, and the end is what all else is for",
    "turns": "the user goes on from a reply that was not the one called for",
    "leaks": "what leaked can be read all the same",
    "replay": "what is wrong is a result, and no turn of the assistant's",
}
"""Gate -> why no turn can be masked for it."""


class Masking(Record):
    """What a bad turn is masked for, instead of giving the whole sample up."""

    gates: tuple[str, ...] = ()
    """Gates whose failing turns are kept out of the loss; none: every failure rejects."""


def masked(sample: Sample, names: Collection[str]) -> Sample:
    """Mask the turns that some gates find fault with, where that leaves nothing else to fail.

    A sample that fails all the same, elsewhere or in a turn that cannot be masked, stays as it was.
    """
    if sample.accepted or not all(v.gate in names for v in sample.failures):
        return sample
    messages = sample.trajectory.messages
    if not all(_may_be_masked(messages, v) for v in sample.failures):
        return sample
    bad = {i for v in sample.failures for i in v.at}
    kept = tuple(
        replace(m, masked=True) if i in bad and isinstance(m, Assistant) else m
        for i, m in enumerate(messages)
    )
    trajectory = replace(sample.trajectory, messages=kept)
    return Sample(trajectory, let_be(trajectory, sample.verdicts))


def let_be(trajectory: Trajectory, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Mark the failures that concern nothing but turns which are masked already."""
    messages = trajectory.messages
    hidden = {i for i, m in enumerate(messages) if isinstance(m, Assistant) and m.masked}
    if not hidden:
        return verdicts
    return tuple(
        replace(v, masked=True)
        if not v.passed and hidden.issuperset(v.at) and _may_be_masked(messages, v)
        else v
        for v in verdicts
    )


def _may_be_masked(messages: tuple[Message, ...], v: Verdict) -> bool:
    """Say whether a failure concerns turns alone that its gate lets be masked.

    The turn that ends a conversation is never one: what came before was done for its sake.
    """
    needs, last = MASKABLE.get(v.gate), len(messages) - 1
    return bool(v.at and needs) and all(
        i < last
        and isinstance(messages[i], Assistant)
        and (needs is not FAILED or _came_to_nothing(messages, i))
        for i in v.at
    )


def _came_to_nothing(messages: tuple[Message, ...], at: int) -> bool:
    """Say whether a turn called something, and every call of it failed."""
    results = list[Tool]()
    for message in messages[at + 1 :]:
        if not isinstance(message, Tool):
            break
        results.append(message)
    return bool(results) and all(is_error(m.result) for m in results)
