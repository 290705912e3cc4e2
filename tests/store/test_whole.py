from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.store.whole import append, put, scratch


def test_a_file_is_replaced_whole_and_no_draft_is_left(tmp_path: Path) -> None:
    put(tmp_path / "a", b"old")
    put(tmp_path / "a", b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"new")]


def test_where_the_disk_is_full_the_old_one_stays_and_no_draft_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    put(tmp_path / "a", b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="No space left on device; make room"):
        put(tmp_path / "a", b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"old")]


def test_a_file_that_another_process_writes_at_once_is_whole_all_the_same(tmp_path: Path) -> None:
    words = "from pathlib import Path; from buttonup.store.whole import put\nfor _ in range(40): "
    put_some = words + "put(Path({to!r}), {what!r} * 200_000)"
    writers = [
        subprocess.Popen([sys.executable, "-c", put_some.format(to=str(tmp_path / "a"), what=what)])
        for what in (b"one", b"two")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() in (b"one" * 200_000, b"two" * 200_000)


def test_a_scratch_file_holds_what_is_appended_and_has_no_name(tmp_path: Path) -> None:
    with scratch(tmp_path) as file:
        append(file, b"one")
        append(file, b"two")
        file.seek(0)
        assert file.read() == b"onetwo"
        assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_the_users_to_mend() -> None:
    full = Path("/dev/full").open("wb")  # noqa: SIM115 - closed below it, or it would write again
    with pytest.raises(BadInput, match="No space left"):
        append(full, b"x")
    full.raw.close()


def test_no_scratch_file_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="make room"):
        scratch(tmp_path / "none")
