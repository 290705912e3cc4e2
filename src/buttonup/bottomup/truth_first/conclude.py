"""What the assistant concludes by itself: a pick, a number, whether a condition holds."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from buttonup.bottomup.truth_first.dice import one_of, shuffled
from buttonup.bottomup.truth_first.draft import Draft
from buttonup.bottomup.truth_first.nodes import (
    CallNode,
    CheckNode,
    ReduceNode,
    Rule,
    Test,
    at,
)
from buttonup.records import Json

READ_OUT = 6  # items of a list that an answer names one by one, so that one can say "the second"
BY_PLACE = 0.6  # chance that one of a list which was read out is named by its place; by ear


def concluded(draft: Draft, over: tuple[int, ...]) -> bool:
    """Conclude something from lists or from like calls; False when nothing can be."""
    return any(rule(draft, over) for rule in shuffled(draft.rng, (pick, number)))


def pick(draft: Draft, over: tuple[int, ...]) -> bool:
    """Conclude which object has the least or the most of something; ties will not do."""
    entity, rows = _rows(draft, over)
    if len(rows) < 2:  # noqa: PLR2004 - nothing to choose from
        return False
    if _read_out(draft, over) and draft.rng.random() < BY_PLACE:
        place = draft.rng.randrange(len(rows))
        return draft.add(ReduceNode("nth", over, str(place), rows[place], entity))
    for name, rule in shuffled(draft.rng, draft.feeds_of(over[0]).rankings[entity]):
        values = [at(row, name) for row in rows]
        if None in values:  # a user's tools may leave a field out
            continue
        best = min(values) if rule == "least" else max(values)
        if values.count(best) == 1:
            row = rows[values.index(best)]
            return draft.add(ReduceNode(rule, over, name, row, entity))
    return False


def _read_out(draft: Draft, over: tuple[int, ...]) -> bool:
    """Say whether the user has heard a list item by item, and can say "the second one"."""
    node = draft.nodes[over[0]]
    earlier = draft.turn_of[over[0]] < len(draft.turns) - 1
    one_list = len(over) == 1 and isinstance(node, CallNode) and node.items and not node.each
    return earlier and one_list and len(node.objects) <= READ_OUT


def number(draft: Draft, over: tuple[int, ...]) -> bool:
    """Conclude a number: how many, how much in all, how far apart."""
    entity, rows = _rows(draft, over)
    measures = list(draft.feeds_of(over[0]).book.entities[entity].measures)
    rules: list[Rule] = ["total"] if measures and len(rows) > 1 else []
    if measures and len(rows) == 2 and len(over) == 2:  # noqa: PLR2004 - two are compared
        rules.append("difference")
    if _one_list(draft, over):
        rules.append("count")
    if not rules:
        return False
    rule = one_of(draft.rng, rules)
    name = "" if rule == "count" else one_of(draft.rng, measures)
    values = [at(row, name) for row in rows] if name else []
    if any(not isinstance(v, int | float) for v in values):
        return False
    value = _reckoned(rule, values, len(rows))
    if value <= (1 if rule == "count" else 0):
        return False
    return draft.add(ReduceNode(rule, over, name, value, ""))


def _one_list(draft: Draft, over: tuple[int, ...]) -> bool:
    node = draft.nodes[over[0]]
    return len(over) == 1 and isinstance(node, CallNode) and node.items and not node.each


def _rows(draft: Draft, over: tuple[int, ...]) -> tuple[str, list[dict[str, Json]]]:
    rows = [row for i in over for row in draft.nodes[i].objects]
    node = draft.nodes[over[0]]
    assert not isinstance(node, CheckNode)
    return node.entity, rows


def tests(draft: Draft, i: int) -> list[CheckNode]:
    """List the conditions that an object can be held against."""
    entity, row = draft.entity_of(i), draft.nodes[i].objects[0]
    found: list[CheckNode] = []
    for name in entity.measures:
        value = at(row, name)
        if isinstance(value, int | float) and (limit := _limit(draft, value)) is not None:
            test: Test = one_of(draft.rng, ("over", "under"))
            holds = value > limit if test == "over" else value < limit
            found.append(CheckNode(i, name, test, limit, holds))
    for name, phrases in entity.when.items():
        actual = msgspec.json.encode(at(row, name)).decode().strip('"')
        if actual in phrases:
            against = one_of(draft.rng, list(phrases))
            found.append(CheckNode(i, name, "is", against, actual == against))
    return found


def _limit(draft: Draft, value: float) -> float | None:
    """Draw a round number near a value, so that the condition may go either way."""
    if value <= 0:
        return None
    rough = value * one_of(draft.rng, (0.6, 0.75, 0.85, 1.15, 1.3, 1.5))
    step = next(s for n in range(12) for s in (10**n, 5 * 10**n) if rough < 20 * s)
    limit = max(round(rough / step), 1) * step
    return limit if limit != value else None


def _reckoned(rule: Rule, values: Sequence[float], count: int) -> float:
    match rule:
        case "count":
            return count
        case "total":
            return round(sum(values), 2)
        case "difference":
            return round(abs(values[0] - values[1]), 2)
        case _:
            raise AssertionError(rule)
