"""A real server over a run or a file, on loopback."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from buttonup.view.command import _listen, _server
from buttonup.view.index import build, tables
from buttonup.view.sources import open_source


@dataclass(frozen=True)
class Served:
    address: str
    """With the token."""
    cookie: str

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, str]:
        """Ask with the cookie; give the status and the page."""
        connection = http.client.HTTPConnection(self.host, timeout=60)
        with closing(connection):
            connection.request(method, path, body, {"Cookie": self.cookie, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def get(self, path: str) -> str:
        status, page = self.ask(path)
        assert status == 200, page
        return page


@contextmanager
def serving(*paths: Path, whole: bool = True, read_only: bool = False) -> Iterator[Served]:
    """Serve; where it is `whole`, all is indexed before anything is asked."""
    sources = [open_source(path) for path in paths]
    for source in sources:
        with closing(tables.opened(source.index)) as db:
            build.fill(db, source, None if whole else build.FIRST)
    with ExitStack() as stack:
        listening = stack.enter_context(closing(_listen(0)))
        server, address = _server(sources, listening, read_only=read_only)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield Served(address, _cookie(address))
        finally:
            server.should_exit = True
            thread.join()


def _cookie(address: str) -> str:
    split = urlsplit(address)
    with closing(http.client.HTTPConnection(split.netloc, timeout=60)) as connection:
        connection.request("GET", f"{split.path}?{split.query}")
        answer = connection.getresponse()
        answer.read()
        return (answer.getheader("Set-Cookie") or "").partition(";")[0]
