"""Rows as Parquet, which the extra `parquet` (pyarrow) writes and reads.

What differs from row to row in its keys is a string of JSON: the functions, and the arguments of a
call. As columns, Arrow would merge all of them into one structure, and fill it with nulls.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from buttonup.errors import BadInput
from buttonup.records import Json, decode, encode

GROUP = 1000  # rows of a row group; ours
BATCH = 64  # rows read at a time; ours
IDS = ("input_ids", "attention_mask", "labels")  # columns of token ids
MAGIC = b"PAR1"  # what a Parquet file begins with


class ParquetFile:
    """A file that takes rows as lines of JSON. Raises BadInput when the extra is not installed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._pa, self._pq = _pyarrow()
        self._file = file
        self._writer: Any = None
        self._rows: list[dict[str, Json]] = []

    def write(self, lines: bytes) -> None:
        """Take some lines."""
        self._rows += [_flat(decode(line, dict[str, Any])) for line in lines.splitlines()]
        if len(self._rows) >= GROUP:
            self._flush()

    def close(self, row: bytes) -> IO[bytes]:
        """Write what is left, and the end that makes the file whole; give the file.

        Where no row came, the columns are those of `row`: a file of no bytes is no Parquet.
        """
        self._flush()
        if self._writer is None:
            self._open(_flat(decode(row, dict[str, Any])))
        self._writer.close()
        return self._file

    def _open(self, row: dict[str, Json]) -> None:
        """Begin the file; what columns there are, a row tells."""
        schema = self._pa.schema([(key, _column(self._pa, key)) for key in row])
        self._writer = self._pq.ParquetWriter(self._file, schema, compression="zstd")

    def _flush(self) -> None:
        if not self._rows:
            return
        if self._writer is None:
            self._open(self._rows[0])
        self._writer.write_table(self._pa.Table.from_pylist(self._rows, self._writer.schema))
        self._rows = []


def rows_in(path: Path) -> Iterator[bytes]:
    """Read a Parquet file a few rows at a time, each as a line of JSON.

    A null is left out: Arrow has it where a row has no such key.
    Raises  BadInput when the extra is not installed, or the file is damaged
    """
    pa, pq = _pyarrow()
    try:
        with pq.ParquetFile(path) as table:
            for batch in table.iter_batches(BATCH):
                yield from (encode(_there(row)) for row in batch.to_pylist())
    except (pa.ArrowException, OSError) as error:
        told = str(error).partition("\n")[0]
        raise BadInput(f"{path} is damaged: {told}", "fetch it again") from error


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        mend = 'install it with pip install "buttonup[parquet]"'
        raise BadInput("Parquet needs pyarrow", mend) from error
    return pa, pq


def _there(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _there(one) for key, one in value.items() if one is not None}
    return [_there(one) for one in value] if isinstance(value, list) else value


def _column(pa: Any, key: str) -> Any:
    text = pa.string()
    if key == "conversations":
        return pa.list_(pa.struct([("from", text), ("value", text)]))
    if key == "messages":
        return pa.list_(pa.struct(_message(pa)))
    if key in IDS:
        return pa.list_(pa.int32())
    if key == "prompt":
        return pa.list_(pa.struct([("role", text), ("content", text)]))
    return pa.bool_() if key == "parallel_tool_calls" else text


def _message(pa: Any) -> list[tuple[str, Any]]:
    text = pa.string()
    function = pa.struct([("name", text), ("arguments", text)])
    call = pa.struct([("id", text), ("type", text), ("function", function)])
    named = [(k, text) for k in ("role", "content", "reasoning_content", "tool_call_id", "name")]
    # what a format says of a turn that is not learnt; null in all others
    learnt = [("weight", pa.int64()), ("train", pa.bool_()), ("loss", pa.bool_())]
    return [*named, ("tool_calls", pa.list_(call)), *learnt]


def _flat(row: dict[str, Json]) -> dict[str, Json]:
    """Put strings of JSON where the keys differ from row to row."""
    flat = {key: _told(value) if key == "tools" else value for key, value in row.items()}
    for message in row.get("messages", ()):
        for call in message.get("tool_calls", ()):
            call["function"]["arguments"] = _told(call["function"]["arguments"])
    return flat


def _told(value: Json) -> str:
    return value if isinstance(value, str) else encode(value).decode()
