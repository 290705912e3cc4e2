"""`buttonup view`: opens an index and a server on this machine, and says where."""

from __future__ import annotations

import socket
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from buttonup.errors import BadInput
from buttonup.view.index import build
from buttonup.view.pages import viewed
from buttonup.view.sources import Source, open_source

if TYPE_CHECKING:
    import uvicorn

HOST = "127.0.0.1"
ROOTS = ("/a", "/b")
"""Where the pages are of two that are compared."""


def view(
    paths: Sequence[Path],
    *,
    port: int = 0,
    browser: bool = True,
    read_only: bool = False,
    tokenizer: Path | None = None,
    tell: Callable[[str], None],
) -> None:
    """Serve a run or a dataset, or two to be compared, until it is stopped.

    `port` 0 takes any that is free. `tell` is told the address.
    Raises  BadInput where a path holds neither, a port is taken, or the extra is not installed
    """
    _try_extra()
    sources = [open_source(path) for path in paths]
    with ExitStack() as stack:
        listening = stack.enter_context(closing(_listen(port)))
        for source in sources:
            stack.enter_context(_indexed(source))
        server, address = _server(sources, listening, read_only=read_only, tokenizer=tokenizer)
        tell(address)
        if browser:
            webbrowser.open(address)
        with suppress(KeyboardInterrupt):  # which is how it ends
            server.run([listening])


def _try_extra() -> None:
    try:
        import starlette  # noqa: F401, PLC0415 - an extra
        import uvicorn  # noqa: F401, PLC0415
    except ImportError as error:
        mend = 'install it with pip install "buttonup[view]"'
        raise BadInput("view needs starlette and uvicorn", mend) from error


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()  # so that whoever is told the address is served, be it a little later
    except OSError as error:
        listening.close()
        what = f"port {port} cannot be used: {error.strerror}"
        raise BadInput(what, "give another --port, or none") from error
    return listening


@contextmanager
def _indexed(source: Source) -> Iterator[None]:
    """Index the first samples, and have the others indexed while the context lasts."""
    build.begin(source)
    with build.start(source) as process:
        try:
            yield
        finally:
            process.terminate()
            process.communicate()


def _server(
    sources: Sequence[Source],
    listening: socket.socket,
    *,
    read_only: bool,
    tokenizer: Path | None = None,
) -> tuple[uvicorn.Server, str]:
    import uvicorn  # noqa: PLC0415

    roots = [""] if len(sources) == 1 else ROOTS
    shown = [
        viewed(source, root, read_only=read_only, tokenizer=tokenizer)
        for root, source in zip(roots, sources, strict=True)
    ]
    from buttonup.view.app import app_of  # noqa: PLC0415 - it needs the extra
    from buttonup.view.guard import PARAMETER, Guard, new_token  # noqa: PLC0415

    token = new_token()
    guarded = Guard(app_of(shown), token)
    config = uvicorn.Config(
        guarded,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
    )
    address = f"http://{HOST}:{listening.getsockname()[1]}/?{PARAMETER}={token}"
    return uvicorn.Server(config), address
