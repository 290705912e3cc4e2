from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
import pytest

from buttonup.errors import BadInput
from buttonup.formats.detect import FORMATS, read
from buttonup.formats.export import export, rows
from buttonup.formats.exported import exported
from buttonup.formats.layout import Layout
from buttonup.records import Assistant, Call, Function, Sample, Tool, User

WHOLE = [name for name in FORMATS if name != "xlam"]


def another(sample: Sample) -> Sample:
    """Give a sample whose arguments and schemas have other types under the same names."""
    f = Function(
        "find_rooms", "Find.", {"type": "object", "properties": {"town": {"type": "integer"}}}
    )
    call = Call.of("call_1", "find_rooms", {"town": 5, "day": {"of": "June"}})
    said = (User("5?"), Assistant("I look.", (call,)), Tool("call_1", "find_rooms", 1))
    t = sample.trajectory
    blueprint = msgspec.structs.replace(t.blueprint, functions=(f,))
    messages = (*said, Assistant(answer="One."))
    told = msgspec.structs.replace(t, blueprint=blueprint, messages=messages)
    return msgspec.structs.replace(sample, trajectory=told)


@pytest.mark.parametrize("name", WHOLE)
def test_rows_of_different_schemas_come_back_from_one_table(
    tmp_path: Path, sample: Sample, name: str
) -> None:
    pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")
    both = [sample, another(sample)] * 600
    path = tmp_path / "data.parquet"
    assert export([rows(both, name)], name, path).count == 1200
    found = [item for _, item in read(path)]
    assert found == [exported(each.trajectory) for each in both]


@pytest.mark.parametrize("name", WHOLE)
def test_a_split_or_shard_without_rows_is_a_table_without_rows(
    tmp_path: Path, sample: Sample, name: str
) -> None:
    pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    from pyarrow import parquet  # noqa: PLC0415 - an extra

    layout = Layout(shares=(0.5, 0.5), shards=2)
    export([rows([sample], name)], name, tmp_path / "d.parquet", layout=layout)
    tables = [parquet.read_table(path) for path in sorted(tmp_path.glob("d-*.parquet"))]
    assert sorted(table.num_rows for table in tables) == [0, 0, 0, 1]
    assert all(table.schema == tables[0].schema for table in tables)


@pytest.mark.parametrize("name", ["openai", "axolotl", "ms-swift"])
def test_a_turn_that_is_not_learnt_is_marked_in_a_table_too(
    tmp_path: Path, sample: Sample, name: str
) -> None:
    pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    t = sample.trajectory
    spoilt = tuple(
        msgspec.structs.replace(m, masked=True) if isinstance(m, Assistant) and m.calls else m
        for m in t.messages
    )
    told = msgspec.structs.replace(sample, trajectory=msgspec.structs.replace(t, messages=spoilt))
    export([rows([sample, told], name)], name, tmp_path / "d.parquet")
    found = [item for _, item in read(tmp_path / "d.parquet")]
    assert found == [exported(each.trajectory) for each in (sample, told)]
    assert found[0] != found[1]


def test_a_damaged_table_is_bad_input(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    (tmp_path / "data.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(BadInput, match="is damaged"):
        list(read(tmp_path / "data.parquet"))


@pytest.mark.slow
def test_hugging_face_datasets_loads_the_splits(
    tmp_path: Path, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    datasets = pytest.importorskip("datasets", reason="Hugging Face datasets is not installed")
    both = [sample, another(sample)] * 20
    export([rows(both, "trl")], "trl", tmp_path / "d.parquet", layout=Layout(shards=2))
    files = sorted(map(str, tmp_path.glob("d-*.parquet")))
    found = datasets.load_dataset(
        "parquet", data_files=files, split="train", cache_dir=str(tmp_path)
    )
    assert (len(files), found.num_rows) == (2, 40)
    assert {json.loads(tools)[0]["function"]["name"] for tools in found["tools"]} == {"find_rooms"}


def test_without_the_extra_one_line_says_how_to_get_it(
    tmp_path: Path, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BadInput, match="Parquet needs pyarrow; install it"):
        export([rows([sample], "openai")], "openai", tmp_path / "data.parquet")
    assert list(tmp_path.iterdir()) == []
