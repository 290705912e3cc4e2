"""An OpenAI-compatible endpoint that gives every completion the same reply, after a fixed time.

    python bench/fixed_latency.py SECONDS

Prints its port, serves on the loopback address until its stdin ends, then prints how many requests
it answered and the seconds from the first one's arrival to the last one's reply. It parses no
more of HTTP than it must: what it costs is taken from the cores that the client needs too.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import cast

import uvloop

WORDS = 400  # about 600 tokens
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


def reply() -> bytes:
    """Give the one reply: a chat completion whose text is JSON, with its head."""
    text = json.dumps({"reasoning": "because it is so " * (WORDS // 4), "answer": "yes"})
    message = {"role": "assistant", "content": text}
    body = json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "model": "fixed",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 300, "completion_tokens": 600, "total_tokens": 900},
        }
    ).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + END_OF_HEAD + body


class Fixed(asyncio.Protocol):
    """One connection: a request at a time, each answered after the fixed time."""

    answered = 0
    began = ended = 0.0
    latency = 0.0
    said = reply()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        self._held = bytearray()

    def data_received(self, data: bytes) -> None:
        """Take what came; answer when a request is whole."""
        self._held += data
        while (end := self._held.find(END_OF_HEAD)) >= 0:
            head = bytes(self._held[:end]).lower()
            at = head.find(LENGTH)
            length = int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            whole = end + len(END_OF_HEAD) + length
            if len(self._held) < whole:
                return
            del self._held[:whole]
            if head.startswith(b"get "):  # is anybody there? That is no completion
                self._transport.write(self.said)
                continue
            Fixed.began = Fixed.began or time.monotonic()
            asyncio.get_running_loop().call_later(self.latency, self._answer)

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(self.said)
        Fixed.answered += 1
        Fixed.ended = time.monotonic()


async def serve(latency: float) -> None:
    """Serve until stdin ends."""
    Fixed.latency = latency
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Fixed, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    sys.stdout.write(f"{Fixed.answered} {Fixed.ended - Fixed.began}\n")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(float(sys.argv[1])))
