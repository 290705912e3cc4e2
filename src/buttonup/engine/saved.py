"""What masking and second tries saved of a run, counted from its samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from buttonup.model.prices import Prices, cost
from buttonup.records import Record, Repair, Usage, Verdict


class Saved(Record, omit_defaults=False):
    """Samples that would be lost if a failed gate were the end of them."""

    masked: int = 0
    """Accepted samples that have turns kept out of the loss."""
    turns: dict[str, int] = {}
    """Gate -> such turns; one that several gates find fault with counts in each."""
    tried: dict[str, int] = {}
    """Reason ("gate: reason") -> conversations tried once more for it."""
    repaired: dict[str, int] = {}
    """Of these, the ones that were accepted then."""
    usage: Usage = Usage()
    """What the second tries took, those in vain too; the conversations' own has it in it."""
    dollars: float | None = 0.0
    """None where a model among them has no price."""


@dataclass(slots=True)
class Savings:
    """A tally of it, part by part of the files."""

    masked: int = 0
    turns: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    taken: dict[str, Usage] = field(default_factory=dict)

    def add(self, verdicts: Iterable[Verdict], repair: Repair | None) -> None:
        """Count one sample, accepted or not."""
        bad = [v for v in verdicts if v.masked]
        self.masked += bool(bad)
        for v in bad:
            self.turns[v.gate] += len(v.at)
        if repair is not None:
            why = f"{repair.gate}: {repair.reason}"
            self.tried[why] += 1
            self.repaired[why] += not repair.failed
            self._take(repair.usage)

    def join(self, other: Savings) -> None:
        """Add what another part has."""
        self.masked += other.masked
        self.turns.update(other.turns)
        self.tried.update(other.tried)
        self.repaired.update(other.repaired)
        self._take(other.taken)

    def told(self, prices: Prices) -> Saved:
        """Sum it up."""
        dollars = cost(self.taken, prices)
        return Saved(
            masked=self.masked,
            turns=dict(sorted(self.turns.items())),
            tried=dict(sorted(self.tried.items())),
            repaired={why: n for why, n in sorted(self.repaired.items()) if n},
            usage=sum(self.taken.values(), Usage()),
            dollars=None if dollars is None else float(dollars),
        )

    def _take(self, more: dict[str, Usage]) -> None:
        for model, usage in more.items():
            self.taken[model] = self.taken.get(model, Usage()) + usage
