"""What the calls come to: all that is known of one function, and what is doubtful in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from buttonup.records import Json, encode
from buttonup.tools.door import failed
from buttonup.tools.learning.evidence import KEPT, Evidence
from buttonup.tools.learning.learned import Feed, LearnedFunction, LearnedParameter, plain
from buttonup.tools.learning.names import only_reads, plural, thing
from buttonup.tools.learning.shape import Shape, kind_of, resolved, shape_of
from buttonup.tools.source import Tool


def known(evidence: Evidence, tool: Tool, feeds: Sequence[Feed]) -> LearnedFunction:
    """Say all that is known of a function."""
    name, (changes, because) = tool.function.name, writes(tool)
    responses = evidence.responses(name)
    shape = shape_of(responses)
    noun = " ".join(thing(name))
    parameters = {
        p: LearnedParameter(_values(evidence, name, p, feeds)) for p in evidence.schemas[name]
    }
    calls = evidence.of(name)
    return LearnedFunction(
        writes=changes,
        because=because,
        gives=shape.gives if shape else "",
        at=shape.at if shape else "",
        noun=noun,
        plural=plural(noun),
        responses="" if responses == resolved(tool.function.responses) else plain(responses),
        called=len(calls),
        failed=sum(failed(s.result) for s in calls),
        steady=name not in evidence.unsteady,
        doubts=tuple(_doubts(evidence, tool, shape, parameters)),
        parameters=parameters,
    )


def writes(tool: Tool) -> tuple[bool, str]:
    """Say whether a tool writes, and how that is known; one of which nobody knows writes."""
    if tool.writes is not None:
        return tool.writes, "the source says so"
    if only_reads(tool.function.name):
        return False, "its name says so"
    return True, "nothing says that it only reads"


def _values(
    evidence: Evidence, name: str, parameter: str, feeds: Sequence[Feed]
) -> tuple[Json, ...]:
    """List what a request may say for a parameter: what calls took, what exists, and the rest.

    Where the tools have values of it, nothing else is said.
    """
    several = kind_of(evidence.schemas[name][parameter]) == "array"
    found = [s for s in evidence.succeeded(name) if not empty(s.result)]
    took = [s.arguments[parameter] for s in found if parameter in s.arguments]
    took = [one for v in took for one in (v if several and isinstance(v, list) else [v])]
    exist = [
        v for f in feeds if f.parameter == f"{name}.{parameter}" for v in evidence.met(f.field)
    ]
    tried = any(parameter in s.arguments for s in evidence.of(name))
    said = [] if exist or tried else evidence.said(name, parameter)
    rest = [one for v in said for one in (v if several and isinstance(v, list) else [v])]
    plain = (v for v in (*took, *exist, *rest) if isinstance(v, str | int | float | dict))
    values = {encode(v): v for v in plain}
    return tuple(values.values())[:KEPT]


def _doubts(
    evidence: Evidence,
    tool: Tool,
    shape: Shape | None,
    parameters: Mapping[str, LearnedParameter],
) -> Sequence[str]:
    """List why plans will not call a function, or should be looked at."""
    found = [] if shape else ["no_responses"]
    required: Callable[[str], bool] = (tool.function.parameters.get("required") or ()).__contains__
    found += [
        f"no_values:{p}" for p, known in parameters.items() if required(p) and not known.values
    ]
    calls = evidence.of(tool.function.name)
    if evidence.hangs(tool.function.name):
        found.append("hangs")
    if calls and all(failed(s.result) for s in calls):
        found.append("always_fails")
    elif calls and all(empty(s.result) for s in calls if not failed(s.result)):
        found.append("always_empty")
    return found


def empty(result: Json) -> bool:
    """Say whether a result has nothing in it: null, an empty list, an object of such."""
    if isinstance(result, dict):
        return all(map(empty, result.values()))
    return result is None or result in ([], "", 0)
