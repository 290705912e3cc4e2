"""Hugging Face `datasets` gives every row as it was written; it runs where that is installed."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from buttonup import export, make
from buttonup.formats import EXPORTS, FORMATS
from buttonup.formats.export import card_path
from buttonup.recipe import Recipe
from buttonup.records import Assistant, Call, Conversation, Message, Tool, User

datasets = pytest.importorskip("datasets", reason="needs datasets")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of datasets and what it pulls in, not of ours
]
SPLITS = ("train", "test")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets") / "run"
    asyncio.run(make(Recipe(n=120), folder))
    return folder


def without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_none(one) for key, one in value.items() if one is not None}
    return [without_none(one) for one in value] if isinstance(value, list) else value


def in_columns(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row as Parquet is said to have it: tools and arguments are strings of JSON."""
    if "tools" in row and not isinstance(row["tools"], str):
        row = {**row, "tools": json.dumps(row["tools"], separators=(",", ":"), sort_keys=True)}
    for message in row.get("messages", []):
        for call in message.get("tool_calls", []):
            given = call["function"]["arguments"]
            if not isinstance(given, str):
                told = json.dumps(given, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
                call["function"]["arguments"] = told
    return row


def as_read(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row of Parquet with its strings of JSON in one spelling."""
    if "tools" in row:
        row["tools"] = json.dumps(json.loads(row["tools"]), sort_keys=True)
    return row


def loaded(folder: Path, data: Path, *, stream: bool) -> dict[str, list[dict[str, Any]]]:
    """Load a folder as a hub has it: the shards, and the card as README.md."""
    for path in data.parent.glob(f"{data.stem}-*"):
        shutil.copy(path, folder)
    shutil.copy(card_path(data), folder / "README.md")
    there = datasets.load_dataset(str(folder), streaming=stream, cache_dir=str(folder / ".cache"))
    return {split: list(there[split]) for split in SPLITS}


def written(run: Path, name: str, folder: Path) -> dict[str, list[dict[str, Any]]]:
    path = folder / "written.jsonl"
    export(run, name, path, shares=(0.8, 0.2))
    return {
        split: [json.loads(x) for x in (folder / f"written-{split}.jsonl").read_text().splitlines()]
        for split in SPLITS
    }


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", EXPORTS)
def test_json_lines_are_loaded_as_they_were_written(
    run: Path, tmp_path: Path, name: str, stream: bool
) -> None:
    (folder := tmp_path / "hub").mkdir()
    wanted = written(run, name, tmp_path)
    export(run, name, tmp_path / "data.jsonl", shares=(0.8, 0.2))
    assert loaded(folder, tmp_path / "data.jsonl", stream=stream) == wanted


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", EXPORTS)
def test_parquet_is_loaded_as_it_was_written_but_for_its_strings_and_missing_keys(
    run: Path, tmp_path: Path, name: str, stream: bool
) -> None:
    (folder := tmp_path / "hub").mkdir()
    wanted = written(run, name, tmp_path)
    export(run, name, tmp_path / "data.parquet", shares=(0.8, 0.2))
    for split, rows in loaded(folder, tmp_path / "data.parquet", stream=stream).items():
        assert [as_read(without_none(row)) for row in rows] == [
            as_read(without_none(in_columns(row))) for row in wanted[split]
        ]


CHUNK = 1 << 14  # bytes that a schema is guessed from here; datasets has 10 MB


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ["openai", "axolotl", "ms-swift"])
def test_a_turn_kept_out_of_the_loss_is_loaded_however_late_in_a_file_it_comes(
    tmp_path: Path, name: str, stream: bool
) -> None:
    path = tmp_path / "data.jsonl"
    said = [conversation(masked=False)] * 100 + [conversation(masked=True)]
    rows = [json.loads(json.dumps(FORMATS[name].render(c))) for c in said]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert path.stat().st_size > 2 * CHUNK
    there = datasets.load_dataset(
        "json",
        data_files=str(path),
        split="train",
        streaming=stream,
        chunksize=CHUNK,
        cache_dir=str(tmp_path / ".cache"),
    )
    assert [without_none(row) for row in there] == [without_none(row) for row in rows]


def conversation(*, masked: bool) -> Conversation:
    call = Call.of("call_1", "find_rooms", {"town": "Ghent"})
    messages: tuple[Message, ...] = (
        User("Is a room free?"),
        Assistant("I look.", (call,), masked=masked),
        Tool("call_1", "find_rooms", ["R7"]),
        Assistant("One is.", answer="Yes: R7."),
    )
    return Conversation(messages=messages, parallel=True)
