"""What of a user's code is a tool: functions of a module, methods of an object, LangChain tools."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle

from buttonup.errors import BadInput

Tools = dict[str, Any]
"""A tool's own name -> the function, or the LangChain tool."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a place holds."""

    tools: Tools
    reset: Callable[[], Any] | None = None
    """Puts things back to where they began; None where the place has no such function."""
    writers: frozenset[str] | None = None
    """Names of the tools that change something; None where the place does not say."""


def in_place(place: str, names: Sequence[str]) -> Found:
    """Find the functions of a module or a file: those that are named, or all public ones.

    A name may be that of a function, of an object whose public methods are meant, or of a class,
    which is made without arguments: "search", "desk", "desk.book".
    Raises  BadInput where a name is not there or is no tool; whatever the import raises
    """
    module = _imported(place)
    named = (_named(module, name) for name in names) if names else [_public(module)]
    return _found(module, _together(named))


def langchain(place: str, names: Sequence[str]) -> Found:
    """Find the LangChain tools (`langchain_core.tools.BaseTool`) that a module or a file holds."""
    from langchain_core.tools import BaseTool  # noqa: PLC0415 - only where they are asked for

    module = _imported(place)
    tools = {t.name: t for t in vars(module).values() if isinstance(t, BaseTool)}
    if not tools:
        raise BadInput("it holds no LangChain tool", "name the module in which they are made")
    if missing := [name for name in names if name not in tools]:
        raise BadInput(f"it has no LangChain tool {missing[0]!r}", f"it has {_list(tools)}")
    return _found(module, {name: tools[name] for name in names or tools})


def objects(pickled: bytes) -> Found:
    """Find the tools in functions and objects that were handed over."""
    return Found(_together(_offered(one) for one in cloudpickle.loads(pickled)))


def _found(module: ModuleType, tools: Tools) -> Found:
    hook = getattr(module, RESET, None) or getattr(module, "reset", None)
    hook = hook if inspect.isroutine(hook) and not inspect.signature(hook).parameters else None
    tools = {name: tool for name, tool in tools.items() if tool is not hook}
    return Found(tools, hook, _writers(module))


def _writers(module: ModuleType) -> frozenset[str] | None:
    said = getattr(module, WRITES, None)
    if said is None:
        return None
    if wrong := [name for name in said if not hasattr(module, str(name).partition(".")[0])]:
        raise BadInput(f"its {WRITES} names {wrong[0]!r}, which is not there")
    return frozenset(str(name).rpartition(".")[2] for name in said)


RESET, WRITES = "buttonup_reset", "buttonup_writes"
"""A function, and a list of names, by which a module tells what its signatures cannot."""


def _imported(place: str) -> ModuleType:
    if not place.endswith(".py"):
        sys.path.insert(0, "")  # as `python -m` does
        return importlib.import_module(place)
    path = Path(place).resolve()
    if not path.is_file():
        raise BadInput(f"there is no file {place}", "write python:MODULE or python:FILE.py")
    sys.path.insert(0, str(path.parent))  # as when Python runs it
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # what looks up where a class comes from has to find it
    spec.loader.exec_module(module)
    return module


def _public(module: ModuleType) -> Tools:
    """List the functions that a module offers: by its `__all__`, or those made in it."""
    said = getattr(module, "__all__", None)
    here = {
        name: value
        for name in said or vars(module)
        if inspect.isroutine(value := getattr(module, name, None))
        and (said or (name[0] != "_" and value.__module__ == module.__name__))
    }
    if not here:
        raise BadInput("it has no public function", "name what to take: python:PLACE:NAME,NAME")
    return here


def _named(module: ModuleType, name: str) -> Tools:
    value: Any = module
    for part in name.split("."):
        value = getattr(value, part, None)
        if value is None or part.startswith("_"):
            raise BadInput(f"it has no {name!r}", f"it has {_list(_names(module))}")
    return _offered(value, name.rpartition(".")[2])


def _offered(value: Any, name: str = "") -> Tools:
    """Give the tools that a function, a class or an object stands for."""
    if inspect.isclass(value):
        try:
            value = value()
        except TypeError as error:
            what = f"{value.__name__} cannot be made without arguments: {error}"
            raise BadInput(what, "name an object that is made already") from error
    elif callable(value):
        called = name or getattr(value, "__name__", "")
        return {type(value).__name__ if not called or called == "<lambda>" else called: value}
    kind = type(value)
    methods = {} if kind.__module__ == "builtins" else dict(_methods(value))
    if not methods:
        what = f"{name or 'what was given'} is of {kind.__name__}, which is no tool"
        raise BadInput(what, "name a function, or an object that has methods")
    return methods


def _methods(value: Any) -> Iterator[tuple[str, Any]]:
    """Give an object's public methods, first those of its base classes, as they were written."""
    for of in reversed(type(value).__mro__[:-1]):
        for name in vars(of):
            if name[0] != "_" and inspect.isroutine(method := getattr(value, name, None)):
                yield name, method


def _together(parts: Iterable[Tools]) -> Tools:
    tools: Tools = {}
    for part in parts:
        for name, tool in part.items():
            if name in tools:
                raise BadInput(f"two tools are called {name}", "name one of them alone")
            tools[name] = tool
    return tools


def _names(module: ModuleType) -> list[str]:
    """List what was made in a module: functions, classes, and objects of its own classes."""
    homes = {name: getattr(value, "__module__", "") for name, value in vars(module).items()}
    return [name for name, home in homes.items() if name[0] != "_" and home == module.__name__]


def _list(names: Iterable[str]) -> str:
    told = list(names)
    return ", ".join(told[:SHOWN]) + (f" and {len(told) - SHOWN} more" * (len(told) > SHOWN))


SHOWN = 12  # names in a message; a line or two
