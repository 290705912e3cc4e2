"""How varied a run's samples are: what is counted of each, and the shares and histograms of it.

A *call chain* is the sequence of functions called; a *skeleton* is the request with its values
masked. Both are kept as 8-byte digests, so a million samples take some 200 MB.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import median_low

from buttonup.alike.masks import skeleton
from buttonup.ranked import ranked
from buttonup.records import Json, Record, Step, Tools, UserTurn, leaves

NGRAMS_OF = 8000
"""Requests whose word n-grams are counted; ours: more would take memory, and tell nothing new."""

_WORD = re.compile(r"\w+|[^\w\s]")


class Histogram(Record):
    """Counts by value, and what a person wants to know of them."""

    counts: dict[str, int] = {}
    """Value, or the lower end of a range of values -> how many."""
    median: float = 0.0
    most: int = 0
    step: int = 1
    """Width of a range: a count at 20 with step 10 is of the values 20 to 29."""


class Variety(Record):
    """How varied the accepted samples are. Shares are 0 to 1."""

    chains: int = 0
    """Distinct call chains, of samples with calls."""
    top_chain: float = 0.0
    """Share of the most frequent one among samples with calls."""
    skeletons: int = 0
    """Distinct requests, values masked."""
    top_skeleton: float = 0.0
    distinct: dict[str, float] = {}
    """"1", "2", "3" -> distinct word n-grams of the requests, by all of them."""
    ngrams_of: int = 0
    """Requests whose n-grams were counted."""
    request_words: Histogram = Histogram()
    calls: Histogram = Histogram()
    user_turns: Histogram = Histogram()
    shown: Histogram = Histogram()
    """Functions shown."""
    turn_kinds: dict[str, int] = {}
    """What happens in the conversation -> samples in which it does."""
    forms: dict[str, int] = {}
    """What the plan holds ("loop", "condition", "diamond", …) -> samples whose plan does."""


@dataclass(slots=True)
class Tally:
    """What is counted while samples are gone through."""

    chains: Counter[int] = field(default_factory=Counter)
    skeletons: Counter[int] = field(default_factory=Counter)
    ngrams: dict[int, set[int]] = field(default_factory=lambda: {1: set(), 2: set(), 3: set()})
    words_seen: Counter[int] = field(default_factory=Counter)
    words: Counter[int] = field(default_factory=Counter)
    calls: Counter[int] = field(default_factory=Counter)
    user_turns: Counter[int] = field(default_factory=Counter)
    shown: Counter[int] = field(default_factory=Counter)
    turn_kinds: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    ngrams_of: int = 0
    samples: int = 0

    def add(
        self,
        request: str,
        called: Sequence[Sequence[str]],
        shown: int,
        plan: Sequence[Step],
        edges: Iterable[tuple[int, int]],
        turns: Sequence[UserTurn],
        tools: Tools,
    ) -> None:
        """Count one sample: its request, and the functions it calls turn by turn."""
        chain = [name for names in called for name in names]
        if chain:
            self.chains[_short(" ".join(chain))] += 1
        self.skeletons[_short(skeleton(request, said_values(plan)))] += 1
        self.words[len(request.split())] += 1
        self.calls[len(chain)] += 1
        self.user_turns[max(len(turns), 1)] += 1
        self.shown[shown] += 1
        self.turn_kinds.update(turn_kinds(turns, tools))
        self.forms.update(forms(plan, tuple(edges), called, tools))
        self.samples += 1

    def add_ngrams(self, request: str) -> None:
        """Count the runs of one, two and three words of a request."""
        words = [*map(_word, _WORD.findall(request.casefold()))]
        for n, seen in self.ngrams.items():
            seen.update(map(hash, zip(*(words[i:] for i in range(n)), strict=False)))
            self.words_seen[n] += max(len(words) - n + 1, 0)
        self.ngrams_of += 1

    def join(self, other: Tally) -> None:
        """Add what another tally has, which was counted of other samples."""
        self.chains.update(other.chains)
        self.skeletons.update(other.skeletons)
        for n, seen in self.ngrams.items():
            seen.update(other.ngrams[n])
        self.words_seen.update(other.words_seen)
        self.words.update(other.words)
        self.calls.update(other.calls)
        self.user_turns.update(other.user_turns)
        self.shown.update(other.shown)
        self.turn_kinds.update(other.turn_kinds)
        self.forms.update(other.forms)
        self.ngrams_of += other.ngrams_of
        self.samples += other.samples

    def variety(self) -> Variety:
        """Sum up."""
        if not self.samples:
            return Variety()
        return Variety(
            chains=len(self.chains),
            top_chain=_top(self.chains),
            skeletons=len(self.skeletons),
            top_skeleton=_top(self.skeletons),
            distinct={
                str(n): round(len(seen) / (self.words_seen[n] or 1), 4)
                for n, seen in self.ngrams.items()
            },
            ngrams_of=self.ngrams_of,
            request_words=_histogram(self.words, 10),
            calls=_histogram(self.calls),
            user_turns=_histogram(self.user_turns),
            shown=_histogram(self.shown, 10),
            turn_kinds=dict(ranked(self.turn_kinds)),
            forms=dict(ranked(self.forms)),
        )


def said_values(plan: Sequence[Step]) -> Iterator[str]:
    """List the strings that the user says, by the plan; those with several words first."""
    values: set[str] = set()
    for step in plan:
        for call in step.calls:
            for name, source in call.sources.items():
                if source.kind == "said":
                    given = leaves(call.arguments.get(name))
                    values.update(value for _, value in given if isinstance(value, str))
    return iter(sorted(values, key=lambda v: (-len(v), v)))


def turn_kinds(turns: Sequence[UserTurn], tools: Tools) -> set[str]:
    """Name what happens in a conversation, by the names of the recipe's [scenes]."""
    by_kind = {"value": "missing_value", "correction": "wrong_id", "offer": "late_function"}
    kinds = {by_kind.get(turn.kind, turn.kind) for turn in turns if turn.kind != "request"}
    replies = {turn.reply for turn in turns}
    if "decline" in replies and "late_function" not in kinds:
        kinds.add("unserved")
    for upset in tools.upsets:
        slow = "timed out" in str(upset.result)
        kinds.add("outage" if upset.times > 1 else "time_out" if slow else "cut_off")
    if "failure" in replies and not kinds & {"wrong_id", "outage"}:
        kinds.add("refused")
    return kinds or {"plain"}


def forms(
    plan: Sequence[Step],
    edges: Sequence[tuple[int, int]],
    called: Sequence[Sequence[str]],
    tools: Tools,
) -> set[str]:
    """Name what a plan holds."""
    parents, children = Counter(j for _, j in edges), Counter(i for i, _ in edges)
    held = {
        "fan_in": any(count > 1 for count in parents.values()),
        "fan_out": any(count > 1 for count in children.values()),
        "diamond": _diamond(edges),
        "two_worlds": len(tools.worlds) > 1,
        "parallel_turn": any(len(names) > 1 for names in called),
    }
    found = {name for name, there in held.items() if there}
    for i, step in enumerate(plan):
        found |= _step_forms(i, step)
    return found


def _step_forms(i: int, step: Step) -> set[str]:
    """Name what the step at a place of a plan is."""
    pages = any(s.step == i for call in step.calls for s in call.sources.values())
    several = len({str(call.arguments) for call in step.calls}) > 1
    condition = bool(step.avoided) or isinstance(step.conclusion, bool)
    is_a = {
        "pages": pages,
        "loop": several and not pages,
        "condition": condition,
        "pick": isinstance(step.conclusion, dict),
        "number": isinstance(step.conclusion, int | float) and not condition,
        "long_result": any(_length(call.result) > LONG for call in step.calls),
    }
    return {name for name, there in is_a.items() if there}


LONG = 8  # items from which a result counts as long; ours


def _diamond(edges: Sequence[tuple[int, int]]) -> bool:
    """Say whether two steps that rest on one step are brought together again."""
    ups: dict[int, set[int]] = {}
    for i, j in sorted(edges, key=lambda edge: edge[1]):
        above = {i} | ups.get(i, set())
        if j in ups and ups[j] & above:
            return True
        ups.setdefault(j, set()).update(above)
    return False


def _length(result: Json) -> int:
    rows = result.get("items") if isinstance(result, dict) else result
    return len(rows) if isinstance(rows, list) else 0


@lru_cache(maxsize=1 << 16)
def _word(word: str) -> int:
    """Give a number for a word that is the same in every process, as `hash` is not."""
    return _short(word)


def _short(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _top(counts: Counter[int]) -> float:
    return round(max(counts.values()) / counts.total(), 5) if counts else 0.0


def _histogram(counts: Counter[int], step: int = 1) -> Histogram:
    """Gather counts, of one sample at least, in ranges of `step`."""
    gathered: Counter[int] = Counter()
    for value, times in counts.items():
        gathered[value // step * step] += times
    return Histogram(
        counts={str(value): gathered[value] for value in sorted(gathered)},
        median=median_low(counts.elements()),
        most=max(counts),
        step=step,
    )
