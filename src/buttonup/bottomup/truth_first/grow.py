"""How a plan grows: one function for each way, on a draft.

Each says whether it worked. What did not work leaves no trace; a call that was made is never taken
back, since it may have changed the world.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from buttonup.bottomup.truth_first.conclude import concluded, pick, tests
from buttonup.bottomup.truth_first.dice import one_of, shuffled, weighted
from buttonup.bottomup.truth_first.draft import Draft, first_page
from buttonup.bottomup.truth_first.feeds import MEETING, WRITING, Feeds, feeds, joint, pointless
from buttonup.bottomup.truth_first.nodes import (
    AllOf,
    Binding,
    CallNode,
    CheckNode,
    EachOf,
    Fed,
    Guard,
    ReduceNode,
    Said,
    call_at,
    value_of,
)
from buttonup.bottomup.truth_first.shapes import DEEPEST, Growth
from buttonup.records import Json
from buttonup.tools.door import failed
from buttonup.worlds.session import Session
from buttonup.worlds.world import Known, Parameter, WorldFunction

MANY = 6  # objects that one call may take together; ours
FEW = 4  # items of a list that are gone through one by one: a person's patience
DEEP = 6  # calls from which a request may turn to another matter when the first is exhausted; ours
FAR = 3  # calls one behind the other that are made for a call that the plan would like to get to
BROAD = 4  # ends that are looked at for two that go together
TRIED = 4  # functions tried for one place
OTHERWISE = 0.35  # share of conditions that say what to do when they do not hold; by ear

_UNKNOWN = re.compile(r"There is no |Invalid arguments")
"""How the mechanism refuses ids and arguments; the rest are policies."""

T = TypeVar("T")

Link = tuple[str, int, str]
"""A parameter, and the node and the field that feed it."""

Way = tuple[WorldFunction, tuple[Link, ...]]


def grow(draft: Draft, calls: int, ways: Mapping[Growth, float]) -> bool:
    """Grow by about so many calls; False when nothing fitted at all."""
    start, mark = draft.calls, len(draft.nodes)
    if not draft.nodes and not _opened(draft, calls, ways):
        return False
    left = dict(ways)
    while draft.calls < start + calls:
        way = weighted(draft.rng, left)
        if _grown(draft, way):
            left = dict(ways)
            continue
        del left[way]  # it would fail again until something else has grown
        if not left:
            if calls < DEEP or not draft.turn_to_another(draft.others):
                break
            left = dict(ways)
    return draft.calls > start or draft.undone(mark)


def _opened(draft: Draft, calls: int, ways: Mapping[Growth, float]) -> bool:
    """Make the first call: one that the way it is mostly to grow can go on from.

    A plan that is devoted to a function begins with all that it takes.
    """
    if draft.devoted and calls > 1:
        return _seek(draft)
    lexicon, mostly = feeds(draft.home), max(ways, key=ways.__getitem__)
    suited = _SUITED.get(mostly)
    if suited is not None and begun(draft, suited(lexicon)):
        return True
    return begun(draft, lexicon.roots)


def _grown(draft: Draft, way: Growth) -> bool:
    return (way not in ("root", "same") or _room(draft)) and _WAYS[way](draft)


def _room(draft: Draft) -> bool:
    """Say whether one more call may stand beside those that need nothing."""
    return len(draft.starts()) < draft.knobs.width


def _from_an_end(draft: Draft) -> bool:
    return _chain(draft, draft.open_ends())


def _fan_out(draft: Draft) -> bool:
    return _chain(draft, draft.inner())


def _root(draft: Draft) -> bool:
    """Make a call that needs nothing."""
    return begun(draft, feeds(draft.home).roots)


def begun(draft: Draft, roots: Iterable[WorldFunction]) -> bool:
    """Make one of these calls, which need nothing; one that leads on is tried first."""
    fresh = [f for f in roots if f.name not in draft.used]
    return any(draft.call(f, {}) for f in _ranked(draft, fresh, lambda f: f)[:TRIED])


def _ranked(
    draft: Draft, things: Iterable[T], function_of: Callable[[T], WorldFunction]
) -> list[T]:
    """Order what is possible by chance; what changes something, or leads on, is likelier first.

    What requires much is, too, as far as the knob says.
    """

    def dice(thing: T) -> float:
        function = function_of(thing)
        weight = draft.leanings.get(function.name) or (WRITING if function.writes else 1.0)
        if draft.knobs.arguments:
            weight *= max(1, sum(p.required for p in function.parameters)) ** draft.knobs.arguments
        return float(draft.rng.random() ** (1 / weight))

    return sorted(things, key=dice, reverse=True)


def _same(draft: Draft) -> bool:
    """Call a function that reads again, with one value changed."""
    now = len(draft.turns) - 1
    able = [i for i in draft.ends() if draft.turn_of[i] == now and _changeable(draft, i)]
    return bool(able) and again(draft, one_of(draft.rng, able))


def again(draft: Draft, i: int) -> bool:
    """Call the function of a node that rests on nothing once more, with one value changed."""
    able = _changeable(draft, i)
    if not able:
        return False
    node, lexicon = call_at(draft.nodes, i), draft.feeds_of(i)
    parameter, draw = one_of(draft.rng, able)
    return draft.run(node.function, _with(node, parameter.name, draft.drawn(lexicon, draw)))


def _changeable(draft: Draft, i: int) -> Sequence[tuple[Parameter, Known]]:
    """List what could have another value in a call that reads and rests on nothing."""
    node = draft.nodes[i]
    if not isinstance(node, CallNode) or node.needs:
        return ()
    return draft.feeds_of(i).changeable.get(node.function.name, ())


def narrowed(draft: Draft, i: int) -> bool:
    """Call the function of a node once more, with a condition added."""
    node = draft.nodes[i]
    if not isinstance(node, CallNode):
        return False
    lexicon = draft.feeds_of(i)
    able = lexicon.narrowing.get(node.function.name, ())
    free = [(p, draw) for p, draw in able if p.name not in node.bindings]
    if not free or len(node.objects) < 2:  # noqa: PLR2004 - nothing to narrow down
        return False
    parameter, draw = one_of(draft.rng, free)
    added = _with(node, parameter.name, draft.drawn(lexicon, draw))
    if not draft.run(node.function, added):
        return False
    return len(draft.nodes[-1].objects) < len(node.objects)


def _chain(draft: Draft, feeders: list[int]) -> bool:
    if not feeders:
        return False
    feeder = one_of(draft.rng, feeders)
    return _fed(draft, _ways(draft, feeder))


def _fan_in(draft: Draft) -> bool:
    feeders = draft.open_ends()[-BROAD:]
    pairs = shuffled(draft.rng, itertools.permutations(feeders, 2))
    if any(_fed(draft, ways) for pair in pairs if (ways := _joint_ways(draft, *pair))):
        return True
    return _joined(draft)


def _joined(draft: Draft) -> bool:
    """Make a call that takes from two others, and before it those of them that are not there."""
    able = [name for name in feeds(draft.home).joining if name not in draft.used]
    if not able:
        return False
    name = one_of(draft.rng, able)
    fed = feeds(draft.home).joining[name]
    return _got(draft, draft.home.functions[name], FAR, fed)


def _seek(draft: Draft) -> bool:
    """Make the call that the plan would like to get to, and before it those that it takes."""
    target = draft.home.functions.get(draft.target)
    if target is None or target.name in draft.used:
        return False
    return _got(draft, target, FAR, feeds(draft.home).opaque[target.name])


def _got(draft: Draft, function: WorldFunction, left: int, fed: Iterable[str]) -> bool:
    """Make a call whose values come from calls made for it, where nothing there brings them."""
    links: list[Link] = []
    for name in sorted(fed):
        link = _brought(draft, function, name, left)
        if link is None:
            return False
        links.append(link)
    if not links and not _room(draft):
        return False
    bound = _bound(draft, function, links, each=False)
    return bound is not None and draft.call(function, bound)


def _brought(draft: Draft, function: WorldFunction, name: str, left: int) -> Link | None:
    """Find what brings a value: an end that is there, or a call that is made for it."""
    kind = function.parameter(name).kind
    lexicon = feeds(draft.home)
    for i in draft.open_ends():
        entity = _entity(draft, i)
        fields = [f for f, k in lexicon.referable.get(entity, ()) if k == kind]
        senseless = pointless(function, entity) or (function.writes and draft.wrote(i))
        if fields and draft.feeds_of(i) is lexicon and not senseless:
            return name, i, fields[0]
    able = [
        (maker, field)
        for maker in draft.home.functions.values()
        if maker.name not in draft.used
        and not maker.writes
        and not pointless(function, maker.entity)
        for field, k in lexicon.referable[maker.entity]
        if k == kind
    ]
    for maker, field in shuffled(draft.rng, able)[:TRIED] if left else ():
        if _got(draft, maker, left - 1, lexicon.opaque[maker.name]):
            return name, len(draft.nodes) - 1, field
    return None


def _each(draft: Draft) -> bool:
    """Make a call for each item of a short list; where there is none yet, begin with one."""
    lists = [i for i in draft.open_ends() if _short_list(draft, i)]
    if not lists:
        return _room(draft) and _listed(draft)
    feeder = one_of(draft.rng, lists)
    if draft.calls + len(draft.nodes[feeder].objects) > DEEPEST:
        return False
    ways = [w for w in _ways(draft, feeder) if not w[0].writes]
    return _fed(draft, ways, each=True)


def _listed(draft: Draft) -> bool:
    """Make a call that gives a list, rather one whose items can be gone through."""
    ends = draft.open_ends()
    if not ends:
        return False
    ways = _ways(draft, one_of(draft.rng, ends))
    listing = feeds(draft.home).listing
    return _fed(draft, [w for w in ways if w[0].name in listing]) or _fed(draft, ways)


def _short_list(draft: Draft, i: int) -> bool:
    node = draft.nodes[i]
    if not isinstance(node, CallNode) or node.each or not node.items:
        return False
    return 2 <= len(node.objects) <= FEW  # noqa: PLR2004 - one is no list


def _across(draft: Draft) -> bool:
    """Feed a date, a city or a country to a function of another world."""
    for feeder in draft.open_ends():
        lexicon, node = draft.feeds_of(feeder), draft.nodes[feeder]
        assert not isinstance(node, CheckNode)
        meeting = [(f, k) for f, k in lexicon.referable[node.entity] if k in MEETING]
        if not meeting:
            continue
        field, kind = one_of(draft.rng, meeting)
        near = [w for w in draft.others if kind in feeds(w).entries and w.name not in draft.worlds]
        while near:
            world = near.pop(int(draft.rng.random() * len(near)))
            taken = feeds(world).entries[kind]
            if _fed(draft, [(f, ((p.name, feeder, field),)) for f, p in taken]):
                return True
    return _chain(draft, draft.open_ends())


def _reduce(draft: Draft) -> bool:
    lists = [i for i in draft.open_ends() if isinstance(draft.nodes[i], CallNode)]
    return bool(lists) and concluded(draft, (one_of(draft.rng, lists),))


def _compare(draft: Draft) -> bool:
    """Conclude from calls of one function; where there is no second, make another first."""
    groups: dict[str, list[int]] = {}
    for i in draft.open_ends():
        node = draft.nodes[i]
        if isinstance(node, CallNode) and not node.function.writes:
            groups.setdefault(node.function.name, []).append(i)
    names = [n.function.name for n in draft.nodes if isinstance(n, CallNode)]
    whole = {name: group for name, group in groups.items() if len(group) == names.count(name)}
    several = [tuple(group) for group in whole.values() if len(group) > 1]
    if several:
        return concluded(draft, one_of(draft.rng, several))
    return _room(draft) and _same(draft)


def _check(draft: Draft) -> bool:
    """Put a call under a condition, and perhaps another one under its opposite."""
    feeders = [i for i in draft.open_ends() if not draft.wrote(i)]  # what one did is no condition
    if not feeders:
        return False
    feeder, mark = one_of(draft.rng, feeders), len(draft.nodes)
    one = _single(draft, feeder)
    able = tests(draft, one) if one is not None else []
    if one is None or not able:
        return draft.undone(mark)
    check = one_of(draft.rng, able)
    draft.add(check)
    at_check = len(draft.nodes) - 1
    ways = [(f, _redirected(way, feeder, one)) for f, way in _ways(draft, one)]
    if not _fed(draft, ways, guard=Guard(at_check, wanted=True)):
        return draft.undone(mark)
    if draft.rng.random() < OTHERWISE:
        rest = [(f, way) for f, way in ways if f.name not in draft.used]
        _fed(draft, rest, guard=Guard(at_check, wanted=False))
    return True


def _ways(draft: Draft, feeder: int) -> list[Way]:
    """List the sensible calls that one object is enough for, of functions not called yet."""
    used, wrote, entity = draft.used, draft.wrote(feeder), _entity(draft, feeder)
    return [
        (function, ((name, feeder, field),))
        for function, name, field in draft.feeds_of(feeder).uses[entity]
        if function.name not in used and not (wrote and function.writes)
    ]


def _joint_ways(draft: Draft, one: int, other: int) -> list[Way]:
    """List the calls that take a value from each of two nodes."""
    used, wrote = draft.used, draft.wrote(one) or draft.wrote(other)
    ways: list[Way] = []
    for function, name, field, links in joint(
        draft.feeds_of(one), _entity(draft, one), draft.feeds_of(other), _entity(draft, other)
    ):
        if function.name not in used and not (wrote and function.writes):
            also, of = one_of(draft.rng, links)
            ways.append((function, ((name, one, field), (also, other, of))))
    return ways


def _entity(draft: Draft, i: int) -> str:
    node = draft.nodes[i]
    assert not isinstance(node, CheckNode)
    return node.entity


def _fed(
    draft: Draft, ways: Iterable[Way], *, each: bool = False, guard: Guard | None = None
) -> bool:
    """Make one of the calls that are possible; those that change something are likelier."""
    for function, links in _ranked(draft, ways, lambda way: way[0])[:TRIED]:
        mark = len(draft.nodes)
        bound = _bound(draft, function, links, each=each)
        if bound is not None and draft.call(function, bound, guard):
            return True
        draft.undone(mark)
    return False


def _bound(
    draft: Draft, function: WorldFunction, links: Sequence[Link], *, each: bool
) -> dict[str, Binding] | None:
    """Bind what is fed: one object, each or all of a list, or a pick from it."""
    bound: dict[str, Binding] = {}
    for name, feeder, field in links:
        if each:
            bound[name] = EachOf(feeder, field)
        elif function.parameter(name).many:
            count = len(draft.nodes[feeder].objects)
            if not 1 <= count <= MANY or (count > 1 and field != draft.entity_of(feeder).id):
                return None  # "the bike on all of them" is nothing that people say
            bound[name] = AllOf(feeder, field)
        elif (one := _single(draft, feeder)) is not None:
            bound[name] = Fed(one, field)
        else:
            return None
    return bound


def _single(draft: Draft, feeder: int) -> int | None:
    """Give the node that holds one object: the feeder itself, or a pick from its list."""
    node = draft.nodes[feeder]
    if isinstance(node, ReduceNode):
        return feeder
    for i in range(feeder + 1, len(draft.nodes)):  # what has been picked once is meant again
        other = draft.nodes[i]
        if isinstance(other, ReduceNode) and other.entity and other.over == (feeder,):
            users = sum(i in n.needs for n in draft.nodes)
            return i if users < draft.knobs.width else None
    if isinstance(node, CallNode) and not node.each and len(node.objects) == 1:
        return feeder
    return len(draft.nodes) - 1 if pick(draft, (feeder,)) else None


def chain_from(draft: Draft, i: int) -> bool:
    """Grow from one node."""
    return draft.can_feed(i) and _fed(draft, _ways(draft, i))


def add_refused(draft: Draft) -> bool:
    """Add a call at the end that the world refuses, for a reason that is not a wrong id."""
    feeders = [*draft.open_ends(), *draft.inner()]
    ways: list[Way] = [w for i in feeders for w in _ways(draft, i) if w[0].writes]
    roots = feeds(draft.home).roots
    ways += [(f, ()) for f in roots if f.writes and f.name not in draft.used]
    return any(_refusal(draft, *way) for way in shuffled(draft.rng, ways))


def _refusal(draft: Draft, function: WorldFunction, links: Sequence[Link]) -> bool:
    mark = len(draft.nodes)
    bound = _bound(draft, function, links, each=False)
    bindings = draft.bindings(function, bound) if bound is not None else None
    if bindings is None or any(isinstance(b, AllOf) for b in bindings.values()):
        return draft.undone(mark)
    arguments = {name: value_of(draft.nodes, b) for name, b in bindings.items()}
    if draft.known_before(function, (arguments,), bindings):
        return draft.undone(mark)
    result = Session(draft.worlds.values(), draft.variant).call(function.name, arguments)
    if not failed(result) or _UNKNOWN.match(result["error"]):
        return draft.undone(mark)
    if draft.tried(function, arguments) != result:
        return draft.undone(mark)
    return draft.add(CallNode(function, bindings, (arguments,), (result,)))


def shortened(draft: Draft) -> bool:
    """Conclude something from every long list at an end, so that all ends can be told."""
    for i in draft.ends():
        if not draft.reportable(i):
            turn = draft.turn_of[i]
            if not concluded(draft, (i,)):
                return False
            draft.turn_of[-1] = turn
    return True


def _with(node: CallNode, name: str, value: Json) -> dict[str, Binding]:
    return {**first_page(node), name: Said(value)}


def _redirected(way: tuple[Link, ...], feeder: int, one: int) -> tuple[Link, ...]:
    return tuple((name, one if node == feeder else node, field) for name, node, field in way)


_WAYS: Mapping[Growth, Callable[[Draft], bool]] = {
    "root": _root,
    "same": _same,
    "chain": _from_an_end,
    "fan_out": _fan_out,
    "fan_in": _fan_in,
    "seek": _seek,
    "each": _each,
    "reduce": _reduce,
    "compare": _compare,
    "check": _check,
    "across": _across,
}

_SUITED: Mapping[Growth, Callable[[Feeds], Iterable[WorldFunction]]] = {
    "compare": lambda lexicon: [f for f in lexicon.roots if f.name in lexicon.changeable],
    "each": lambda lexicon: [f for f in lexicon.roots if f.name in lexicon.listing],
    "across": lambda lexicon: [f for f in lexicon.roots if f.name in lexicon.meeting],
}
"""Way of growing -> the first calls from which it can go on."""
