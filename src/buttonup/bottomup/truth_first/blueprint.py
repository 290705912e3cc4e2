"""Truth first, part three: a worded plan becomes a Blueprint, distractors mixed in."""

from __future__ import annotations

import random
from collections.abc import Sequence

from buttonup.bottomup.truth_first.nodes import (
    AllOf,
    Binding,
    CallNode,
    NextPage,
    Node,
    Plan,
    ReduceNode,
    Said,
)
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.shapes import Planning
from buttonup.bottomup.truth_first.word import Wording, word
from buttonup.errors import BadInput
from buttonup.records import (
    AtomicTask,
    Blueprint,
    CompositionalTask,
    Function,
    Goal,
    PlannedCall,
    Record,
    Source,
    Step,
    Tools,
)
from buttonup.worlds.phrases import grammar
from buttonup.worlds.world import World


class Blueprinting(Record):
    """Knobs of what surrounds a plan."""

    distractors: tuple[int, int] = (0, 8)
    """Fewest and most functions shown that the task does not need."""
    near: float = 0.7
    """Share of distractors that come from the plan's own world."""
    parallel: float = 0.75
    """Share of samples that may call several functions in one turn."""

    def __post_init__(self) -> None:
        fewest, most = self.distractors
        if not 0 <= fewest <= most:
            raise BadInput(
                f"blueprint.distractors from {fewest} to {most}", "give [FEWEST, MOST], 0 or more"
            )


async def blueprints(
    ticket: Ticket, worlds: Sequence[World], planning: Planning, knobs: Blueprinting
) -> list[Blueprint]:
    """Sample, execute and word one task over one of the worlds.

    Rejects  "no_plan" as `plan` does.
    """
    rng = ticket.rng("blueprint")
    world = rng.choice(worlds)
    executed = plan(world, ticket, planning)
    worded = word(executed, ticket.rng("word"))
    return [_blueprint(executed, worded, worlds, ticket, knobs, rng)]


def _blueprint(
    executed: Plan,
    worded: Wording,
    worlds: Sequence[World],
    ticket: Ticket,
    knobs: Blueprinting,
    rng: random.Random,
) -> Blueprint:
    task = CompositionalTask(
        text=worded.request,
        subtasks=tuple(AtomicTask(text=text) for text in worded.subtasks),
        edges=executed.edges,
    )
    needs = tuple((n.function.name,) if isinstance(n, CallNode) else () for n in executed.nodes)
    needed = {name: executed.world.functions[name].definition for names in needs for name in names}
    shown = [*needed.values(), *_distractors(executed.world, worlds, set(needed), knobs, rng)]
    rng.shuffle(shown)
    return Blueprint(
        task=task,
        functions=tuple(shown),
        needs=needs,
        parallel=rng.random() < knobs.parallel,
        context=_context(executed, rng),
        tools=Tools(source="worlds", worlds=(executed.world.name,), seed=executed.variant),
        plan=tuple(_step(executed.nodes, i, worded) for i in range(len(executed.nodes))),
        answer=worded.answer,
        goal=Goal(changes=executed.changes, facts=worded.facts),
        seed=ticket.rng("cast").getrandbits(32),
    )


def _distractors(
    world: World,
    worlds: Sequence[World],
    needed: set[str],
    knobs: Blueprinting,
    rng: random.Random,
) -> list[Function]:
    """Draw functions nobody needs: mostly neighbours of the needed ones, some from far away."""
    near = [f.definition for f in world.functions.values() if f.name not in needed]
    far = [f.definition for w in worlds if w is not world for f in w.functions.values()]
    wanted = rng.randint(*knobs.distractors)
    close = min(len(near), max(round(wanted * knobs.near), wanted - len(far)))
    return rng.sample(near, close) + rng.sample(far, min(len(far), wanted - close))


def _context(executed: Plan, rng: random.Random) -> str:
    today = executed.world.state(executed.variant).today
    title = executed.world.title
    said = f"{today:%A}, {today.day} {today:%B} {today.year}"
    return rng.choice(grammar().context["lead"]).format(
        title=title[:1].lower() + title[1:], today=said
    )


def _step(nodes: Sequence[Node], i: int, worded: Wording) -> Step:
    node = nodes[i]
    intent, finding = worded.intents[i], worded.findings[i]
    if isinstance(node, ReduceNode):
        return Step(conclusion=node.conclusion, intent=intent, finding=finding)
    calls = tuple(
        PlannedCall(
            function=node.function.name,
            arguments=arguments,
            result=result,
            sources={
                name: _source(nodes, b, n) for name, b in node.bindings.items() if name in arguments
            },
        )
        for n, (arguments, result) in enumerate(zip(node.arguments, node.results, strict=True))
    )
    return Step(calls=calls, intent=intent, finding=finding)


def _source(nodes: Sequence[Node], binding: Binding, n: int) -> Source:
    """Point to where the n-th call of a node takes a value from."""
    if isinstance(binding, Said):
        return Source(kind="said")
    if isinstance(binding, NextPage):
        return Source(kind="result", step=binding.node, path="/next_page")
    feeder = nodes[binding.node]
    listed = isinstance(feeder, CallNode) and feeder.items
    place = "*" if isinstance(binding, AllOf) else str(n)
    name = binding.field.replace(".", "/")
    path = f"/{place}/{name}" if listed else f"/{name}"
    return Source(kind="result", step=binding.node, path=path)
