from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from buttonup.errors import BadInput
from buttonup.records import Usage
from buttonup.store.journal import Asked, Entry, Journal, Loss, read_usage


def entry(key: str, prompt: str = "atom", size: int = 10) -> Entry:
    used = Usage(calls=1, prompt_tokens=7, completion_tokens=3, cached_tokens=1)
    return Entry(
        key=key, model="m", prompt=prompt, usage=used, request=b"{}", reply=key.encode() * size
    )


def put_all(journal: Journal, entries: list[Entry]) -> None:
    async def put() -> None:
        await asyncio.gather(*map(journal.put, entries))

    asyncio.run(put())


def test_what_was_put_is_there_now_and_after_opening_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    many = [entry(str(n)) for n in range(600)]
    with Journal(path) as journal:
        put_all(journal, many)
        assert journal.get("599") == many[599].reply
    with Journal(path) as journal:
        assert [journal.get(e.key) for e in many] == [e.reply for e in many]
        assert journal.get("unknown") is None


def test_the_first_reply_under_a_key_stays(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        put_all(journal, [entry("a", size=1)])
        put_all(journal, [entry("a", size=2), entry("b")])
        assert journal.get("a") == b"a"
        assert journal.get("b") is not None


def test_leaving_a_journal_writes_all_that_waits(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"

    async def put_and_leave() -> None:
        with Journal(path) as journal:
            waiting = [journal.put(entry(str(n))) for n in range(1000)]
        await asyncio.gather(*waiting)

    asyncio.run(put_and_leave())
    assert read_usage(path)[0].usage.calls == 1000


def test_usage_is_counted_by_prompt(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    with Journal(path) as journal:
        put_all(journal, [entry("a"), entry("b"), entry("c", prompt="tool")])
        expected = (
            Asked("atom", "m", Usage(2, 14, 6, 2)),
            Asked("tool", "m", Usage(1, 7, 3, 1)),
        )
        assert journal.usage() == expected
        assert read_usage(path) == expected  # while the run goes on, too
    assert read_usage(path) == expected
    assert read_usage(tmp_path / "none.sqlite") == ()


def test_a_call_that_nobody_knows_the_cost_of_is_written_down_at_its_most(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    with Journal(path) as journal:
        put_all(journal, [entry("a")])
        journal.lose(Loss("atom", "m", 900, 2048))
        journal.lose(Loss("tool", "cheap", 100, 512))
    assert read_usage(path) == (
        Asked("atom", "m", Usage(1, 7, 3, 1), Usage(1, 900, 2048)),
        Asked("tool", "cheap", Usage(), Usage(1, 100, 512)),
    )


def test_usage_is_counted_by_model(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        put_all(journal, [entry("a"), msgspec.structs.replace(entry("b"), model="cheap")])
        assert [asked.model for asked in journal.usage()] == ["cheap", "m"]


def test_a_journal_of_another_version_is_told_in_a_line_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    with Journal(path) as journal:
        put_all(journal, [entry("a")])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA user_version = 0")
    for opens in (Journal, read_usage):
        with pytest.raises(BadInput, match=r"another version of ButtonUp wrote .*j\.sqlite"):
            opens(path)


def test_reading_usage_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a run #1?" / "j.sqlite"
    path.parent.mkdir()
    with Journal(path) as journal:
        put_all(journal, [entry("a")])
    before = {p.name: p.read_bytes() for p in path.parent.iterdir()}
    assert [asked.prompt for asked in read_usage(path)] == ["atom"]
    assert {p.name: p.read_bytes() for p in path.parent.iterdir()} == before


def test_a_reply_is_written_even_when_nobody_awaits_it(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"

    async def put_and_go() -> None:
        journal.put(entry("a")).cancel()

    with Journal(path) as journal:
        asyncio.run(put_and_go())
    with Journal(path) as journal:
        assert journal.get("a") is not None


def test_a_closed_journal_takes_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        journal.put(entry("a"))


def test_a_bug_in_an_entry_reaches_whoever_waits_and_the_journal_goes_on(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        odd = Entry(
            key="x", model="m", prompt="p", usage=Usage(prompt_tokens=2**80), request=b"", reply=b""
        )
        with pytest.raises(OverflowError):
            put_all(journal, [odd])
        put_all(journal, [entry("a")])
        assert journal.get("a") is not None


@pytest.mark.parametrize("content", [b"not a database " * 100, b"SQLite format 3\0" + b"\1" * 4000])
def test_a_damaged_file_is_told_in_a_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "j.sqlite"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"j\.sqlite"):
        Journal(path)
    with pytest.raises(BadInput, match=r"j\.sqlite"):
        read_usage(path)
    assert path.read_bytes() == content


def test_a_journal_damaged_in_its_middle_is_told_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    with Journal(path) as journal:
        put_all(journal, [entry(str(n), size=500) for n in range(50)])
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"j\.sqlite"), Journal(path) as journal:
        journal.usage()


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE replies (key TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(BadInput, match="another program"):
        Journal(path)
    assert path.read_bytes() == before


WRITER = """
import asyncio, pathlib, sys
from buttonup.records import Usage
from buttonup.store.journal import Asked, Entry, Journal, Loss

async def one(journal, n):
    used, reply = Usage(1), b"r" * 999
    await journal.put(Entry(str(n), "m", "p", used, b"", reply))
    print(n, flush=True)

async def main():
    journal = Journal(pathlib.Path(sys.argv[1]))
    for start in range(0, 10**6, 40):
        await asyncio.gather(*(one(journal, n) for n in range(start, start + 40)))

try:
    asyncio.run(main())
except Exception as error:
    sys.exit(f"{type(error).__name__} {error}")
"""


@pytest.mark.parametrize("many", [1, 90, 500])
def test_every_acknowledged_reply_survives_a_kill(tmp_path: Path, many: int) -> None:
    path = tmp_path / "j.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(many)]
        writer.send_signal(signal.SIGKILL)
        told += [line for line in writer.stdout if line.endswith("\n")]
    with Journal(path) as journal:
        assert all(journal.get(line.strip()) == b"r" * 999 for line in told)


def test_a_full_disk_is_one_clear_error_and_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "BadInput cannot write" in done.stderr
    assert "make room" in done.stderr
    told = done.stdout.split()
    assert len(told) >= 40
    with Journal(path) as journal:
        assert all(journal.get(key) == b"r" * 999 for key in told)
        put_all(journal, [entry("after")])
