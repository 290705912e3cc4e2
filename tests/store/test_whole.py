from __future__ import annotations

from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.store.whole import append, put, scratch


def test_a_file_is_replaced_whole_and_no_draft_is_left(tmp_path: Path) -> None:
    put(tmp_path / "a", b"old")
    put(tmp_path / "a", b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"new")]


def test_where_it_cannot_be_written_the_old_one_stays(tmp_path: Path) -> None:
    put(tmp_path / "a", b"old")
    (tmp_path / "a.part").mkdir()
    with pytest.raises(BadInput, match="make room"):
        put(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"


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
