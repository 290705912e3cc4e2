"""Arguments and results fit their schemas."""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema_rs

from buttonup.gates.seen import Problem, is_error, seen, short, verdict
from buttonup.model.schemas import checker
from buttonup.once import once
from buttonup.records import Json, Schema, Trajectory, Verdict


def arguments(trajectory: Trajectory) -> Verdict:
    """Every call's arguments are a JSON object that fits the function's parameters."""
    return verdict("arguments", _arguments(trajectory))


def results(trajectory: Trajectory) -> Verdict:
    """Every result fits the function's `responses`, where known, or tells of an error."""
    return verdict("results", _results(trajectory))


def _arguments(trajectory: Trajectory) -> Iterator[Problem]:
    shown = seen(trajectory)
    for function in trajectory.functions:
        if fault := validator(function.parameters)[1]:
            yield "bad_schema", None, f"parameters of {function.name}: {fault}"
    for made in shown.calls:
        if made.call.arguments is None:
            yield "malformed", made.at, f"{made.call.name} got {short(made.call.raw)}"
        elif made.call.name in shown.functions:
            schema = shown.functions[made.call.name].parameters
            if wrong := misfit(schema, made.call.arguments):
                yield "misfit", made.at, f"{made.call.name}: {wrong}"


def _results(trajectory: Trajectory) -> Iterator[Problem]:
    shown = seen(trajectory)
    for function in trajectory.functions:
        if fault := validator(function.responses)[1]:
            yield "bad_schema", None, f"responses of {function.name}: {fault}"
    for made in shown.calls:
        if made.answered is None or is_error(made.result) or made.call.name not in shown.functions:
            continue
        if wrong := misfit(shown.functions[made.call.name].responses, made.result):
            yield "misfit", made.answered, f"{made.call.name}: {wrong}"


def misfit(schema: Schema, value: Json) -> str:
    """Say how a value does not fit a schema; "" when it fits, or the schema cannot be used."""
    check, _ = validator(schema)
    if check is None:
        return ""
    try:
        if check.is_valid(value):
            return ""
        error = next(check.iter_errors(value), None)
    except ValueError as unreadable:  # too deep, or text that is not Unicode
        return short(str(unreadable))
    if error is None:
        return "it does not fit"
    return short(f"/{'/'.join(map(str, error.instance_path))}: {error.message}")


@once(4096)
def validator(schema: Schema) -> tuple[jsonschema_rs.Validator | None, str]:
    """Compile a schema, once for equal schemas; or say why it cannot be used."""
    if not schema:
        return None, ""
    try:
        return checker(schema), ""
    except (ValueError, OverflowError, RecursionError) as fault:
        return None, short(str(fault))
