from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.store.marks import (
    MARKS,
    Change,
    Choice,
    Marks,
    Said,
    changed,
    labels_of,
    sample_key,
)

KEY = sample_key(b"{}")
LABELS = st.sampled_from(["a", "b", "zu prüfen", "<b>"])
CHANGES = st.one_of(
    st.builds(Change, mark=st.sampled_from([None, *MARKS])),
    st.builds(Change, label=LABELS),
    st.builds(Change, unlabel=LABELS),
    st.builds(Change, note=st.text(st.characters(exclude_categories=["Cs"]), max_size=20)),
)


@given(st.lists(st.tuples(st.sampled_from("xyz"), CHANGES), max_size=12))
def test_who_reads_the_file_knows_what_was_said_last(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, Change]]
) -> None:
    path = tmp_path_factory.mktemp("marks") / "marks.jsonl"
    writer, follower, said = Marks(path), Marks(path), dict[str, Said]()
    for sample, change in changes:
        told = writer.change(sample, change)
        said[sample] = changed(said.get(sample, Said(sample)), change)
        assert told == said[sample]
        follower.said()
    there = {sample: one for sample, one in said.items() if not one.nothing}
    assert writer.said() == follower.said() == Marks(path).said() == there


def test_two_viewers_do_not_lose_what_the_other_said(tmp_path: Path) -> None:
    one, two = Marks(tmp_path / "marks.jsonl"), Marks(tmp_path / "marks.jsonl")
    one.change(KEY, Change(label="a"))
    two.change(KEY, Change(mark="keep"))
    one.change(KEY, Change(label="b"))
    assert two.said()[KEY] == Said(KEY, "keep", ("a", "b"))


def label_a_hundred(path: Path, name: str) -> None:
    marks = Marks(path)
    for n in range(100):
        marks.change(f"{n % 10}", Change(label=f"{name}{n // 10}"))


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "marks.jsonl"
    spawn = multiprocessing.get_context("fork")
    writers = [spawn.Process(target=label_a_hundred, args=(path, name)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    labels = {f"{name}{n}" for name in "ab" for n in range(10)}
    assert {sample: set(said.labels) for sample, said in Marks(path).said().items()} == {
        f"{n}": labels for n in range(10)
    }


def test_a_line_that_a_kill_tore_is_cut_off_and_nothing_before_it_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "marks.jsonl"
    Marks(path).change(KEY, Change(mark="keep"))
    with path.open("ab") as file:
        file.write(b'{"sample":"abc","ma')
    assert set(Marks(path).said()) == {KEY}
    Marks(path).change("other", Change(mark="drop"))
    assert {s: said.mark for s, said in Marks(path).said().items()} == {
        KEY: "keep",
        "other": "drop",
    }


def test_a_file_that_somebody_spoilt_is_told_and_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "marks.jsonl"
    path.write_text("nonsense\n")
    with pytest.raises(BadInput, match="not a Said"):
        Marks(path).said()


@pytest.mark.parametrize("change", [Change(label="x" * 61), Change(note="x" * 10_001)])
def test_too_long_a_label_or_note_is_refused(tmp_path: Path, change: Change) -> None:
    with pytest.raises(BadInput, match="at most"):
        Marks(tmp_path / "marks.jsonl").change(KEY, change)
    assert Marks(tmp_path / "marks.jsonl").said() == {}


def test_samples_are_chosen_by_mark_and_labels() -> None:
    kept, dropped = Said("1", "keep", ("a", "b")), Said("2", "drop", ("a",))
    assert [Choice(marked="keep").fits(s) for s in (kept, dropped, None)] == [True, False, False]
    assert [Choice(not_marked="drop").fits(s) for s in (kept, dropped, None)] == [True, False, True]
    assert [Choice(labels=("a", "b")).fits(s) for s in (kept, dropped, None)] == [
        True, False, False,
    ]  # fmt: skip
    assert labels_of([kept, dropped]) == ["a", "b"]


def test_where_it_cannot_be_written_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot write"):
        Marks(tmp_path / "file" / "marks.jsonl").change(KEY, Change(mark="keep"))
