"""A model on this machine: a GGUF file, served by a process of our own for as long as it is needed.

`local` is the small one that a package carries, `local:NAME` another that one does, `local:PATH`
any, file or folder. From the address on it is an endpoint like any; docs/local.md says what it is
good for.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from buttonup.errors import BadInput, Fault
from buttonup.model import local_server
from buttonup.model.carried import CARRIED, carried
from buttonup.model.completion import words_of
from buttonup.model.door import Model, Reply, Request
from buttonup.model.local_server import Order
from buttonup.model.metered import Purse
from buttonup.model.narrowed import Narrowed
from buttonup.model.packed import packed
from buttonup.model.retrying import Tell, untold
from buttonup.model.stack import Way, reached

LOCAL, SMALL = "local", "smollm2"
INSTALL = "pip install 'buttonup[local]'"
GIVE = "give a model as local:PATH.gguf or local:FOLDER"

SLOTS = 2
"""Replies that are written at a time for each thread. Ours: SmolLM2 on two cores made 36 tokens/s
alone, 66 with four at a time and 76 with eight, which take twice the memory and time for each."""

WAITING = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Threads that wait sleep. Where they spin, as many as there are cores make 7 tokens/s instead of
59 as soon as anything else wants a core."""


def is_local(model: str) -> bool:
    """Say whether a model's name is that of a local one."""
    return model.partition(":")[0] == LOCAL


def content_name(model: str) -> str:
    """Name a local model by its content, wherever its file lies; any other as it is called.

    Raises  BadInput as `model_file`
    """
    if not is_local(model):
        return model
    file = model_file(model)
    there = file.stat()
    return f"{LOCAL}:{_digest(file, there.st_size, there.st_mtime_ns)}"


@functools.lru_cache
def _digest(file: Path, _size: int, _changed: int) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:16]


def model_file(model: str) -> Path:
    """Find the GGUF file of a local model; a folder of safetensors is packed into one.

    Raises  BadInput when it is not there, cannot be read or is no GGUF; as `packed`
    """
    name = _name(model)
    file = carried(name) if name in CARRIED else Path(name).expanduser()
    if file.is_dir():
        file = packed(file)
    try:
        with file.open("rb") as content:
            magic = content.read(4)
    except OSError as error:
        raise BadInput(f"cannot read the model {file}: {error.strerror}", GIVE) from error
    if magic != b"GGUF":
        raise BadInput(f"{file} is no GGUF file", GIVE)
    return file.resolve()


def _name(model: str) -> str:
    """Give what comes behind `local:`; without it, the small model's name."""
    return model.removeprefix(LOCAL).removeprefix(":") or SMALL


# --- asking it ------------------------------------------------------------------------------------


@asynccontextmanager
async def hosted(
    model: str, way: Way, threads: int, purse: Purse | None = None, tell: Tell = untold
) -> AsyncIterator[Model]:
    """Serve a local model for as long as the context lasts, and reach it in a way else as given.

    No more replies are written at a time than pays; with `way.in_flight` 1, the same request gets
    the same reply each time.

    Raises  BadInput when it cannot be served; Fault, on asking, once the server is no more
    """
    slots = min(way.in_flight, SLOTS * threads)
    turns = CARRIED[_name(model)].turns if _name(model) in CARRIED else ""
    async with serving(model_file(model), slots, threads, turns) as served:
        mine = replace(
            way,
            base_url=served.base_url,
            key=served.key,
            key_env="the local model's server",
            in_flight=slots,
        )
        async with reached(mine, purse, tell) as there:
            yield _Held(Narrowed(there), served.process)


@dataclass(frozen=True, slots=True)
class _Held:
    """A model that is not waited for when its server has ended: nobody will start it again."""

    model: Model
    process: Process

    async def __call__(self, request: Request, /) -> Reply:
        reply = asyncio.ensure_future(self.model(request))
        end = asyncio.ensure_future(self.process.wait())
        try:
            await asyncio.wait((reply, end), return_when=asyncio.FIRST_COMPLETED)
            if reply.done():
                return reply.result()
            raise Fault(f"the local model's server has ended ({_status(end.result())})")
        finally:
            for task in (reply, end):
                task.cancel()
            await asyncio.gather(reply, end, return_exceptions=True)


# --- serving it -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Served:
    """Where a model is served, and the key that only this server takes."""

    base_url: str
    key: str
    process: Process


@asynccontextmanager
async def serving(file: Path, slots: int, threads: int, turns: str = "") -> AsyncIterator[Served]:
    """Serve a GGUF file on a free port of this machine; the server has ended with the context.

    `turns` is the chat template of a file that carries none.

    It ends with this process too, in whichever way that ends. Ctrl-C is ours alone.

    Raises  BadInput, with what llama.cpp said, when it cannot be served
    """
    if find_spec("xllamacpp") is None:
        raise BadInput("a local model needs xllamacpp", INSTALL)
    order = Order(str(file), slots, threads, key=secrets.token_urlsafe(32), turns=turns)
    with TemporaryFile() as log:
        process = await _started(log)
        try:
            address = await _address(process, order)
            if not address:
                why = f"{file} cannot be served: {_why(log, await process.wait())}"
                raise BadInput(why, "it may be damaged, or want more memory: lower --concurrency")
            yield Served(f"{address}/v1", order.key, process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _started(log: IO[bytes]) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", local_server.__file__, *sys.path),
        stdin=PIPE,
        stdout=PIPE,
        stderr=log,
        env={**WAITING, **os.environ},
        start_new_session=True,
    )


async def _address(process: Process, order: Order) -> str:
    """Give the address where the order is served; "" when the server ended instead."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
    return (await process.stdout.readline()).decode().strip()


def _why(log: IO[bytes], status: int) -> str:
    """Give the first error that llama.cpp told of, which the others follow from; or the last line.

    The words may be the file's, so they are cleaned like an endpoint's.
    """
    log.seek(0)
    lines = [line for line in log.read().splitlines() if line.strip()]
    errors = [said for line in lines if (said := line.partition(b" E ")[2])]
    told = [words_of(line) for line in errors[:1] or lines[-1:]]
    return ": ".join(told if status >= 0 else [_status(status), *told])


def _status(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
