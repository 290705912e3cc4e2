"""Truth first, part three: a worded plan becomes a Blueprint, distractors mixed in."""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec.structs import replace

from buttonup.bottomup.truth_first.asker import Wording
from buttonup.bottomup.truth_first.dice import shuffled
from buttonup.bottomup.truth_first.nodes import (
    AllOf,
    Binding,
    CallNode,
    CheckNode,
    EachOf,
    NextPage,
    Node,
    Plan,
    ReduceNode,
    Said,
    call_at,
)
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.shapes import Planning, Scenes
from buttonup.bottomup.truth_first.word import Worded, word
from buttonup.errors import BadInput
from buttonup.records import (
    AtomicTask,
    Blueprint,
    CompositionalTask,
    Function,
    Goal,
    Json,
    PlannedCall,
    Record,
    Source,
    Step,
    Tools,
    Upset,
    UserTurn,
)
from buttonup.worlds.catalogue import area_of
from buttonup.worlds.phrases import grammar
from buttonup.worlds.spoken import listed
from buttonup.worlds.templates import fill
from buttonup.worlds.world import World, WorldFunction

CHATTY_FIRST = 0.4  # share of small talk that comes before the request; ours


class Blueprinting(Record):
    """Knobs of what surrounds a plan."""

    distractors: tuple[tuple[int, int, float], ...] = (
        (0, 0, 0.1), (1, 6, 0.35), (7, 15, 0.35), (16, 30, 0.14), (31, 60, 0.06),
    )  # fmt: skip
    """(fewest, most, weight) of functions shown that the task does not need."""
    near: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.6
    """Share of distractors from the plan's own worlds; half the rest is from near domains."""
    parallel: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.75
    """Share of samples that may call several functions in one turn."""
    responses: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    """Share of samples in which the student sees what the functions respond with."""

    def __post_init__(self) -> None:
        for fewest, most, weight in self.distractors:
            if not 0 <= fewest <= most or weight < 0:
                what = f"blueprint.distractors has [{fewest}, {most}, {weight}]"
                raise BadInput(what, "give [FEWEST, MOST, WEIGHT], none below 0")
        if not sum(weight for _, _, weight in self.distractors) > 0:
            raise BadInput("blueprint.distractors has no weight above 0", "give one")


async def blueprints(
    ticket: Ticket,
    worlds: Sequence[World],
    planning: Planning,
    scenes: Scenes,
    wording: Wording,
    knobs: Blueprinting,
    must: frozenset[str] = frozenset(),
    others: Sequence[World] = (),
) -> list[Blueprint]:
    """Sample, execute and word one task over one of the worlds, or several.

    Of `others` nothing is called, and functions are shown.
    `must` names functions of which it is to call one at least; empty for any.
    Rejects  "no_plan" as `plan` does.
    """
    rng = ticket.rng("blueprint")
    executed = plan(worlds, ticket, planning, scenes, must)
    chat = ""
    if rng.random() < scenes.small_talk:
        chat = "before" if rng.random() < CHATTY_FIRST else "after"
    worded = word(executed, ticket.rng("word"), wording, chat)
    return [_blueprint(executed, worded, (*worlds, *others), ticket, knobs, rng)]


def _blueprint(
    executed: Plan,
    worded: Worded,
    worlds: Sequence[World],
    ticket: Ticket,
    knobs: Blueprinting,
    rng: random.Random,
) -> Blueprint:
    asked = [t.says for t in worded.turns if t.kind not in ("small_talk", "offer")]
    to = {old: new for new, old in enumerate(worded.served)}
    nodes = executed.nodes
    task = CompositionalTask(
        text=" ".join(asked),
        subtasks=tuple(AtomicTask(text=worded.subtasks[i]) for i in worded.served),
        edges=tuple((to[i], to[j]) for i, j in executed.edges if i in to and j in to),
        wording=executed.worlds[0].wording,
    )
    called = [(i, n) for i, n in enumerate(nodes) if isinstance(n, CallNode)]
    needed = {n.function.name: n.function for i, n in called if i in to}
    unserved = {n.function.name: n.function for i, n in called if i not in to}
    late = {f.name for turn in worded.turns for f in turn.offers}
    shown = [f.definition for name, f in needed.items() if name not in late]
    shown += _distractors(
        executed, worlds, [*needed.values(), *unserved.values()], late, knobs, rng
    )
    return Blueprint(
        task=task,
        functions=tuple(shuffled(rng, shown)),
        needs=tuple(_needs(nodes[i]) for i in worded.served),
        parallel=rng.random() < knobs.parallel,
        responses=ticket.rng("responses").random() < knobs.responses,
        context=_context(executed, rng),
        tools=_tools(executed, {f.name for f in shown} | late),
        plan=tuple(_step(executed, i, worded) for i in worded.served),
        turns=tuple(_renumbered(turn, to) if turn.steps else turn for turn in worded.turns),
        goal=Goal(changes=executed.changes, facts=worded.facts),
        seed=ticket.rng("cast").getrandbits(32),
    )


def _renumbered(turn: UserTurn, to: dict[int, int]) -> UserTurn:
    return replace(turn, steps=tuple(to[i] for i in turn.steps if i in to))


def _needs(node: Node) -> tuple[str, ...]:
    """Name the functions of a sub-task; none where it is reasoned, or its condition fails."""
    return (node.function.name,) if isinstance(node, CallNode) and node.results else ()


def _tools(executed: Plan, shown: set[str]) -> Tools:
    own = executed.worlds[0].ran_at(shown)
    names = tuple(world.name for world in executed.worlds)
    where = own or Tools(source="worlds", worlds=names, seed=executed.variant)
    return replace(where, upsets=_upsets(executed))


def _upsets(executed: Plan) -> tuple[Upset, ...]:
    trouble = executed.trouble
    if trouble is None:
        return ()
    node = call_at(executed.nodes, trouble.node)
    return (Upset(node.function.name, trouble.result, 1 if trouble.passes else TIRELESS),)


TIRELESS = 1000  # calls that an outage outlasts


def _distractors(
    executed: Plan,
    worlds: Sequence[World],
    taken: Sequence[WorldFunction],
    late: set[str],
    knobs: Blueprinting,
    rng: random.Random,
) -> list[Function]:
    """Draw functions nobody needs: neighbours of the needed ones, near domains, far ones.

    Where something is to be declined, nothing is shown that might serve it all the same.
    """
    fewest, most = _bucket(knobs, rng)
    wanted = rng.randint(fewest, most)
    barred = {f.name for f in taken}
    unserved = executed.scene == "unserved"
    if late or unserved:
        entities = {(f.world, f.entity) for f in taken}
        wanted = max(wanted, 2)
    else:
        entities = set()
    own, middle, far = _tiers(tuple(worlds), executed.worlds)  # only their own can be barred
    near = [f for f in own if f.name not in barred and (f.world, f.entity) not in entities]
    close = min(len(near), round(wanted * knobs.near))
    between = min(len(middle), (wanted - close + 1) // 2)
    away = min(len(far), wanted - close - between)
    drawn = rng.sample(near, close) + rng.sample(middle, between) + rng.sample(far, away)
    return [f.definition for f in drawn]


@functools.lru_cache(maxsize=1024)
def _tiers(
    worlds: tuple[World, ...], own: tuple[World, ...]
) -> tuple[tuple[WorldFunction, ...], ...]:
    """Give all functions by how near they are: of the plan's worlds, of its area, of others."""
    tiers: tuple[list[WorldFunction], ...] = ([], [], [])
    names, area = {world.name for world in own}, area_of(own[0].name)
    for world in worlds:
        tier = 0 if world.name in names else 1 if area_of(world.name) == area else 2
        tiers[tier].extend(world.functions.values())
    return tuple(map(tuple, tiers))


def _bucket(knobs: Blueprinting, rng: random.Random) -> tuple[int, int]:
    weights = [weight for _, _, weight in knobs.distractors]
    fewest, most, _ = rng.choices(knobs.distractors, weights)[0]
    return fewest, most


def _context(executed: Plan, rng: random.Random) -> str:
    today = executed.worlds[0].state(executed.variant).today
    titles = [f"{w.title[:1].lower()}{w.title[1:]}" for w in executed.worlds]
    said = f"{today:%A}, {today.day} {today:%B} {today.year}"
    words = grammar()
    ways = words.context["lead"] if len(titles) == 1 else words.context["several"]
    return fill(rng.choice(ways), {"title": listed(titles), "today": said})


def _step(executed: Plan, i: int, worded: Worded) -> Step:
    said = Step(aim=worded.aims[i], intent=worded.intents[i], finding=worded.findings[i])
    node = executed.nodes[i]
    if isinstance(node, ReduceNode):
        return replace(said, conclusion=node.conclusion)
    if isinstance(node, CheckNode):
        return replace(said, conclusion=node.holds)
    if node.held_back:
        avoided = [_call(executed.nodes, node, n, None) for n in range(len(node.arguments))]
        return replace(said, avoided=tuple(avoided))
    calls = [_call(executed.nodes, node, n, result) for n, result in enumerate(node.results)]
    trouble = executed.trouble
    if trouble is not None and trouble.node == i:  # it is tried twice, whatever comes of it
        calls.insert(0, replace(calls[0], result=trouble.result))
    return replace(said, calls=tuple(calls))


def _call(nodes: Sequence[Node], node: CallNode, n: int, result: Json) -> PlannedCall:
    """Give the n-th call of a node, with where its values come from."""
    arguments = node.arguments[n]
    return PlannedCall(
        function=node.function.name,
        arguments=arguments,
        result=result,
        sources={
            name: _source(nodes, b, n) for name, b in node.bindings.items() if name in arguments
        },
    )


def _source(nodes: Sequence[Node], binding: Binding, n: int) -> Source:
    """Point to where the n-th call of a node takes a value from."""
    if isinstance(binding, Said):
        return Source(kind="said")
    if isinstance(binding, NextPage):
        return Source(kind="result", step=binding.node, path="/next_page")
    feeder = nodes[binding.node]
    place = "*" if isinstance(binding, AllOf) else str(n) if isinstance(binding, EachOf) else "0"
    if isinstance(feeder, CallNode):
        path = feeder.function.pointer(place if feeder.items else "", binding.field)
    else:
        path = f"/{binding.field.replace('.', '/')}"
    return Source(kind="result", step=binding.node, path=path)
