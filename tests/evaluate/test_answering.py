"""A process that answers orders with the functions of a file, as whoever starts it sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from buttonup.evaluate import answering

ORDERS = """
import sys
def prepare(folder):
    print("noise")
    import beside
def double(n):
    print("more noise")
    return 2 * n
ORDERS = {"double": double, "path": lambda: sys.path[0]}
"""


def test_each_order_is_answered_by_a_line_whatever_is_printed(tmp_path: Path) -> None:
    (tmp_path / "beside.py").touch()
    (tmp_path / "orders.py").write_text(ORDERS)
    asked = [{"do": "double", "n": 4}, {"do": "path"}]
    done = subprocess.run(
        [sys.executable, "-I", answering.__file__, str(tmp_path / "orders.py"), str(tmp_path)],
        input="".join(json.dumps(order) + "\n" for order in asked),
        capture_output=True,
        text=True,
        check=True,
    )
    assert [json.loads(line) for line in done.stdout.splitlines()] == [8, str(tmp_path)]
    assert "noise" in done.stderr
