"""Sends a workload through another library, as its own runner does it, in that library's Python.

    PEER_PYTHON bench/peers.py NAME URL CALLS IN_FLIGHT

Prints seconds, CPU seconds of all processes and peak MiB of the largest. `bench/orchestrate.py
--peers FOLDER` runs it for each environment FOLDER/NAME that is there: none is needed, and none is
a dependency of ours.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

Peer = Callable[[str, int, int], Any]


def openai(url: str, calls: int, in_flight: int) -> None:
    """Send with the OpenAI SDK as it comes: no journal, no parsing."""
    from openai import AsyncOpenAI  # noqa: PLC0415 - there only in its own environment

    async def send() -> None:
        turns = iter(range(calls))
        async with AsyncOpenAI(base_url=url, api_key="none") as client:

            async def one() -> None:
                for n in turns:
                    said: Any = [{"role": "user", "content": f"number {n}"}]
                    await client.chat.completions.create(model="fixed", messages=said)

            await asyncio.gather(*(one() for _ in range(in_flight)))

    asyncio.run(send())


def distilabel(url: str, calls: int, in_flight: int) -> None:
    """Run a pipeline of one text generation."""
    from distilabel.models import OpenAILLM  # noqa: PLC0415 - as above
    from distilabel.pipeline import Pipeline  # noqa: PLC0415 - as above
    from distilabel.steps import LoadDataFromDicts  # noqa: PLC0415 - as above
    from distilabel.steps.tasks import TextGeneration  # noqa: PLC0415 - as above

    rows = [{"instruction": f"number {n}"} for n in range(calls)]
    with Pipeline() as pipeline:
        load = LoadDataFromDicts(data=rows, batch_size=in_flight)
        llm = OpenAILLM(model="fixed", base_url=url, api_key="none")
        load >> TextGeneration(llm=llm, input_batch_size=in_flight)
    pipeline.run(use_cache=False)


PEERS: dict[str, Peer] = {"openai": openai, "distilabel": distilabel}


def main() -> None:
    """Run one peer once."""
    name, url, calls, in_flight = sys.argv[1:5]
    os.environ.setdefault("OPENAI_API_KEY", "none")
    out = os.dup(1)
    os.dup2(2, 1)  # what it prints is not ours
    began = time.monotonic()
    PEERS[name](url, int(calls), int(in_flight))
    wall = time.monotonic() - began
    own, children = (resource.getrusage(who) for who in (0, resource.RUSAGE_CHILDREN))
    cpu = sum(r.ru_utime + r.ru_stime for r in (own, children))
    peak = max(own.ru_maxrss, children.ru_maxrss) / 1024
    os.write(out, f"{wall} {cpu} {peak}\n".encode())


if __name__ == "__main__":
    main()
