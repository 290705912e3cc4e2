from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.model.local import content_name, model_file
from buttonup.model.packed import CONVERTER

WRITES = """
import sys
weights = open(sys.argv[1] + "/a.safetensors", "rb").read()
open(sys.argv[sys.argv.index("--outfile") + 1], "wb").write(b"GGUF" + weights)
"""
FAILS = """raise NotImplementedError("a tokenizer that nobody knows")"""

Convert = Callable[[str], None]


@pytest.fixture(name="converter")
def _converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Convert:
    """Put a converter of ours in the place of llama.cpp's."""
    path = tmp_path / "path"
    path.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(path), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.syspath_prepend(path)

    def write(program: str) -> None:
        (path / f"{CONVERTER}.py").write_text(program)

    return write


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "a.safetensors").write_bytes(b"weights")
    return folder


def test_a_folder_is_packed_once_and_again_when_it_has_changed(
    folder: Path, converter: Convert
) -> None:
    converter(WRITES)
    first = model_file(f"local:{folder}")
    converter(FAILS)
    assert model_file(f"local:{folder}") == first
    name = content_name(f"local:{folder}")
    converter(WRITES)
    (folder / "a.safetensors").write_bytes(b"others!")
    assert model_file(f"local:{folder}").read_bytes() == b"GGUFothers!"
    assert content_name(f"local:{folder}") != name


def test_what_cannot_be_packed_is_told_in_one_line_and_leaves_nothing(
    folder: Path, converter: Convert, tmp_path: Path
) -> None:
    converter(FAILS)
    with pytest.raises(
        BadInput, match=r"cannot be packed as GGUF: .*a tokenizer that nobody knows"
    ):
        model_file(f"local:{folder}")
    assert list((tmp_path / "cache" / "buttonup" / "packed").iterdir()) == []


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no safetensors"):
        model_file(f"local:{tmp_path}")
