"""The metrics of GTA, as its evaluator counts them.

Step by step, the gold steps before are given and one step is asked for: InstAcc, ToolAcc, ArgAcc,
SummAcc. End to end, the model calls the tools: the F1 of tools by category (P, O, L, C), AnsAcc,
and AnsAcc with images (Ans+I).
Source  arXiv 2407.08713, "GTA: A Benchmark for General Tool Agents"; open-compass/GTA,
        opencompass/opencompass/datasets/gta_bench.py, `GTABenchEvaluator`. As there, InstAcc has
        every aligned step above, and below the line the steps with a tool and the queries with an
        answer (557 and 172 of the published set); and the F1 have its 1e-5
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jsonschema_rs

from buttonup.evaluate.measures import Counts, Measure, ratio, share
from buttonup.model.schemas import checker
from buttonup.records import Assistant, Call, Function, Json

Likeness = Callable[[str, str], float]
"""How alike two texts are, 0 to 1: the cosine of their embeddings, or 0 where that is less."""

CATEGORIES = {
    "P": "OCR ImageDescription RegionAttributeDescription TextToBbox".split(),
    "O": "DrawBox AddText GoogleSearch".split(),
    "L": "Calculator Solver Plot MathOCR CountGivenObject".split(),
    "C": "TextToImage ImageStylization".split(),
}
"""Perception, operation, logic, creativity."""
DRAWING = frozenset("DrawBox AddText Plot TextToImage ImageStylization".split())
NEARLY = 1e-5


class Truth(NamedTuple):
    """What an answer is held against: texts that must be in it and must not, or texts like it."""

    wanted: tuple[tuple[str, ...], ...] = ()
    """Of each of these, one must be there."""
    banned: tuple[str, ...] = ()
    like: tuple[str, ...] = ()

    @property
    def objective(self) -> bool:
        """Whether it needs no likeness."""
        return bool(self.wanted)

    def __bool__(self) -> bool:
        """Say whether there is an answer at all; a query for an image has none."""
        return bool(self.wanted or self.like)


def read_truth(found: Json) -> Truth:
    """Read `gt_answer`. Raises ValueError for what is none."""
    if not found:
        return Truth()
    match found:
        case {"whitelist": list(wanted)}:
            banned = found.get("blacklist") or []
            names = tuple(tuple(map(_text, names)) for names in wanted)
            return Truth(names, tuple(_text(name) for names in banned for name in names))
        case list():
            return Truth(like=tuple(map(_text, found)))
    raise ValueError("gt_answer is neither lists of phrases nor texts")


def _text(found: Json) -> str:
    if isinstance(found, str):
        return found
    raise ValueError(f"an answer that is no text: {found!r:.60}")


def accepted(answer: str, truth: Truth) -> bool:
    """Say whether an answer has one of each of the phrases wanted, and none that is banned."""
    return all(_says(answer, names) for names in truth.wanted) and not (
        truth.banned and _says(answer, truth.banned)
    )


def _says(answer: str, names: Sequence[str]) -> bool:
    pattern = "|".join(map(re.escape, names))
    return re.search(rf"\b(?:{pattern})\b", answer, re.IGNORECASE) is not None


def answered(answer: str, truth: Truth, likeness: Likeness | None) -> float | None:
    """Score an answer, 0 to 1; None where that needs a likeness and there is none."""
    if truth.objective:
        return float(accepted(answer, truth))
    if likeness is None:
        return None
    return max((likeness(answer, one) for one in truth.like), default=0.0)


def is_faulty(call: Call, functions: Sequence[Function]) -> bool:
    """Say whether a call cannot run: an unknown tool, or arguments that do not fit it."""
    schema = next((f.parameters for f in functions if f.name == call.name), None)
    if schema is None or call.arguments is None:
        return True
    try:
        return not checker(schema).is_valid(call.arguments)
    except (jsonschema_rs.ValidationError, ValueError):
        return False  # a schema that cannot be used says nothing


# --- step by step ---------------------------------------------------------------------------------


def step_counts(
    heard: Assistant,
    gold: Assistant,
    functions: Sequence[Function],
    truth: Truth,
    likeness: Likeness | None,
) -> dict[str, float]:
    """Count one step: what was said for it against the gold step.

    Of several calls the first is counted, as the protocol has one a step.
    """
    call, wanted = _first(heard), _first(gold)
    counts = {"tool_steps": float(wanted is not None), "calls": float(call is not None)}
    faulty = call is not None and is_faulty(call, functions)
    counts["faulty"] = float(faulty)
    counts["aligned"] = float((call is None) == (wanted is None) and not faulty)
    if call and wanted:
        counts["tool"] = float(call.name == wanted.name)
        counts["arguments"] = float(call.name == wanted.name and call.arguments == wanted.arguments)
    elif not call and not wanted and truth:
        counts |= _answer_counts(SUMMARY, heard.answer, truth, likeness)
    return counts


SUMMARY, ANSWER = "summary", "answer"
"""What a last turn is: step by step, and end to end."""


def asked_counts(kind: str, truth: Truth) -> dict[str, float]:
    """Count what a query asks for, once."""
    return {f"{kind} wanted": float(bool(truth)), f"{kind} objective": float(truth.objective)}


def _answer_counts(
    kind: str, answer: str, truth: Truth, likeness: Likeness | None
) -> dict[str, float]:
    score = answered(answer, truth, likeness)
    counts = {} if score is None else {kind: score}
    return counts | ({f"{kind} accepted": score or 0.0} if truth.objective else {})


def _first(turn: Assistant) -> Call | None:
    return turn.calls[0] if turn.calls else None


STEP_MEASURES = (
    Measure(
        "InstAcc",
        lambda c: ratio(c.get("aligned", 0), c.get("tool_steps", 0) + c.get("summary wanted", 0)),
    ),
    share("ToolAcc", "tool", "tool_steps"),
    share("ArgAcc", "arguments", "tool_steps"),
    share("SummAcc, objective", "summary accepted", "summary objective"),
)
SUMM_ACC = share("SummAcc", "summary", "summary wanted")
"""Needs a likeness."""

# --- end to end -----------------------------------------------------------------------------------


def whole_counts(
    heard: Sequence[Assistant],
    gold: Sequence[Assistant],
    functions: Sequence[Function],
    truth: Truth,
    likeness: Likeness | None,
) -> dict[str, float]:
    """Count a whole conversation: the tools that were called, and the last answer."""
    calls = [call for turn in heard for call in turn.calls]
    wanted = [call for turn in gold for call in turn.calls]
    counts = asked_counts(ANSWER, truth) | {"queries": 1.0, "calls": float(len(calls))}
    counts["faulty"] = float(sum(is_faulty(call, functions) for call in calls))
    called = {call.name for call in calls}
    for category, names in CATEGORIES.items():
        there = [call.name for call in wanted if call.name in names]
        counts[f"{category} called"] = float(sum(call.name in names for call in calls))
        counts[f"{category} wanted"] = float(len(there))
        counts[f"{category} found"] = float(sum(name in called for name in there))
    last = heard[-1] if heard else Assistant()
    if truth and not last.calls and last.answer:
        counts |= _answer_counts(ANSWER, last.answer, truth, likeness)
    drawn = None if truth else _drawn(calls, wanted, functions, likeness)
    return counts if drawn is None else counts | {"image": drawn}


def _drawn(
    calls: Sequence[Call],
    wanted: Sequence[Call],
    functions: Sequence[Function],
    likeness: Likeness | None,
) -> float | None:
    """Score a query for an image: each tool that draws was called, with arguments like the gold."""
    made = {c.name: c.arguments for c in calls if not is_faulty(c, functions)}
    score = 1.0
    for call in wanted:
        if call.name in DRAWING:
            if call.name not in made:
                return 0.0
            if likeness is None:
                return None
            score *= likeness(json.dumps(call.arguments), json.dumps(made[call.name]))
    return score


def _f1(category: str) -> Measure:
    def of(counts: Counts) -> float | None:
        found = counts.get(f"{category} found", 0.0)
        recall = ratio(found, counts.get(f"{category} wanted", 0.0))
        if recall is None:
            return None
        precision = found / (counts.get(f"{category} called", 0.0) + NEARLY)
        return 2 * precision * recall / (precision + recall + NEARLY)

    return Measure(f"{category} F1", of)


WHOLE_MEASURES = (
    *map(_f1, CATEGORIES),
    share("AnsAcc, objective", "answer accepted", "answer objective"),
)
ANS_ACC = (
    share("AnsAcc", "answer", "answer wanted"),
    Measure("Ans+I", lambda c: ratio(c.get("answer", 0) + c.get("image", 0), c.get("queries", 0))),
)
"""These need a likeness."""
MEASURES = (*STEP_MEASURES, SUMM_ACC, *WHOLE_MEASURES, *ANS_ACC)
