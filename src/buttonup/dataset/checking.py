"""The gates on any dataset, ours or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from buttonup import formats, gates
from buttonup.ranked import ranked
from buttonup.records import Conversation, Record, Rejection, Sample

KEPT = 1000  # failures that a check keeps; all are told as they are found. Ours


class Failure(Record):
    """One gate that one line of a dataset did not pass, or why the line is no sample."""

    line: int
    gate: str
    reason: str
    detail: str = ""
    at: tuple[int, ...] = ()
    """Indices of the messages that it concerns, where that is known."""


class Checked(Record):
    """What the gates say of a dataset."""

    lines: int
    passed: int
    """Lines that pass every gate that could be asked of them."""
    failures: tuple[Failure, ...]
    """The first of them, at most `KEPT`."""
    reasons: tuple[tuple[str, str, int], ...] = ()
    """Gate, reason, and the lines that fail for it; the most frequent first."""
    asked: dict[str, int] = {}
    """Gate -> lines that it could be asked of."""
    lacking: tuple[tuple[str, str, int], ...] = ()
    """Gate, what was not known, and the lines that it could not be asked of for that."""
    stopped: int = 0
    """Lines that stop at calls: whether these would have been answered was not asked."""
    let_be: int = 0
    """Failures that concern nothing but turns kept out of the loss: they are none of the above."""

    @property
    def failing(self) -> int:
        """Lines that do not pass."""
        return self.lines - self.passed


def check(
    file: Path, name: str | None = None, tell: Callable[[Failure], None] | None = None
) -> Checked:
    """Run the gates on a dataset, ours or not; a line that cannot be read fails the gate "read".

    The file is read as a stream, and every failure told to `tell` as it is found.
    Raises  BadInput when the file is missing, empty, or in no format that is known
    """
    count, kept = _Count(), list[Failure]()
    for number, item in formats.read(file, name):
        found = tuple(_failures(number, item, count))
        count.lines += 1
        count.passed += not found
        count.reasons.update({(f.gate, f.reason) for f in found})
        kept += found[: KEPT - len(kept)]
        if tell is not None:
            for failure in found:
                tell(failure)
    return Checked(
        lines=count.lines,
        passed=count.passed,
        failures=tuple(kept),
        reasons=tuple((gate, why, n) for (gate, why), n in ranked(count.reasons)),
        asked=dict.fromkeys((gate.__name__ for gate in gates.GATES), 0) | count.asked,
        lacking=tuple((gate, what, n) for (gate, what), n in count.lacking.items()),
        stopped=count.stopped,
        let_be=count.let_be,
    )


@dataclass(slots=True)
class _Count:
    """What a check counts."""

    lines: int = 0
    passed: int = 0
    stopped: int = 0
    let_be: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    lacking: Counter[tuple[str, str]] = field(default_factory=Counter)


def _failures(
    line: int, item: Conversation | Sample | Rejection, count: _Count
) -> Iterator[Failure]:
    if isinstance(item, Rejection):
        yield Failure(line=line, gate=item.stage, reason=item.reason, detail=item.detail)
        return
    trajectory = item.trajectory if isinstance(item, Sample) else formats.adopt(item)
    verdicts = gates.let_be(trajectory, gates.ask(trajectory))
    count.asked.update(v.gate for v in verdicts)
    count.lacking.update(gates.lacking(trajectory).items())
    count.stopped += gates.stops_at_calls(trajectory)
    count.let_be += sum(v.masked for v in verdicts)
    for v in verdicts:
        if not (v.passed or v.masked):
            yield Failure(line, v.gate, v.reason, "; ".join(v.evidence[:3]), v.at)
