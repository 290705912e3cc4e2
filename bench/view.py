"""What looking at a very large run takes: the first page, the index, and every kind of list.

    python bench/view.py [COUNT [RUN]]

Writes a run of COUNT samples (1,000,000 unless told): those of RUN (2,000 made for this, unless
told) over and over, each with a number of its own in its request. Then starts `buttonup view` on
it, as a user does, and prints for every page seconds by the clock and CPU seconds of the server
(median of `TIMES`), what indexing took, the size of the index and the most memory that each process
had. By the clock a busy machine is slow; CPU seconds tell what the work is. Linux only: it reads
/proc. Everything goes into a temporary folder of the current disk, and is removed.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

TIMES = 5
TICK = os.sysconf("SC_CLK_TCK")
LISTS = {
    "first page": "/samples",
    "last page": "/samples?end=1",
    "search: a word of many": "/samples?q=please",
    "search: a word of few": "/samples?q=%22No.+4711%22",
    "search: several in a row": "/samples?q=%22thank+you%22",
    "filter: a world": "/samples?world=library",
    "filter: world and shape": "/samples?world=library&shape=nested",
    "filter: a function": "/samples?function=find_hotels",
    "filter: 5 calls or more": "/samples?calls.from=5",
    "filter: a range that few are in": "/samples?calls.from=10",
    "sort: most tokens": "/samples?sort=-tokens",
    "sort: most calls, in a world": "/samples?world=library&sort=-calls",
    "search and sort": "/samples?q=please&sort=-tokens",
    "a sample, with its neighbours": "/sample/accepted-4711?world=library",
    "overview": "/",
    "what is going on (every 2 s)": "/live",
}


def write(count: int, run: Path, folder: Path) -> None:
    """Write a run of so many samples: those of another over and over."""
    shutil.copy(run / "recipe.toml", folder)
    shutil.copy(run / "identity", folder)
    lines = (run / "accepted.jsonl").read_bytes().splitlines(keepends=True)
    with (folder / "accepted.jsonl").open("wb", buffering=1 << 22) as file:
        for n, line in enumerate(itertools.islice(itertools.cycle(lines), count), start=1):
            own = b'"content":"No. %d: ' % n
            told = line.replace(b'"content":"', own, 1)
            file.write(told.replace(b'"text":"', b'"text":"No. %d: ' % n))


@contextmanager
def viewer(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the viewer, and give its address."""
    command = [sys.executable, "-m", "buttonup", "view", str(folder), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()


def ask(address: str, path: str, cookie: str) -> tuple[str, str]:
    """Ask for a page; give it, and the cookie that was set."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc)) as connection:
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        page = answer.read().decode()
        assert answer.status == HTTPStatus.OK, (path, answer.status, page[:300])
        return page, (answer.getheader("Set-Cookie") or "").partition(";")[0]


def cpu(pid: int) -> float:
    """Give the CPU seconds that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def peak(pid: int) -> int:
    """Give the most memory that a process has had, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def child(pid: int) -> int:
    """Find the process that fills the index."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def opening(folder: Path, told: str) -> None:
    """Time the way from the command to the first page."""
    began = time.perf_counter()
    with viewer(folder) as (process, address):
        split = urlsplit(address)
        _, cookie = ask(address, f"{split.path}?{split.query}", "")
        ready = time.perf_counter() - began
        before = cpu(process.pid)
        ask(address, "/samples", cookie)
        page = time.perf_counter() - began - ready
        print(
            f"{told}: address after {ready:.2f} s ({before:.2f} s CPU), "
            f"first page {page:.2f} s later ({cpu(process.pid) - before:.2f} s CPU)"
        )


def main() -> None:
    """Measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=".", prefix="bench-view-") as scratch:
        run, folder = Path(scratch) / "made", Path(scratch) / "run"
        folder.mkdir()
        if len(sys.argv) > 2:  # noqa: PLR2004
            run = Path(sys.argv[2])
        else:
            made = ["run", "-n", "2000", "--out", str(run), "-q"]
            subprocess.run([sys.executable, "-m", "buttonup", *made], check=True)
        write(count, run, folder)
        size = (folder / "accepted.jsonl").stat().st_size
        print(f"{count:,} samples, {size / 1e9:.1f} GB, {size / count / 1000:.1f} KB each")
        opening(folder, "opened cold")
        filled(folder)
        opening(folder, "opened again")
        lists(folder)


def filled(folder: Path) -> None:
    """Wait until all is indexed, and say what that took."""
    began, slowest = time.perf_counter(), 0.0
    with viewer(folder) as (process, address):
        split = urlsplit(address)
        _, cookie = ask(address, f"{split.path}?{split.query}", "")
        while "Indexed" in ask(address, "/live", cookie)[0]:
            asked = time.perf_counter()
            ask(address, "/samples", cookie)
            slowest = max(slowest, time.perf_counter() - asked)
            time.sleep(1)
        seconds, worker = time.perf_counter() - began, child(process.pid)
        size = (folder / "view" / "index.sqlite").stat().st_size
        print(
            f"indexed in {seconds:.0f} s ({cpu(worker):.0f} s CPU, {peak(worker)} MB), "
            f"{size / 1e9:.2f} GB; slowest first page meanwhile {slowest:.2f} s"
        )


def lists(folder: Path) -> None:
    """Time every kind of list."""
    with viewer(folder) as (process, address):
        split = urlsplit(address)
        _, cookie = ask(address, f"{split.path}?{split.query}", "")
        for name, path in LISTS.items():
            clock, spent = list[float](), list[float]()
            for _ in range(TIMES):
                began, before = time.perf_counter(), cpu(process.pid)
                ask(address, path, cookie)
                clock.append(time.perf_counter() - began)
                spent.append(cpu(process.pid) - before)
            told = {"clock": statistics.median(clock), "cpu": statistics.median(spent)}
            print(f"{name:34}{told['clock']:8.3f} s{told['cpu']:8.3f} s CPU", flush=True)
        print(json.dumps({"server_peak_mb": peak(process.pid)}))


if __name__ == "__main__":
    main()
