"""Whether a draft has come out in the shape that was wanted."""

from __future__ import annotations

from collections import Counter

from buttonup.bottomup.truth_first.draft import Draft
from buttonup.bottomup.truth_first.nodes import CallNode, CheckNode, ReduceNode


def holds(draft: Draft, shape: str) -> bool:
    """Say whether a draft has what its shape is called after."""
    nodes = draft.nodes
    match shape:
        case "parallel":
            return sum(not node.needs for node in nodes) > 1
        case "fan_out":
            return any(count > 1 for count in _users(draft).values())
        case "fan_in":
            return any(len(node.needs) > 1 for node in nodes if isinstance(node, CallNode))
        case "diamond":
            return _diamond(draft)
        case "loop":
            return any(isinstance(node, CallNode) and node.each for node in nodes)
        case "compare":
            return any(isinstance(node, ReduceNode) and len(node.over) > 1 for node in nodes)
        case "condition":
            return any(isinstance(node, CheckNode) for node in nodes)
        case "across":
            return len({n.function.world for n in nodes if isinstance(n, CallNode)}) > 1
        case _:
            return True


def _users(draft: Draft) -> Counter[int]:
    """Count how often each node is needed."""
    return Counter(i for node in draft.nodes for i in node.needs)


def _diamond(draft: Draft) -> bool:
    """Say whether two calls that rest on one are brought together again."""
    above: list[set[int]] = []
    for node in draft.nodes:
        lines = [above[i] | {i} for i in node.needs]
        if any(a & b for n, a in enumerate(lines) for b in lines[:n]):
            return True
        above.append(set().union(*lines))
    return False
