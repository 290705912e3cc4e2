"""An endpoint at its worst: 30 % of what is asked fails, in every way there is, and it restarts."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

import buttonup as package
from buttonup.model.scripted import Scripted

Made = Callable[[Path], dict[str, bytes]]
Finished = Callable[..., CompletedProcess[str]]
Words = Callable[[Any, Path, int], list[object]]

SHARE = 0.3
RESTART = 2.0  # seconds
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"


class Raw(web.Response):
    """Bytes that are no whole answer; then the connection is closed, at once or after a while."""

    def __init__(self, said: bytes, seconds: float = 0.0) -> None:
        super().__init__()
        self._said, self._seconds = said, seconds

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        assert isinstance(request.transport, asyncio.Transport)
        request.transport.write(self._said)
        await asyncio.sleep(self._seconds)
        if request.transport is not None:  # the client may have gone first
            request.transport.close()
        raise ConnectionResetError


FAULTS: dict[str, Callable[[], web.Response]] = {
    "429 with a pause": lambda: web.Response(status=429, headers={"Retry-After": "0.1"}),
    "429 without": lambda: web.Response(status=429, text="slow down"),
    "500": lambda: web.Response(status=500, text=HTML),
    "503": lambda: web.Response(status=503),
    "dropped": lambda: Raw(b""),
    "torn": lambda: Raw(HEAD + b'{"choices": [{"message"'),
    "slow": lambda: Raw(HEAD + b'{"choi', seconds=3.0),
    "no HTTP": lambda: Raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "half a JSON": lambda: web.Response(text='{"choices": [{"index": 0, "mess'),
    "a page with status 200": lambda: web.Response(text=HTML, content_type="text/html"),
    "no choices": lambda: web.json_response({"choices": [], "usage": {}}),
    "an error with status 200": lambda: web.json_response({"error": {"message": "overloaded"}}),
}


def drawn(*words: object) -> int:
    return int(hashlib.sha256(repr(words).encode()).hexdigest()[:12], 16)


@pytest.mark.slow
def test_a_third_of_all_requests_failing_changes_no_sample(
    tmp_path: Path,
    serve: Callable[..., Any],
    scripted: Scripted,
    buttonup: Finished,
    text_first: Words,
    made: Made,
) -> None:
    given = {"n": 12, "tools": "simulated", "teacher.model": "scripted"}
    recipe = package.read_recipe(None, given)
    asyncio.run(package.make(recipe, tmp_path / "clean", model=scripted))
    seen: Counter[str] = Counter()
    back: list[float] = []

    def mood(body: Any, times: int) -> web.Response | None:
        seen["asked"] += 1
        if seen["asked"] == 60:
            back.append(time.monotonic() + RESTART)
        if back and time.monotonic() < back[0]:
            return Raw(b"")
        luck = drawn(json.dumps(body, sort_keys=True), times)
        if luck % 1000 >= SHARE * 1000:
            return None
        name = sorted(FAULTS)[luck // 1000 % len(FAULTS)]
        seen[name] += 1
        return FAULTS[name]()

    words = text_first(serve(mood=mood), tmp_path / "run", 12)
    done = buttonup(*words, "--set", "teacher.timeout=1.5")
    assert done.returncode == 0, done.stderr
    assert made(tmp_path / "run") == made(tmp_path / "clean")
    assert set(seen) == {"asked", *FAULTS}
    assert sum(seen.values()) - seen["asked"] > 0.2 * seen["asked"]
