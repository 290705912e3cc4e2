"""What a GGUF file says of its tokenizer: the chat template, and the marks that it names.

Only the head of the file is read. Lengths in it are a stranger's: none is believed that the file
does not have.
Source  the GGUF specification of ggml (docs/gguf.md), version 2 on
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO, Any

from buttonup.errors import BadInput

SCALARS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?",
    10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
STRING, ARRAY = 8, 9
MOST = 1 << 22  # items of an array; the largest vocabularies have 2^18 and as many merges again
MARKS = ("bos", "eos", "unknown", "padding")


def chat_template(file: Path) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Give the chat template of a GGUF file, and its marks as (name, text).

    Raises  BadInput when it cannot be read or carries none
    """
    try:
        with file.open("rb") as content:
            held = _head(content)
    except OSError as error:
        raise BadInput(f"cannot read the model {file}: {error.strerror}", "check it") from error
    except (ValueError, struct.error, UnicodeError, OverflowError, MemoryError) as error:
        raise BadInput(f"the head of {file} cannot be read: {error}", "fetch it again") from error
    template = held.get("tokenizer.chat_template")
    if not isinstance(template, str) or not template:
        raise BadInput(f"{file} carries no chat template", "give one with --template")
    tokens = held.get("tokenizer.ggml.tokens", [])
    places = ((name, held.get(f"tokenizer.ggml.{name}_token_id")) for name in MARKS)
    return template, tuple(
        (f"{name}_token", tokens[at])
        for name, at in places
        if isinstance(at, int) and 0 <= at < len(tokens)
    )


def _head(content: IO[bytes]) -> dict[str, Any]:
    if content.read(4) != b"GGUF":
        raise ValueError("it is no GGUF file")
    version, _tensors, count = _unpacked(content, "<IQQ")
    if not 2 <= version <= 3 or count > MOST:  # noqa: PLR2004 - see the source
        raise ValueError(f"version {version} is not known")
    held = {}
    for _ in range(count):
        key = _string(content)
        [kind] = _unpacked(content, "<I")
        held[key] = _value(content, kind)
    return held


def _value(content: IO[bytes], kind: int) -> Any:
    if kind == STRING:
        return _string(content)
    if kind != ARRAY:
        return _unpacked(content, _scalar(kind))[0]
    inner, count = _unpacked(content, "<IQ")
    if count > MOST or inner == ARRAY:
        raise ValueError("an array is too long, or of arrays")
    if inner == STRING:
        return [_string(content) for _ in range(count)]
    return list(_unpacked(content, f"<{count}{_scalar(inner)[1]}"))


def _scalar(kind: int) -> str:
    if kind not in SCALARS:
        raise ValueError(f"there is no type {kind}")
    return SCALARS[kind]


def _string(content: IO[bytes]) -> str:
    [length] = _unpacked(content, "<Q")
    if length > MOST:
        raise ValueError("a text is too long")
    return _exactly(content, length).decode("utf-8", "replace")


def _unpacked(content: IO[bytes], form: str) -> tuple[Any, ...]:
    return struct.unpack(form, _exactly(content, struct.calcsize(form)))


def _exactly(content: IO[bytes], size: int) -> bytes:
    found = content.read(size)
    if len(found) < size:
        raise ValueError("it ends too soon")
    return found
