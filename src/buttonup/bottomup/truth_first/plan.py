"""Truth first, part one: sample a plan of calls over a world and execute it.

A plan is a DAG of nodes. A node is a call, a call for each item of a list, or a conclusion that the
assistant draws itself (the cheapest of them, how many, the difference). What can feed what falls
out of the kinds of parameters and result fields; only what is worded in the phrase book is used.
Everything is executed as it is sampled, so a plan that exists is a plan that works.
"""

from __future__ import annotations

import random

from buttonup.bottomup.truth_first.draft import Draft
from buttonup.bottomup.truth_first.nodes import CallNode, Plan, call_needs
from buttonup.bottomup.truth_first.shapes import SHAPES, Planning
from buttonup.errors import Reject
from buttonup.records import Json, Record
from buttonup.worlds.session import Session
from buttonup.worlds.world import World

VARIANTS = 8  # seeded states a world; ours: enough that rows rarely repeat within 10,000 requests
PERSISTENCE = 60  # drafts of one shape before another is drawn, so that deep ones are not starved


class Ticket(Record):
    """The place of one truth-first sample in its run: all its randomness comes from here."""

    seed: int
    index: int

    def rng(self, purpose: str) -> random.Random:
        """Give the random numbers for one purpose; the same ticket gives the same numbers."""
        return random.Random(f"{self.seed}:{self.index}:{purpose}")


def plan(world: World, ticket: Ticket, knobs: Planning) -> Plan:
    """Sample a plan of one world that runs without errors.

    Rejects  "no_plan" when none was found within `knobs.tries`.
    """
    rng = ticket.rng("plan")
    variant = rng.randrange(VARIANTS)
    names = [name for name in SHAPES if name in knobs.shapes]  # a table's own order says nothing
    weights = [knobs.shapes[name] for name in names]
    shape = ""
    for tried in range(knobs.tries):
        if tried % PERSISTENCE == 0:
            shape = rng.choices(names, weights)[0]
        draft = Draft(world, variant, rng, knobs)
        if draft.fill(SHAPES[shape]) and (changes := _order_proof(draft)) is not None:
            return Plan(world, variant, shape, tuple(draft.nodes), changes)
    raise Reject("no_plan", f"{world.name}: none in {knobs.tries} tries")


def _order_proof(draft: Draft) -> dict[str, Json] | None:
    """Give the final changes; None unless every valid order of the calls does the same.

    The calls are run again in the reverse of the planned order, as far as dependencies allow. Two
    calls that only look independent (a write, and a read of what it wrote) show themselves here.
    """
    session = Session((draft.world,), draft.variant)
    waiting = [i for i, node in enumerate(draft.nodes) if isinstance(node, CallNode)]
    needs = {i: call_needs(draft.nodes, i) for i in waiting}
    done: set[int] = set()
    while waiting:
        i = next(i for i in reversed(waiting) if needs[i] <= done)
        node = draft.nodes[i]
        assert isinstance(node, CallNode)
        for arguments, result in zip(reversed(node.arguments), reversed(node.results), strict=True):
            if session.call(node.function.name, arguments) != result:
                return None
        waiting.remove(i)
        done.add(i)
    changes = session.changes()
    return changes if changes == draft.session.changes() else None
