"""What the gates say of a sample, one by one: passed, failed, or with nothing to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from buttonup import gates
from buttonup.records import Score, Trajectory, Verdict

_NOT = "not applicable: "


@dataclass(frozen=True, slots=True)
class Asked:
    """One gate, and what it says."""

    gate: str
    state: str
    """"passed", "failed", "let be", "nothing to ask" or "not asked"."""
    asks: str
    """What the gate asks, in one line."""
    reason: str = ""
    evidence: tuple[str, ...] = ()
    at: tuple[int, ...] = ()

    @property
    def means(self) -> str:
        """What a chip of it means."""
        return {"passed": "good", "failed": "bad", "let be": "warn"}.get(self.state, "")


def asked(
    t: Trajectory, verdicts: Sequence[Verdict], unasked: Mapping[str, str] | None = None
) -> tuple[Asked, ...]:
    """List all gates: first those that failed, then in their order.

    `unasked` has why some were not asked, where that is known.
    """
    told = {v.gate: v for v in verdicts}
    lacking = {**gates.lacking(t), **(unasked or {})}
    known = [gate.__name__ for gate in gates.GATES]
    names = [*known, *(v.gate for v in verdicts if v.gate not in known)]
    listed = [_asked(name, told.get(name), lacking.get(name, "")) for name in names]
    return tuple(sorted(listed, key=lambda one: one.state not in ("failed", "let be")))


def _asked(name: str, v: Verdict | None, lacks: str) -> Asked:
    if v is None:
        return Asked(name, "not asked", _explained(name), evidence=(lacks,) if lacks else ())
    if not v.passed:
        state = "let be" if v.masked else "failed"
        return Asked(name, state, _explained(name), v.reason, v.evidence, v.at)
    if v.evidence and v.evidence[0].startswith(_NOT):
        told = tuple(words.removeprefix(_NOT) for words in v.evidence)
        return Asked(name, "nothing to ask", _explained(name), evidence=told)
    return Asked(name, "passed", _explained(name), evidence=v.evidence)


def _explained(name: str) -> str:
    try:
        return gates.explain(name)
    except KeyError:  # a dataset may carry verdicts of gates that are not ours
        return ""


def scored(score: Score) -> str:
    """Say a judge's score: the median of its votes, of 5."""
    if not score.votes:
        return f"{score.axis}: unscored"
    return f"{score.axis}: {median(score.votes):g} of 5"
