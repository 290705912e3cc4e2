"""The process that holds a local model: it serves it on loopback, and ends when its parent does.

Orders come on stdin, whose end is ours too; the address goes to stdout, and what llama.cpp has to
say to stderr. The file is run on its own and knows nothing of the package, which takes longer to
load than the smallest model.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import Any, BinaryIO

CONTEXT = 8192
"""Tokens of a conversation at most: all that SmolLM2 knows, and what memory is set aside for."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to serve, and how."""

    file: str
    """Path of a GGUF file."""
    slots: int
    """Replies that are written at a time."""
    threads: int
    key: str
    """What every request must bear; on stdin, where no list of processes shows it."""
    turns: str = ""
    """Chat template; "" for the file's own."""


def serve(orders: BinaryIO, told: BinaryIO) -> None:
    """Serve the model that the first line orders until nothing more can come.

    Raises  RuntimeError when it cannot be loaded; llama.cpp has said why on stderr
    """
    told = os.fdopen(os.dup(told.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what is printed must not get in between
    server = _begun(Order(**json.loads(orders.readline())))
    try:
        told.write(f"{server.listening_address}\n".encode())
        told.flush()
        orders.read()
    finally:
        os._exit(0)  # at once, whatever is still being written: nobody waits for it


def _begun(order: Order) -> Any:
    import xllamacpp  # noqa: PLC0415 - the extra `local`

    params = xllamacpp.CommonParams()
    params.model.path = order.file
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [order.key]
    params.chat_template = order.turns
    params.n_parallel, params.n_ctx = order.slots, order.slots * CONTEXT
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = order.threads
    # What is left of other prompts changes how sums are rounded. One reply at a time, from nothing,
    # is the same each time; several at a time are not, so that they may as well be faster.
    params.cache_prompt = order.slots > 1
    params.cache_ram_mib = 0  # else up to 8 GiB beside what the slots hold
    params.fit_params = False  # too little memory is an error, not a shorter context
    params.offline, params.ui = True, False
    params.verbosity = 1  # errors
    return xllamacpp.Server(params)


if __name__ == "__main__":
    sys.path[:] = sys.argv[1:]  # what can be imported there can be here
    serve(sys.stdin.buffer, sys.stdout.buffer)
