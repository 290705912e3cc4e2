from __future__ import annotations

import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.records import Record, Scenario, encode
from buttonup.store.lines import STRETCH, LineFile, read_records, read_stretch, stretches


def write_all(path: Path, records: Iterable[Record]) -> None:
    with LineFile(path) as file:
        for record in records:
            file.write(encode(record) + b"\n")


@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=6),
    cut=st.integers(0, 400),
)
@settings(max_examples=60)
def test_a_file_cut_at_any_byte_becomes_the_same_file_again(
    texts: list[str], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("lines") / "records.jsonl"
    records = [Scenario(text=text) for text in texts]
    write_all(path, records)
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    write_all(path, records)
    assert path.read_bytes() == whole == b"".join(encode(r) + b"\n" for r in records)


def test_a_torn_line_is_gone_even_when_nothing_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    long = Scenario(text="x" * 200_000)
    write_all(path, [Scenario(text=str(n) * 50_000) for n in range(5)])
    whole = path.read_bytes()
    path.write_bytes(whole + encode(long)[:-1])
    write_all(path, [])
    assert path.read_bytes() == whole


def test_a_longer_run_goes_on_behind_a_shorter_one(tmp_path: Path) -> None:
    path, records = tmp_path / "r.jsonl", [Scenario(text=str(n)) for n in range(5)]
    write_all(path, records[:2])
    write_all(path, records)
    write_all(path, records[:3])
    assert path.read_bytes().splitlines() == [encode(r) for r in records]


def test_a_record_that_differs_from_its_line_is_a_bug_and_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    write_all(path, [Scenario(text="a"), Scenario(text="b")])
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match=r"differ.*r\.jsonl:2"):
        write_all(path, [Scenario(text="a"), Scenario(text="c")])
    assert path.read_bytes() == before


def test_what_was_flushed_can_be_read_while_the_file_is_open(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with LineFile(path) as file:
        file.write(encode(Scenario(text="a")) + b"\n")
        file.flush()
        assert path.read_bytes() == encode(Scenario(text="a")) + b"\n"


def test_a_file_that_cannot_be_opened_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot write"):
        LineFile(tmp_path)


def test_no_file_is_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    records = [Scenario(text=f"{n:010000}") for n in range(5)]
    path.write_bytes(b"".join(encode(record) + b"\n" for record in records) * 400)
    tracemalloc.start()
    try:
        write_all(path, records * 600)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 30_000_000
    assert peak < 3_000_000


FILL = """
import pathlib, sys
from buttonup.errors import BadInput
from buttonup.records import Scenario, encode
from buttonup.store.lines import LineFile
try:
    with LineFile(pathlib.Path(sys.argv[1])) as file:
        for n in range(100):
            file.write(encode(Scenario(text=f"{n:0100}")) + b"\\n")
            file.flush()
except BadInput as error:
    sys.exit(f"BadInput {error}")
"""


def test_a_full_disk_is_told_in_a_line_and_loses_nothing_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("BadInput cannot write")
    assert "make room" in done.stderr
    assert done.stderr.count("\n") == 1
    kept = path.read_bytes().splitlines()
    assert len(kept) > 40
    records = [Scenario(text=f"{n:0100}") for n in range(100)]
    write_all(path, records)
    assert path.read_bytes().splitlines() == [encode(r) for r in records]


def test_reading_gives_whole_lines_only_and_names_the_place_of_a_strange_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lines.jsonl"
    assert list(read_records(path, Scenario)) == []
    path.write_bytes(encode(Scenario("a")) + b"\n" + b'{"torn')
    assert list(read_records(path, Scenario)) == [Scenario("a")]
    path.write_bytes(b'{"no": "scenario"}\n')
    with pytest.raises(BadInput, match=r"lines\.jsonl:1 is not a Scenario"):
        list(read_records(path, Scenario))


@pytest.mark.parametrize("lines", [0, 1, STRETCH - 1, STRETCH, STRETCH + 1, 3 * STRETCH + 7])
def test_the_stretches_of_a_file_are_the_file(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "lines.jsonl"
    records = [Scenario("é" * (n % 7)) for n in range(lines)]
    write_all(path, records)
    with path.open("ab") as file:
        file.write(b'{"torn')
    parts = [list(read_stretch(stretch, Scenario)) for stretch in stretches(path)]
    assert [record for part in parts for record in part] == records
    assert all(len(part) == STRETCH for part in parts[:-1])


def test_a_file_that_is_not_there_has_no_stretch(tmp_path: Path) -> None:
    assert list(stretches(tmp_path / "none.jsonl")) == []


def test_a_strange_line_of_a_stretch_is_named_by_its_number_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    write_all(path, [Scenario(str(n)) for n in range(STRETCH + 1)])
    with path.open("ab") as file:
        file.write(b'{"no": "scenario"}\n')
    last = list(stretches(path))[-1]
    with pytest.raises(BadInput, match=rf"lines\.jsonl:{STRETCH + 2} is not a Scenario"):
        list(read_stretch(last, Scenario))


@given(st.lists(st.booleans(), max_size=250))
def test_stretches_of_what_is_wanted_have_just_those_lines(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[bool]
) -> None:
    path = tmp_path_factory.mktemp("stretches") / "file.jsonl"
    lines = [f'"{n} {"yes" if there else "no"}"\n' for n, there in enumerate(wanted)]
    path.write_text("".join(lines))
    parts = list(stretches(path, lambda line: b"yes" in line))
    read = [one for part in parts for one in read_stretch(part, str)]
    assert read == [line.strip().strip('"') for line in lines if "yes" in line]
    assert all(path.read_text().encode()[: part.start].count(b"\n") == part.first for part in parts)
