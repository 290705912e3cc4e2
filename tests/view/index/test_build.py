from __future__ import annotations

import fcntl
import gzip
import os
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.view.conftest import ACCEPTED, REJECTED

from buttonup.errors import BadInput
from buttonup.view.filters import Filter
from buttonup.view.index import build, tables
from buttonup.view.index.reading import Index
from buttonup.view.sources import Source, open_source


def filled(source: Source, most: int | None = None) -> Index:
    with closing(tables.opened(source.index)) as db:
        build.fill(db, source, most)
    return Index(source)


def names(index: Index) -> list[str]:
    return [index.source.called(row.id) for row in index.page(Filter()).rows]


def test_a_run_is_indexed_accepted_first_then_rejected(run: Path) -> None:
    index = filled(open_source(run))
    accepted = [f"accepted-{n + 1}" for n in range(ACCEPTED)]
    assert names(index) == accepted + [f"rejected-{n + 1}" for n in range(REJECTED)]
    assert index.progress() == (ACCEPTED + REJECTED, ACCEPTED + REJECTED, True, "")


def test_indexing_goes_on_where_it_was_left(run: Path) -> None:
    source = open_source(run)
    begun = filled(source, 3)
    assert names(begun) == ["accepted-1", "accepted-2", "accepted-3"] + [
        f"rejected-{n}" for n in (1, 2, 3)
    ]
    assert not begun.progress().done
    assert begun.progress().about >= 6
    assert len(names(filled(source))) == ACCEPTED + REJECTED


def test_what_was_indexed_in_pieces_is_what_is_indexed_at_once(run: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(run, tmp_path / "other"))
    for most in (1, 5, 5, 11):
        filled(open_source(run), most)
    pieces = filled(open_source(run))
    whole = filled(open_source(other))
    assert pieces.page(Filter()).rows == whole.page(Filter()).rows
    for kind in ("world", "function", "gate", "calls"):
        assert set(pieces.tallied(kind)) == set(whole.tallied(kind))


def test_a_run_that_grows_is_followed_and_a_torn_line_waits(run: Path) -> None:
    lines = (run / "accepted.jsonl").read_bytes().splitlines(keepends=True)
    (run / "accepted.jsonl").write_bytes(b"".join(lines[:10]))
    source = open_source(run)
    filled(source)
    with (run / "accepted.jsonl").open("ab") as file:
        file.write(lines[10] + lines[11][:500])
    index = filled(source)
    assert len(names(index)) == 11 + REJECTED
    assert index.progress().done
    with (run / "accepted.jsonl").open("ab") as file:
        file.write(lines[11][500:])
    assert len(names(filled(source))) == 12 + REJECTED


def test_a_file_that_did_not_change_is_not_read_again(run: Path) -> None:
    source = open_source(run)
    filled(source)
    before = (run / "accepted.jsonl").stat()
    (run / "accepted.jsonl").write_bytes(b"x" * before.st_size)  # not looked into: same size, time
    os.utime(run / "accepted.jsonl", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert {row.status for row in filled(source).page(Filter()).rows} == {"accepted", "rejected"}


@pytest.mark.parametrize("change", ["shorter", "other"])
def test_a_file_that_became_another_is_indexed_anew(run: Path, change: str) -> None:
    source = open_source(run)
    filled(source)
    lines = (run / "accepted.jsonl").read_bytes().splitlines(keepends=True)
    new = lines[:4] if change == "shorter" else [lines[-1], *lines[:-1], lines[0]]
    (run / "accepted.jsonl").write_bytes(b"".join(new))
    assert len(names(filled(source))) == len(new) + REJECTED


def test_a_last_line_without_an_end_counts_and_when_it_goes_on_it_is_read_anew(
    tmp_path: Path,
) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text('{"messages":[{"role":"user","content":"one"}]}\n{"messages":[]}')
    assert names(filled(open_source(file))) == ["1", "2"]
    with file.open("a") as more:
        more.write(" \n{}\n")
    index = filled(open_source(file))
    assert [row.status for row in index.page(Filter()).rows][-1] == "unreadable"
    assert len(names(index)) == 3


def test_zipped_files_and_arrays_are_kept_in_the_index_to_be_shown(tmp_path: Path) -> None:
    rows = [f'{{"messages":[{{"role":"user","content":"word{n}"}}]}}' for n in range(5)]
    zipped, array = tmp_path / "a.jsonl.gz", tmp_path / "b.json"
    zipped.write_bytes(gzip.compress("\n".join(rows).encode()))
    array.write_text("[" + ",\n".join(rows) + "]")
    for file in (zipped, array):
        assert len(names(filled(open_source(file), 2))) == 2
        index = filled(open_source(file))
        assert index.progress() == (5, 5, True, "")
        assert b"word3" in index.line(4)


def test_a_file_that_is_damaged_further_on_says_so_and_shows_what_can_be_read(
    tmp_path: Path,
) -> None:
    row = b'{"messages":[{"role":"user","content":"%d"}]}\n'
    whole = gzip.compress(b"".join(row % n for n in range(20_000)))
    (tmp_path / "a.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    source = open_source(tmp_path / "a.jsonl.gz")
    build.begin(source)
    with build.start(source) as process:
        index = Index(source)
        wait(lambda: "is damaged after line" in index.progress().trouble)
        assert index.progress().samples >= build.FIRST
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0


def test_any_name_of_a_folder_will_do(run: Path) -> None:
    odd = run.rename(run.with_name("a?b#c %41 'd"))
    assert len(names(filled(open_source(odd)))) == ACCEPTED + REJECTED


def test_a_viewer_waits_for_another_that_has_just_begun_the_index(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = open_source(run)
    monkeypatch.setattr(build, "BEGINNING", 1)
    monkeypatch.setattr(build, "EVERY", 0)
    source.index.parent.mkdir()
    with source.index.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BadInput, match="another process is making"):
            build.begin(source)
        with closing(tables.opened(source.index)):
            build.begin(source)


def test_an_index_that_cannot_be_written_is_told(run: Path) -> None:
    (run / "view").touch()
    with pytest.raises(BadInput, match="cannot write the index"):
        build.begin(open_source(run))


def test_an_index_of_another_version_or_a_damaged_one_is_made_anew(run: Path) -> None:
    source = open_source(run)
    filled(source)
    tables.remove(source.index)
    source.index.write_bytes(b"no database" * 1000)
    assert len(names(filled(source))) == ACCEPTED + REJECTED


def test_whoever_is_to_end_leaves_it_at_a_batch(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "BATCH", 5)
    source = open_source(run)
    with closing(tables.opened(source.index)) as db:
        build.fill(db, source, ended=lambda: True)
    assert Index(source).progress().samples == 10, "a batch of each file"
    assert len(names(filled(source))) == ACCEPTED + REJECTED


def test_a_process_of_its_own_follows_the_run_until_its_parent_ends(run: Path) -> None:
    lines = (run / "accepted.jsonl").read_bytes().splitlines(keepends=True)
    (run / "accepted.jsonl").write_bytes(b"".join(lines[:-1]))
    source = open_source(run)
    build.begin(source)
    with build.start(source) as process:
        index = Index(source)
        wait(lambda: index.progress() == (ACCEPTED - 1 + REJECTED,) * 2 + (True, ""))
        with (run / "accepted.jsonl").open("ab") as file:
            file.write(lines[-1])
        wait(lambda: index.progress().samples == ACCEPTED + REJECTED)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0


def wait(until: Callable[[], bool]) -> None:
    for _ in range(600):
        if until():
            return
        time.sleep(0.1)
    raise AssertionError("it never came")
