from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.formats.detect import FORMATS, read
from buttonup.formats.export import Exported, card_path, draft, rows, rows_of
from buttonup.formats.export import export as export_parts
from buttonup.formats.exported import adopt, exported
from buttonup.formats.layout import Layout
from buttonup.records import (
    Assistant,
    CompositionalTask,
    Conversation,
    Sample,
    User,
    Verdict,
    encode,
)
from buttonup.store.lines import read_records, stretches


def export(
    samples: Iterable[Sample], name: str, path: Path, *, recipe: str = "", replace: bool = False
) -> Exported:
    """Export samples, each a part of its own."""
    parts = (rows([sample], name) for sample in samples)
    return export_parts(parts, name, path, recipe=recipe, replace=replace)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def with_a_tag(sample: Sample) -> Sample:
    """Give a sample that the button format cannot carry."""
    t = sample.trajectory.plus(User("And <final>?"), Assistant(answer="No."))
    return msgspec.structs.replace(sample, trajectory=t)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "xlam"])
def test_what_is_exported_is_read_back(tmp_path: Path, sample: Sample, name: str) -> None:
    path = tmp_path / "data.jsonl"
    assert export([sample, sample], name, path) == Exported(2)
    assert [item for _, item in read(path)] == [exported(sample.trajectory)] * 2
    assert names_in(tmp_path)[:2] == ["data.jsonl", "data.jsonl.card.md"]


def test_what_is_left_out_is_counted_by_reason(tmp_path: Path, sample: Sample) -> None:
    failed = msgspec.structs.replace(sample, verdicts=(Verdict("structure", passed=False),))
    samples = [failed, with_a_tag(sample), sample, failed]
    done = export(samples, "button", tmp_path / "data.jsonl")
    assert done == Exported(1, {"not_accepted": 2, "tag_in_text": 1})
    assert "| left out: not_accepted | 2 |" in card_path(tmp_path / "data.jsonl").read_text()


@pytest.mark.parametrize("taken", ["data.jsonl", "data.jsonl.card.md"])
def test_a_taken_path_is_left_alone_unless_told_so(
    tmp_path: Path, sample: Sample, taken: str
) -> None:
    (tmp_path / taken).write_text("mine")
    with pytest.raises(BadInput, match="exists; choose another path"):
        export([sample], "openai", tmp_path / "data.jsonl")
    assert (tmp_path / taken).read_text() == "mine"
    assert names_in(tmp_path) == [taken]
    export([sample], "openai", tmp_path / "data.jsonl", replace=True)
    assert (tmp_path / taken).read_text() != "mine"


def test_a_failure_half_way_leaves_nothing(tmp_path: Path, sample: Sample) -> None:
    def breaking() -> Iterator[Sample]:
        yield sample
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(breaking(), "openai", tmp_path / "data.jsonl")
    assert names_in(tmp_path) == []


def test_a_failure_half_way_keeps_what_was_to_be_replaced(tmp_path: Path, sample: Sample) -> None:
    path = tmp_path / "data.jsonl"
    export([sample], "openai", path)
    before = path.read_bytes()

    def breaking() -> Iterator[Sample]:
        yield with_a_tag(sample)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(breaking(), "openai", path, replace=True)
    assert path.read_bytes() == before
    assert len(names_in(tmp_path)) == 2


def test_a_full_disk_is_one_clear_line_and_no_file(
    tmp_path: Path, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match=r"data\.jsonl cannot be written: No space left on device"):
        export([sample], "openai", tmp_path / "data.jsonl")
    assert names_in(tmp_path) == []


def test_a_file_that_may_not_grow_leaves_nothing(tmp_path: Path, sample: Sample) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(BadInput, match=r"data\.jsonl cannot be written: File too large"):
            export([sample] * 2000, "openai", tmp_path / "data.jsonl")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names_in(tmp_path) == []


def test_a_missing_folder_is_bad_input(tmp_path: Path, sample: Sample) -> None:
    with pytest.raises(BadInput, match=r"cannot be written: No such file or directory"):
        export([sample], "openai", tmp_path / "nowhere" / "data.jsonl")


@pytest.mark.parametrize("file", ["data.jsonl.zst", "data.jsonl.gz"])
def test_a_name_that_promises_another_kind_of_file_is_bad_input(
    tmp_path: Path, sample: Sample, file: str
) -> None:
    with pytest.raises(BadInput, match=r"choose \.jsonl or"):
        export([sample], "openai", tmp_path / file)


def test_an_unknown_format_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="choose one of button, openai"):
        export([], "xml", tmp_path / "data.jsonl")


def test_nothing_to_export_is_bad_input_and_says_why(tmp_path: Path, sample: Sample) -> None:
    with pytest.raises(BadInput, match="left out: 1 tag_in_text"):
        export([with_a_tag(sample)], "button", tmp_path / "data.jsonl")
    with pytest.raises(BadInput, match="has accepted none"):
        export([], "button", tmp_path / "data.jsonl")
    assert names_in(tmp_path) == []


def test_the_recipe_is_told_in_the_card(tmp_path: Path, sample: Sample) -> None:
    export([sample], "openai", tmp_path / "data.jsonl", recipe="[worlds]\nseed = 7\n")
    assert "```toml\n[worlds]\nseed = 7\n```" in card_path(tmp_path / "data.jsonl").read_text()


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_copied_from_a_file_is_what_would_be_written(
    tmp_path: Path, sample: Sample, name: str
) -> None:
    accepted = tmp_path / "accepted.jsonl"
    accepted.write_bytes(b"".join(encode(s) + b"\n" for s in [sample, with_a_tag(sample)] * 60))
    first, second = (rows_of(stretch, name) for stretch in stretches(accepted))
    whole = rows(read_records(accepted, Sample), name)
    assert first.text + second.text == whole.text
    first.census.join(second.census)
    assert (first.census, first.skipped + second.skipped) == (whole.census, whole.skipped)


@settings(deadline=None)
@given(data=st.data())
def test_whatever_is_said_is_copied_as_it_would_be_written(
    data: st.DataObject,
    any_conversations: st.SearchStrategy[Conversation],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    sample = Sample(adopt(data.draw(any_conversations)))
    accepted = tmp_path_factory.mktemp("run") / "accepted.jsonl"
    accepted.write_bytes(encode(sample) + b"\n")
    [stretch] = stretches(accepted)
    for name in FORMATS:
        assert rows_of(stretch, name) == rows(read_records(accepted, Sample), name)


def test_a_line_that_is_no_sample_is_bad_input(tmp_path: Path, sample: Sample) -> None:
    accepted = tmp_path / "accepted.jsonl"
    accepted.write_bytes(encode(sample) + b'\n{"no": "sample"}\n')
    [stretch] = stretches(accepted)
    with pytest.raises(BadInput, match=r"accepted\.jsonl:2 is not a Sample"):
        rows_of(stretch, "openai")


def test_parts_are_written_in_order_and_counted_together(tmp_path: Path, sample: Sample) -> None:
    one, other = rows([sample], "openai"), rows([with_a_tag(sample)], "openai")
    written = export_parts(iter([one, other, one]), "openai", tmp_path / "data.jsonl")
    assert written == Exported(3)
    assert (tmp_path / "data.jsonl").read_bytes() == one.text + other.text + one.text
    assert "| user turns | 4 | 1.33 |" in card_path(tmp_path / "data.jsonl").read_text()


def test_splits_share_no_task_and_are_the_same_in_every_export(
    tmp_path: Path, sample: Sample
) -> None:
    def asking(words: str) -> Sample:
        t = sample.trajectory
        blueprint = msgspec.structs.replace(t.blueprint, task=CompositionalTask(words))
        return msgspec.structs.replace(
            sample, trajectory=msgspec.structs.replace(t, blueprint=blueprint)
        )

    samples = [asking(f"task {n % 50}") for n in range(200)]
    layout, train = Layout((0.5, 0.25, 0.25), shards=2), 0
    for folder, some in (("one", samples), ("other", samples[::-1])):
        (tmp_path / folder).mkdir()
        parts = (rows([each], "openai") for each in some)
        done = export_parts(parts, "openai", tmp_path / folder / "data.jsonl", layout=layout)
        assert sum(done.splits.values()) == done.count == 200
        assert all(count % 4 == 0 for count in done.splits.values()), "each task whole, in one"
        assert set(done.splits) == {"train", "validation", "test"}
        assert min(done.splits.values()) > 0
        train = done.splits["train"]
    sizes = [sorted((p.name, len(p.read_bytes().splitlines())) for p in f.glob("*.jsonl"))
             for f in (tmp_path / "one", tmp_path / "other")]  # fmt: skip
    assert sizes[0] == sizes[1]
    assert ("data-train-00000-of-00002.jsonl", train // 2) in sizes[0]
    card = (tmp_path / "one" / "data.jsonl.card.md").read_text()
    assert "- split: validation" in card
    assert '"data-test-00001-of-00002.jsonl"' in card


def test_a_disk_that_takes_no_write_at_all_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "open", refused)
    monkeypatch.setattr(Path, "unlink", refused)  # refused too, though nothing is there
    with pytest.raises(BadInput, match="Read-only file system"), draft(tmp_path / "a.jsonl"):
        pass
