from __future__ import annotations

import fcntl
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="needs the extra view")

from buttonup.errors import BadInput
from buttonup.view import command

VIEW = """
import sys
from pathlib import Path
from buttonup.view.command import view
view([Path(sys.argv[1])], browser=False, tell=lambda address: print(address, flush=True))
"""


def test_the_address_it_tells_lets_one_in_and_ctrl_c_ends_it_and_its_process(run: Path) -> None:
    started = [sys.executable, "-c", VIEW, str(run)]
    with subprocess.Popen(started, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:")
            with urllib.request.urlopen(address) as page:
                assert page.status == 200
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert (run / "view" / "index.sqlite").exists()
    with (run / "view" / "index.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody indexes any more


def test_a_port_that_is_taken_is_told(run: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"port {port} cannot be used"):
            command.view([run], port=port, browser=False, tell=print)


def test_without_the_extra_it_says_what_to_install(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(BadInput, match=r'pip install "buttonup\[view\]"'):
        command.view([run], browser=False, tell=print)
