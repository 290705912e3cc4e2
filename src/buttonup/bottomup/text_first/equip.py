"""From a teacher's draft of functions to a task that is equipped with them, or what is wrong.

Code holds the draft to what can be checked: valid and described schemas, names in one style, no
words of this one task, and for every dependency edge a field of an earlier result that really
exists and fits the parameter it feeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from buttonup.bottomup.text_first import schemas, texts
from buttonup.bottomup.text_first.names import canonical, is_opaque
from buttonup.bottomup.text_first.parts import Draft, FromResult, Part, Parts, Reuse
from buttonup.records import CompositionalTask, Function, Record, Schema


class Link(Record):
    """One argument of one sub-task that comes from an earlier function's result."""

    subtask: int
    """0-based."""
    function: str
    parameter: str
    source: str
    """The function whose result holds the value."""
    field: str
    """Path in that function's `responses`."""


class Equipped(Record):
    """A compositional task and the functions that each of its sub-tasks calls."""

    task: CompositionalTask
    functions: tuple[tuple[Function, ...], ...]
    """For each sub-task: none (thought alone), one, or many."""
    links: tuple[Link, ...] = ()
    reused: tuple[str, ...] = ()
    """Names of functions that the library already had from earlier tasks."""


def equip(
    task: CompositionalTask, reply: Parts, most: int, given: Mapping[str, Function] | None = None
) -> tuple[Equipped, list[str]]:
    """Put a reply's functions to their sub-tasks, and list all that is wrong, in words.

    `given` are functions that are there already, by name: any sub-task may reuse them.
    Mended silently: names to snake_case, where they are not given, and what `schemas.mend` says.
    Units    most: functions that one sub-task may call
    """
    parts = sorted(reply.parts, key=lambda part: part.subtask)
    wanted = list(range(1, len(task.subtasks) + 1))
    if [part.subtask for part in parts] != wanted:
        fault = f"parts must hold each sub-task once: {', '.join(map(str, wanted))}"
        return Equipped(task=task, functions=()), [fault]
    bench = Bench(task, given or {})
    for part in parts:
        bench.lay(part, most)
    decided = {(i - 1, part.subtask - 1) for part in parts for i in part.decides_on}
    open_edges = [edge for edge in task.edges if edge not in decided]
    bench.found += _edge_faults(open_edges, bench.rows, bench.links)
    if not any(part.functions or part.reuses for part in parts):
        bench.found.append("no sub-task has a function; at least one needs data or an action")
    equipped = Equipped(task=task, functions=tuple(bench.rows), links=tuple(bench.links))
    return equipped, bench.found


@dataclass(slots=True)
class Bench:
    """Where a reply's functions are laid out, sub-task by sub-task."""

    task: CompositionalTask
    given: Mapping[str, Function]
    """Those that are there already."""
    defined: dict[str, Function] = field(default_factory=dict)
    """Those of the sub-tasks so far."""
    unsound: set[str] = field(default_factory=set)
    """Functions with faults of their own: what hangs on them is not judged as well."""
    rows: list[tuple[Function, ...]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    def lay(self, part: Part, most: int) -> None:
        """Lay out the functions of the next sub-task."""
        called: dict[str, Function] = {}
        uses: list[Draft | Reuse] = [*part.functions, *part.reuses]
        for use in uses:
            known = dict(self.defined)
            function = self._defined(use) if isinstance(use, Draft) else self._found(use)
            if function is not None:
                called[function.name] = self.defined[function.name] = function
                self.found += _input_faults(use, function, known, self)
                self.links += _links(len(self.rows), use, self)
        if len(called) > most:
            self.found.append(f"sub-task {part.subtask} has {len(called)} functions; over {most}")
        self.rows.append(tuple(called.values()))

    def _defined(self, draft: Draft) -> Function | None:
        function = Function(
            name=canonical(draft.name),
            description=texts.squeeze(draft.description),
            parameters=schemas.mend(draft.parameters),
            responses=schemas.mend(draft.responses),
        )
        subtask = self.task.subtasks[len(self.rows)].text
        if faults := list(_function_faults(function, subtask, self.task.text)):
            self.unsound.add(function.name)
            self.found += faults
            return None
        same = self.defined.setdefault(function.name, function)
        if schemas.signature(function) != schemas.signature(same):
            self.found.append(f"{function.name} is defined twice, and differently; rename one")
        return same

    def _found(self, reuse: Reuse) -> Function | None:
        name = self.named(reuse.name)
        if self.given and name not in self.given:
            self.found.append(f"there is no function {reuse.name!r}: {', '.join(self.given)}")
        elif not self.given and name not in self.defined and name not in self.unsound:
            self.found.append(f"{reuse.name!r} is reused, but not defined in an earlier sub-task")
        return self.given.get(name) or self.defined.get(name)

    def named(self, name: str) -> str:
        """Give the name of a function as it is known here."""
        return name if self.given else canonical(name)


def _function_faults(function: Function, subtask: str, request: str) -> Iterator[str]:
    name = function.name
    if not schemas.NAME.fullmatch(name):
        yield f"{name!r} is no function name; use letters, digits and underscores, verb first"
    if not function.description:
        yield f"{name} has no description"
    yield from schemas.faults(function.parameters, f"{name}.parameters")
    yield from schemas.faults(function.responses, f"{name}.responses")
    if not function.responses.get("properties"):
        yield f"{name}.responses must say which fields a result has"
    told = f"{name.replace('_', ' ')}. {function.description}"
    if leaked := sorted(part for part in texts.literals(request) if texts.holds(told, part)):
        yield f"{name} speaks of {', '.join(leaked)}; make it general, for any such request"
    if texts.holds(told, subtask):
        yield f"{name}'s description copies the sub-task; describe the function for any request"


def _input_faults(
    use: Draft | Reuse,
    function: Function,
    known: dict[str, Function],
    bench: Bench,
) -> Iterator[str]:
    """List what is wrong with where a call's arguments come from."""
    parameters = function.parameters.get("properties", {})
    for given in use.inputs_from:
        if (source := bench.named(given.function)) not in bench.unsound:
            yield from _link_faults(function, given, known.get(source))
    for said in use.inputs_said:
        if said.parameter not in parameters:
            yield f"{function.name} has no parameter {said.parameter!r}"
        if not texts.says(bench.task.text, said.words):
            yield f'{function.name}.{said.parameter}: "{said.words}" does not stand in the request'
    covered = {given.parameter for given in use.inputs_from}
    covered |= {said.parameter for said in use.inputs_said}
    for name in function.parameters.get("required", ()):
        if is_opaque(name) and name not in covered:
            yield (
                f"{function.name}.{name} is required, and nobody can guess it: take it from an "
                "earlier function's responses (inputs_from), or from the request's own words "
                "(inputs_said), or let the function take something the request does say"
            )


def _link_faults(function: Function, given: FromResult, source: Function | None) -> Iterator[str]:
    wanted = function.parameters.get("properties", {}).get(given.parameter)
    if wanted is None:
        yield f"{function.name} has no parameter {given.parameter!r}"
    elif source is None:
        yield f"{function.name}.{given.parameter}: no earlier function {given.function!r}"
    elif not schemas.types(source.responses):
        return  # nobody knows what it gives
    elif (found := schemas.field_at(source.responses, given.field)) is None:
        fields = ", ".join(_fields(source.responses))
        yield f"{source.name} gives no field {given.field!r}; it gives: {fields}"
    elif not (schemas.fits(found, wanted) or _goes_into_words(found, given.parameter, wanted)):
        yield (
            f"{source.name}'s {given.field} ({_kind(found)}) does not fit "
            f"{function.name}.{given.parameter} ({_kind(wanted)})"
        )


def _fields(responses: Schema) -> Iterator[str]:
    """Name the fields of a result, or of its items where it is a list."""
    inside = responses.get("properties") or responses.get("items", {}).get("properties") or {}
    yield from inside


def _goes_into_words(found: Schema, parameter: str, wanted: Schema) -> bool:
    """Tell whether a number becomes part of a text: a total in the body of a message."""
    free = not (is_opaque(parameter) or {"enum", "format", "pattern"} & wanted.keys())
    plain = schemas.types(found) <= {"integer", "number", "null"}
    return free and plain and "string" in schemas.types(wanted)


def _kind(schema: Schema) -> str:
    return " or ".join(sorted(schemas.types(schema)))


def _links(subtask: int, use: Draft | Reuse, bench: Bench) -> list[Link]:
    return [
        Link(
            subtask=subtask,
            function=bench.named(use.name),
            parameter=given.parameter,
            source=bench.named(given.function),
            field=given.field,
        )
        for given in use.inputs_from
    ]


def _edge_faults(
    edges: list[tuple[int, int]], rows: list[tuple[Function, ...]], links: list[Link]
) -> Iterator[str]:
    """List the dependency edges along which nothing is handed on."""
    handed = {(link.subtask, link.source) for link in links}
    for i, j in edges:
        gives = [function.name for function in rows[i]]
        if gives and rows[j] and not any((j, name) in handed for name in gives):
            yield (
                f"sub-task {j + 1} needs what sub-task {i + 1} gives, but no inputs_from of its "
                f"functions takes a field of {' or '.join(gives)}"
            )
