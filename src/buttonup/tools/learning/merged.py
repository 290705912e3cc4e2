"""What was found, laid under what the user's file says."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from buttonup.tools.learning.learned import LearnedFunction, LearnedParameter


def is_known(own: LearnedFunction | None) -> bool:
    """Say whether the user's file tells what a function gives."""
    return own is not None and bool(own.gives)


def merged(own: LearnedFunction | None, found: Callable[[], LearnedFunction]) -> LearnedFunction:
    """Lay what was found under what the user's file says."""
    if own is None or not (own.gives and not own.doubts):
        return _under(own, found())
    return own


def answered(own: LearnedFunction) -> bool:
    """Say whether the user gave values that the file says are missing: now it can be called."""
    return any(f"no_values:{p}" in own.doubts for p in own.parameters if _says(own, p))


def _under(own: LearnedFunction | None, new: LearnedFunction) -> LearnedFunction:
    if own is None:
        return new
    if is_known(own):
        lacking = [p for p in new.parameters if f"no_values:{p}" in own.doubts]
        found = {p: new.parameters[p] for p in lacking if not _says(own, p)}
        parameters = {**own.parameters, **found}
        gone = {f"no_values:{p}" for p in lacking if parameters[p].values}
        return replace(
            own,
            called=own.called or new.called,
            failed=own.failed if own.called else new.failed,
            doubts=tuple(d for d in own.doubts if d not in gone),
            parameters=parameters,
        )
    return replace(
        new,
        writes=own.writes,
        because=own.because or new.because,
        noun=own.noun or new.noun,
        plural=own.plural or new.plural,
        asks=own.asks,
        parameters={
            name: own.parameters[name] if _says(own, name) else known
            for name, known in new.parameters.items()
        },
    )


def _says(own: LearnedFunction, parameter: str) -> bool:
    return bool(own.parameters.get(parameter, LearnedParameter()).values)
