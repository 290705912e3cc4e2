"""The chat template of a GGUF file is found, and a file that lies about itself does no harm."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.model.gguf import chat_template


def text(words: str) -> bytes:
    return struct.pack("<Q", len(words.encode())) + words.encode()


def pair(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def tokens(*names: str) -> bytes:
    return struct.pack("<IQ", 8, len(names)) + b"".join(map(text, names))


PAIRS = (
    pair("general.name", 8, text("small")),
    pair("a.scale", 6, struct.pack("<f", 0.5)),
    pair("a.flags", 9, struct.pack("<IQ", 4, 3) + struct.pack("<3I", 1, 2, 3)),
    pair("tokenizer.ggml.tokens", 9, tokens("a", "<s>", "</s>")),
    pair("tokenizer.ggml.bos_token_id", 4, struct.pack("<I", 1)),
    pair("tokenizer.ggml.eos_token_id", 4, struct.pack("<I", 2)),
    pair("tokenizer.ggml.padding_token_id", 4, struct.pack("<I", 9)),
    pair("tokenizer.chat_template", 8, text("{{ bos_token }}Łódź")),
)


def gguf(*pairs: bytes, version: int = 3) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", version, 0, len(pairs))
    return head + b"".join(pairs) + b"and tensors behind"


def put(folder: Path, content: bytes) -> Path:
    file = folder / "model.gguf"
    file.write_bytes(content)
    return file


def test_the_template_and_the_marks_that_there_are_are_found(tmp_path: Path) -> None:
    template, marks = chat_template(put(tmp_path, gguf(*PAIRS)))
    assert template == "{{ bos_token }}Łódź"
    assert marks == (("bos_token", "<s>"), ("eos_token", "</s>"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no GGUF"),
        (b"GGUF", "ends too soon"),
        (gguf(*PAIRS, version=1), "version 1"),
        (gguf(*PAIRS[:-1]), "carries no chat template"),
        (gguf(pair("tokenizer.chat_template", 4, struct.pack("<I", 1))), "no chat template"),
        (gguf(pair("x", 99, b"")), "no type 99"),
        (gguf(struct.pack("<Q", 2**63)), "too long"),
        (gguf(pair("x", 9, struct.pack("<IQ", 8, 2**40))), "too long"),
        (gguf(*PAIRS)[:200], "ends too soon"),
    ],
)
def test_a_file_without_one_or_that_lies_is_told(
    content: bytes, words: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=words):
        chat_template(put(tmp_path, content))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot read the model"):
        chat_template(tmp_path / "none.gguf")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_told(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    file = put(tmp_path_factory.getbasetemp(), b"GGUF" + struct.pack("<I", 3) + tail)
    with pytest.raises(BadInput):
        chat_template(file)
