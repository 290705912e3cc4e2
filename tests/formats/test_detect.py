from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.formats.detect import AHEAD, FORMATS, Read, detect, read
from buttonup.formats.exported import exported
from buttonup.records import Conversation, Rejection, Sample, User, decode, encode

HELLO = b'{"messages":[{"role":"user","content":"Hello"}]}\n'


def written(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join(lines))
    return path


def reasons(found: list[tuple[int, Read]]) -> list[tuple[int, str]]:
    return [(n, item.reason if isinstance(item, Rejection) else "") for n, item in found]


ALIKE = {"trl": "openai", "axolotl": "openai"}
"""Formats whose rows are read as another's: only the writing differs."""
OTHERS = [name for name in FORMATS if name != "xlam"]  # which carries no conversation whole


@pytest.mark.parametrize("name", OTHERS)
def test_what_a_format_renders_is_detected_as_that_format(sample: Sample, name: str) -> None:
    assert detect(FORMATS[name].render(exported(sample.trajectory))) == ALIKE.get(name, name)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"trajectory": {}}, "sample"),
        ({"messages": [{"role": "assistant", "content": "<call>[]</call>"}]}, "button"),
        ({"messages": [{"role": "user", "content": "what is <call>?"}]}, "openai"),
        ({"messages": []}, "openai"),
        ({"messages": 5}, None),
        ({"messages": "[]"}, "toucan"),
        ({"messages": [{"role": "tool_call", "content": "{}"}], "tools": "[]"}, "ms-swift"),
        ({"messages": [{"role": "assistant", "content": "<tool_call>{}</tool_call>"}]}, "hermes"),
        ({"messages": [{"role": "user", "content": "<tool_call>"}], "tools": []}, "openai"),
        ({"conversations": []}, "sharegpt"),
        ({"conversations": [{"from": "system", "value": "<tools>[]</tools>"}]}, "hermes"),
        ({"conversations": [{"from": "gpt", "value": "<functioncall> {}"}]}, "glaive"),
        ({"conversations": [{"from": "assistant", "value": "[f(a=1)]"}]}, "toolace"),
        ({"conversations": [{"from": "gpt", "value": "See [1] and (2)."}]}, "sharegpt"),
        ({"chat": "USER: hi"}, "glaive"),
        ({"query": "hi", "tools": "[]", "answers": "[]"}, "xlam"),
        ({"query": "hi"}, None),
        ([], None),
        (5, None),
    ],
)
def test_a_row_is_told_by_its_shape(row: Any, kind: str | None) -> None:
    assert detect(row) == kind


def test_samples_and_every_format_may_stand_in_one_file(tmp_path: Path, sample: Sample) -> None:
    c = exported(sample.trajectory)
    lines = [encode(sample), *(encode(FORMATS[name].render(c)) for name in OTHERS)]
    path = written(tmp_path / "mixed.jsonl", b"\n".join(lines))
    assert list(read(path)) == [(1, sample), *((n, c) for n in range(2, len(OTHERS) + 2))]


def test_a_gzipped_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = written(tmp_path / "rows", gzip.compress(HELLO, mtime=0))
    [(number, item)] = read(path)
    assert (number, item) == (1, Conversation(messages=(User("Hello"),), parallel=None))


def test_a_folder_of_a_run_is_read_by_its_accepted_samples(tmp_path: Path, sample: Sample) -> None:
    written(tmp_path / "accepted.jsonl", encode(sample), b"\n")
    assert list(read(tmp_path)) == [(1, sample)]


def test_bad_lines_are_rejections_and_reading_goes_on(tmp_path: Path) -> None:
    path = written(
        tmp_path / "rows.jsonl",
        b"{\n",
        HELLO,
        b"\n",
        b'{"messages":[{"role":"narrator"}]}\n',
        b'"\xff"\n',
        b"[" * 5000 + b"]" * 5000 + b"\n",
        b'{"trajectory":{}}\n',
        b'{"other":1}\n',
        b"7\n",
        HELLO,
        b'{"messages":[{"role":"us',
    )
    assert reasons(list(read(path))) == [
        (1, "not_json"),
        (2, ""),
        (4, "unknown_role"),
        (5, "not_json"),
        (6, "too_deep"),
        (7, "off_schema"),
        (8, "unrecognised"),
        (9, "unrecognised"),
        (10, ""),
        (11, "not_json"),
    ]


def test_a_rejection_says_its_line_and_the_stage(tmp_path: Path) -> None:
    [_, (_, item)] = read(written(tmp_path / "rows.jsonl", HELLO, b"{}\n"))
    assert isinstance(item, Rejection)
    assert (item.stage, item.detail) == ("read", "line 2: an object with the keys []")


def test_unicode_line_separators_do_not_end_a_line(tmp_path: Path) -> None:
    row = json.dumps(
        {"messages": [{"role": "user", "content": "a\u2028b\x85c"}]}, ensure_ascii=False
    )
    [(_, item)] = read(written(tmp_path / "rows.jsonl", row.encode()))
    assert item == Conversation(messages=(User("a\u2028b\x85c"),), parallel=None)


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    assert reasons(list(read(written(tmp_path / "r.jsonl", b"\xef\xbb\xbf", HELLO)))) == [(1, "")]


def test_a_named_format_is_believed(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", b"no\n" * (AHEAD + 1), HELLO)
    found = list(read(path, "button"))
    assert found[-1][1] == Conversation(messages=(User("Hello"),), parallel=None)
    assert len(found) == AHEAD + 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"hello\n", "line 1: JSON is malformed"),
        (b"[]\n", "is empty"),
        (b'[\n{"prompt": []}]\n', 'with the keys ["prompt"]); rows are'),
        (b'{"turns":[],"tools":""}\n', 'with the keys ["turns","tools"]); rows are'),
        (b"nothing\n" * 1000, "holds no row in a known format"),
        (gzip.compress(HELLO * 1000, mtime=0)[:-20], "is damaged after line"),
        (gzip.compress(HELLO, mtime=0)[:5] + b"junk" * 20, "is damaged after line 0"),
    ],
)
def test_a_file_that_holds_no_rows_is_bad_input_in_one_line(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(BadInput) as refused:
        list(read(written(tmp_path / "rows.jsonl", content)))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400 + len(str(tmp_path))


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no file"):
        list(read(tmp_path / "nowhere.jsonl"))


def test_a_folder_that_is_no_run_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no accepted\.jsonl"):
        list(read(tmp_path))


def test_a_format_that_does_not_exist_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="choose one of button, openai"):
        list(read(tmp_path, "xml"))


def test_reading_does_not_wait_for_the_end_of_the_file(tmp_path: Path) -> None:
    lines = [HELLO.replace(b"Hello", b"%d" % n) for n in range(20_000)]
    rows = read(written(tmp_path / "rows.gz", gzip.compress(b"".join(lines))[:-20]))
    assert next(rows)[0] == 1
    with pytest.raises(BadInput, match="is damaged after line"):
        list(rows)


def test_the_examples_of_the_docs_are_one_conversation_in_each_format() -> None:
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
    sections = re.findall(r"(?ms)^## ([\w-]+)\n(.*?)(?=^## |\Z)", text)
    rows = {
        name: json.loads(body.split("```json\n")[1].split("```")[0])
        for name, body in sections
        if name in FORMATS
    }
    assert list(rows) == list(FORMATS)
    [whole] = {encode(FORMATS[name].parse(row)) for name, row in rows.items() if name != "xlam"}
    c = decode(whole, Conversation)
    assert {name: FORMATS[name].render(c) for name in FORMATS} == rows
