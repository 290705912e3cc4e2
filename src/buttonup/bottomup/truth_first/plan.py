"""Truth first, part one: sample a plan of calls over worlds and execute it.

A plan is a DAG of nodes. A node is a call, a call for each item of a list, a conclusion that the
assistant draws itself (the cheapest of them, how many, the difference), or a condition. What can
feed what falls out of the kinds of parameters and result fields; only what is worded in the phrase
book is used. Everything is executed as it is sampled, so a plan that exists is a plan that works.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

from buttonup.bottomup.truth_first.dice import one_of, weighted
from buttonup.bottomup.truth_first.draft import Draft
from buttonup.bottomup.truth_first.feeds import feeds
from buttonup.bottomup.truth_first.grow import shortened
from buttonup.bottomup.truth_first.holds import holds
from buttonup.bottomup.truth_first.nodes import CallNode, Node, Plan, call_at, call_needs, moved
from buttonup.bottomup.truth_first.shapes import DEEPEST, DEPTHS, SHAPES, Planning, Scenes
from buttonup.bottomup.truth_first.stage import FREE, STAGES, Staged
from buttonup.errors import Reject
from buttonup.records import Json, Record
from buttonup.worlds.session import Session
from buttonup.worlds.world import World

PERSISTENCE = 6  # drafts of one shape over one world before others are drawn; ours
STRICT = 2  # drafts until the best is taken, where none has come out as wanted; ours
DEVOTED = 0.1  # share of plans that are only taken with the function they would like to call; ours
SHAPED = 3  # calls from which a shape can show


class Ticket(Record):
    """The place of one item in its run: all its randomness comes from here."""

    seed: int
    index: int

    def rng(self, purpose: str) -> random.Random:
        """Give the random numbers for one purpose; the same ticket gives the same numbers."""
        return random.Random(f"{self.seed}:{self.index}:{purpose}")


def plan(
    worlds: Sequence[World],
    ticket: Ticket,
    knobs: Planning,
    scenes: Scenes,
    must: frozenset[str] = frozenset(),
) -> Plan:
    """Sample a plan over one of the worlds, or several, that runs as it says.

    `must` names functions of which it is to call one at least; empty for any.
    Rejects  "no_plan" when none was found within `knobs.tries`.
    """
    rng = ticket.rng("plan")
    home, variant = worlds[0], rng.randrange(knobs.variants)
    scene, shape, calls, target = _scene(rng, scenes), "chain", 1, ""
    near: list[tuple[Draft, Staged]] = []
    for tried in range(knobs.tries):
        if tried % PERSISTENCE == 0:
            near.clear()
            home = one_of(rng, worlds)
            devoted = scene not in FREE and rng.random() < DEVOTED
            target = one_of(rng, list(home.functions)) if devoted else ""
            shape = _drawn(rng, knobs.shapes, SHAPES)
            calls = int(_drawn(rng, knobs.depth, DEPTHS))
            if target and feeds(home).opaque[target]:
                calls = max(calls, 2)
        draft = Draft(home, worlds, variant, rng, knobs, target)
        staged = STAGES[scene](draft, calls, SHAPES[shape])
        if staged is None or (must and must.isdisjoint(draft.used)):
            continue
        if target and target not in draft.used:
            continue
        near.append((draft, staged))
        near.sort(key=lambda drafted: _merit(drafted[0], shape, calls))
        strict = not target and scene not in FREE and tried % PERSISTENCE < STRICT - 1
        if strict and not _as_wanted(near[-1][0], shape, calls):
            continue
        draft, staged = near.pop()
        if draft.calls <= DEEPEST and shortened(draft):
            made = finished(draft, scene, staged)
            if made is not None:
                return made
    raise Reject("no_plan", f"{home.name}, {scene}: none in {knobs.tries} tries")


def _as_wanted(draft: Draft, shape: str, calls: int) -> bool:
    """Say whether a draft has come out in the shape and, by and large, the depth wanted."""
    deep = draft.calls >= 0.7 * calls
    return deep and (calls < SHAPED or holds(draft, shape))


def _merit(draft: Draft, shape: str, calls: int) -> tuple[bool, int]:
    """Say how near a draft is to what was wanted: in its shape, then in its depth."""
    return calls < SHAPED or holds(draft, shape), min(draft.calls, calls)


def _scene(rng: random.Random, scenes: Scenes) -> str:
    shares = {name: getattr(scenes, name) for name in STAGES if name != "plain"}
    rest = 1 - sum(shares.values())
    return weighted(rng, {"plain": max(rest, 0), **shares})


def _drawn(rng: random.Random, weights: dict[str, float], order: Iterable[str]) -> str:
    return weighted(rng, {n: weights[n] for n in order if n in weights})  # whatever their own order


def finished(draft: Draft, scene: str, staged: Staged) -> Plan | None:
    """Put the nodes in the order in which they are talked about; None when order matters."""
    order = _threads(draft.nodes, draft.turn_of)
    to = {old: new for new, old in enumerate(order)}
    as_drafted = order == sorted(order)
    nodes = tuple(draft.nodes if as_drafted else (moved(draft.nodes[i], to) for i in order))
    turn_of = tuple(draft.turn_of[i] for i in order)
    missing = (to[staged.missing[0]], staged.missing[1]) if staged.missing else None
    trouble = staged.trouble and replace(staged.trouble, node=to[staged.trouble.node])
    outside = {trouble.node} if trouble and not trouble.passes else set()
    if scene == "unserved":
        outside |= {i for i, turn in enumerate(turn_of) if turn == len(draft.turns) - 1}
    changes = _changes(draft, nodes, turn_of, order, outside)
    if changes is None:
        return None
    return Plan(
        worlds=_worlds(draft, nodes),
        variant=draft.variant,
        scene=scene,
        nodes=nodes,
        turns=tuple(draft.turns),
        turn_of=turn_of,
        changes=changes,
        missing=missing,
        trouble=trouble,
        wrong=staged.wrong,
    )


def _worlds(draft: Draft, nodes: Sequence[Node]) -> tuple[World, ...]:
    names = dict.fromkeys(n.function.world for n in nodes if isinstance(n, CallNode))
    return tuple(draft.worlds[name] for name in names)


def _threads(nodes: Sequence[Node], turn_of: Sequence[int]) -> list[int]:
    """Order nodes so that what hangs together stands together, each after what it needs."""
    order: list[int] = []
    placed: set[int] = set()

    def place(i: int) -> None:
        order.append(i)
        placed.add(i)
        for j in range(i + 1, len(nodes)):
            hangs = i in nodes[j].needs and turn_of[j] == turn_of[i]
            if hangs and j not in placed and nodes[j].needs <= placed:
                place(j)

    for turn in range(max(turn_of) + 1):
        for i in range(len(nodes)):
            if turn_of[i] == turn and i not in placed and nodes[i].needs <= placed:
                place(i)
    return order


def _changes(
    draft: Draft, nodes: Sequence[Node], turn_of: Sequence[int], order: Sequence[int], out: set[int]
) -> dict[str, Json] | None:
    """Give the final changes; None unless every valid order of the calls gives the same.

    The calls are run again in their order, and in the reverse as far as turns and dependencies
    allow. Two calls that only look independent (a write, and a read of what it wrote) show
    themselves here. Where nothing writes there is nothing to show. `order` has the place in which
    each node was drafted; `out` are calls that do not reach the world.
    """
    made = [i for i, n in enumerate(nodes) if isinstance(n, CallNode) and n.results]
    calls = [i for i in made if i not in out]
    if not any(call_at(nodes, i).function.writes for i in made):
        return {}
    drafted = _written_before(nodes, sorted(made, key=order.__getitem__))
    forth, back = _written_before(nodes, calls), _reversed(nodes, turn_of, calls)
    fresh = forth == drafted
    changes = draft.session.changes() if fresh else _run(draft, nodes, forth, drafted)
    again = _written_before(nodes, back)
    if changes is None or again == forth:
        return changes
    return changes if _run(draft, nodes, again, drafted) == changes else None


def _reversed(nodes: Sequence[Node], turn_of: Sequence[int], calls: Sequence[int]) -> list[int]:
    """Order calls from the last to the first, as far as turns and dependencies allow."""
    back: list[int] = []
    needs = {i: call_needs(nodes, i) for i in calls}
    waiting = list(calls)
    while waiting:
        turn = turn_of[waiting[0]]
        ready = [i for i in waiting if turn_of[i] == turn and needs[i].isdisjoint(waiting)]
        back.append(ready[-1])
        waiting.remove(ready[-1])
    return back


_Written = dict[int, tuple[int, ...]]
"""Calls in an order, each with the writes before it: all that its result can depend on."""


def _written_before(nodes: Sequence[Node], order: Sequence[int]) -> _Written:
    """Give calls in their order with the writes before each."""
    before: _Written = {}
    written: tuple[int, ...] = ()
    for i in order:
        before[i] = written
        if call_at(nodes, i).function.writes:
            written = (*written, i)
    return before


def _run(
    draft: Draft, nodes: Sequence[Node], order: _Written, drafted: _Written
) -> dict[str, Json] | None:
    """Give the changes of calls in this order; None when one gives another result than it gave.

    A read that comes after the same writes as when it was drafted is known to read the same.
    """
    session = Session(draft.worlds.values(), draft.variant)
    for i, before in order.items():
        node = call_at(nodes, i)
        if before == drafted[i] and not node.function.writes:
            continue
        for arguments, result in zip(node.arguments, node.results, strict=True):
            if session.call(node.function.name, arguments) != result:
                return None
    return session.changes()
