"""Benchmarks run apart: in a folder of their own, and in a process of their own.

A package is installed without what it asks for, into a folder that nothing of ours is in. Its
process sees neither our packages nor our environment variables. A process that hangs or crashes is
replaced: whoever asked is told that it did, and all others go on.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from buttonup.errors import BadInput, Reject
from buttonup.evaluate import answering
from buttonup.records import Json


class Lost(Reject):
    """The process hung or crashed over an order, and is replaced.

    What it was asked to bear is a wrong answer, and no inference error.
    """


PATIENCE = 30.0  # seconds for one order; the longest of a right answer takes under one


@dataclass(frozen=True, slots=True)
class Package:
    """A benchmark's package, and the little of what it asks for that it needs here."""

    name: str
    """What the suite is called."""
    distribution: str
    version: str
    beside: tuple[str, ...]
    size: str

    @property
    def variable(self) -> str:
        """The environment variable that says where it is."""
        return f"BUTTONUP_{self.name.upper()}"

    @property
    def folder(self) -> Path:
        """Where it is or will be: as the variable says, or in the user's cache."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        there = os.environ.get(self.variable)
        return Path(there or cache / "buttonup" / f"{self.name}-{self.version}")

    @property
    def installed(self) -> bool:
        """Whether the version that is wanted is there."""
        known = f"{self.distribution.replace('-', '_')}-{self.version}.dist-info"
        return (self.folder / known).is_dir()

    def needed(self) -> Path:
        """Give its folder. Raises BadInput when it is not installed."""
        if not self.installed:
            what = f"{self.distribution} {self.version} is not installed in {self.folder}"
            raise BadInput(what, f"run `buttonup evaluate --install {self.name}` ({self.size})")
        return self.folder.resolve()

    def install(self) -> Path:
        """Install it with pip, whole or not at all. Raises BadInput when it fails."""
        there = self.folder
        if self.installed:
            return there
        wanted = (f"{self.distribution}=={self.version}", *self.beside)
        if there.exists():
            raise BadInput(f"{there} holds something else", f"remove it, or set {self.variable}")
        try:
            there.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=there.parent) as draft:
                part = Path(draft) / "part"
                command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
                done = subprocess.run(  # noqa: S603 - our own words
                    [*command, "--disable-pip-version-check", "--target", str(part), *wanted],
                    check=False,
                )
                if done.returncode:
                    by_hand = f"pip install --no-deps --target {there} {' '.join(wanted)}"
                    what = f"pip could not install {self.distribution}"
                    raise BadInput(what, f"do it by hand: {by_hand}")
                shutil.move(part, there)
        except OSError as error:
            what = f"cannot write {there}: {error.strerror}"
            raise BadInput(what, f"set {self.variable} to a folder that can be") from error
        return there


@dataclass(slots=True, eq=False)
class Apart:
    """A process of the code in a folder, asked one order at a time. An async context manager."""

    orders: str
    """File with the orders that it knows (see answering.py)."""
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    """All that it sees of an environment; {scratch} in a value is a folder of its own."""
    packages: bool = False
    """Whether it sees the packages that are installed beside ours."""
    _process: Process | None = None
    _scratch: Any = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __aenter__(self) -> Self:
        self._scratch = tempfile.TemporaryDirectory()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._end()
        self._scratch.cleanup()

    async def ask(self, do: str, patience: float = PATIENCE, **order: Json) -> Json:
        """Have an order answered. Raises Lost ("checker_hung", "checker_crashed")."""
        async with self._turn:
            process = self._process or await self._begin()
            assert process.stdin
            assert process.stdout
            answered = False
            try:
                process.stdin.write(msgspec.json.encode({"do": do, **order}) + b"\n")
                line = await asyncio.wait_for(process.stdout.readline(), patience)
                answered = line.endswith(b"\n")
            except TimeoutError as error:
                raise Lost("checker_hung", f"{do} took more than {patience:g} s") from error
            except OSError as error:
                raise Lost("checker_crashed", do) from error
            finally:
                if not answered:
                    await self._end()
            if not answered:
                raise Lost("checker_crashed", do)
            return msgspec.json.decode(line)

    async def _begin(self) -> Process:
        scratch = self._scratch.name
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", *(() if self.packages else ("-S",))),
            *(answering.__file__, self.orders, str(self.folder)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd=scratch,
            env={
                name: value.replace("{scratch}", scratch) for name, value in self.variables.items()
            },
            start_new_session=True,
            limit=2**26,  # bytes of a line: the tasks of a category have 8 MB
        )
        return self._process

    async def _end(self) -> None:
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
            self._process = None
