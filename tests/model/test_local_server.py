from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from buttonup.model import local_server
from buttonup.model.local_server import Order


def begun() -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-P", local_server.__file__, *sys.path]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)


def ordered(file: Path) -> bytes:
    order = Order(file=str(file), slots=1, threads=1, key="k" * 40)
    return json.dumps(asdict(order)).encode() + b"\n"


def test_it_says_one_address_and_nothing_else_and_ends_with_its_orders(llama: Path) -> None:
    process = begun()
    said, chatter = process.communicate(ordered(llama), timeout=20)
    assert process.returncode == 0
    assert said.startswith(b"http://127.0.0.1:")
    assert said.count(b"\n") == 1
    assert b"chatter on stdout" in chatter


def test_it_ends_where_no_order_ever_comes() -> None:
    process = begun()
    said, _ = process.communicate(timeout=20)
    assert (said, process.returncode) == (b"", 1)
