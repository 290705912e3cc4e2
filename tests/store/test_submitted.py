from __future__ import annotations

from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.store.submitted import Note, Submitted, on_their_way

FIRST = Note(number=1, file="file-a", keys=("k", "l"), noted=5.0)
LATER = Note(number=12, file="file-b", keys=("m",), noted=6.0, batch="batch-b")


def test_notes_come_back_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    notes = Submitted(tmp_path / "batches")
    notes.put(LATER)
    notes.put(FIRST)
    assert Submitted(tmp_path / "batches").notes() == [FIRST, LATER]
    assert on_their_way(tmp_path / "batches") == 2


def test_a_note_is_written_anew_and_forgotten(tmp_path: Path) -> None:
    notes = Submitted(tmp_path)
    notes.put(FIRST)
    notes.put(Note(number=1, file="file-a", keys=("k", "l"), noted=5.0, batch="batch-a"))
    assert [note.batch for note in notes.notes()] == ["batch-a"]
    notes.forget(FIRST)
    notes.forget(FIRST)
    assert notes.notes() == []


def test_where_there_is_no_folder_nothing_is_on_its_way(tmp_path: Path) -> None:
    assert on_their_way(tmp_path / "none") == 0


def test_a_damaged_note_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "00001.json").write_text("{}")
    with pytest.raises(BadInput, match=r"00001\.json is no note of a batch"):
        Submitted(tmp_path).notes()


def test_what_a_kill_left_half_written_is_no_note(tmp_path: Path) -> None:
    (tmp_path / "00001.json.4711.part").write_text('{"number"')
    assert Submitted(tmp_path).notes() == []


def test_a_file_without_a_name_leaves_nothing(tmp_path: Path) -> None:
    with Submitted(tmp_path).scratch() as file:
        file.write(b"x")
        assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="make room"):
        Submitted(tmp_path / "file" / "batches")
