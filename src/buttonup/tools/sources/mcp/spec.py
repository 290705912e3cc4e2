"""Where an MCP server is.

"mcp:COMMAND ARGUMENT…" is a process of ours, started anew by each reset unless `--reuse` stands
before the command; "mcp:https://HOST/PATH" is there already, and may have `auth=VARIABLE` (a bearer
token) or `auth=HEADER:VARIABLE` after it.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping, Sequence

from buttonup.errors import BadInput
from buttonup.records import Record

INHERITED = ("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER")
"""What a server sees of the environment unasked, as by the SDK (mcp 2.3, `client/stdio.py`)."""


class Command(Record):
    """A server that is a process of ours."""

    words: tuple[str, ...]
    environment: dict[str, str]
    reuse: bool = False
    """Whether it goes on from sample to sample, with whatever state it has come to."""


class Address(Record):
    """A server that is there."""

    url: str
    headers: dict[str, str] = {}


def taken_apart(spec: str, env: Sequence[str], environment: Mapping[str, str]) -> Command | Address:
    """Read a spec. Raises BadInput for what names no server, or a variable that is not set."""
    mend = (
        "write mcp:[--reuse] COMMAND ARGUMENT…, or mcp:https://HOST/PATH [auth=[HEADER:]VARIABLE]"
    )
    try:
        words = shlex.split(spec.partition(":")[2])
    except ValueError as wrong:
        raise BadInput(f"{spec!r} names no MCP server ({wrong})", mend) from wrong
    reuse = words[:1] == ["--reuse"]
    words = words[reuse:]
    if not words:
        raise BadInput(f"{spec!r} names no MCP server", mend)
    if words[0].startswith(("http://", "https://")):
        return Address(words[0], dict(_header(word, environment, mend) for word in words[1:]))
    if not shutil.which(words[0]):
        raise BadInput(f"there is no command {words[0]!r}", "install it, or write its whole path")
    seen = {name: environment[name] for name in INHERITED if name in environment}
    return Command(tuple(words), {**seen, **{n: _value(n, environment) for n in env}}, reuse)


def _header(word: str, environment: Mapping[str, str], mend: str) -> tuple[str, str]:
    setting, _, stated = word.partition("=")
    if setting != "auth" or not stated:
        raise BadInput(f"{word!r} is no setting of an MCP server", mend)
    header, _, variable = stated.rpartition(":")
    value = _value(variable, environment)
    return (header, value) if header else ("Authorization", f"Bearer {value}")


def _value(variable: str, environment: Mapping[str, str]) -> str:
    if not environment.get(variable):
        raise BadInput(f"the variable {variable} is not set", "set it, or do not name it")
    return environment[variable].strip()
