"""How a conversation of each scene is laid out: what is asked when, and what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from buttonup.bottomup.truth_first.dice import one_of
from buttonup.bottomup.truth_first.draft import Draft
from buttonup.bottomup.truth_first.feeds import feeds
from buttonup.bottomup.truth_first.grow import add_refused, again, begun, chain_from, grow, narrowed
from buttonup.bottomup.truth_first.nodes import CallNode, Said, Trouble, call_at
from buttonup.bottomup.truth_first.shapes import DEEPEST, Growth
from buttonup.records import Json
from buttonup.tools.door import failed

FURTHER: Mapping[Growth, float] = {"chain": 5, "fan_out": 1, "check": 1, "root": 0.7, "reduce": 1}
"""How a later turn grows: mostly from what the user has been told."""
BOUND: Mapping[Growth, float] = {"chain": 5, "fan_out": 1, "check": 0.7, "each": 0.7, "reduce": 0.7}
"""How a plan grows when everything is to rest on its first call."""
CHAIN: Mapping[Growth, float] = {"chain": 1}
ASIDE: Mapping[Growth, float] = {"root": 1}

EARLIER, LATER = 2, 2  # calls around those wanted at which a refusal is looked for; ours

_ID = re.compile(r"[A-Z]{1,4}-\d{2,}")


@dataclass(frozen=True, slots=True)
class Staged:
    """What a scene brings beside the plan."""

    missing: tuple[int, str] | None = None
    trouble: Trouble | None = None
    wrong: tuple[str, Json] | None = None
    """A parameter of the first call, and the value that the user first gives for it."""


Stage = Callable[[Draft, int, Mapping[Growth, float]], Staged | None]
"""Grows a draft by about so many calls in such ways; None when it did not come out."""


def plain(draft: Draft, calls: int, ways: Mapping[Growth, float]) -> Staged | None:
    """Ask for everything at once."""
    return Staged() if grow(draft, calls, ways) else None


def follow_up(draft: Draft, calls: int, ways: Mapping[Growth, float]) -> Staged | None:
    """Ask for more once there is an answer, in one or two further turns."""
    first = draft.rng.randint(1, max(1, calls - 1))
    if not grow(draft, first, ways) or not tellable(draft):
        return None
    draft.turn("follow_up")
    rest = max(1, calls - draft.calls)
    now = draft.rng.randint(1, rest)
    if not grow(draft, now, FURTHER):
        return None
    if rest > now and tellable(draft):
        draft.turn("follow_up")
        if not grow(draft, rest - now, FURTHER):
            draft.turns.pop()
    return Staged()


def change(draft: Draft, calls: int, _ways: Mapping[Growth, float]) -> Staged | None:
    """Ask for one thing, then for another value of it, and go on from there."""
    lexicon = feeds(draft.home)
    able = [f for f in lexicon.roots if f.name in lexicon.changeable]
    if not begun(draft, able) or not tellable(draft):
        return None
    draft.turn("change")
    return _went_on(draft, calls) if again(draft, 0) else None


def detail(draft: Draft, calls: int, _ways: Mapping[Growth, float]) -> Staged | None:
    """Ask for a list, then narrow it down, and go on from there."""
    lexicon = feeds(draft.home)
    if not begun(draft, [f for f in lexicon.roots if f.name in lexicon.narrowing]):
        return None
    draft.turn("detail")
    return _went_on(draft, calls) if narrowed(draft, 0) else None


def _went_on(draft: Draft, calls: int) -> Staged:
    rest, node = calls - draft.calls, len(draft.nodes) - 1
    if rest > 0 and draft.rng.random() < 0.6:  # noqa: PLR2004 - by ear
        chain_from(draft, node)
    return Staged()


def missing_value(draft: Draft, calls: int, ways: Mapping[Growth, float]) -> Staged | None:
    """Ask for everything, but forget a value."""
    if not grow(draft, calls, ways):
        return None
    gaps = [gap for i in range(len(draft.nodes)) for gap in _gaps(draft, i)]
    if not gaps:
        return None
    draft.turns[:] = ["request", "value"]
    draft.turn_of[:] = [1] * len(draft.nodes)
    return Staged(missing=one_of(draft.rng, gaps))


def _gaps(draft: Draft, i: int) -> list[tuple[int, str]]:
    """List what may stay unsaid of a call: the user's own number, or what `omit` has words for."""
    node = draft.nodes[i]
    if not isinstance(node, CallNode) or node.guard or i not in _lone(draft):
        return []
    book = draft.feeds_of(i).book
    said = {n for n, b in node.bindings.items() if isinstance(b, Said)}
    own = {
        p.name for p in node.function.parameters if p.kind in book.own and p.kind in book.ask_back
    }
    omitted = set(book.functions[node.function.name].omit)
    return [(i, name) for name in sorted(said & (own | omitted))]


def unserved(draft: Draft, calls: int, ways: Mapping[Growth, float]) -> Staged | None:
    """Ask for what no function serves, at once or after something that was served."""
    if draft.rng.random() < 0.5:  # noqa: PLR2004 - a coin
        return Staged() if grow(draft, min(calls, 2), CHAIN) else None
    if not grow(draft, calls, ways) or not tellable(draft):
        return None
    draft.turn("follow_up")
    return Staged() if grow(draft, 1, ASIDE) else None


def late_function(draft: Draft, calls: int, _ways: Mapping[Growth, float]) -> Staged | None:
    """Ask for something in a few steps; the last function is missing, and offered later."""
    if not grow(draft, 1, ASIDE) or (calls > 1 and not grow(draft, min(calls, 4) - 1, CHAIN)):
        return None
    draft.turns[:] = ["request", "offer"]
    draft.turn_of[:] = [1] * len(draft.nodes)
    return Staged()


def wrong_id(draft: Draft, calls: int, _ways: Mapping[Growth, float]) -> Staged | None:
    """Give an id that does not exist; everything rests on it."""
    if not grow(draft, 1, ASIDE):
        return None
    node = call_at(draft.nodes, 0)
    ids = [
        (name, b.value)
        for name, b in node.bindings.items()
        if isinstance(b, Said) and _is_id(node, name, b.value)
    ]
    if not ids:
        return None
    name, right = one_of(draft.rng, ids)
    wrong = _mistyped(draft, right)
    arguments = {**node.arguments[0], name: wrong}
    result = draft.session.call(node.function.name, arguments)
    own = bool(draft.home.wording)  # a user's tools may not repeat what they do not know
    if not failed(result) or not (own or wrong in str(result["error"])):
        return None
    draft.turns[:] = ["request", "correction"]
    draft.turn_of[:] = [1]
    if calls > 1:
        grow(draft, calls - 1, BOUND)
    draft.put_first(CallNode(node.function, dict(node.bindings), (arguments,), (result,)))
    return Staged(wrong=(name, wrong))


def _is_id(node: CallNode, name: str, value: Json) -> bool:
    """Say whether a value is an id in which a digit can be wrong."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return True
    return name in node.function.ids and re.search(r"\d$", str(value)) is not None


def _mistyped(draft: Draft, value: Json) -> Json:
    """Get one digit wrong, as a tired person does."""
    digits = re.search(r"\d+$", str(value))
    assert digits is not None
    i = draft.rng.randrange(len(digits[0]))
    other = one_of(draft.rng, [d for d in "0123456789" if d != digits[0][i]])
    wrong = f"{str(value)[: digits.start()]}{digits[0][:i]}{other}{digits[0][i + 1 :]}"
    return wrong if isinstance(value, str) else int(wrong)


def refused(draft: Draft, calls: int, ways: Mapping[Growth, float]) -> Staged | None:
    """Ask at the end for what a policy of the world refuses; grow on where it refuses nothing."""
    for before in range(max(0, calls - EARLIER), min(calls + LATER, DEEPEST)):
        if before > draft.calls and not grow(draft, before - draft.calls, ways):
            return None
        if add_refused(draft):
            return Staged()
    return None


def time_out(draft: Draft, calls: int, ways: Mapping[Growth, float]) -> Staged | None:
    """Let a call take too long once."""
    seconds = one_of(draft.rng, (10, 15, 20, 30, 60))
    error = f"The request timed out after {seconds} seconds. Nothing was changed; try again."
    return _troubled(draft, calls, ways, lambda _: error)


def cut_off(draft: Draft, calls: int, ways: Mapping[Growth, float]) -> Staged | None:
    """Let a result arrive broken once."""

    def error(node: CallNode) -> str:
        whole = msgspec.json.encode(node.results[0]).decode()
        part = whole[: draft.rng.randint(8, 40)]
        return f"The response is not valid JSON: it ends after {part!r}. Try again."

    return _troubled(draft, calls, ways, error, reads=True)


def _troubled(
    draft: Draft,
    calls: int,
    ways: Mapping[Growth, float],
    error: Callable[[CallNode], str],
    *,
    reads: bool = False,
) -> Staged | None:
    if not grow(draft, calls, ways):
        return None
    able = [i for i in _lone(draft) if not (reads and draft.wrote(i))]
    if not able:
        return None
    chosen = one_of(draft.rng, able)
    node = call_at(draft.nodes, chosen)
    return Staged(trouble=Trouble(chosen, {"error": error(node)}, passes=True))


def outage(draft: Draft, calls: int, ways: Mapping[Growth, float]) -> Staged | None:
    """Let a call at the end fail for good."""
    if not grow(draft, calls, ways):
        return None
    able = [i for i in _lone(draft) if i in draft.ends() and not draft.guarded(i)]
    if not able:
        return None
    chosen = one_of(draft.rng, able)
    code, words = draft.rng.choice(
        (
            (503, "The service is unavailable at the moment"),
            (500, "Internal error; the request could not be processed"),
            (502, "The service behind this function does not answer"),
            (504, "The service did not answer in time"),
        )
    )
    result = {"error": f"{words} (HTTP {code})."}
    draft.fail(chosen, result)
    return Staged(trouble=Trouble(chosen, result, passes=False))


def _lone(draft: Draft) -> list[int]:
    """List the calls whose function is called just once in the plan."""
    names = [n.function.name for n in draft.nodes if isinstance(n, CallNode) for _ in n.arguments]
    return [
        i
        for i, n in enumerate(draft.nodes)
        if isinstance(n, CallNode) and n.results and names.count(n.function.name) == 1
    ]


def tellable(draft: Draft) -> bool:
    """Say whether all that has been asked for so far can be told."""
    return all(draft.reportable(i) for i in draft.ends())


STAGES: dict[str, Stage] = {
    "plain": plain,
    "follow_up": follow_up,
    "change": change,
    "detail": detail,
    "missing_value": missing_value,
    "unserved": unserved,
    "late_function": late_function,
    "time_out": time_out,
    "cut_off": cut_off,
    "outage": outage,
    "wrong_id": wrong_id,
    "refused": refused,
}

FREE = frozenset({"change", "detail", "late_function", "wrong_id", "refused"})
"""Scenes with a layout of their own: hard enough to come by without being held to a shape."""
