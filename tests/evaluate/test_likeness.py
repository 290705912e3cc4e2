"""Likeness needs a model of the user's and an extra, and says so."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.evaluate.likeness import likeness_by


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="all-mpnet-base-v2"):
        likeness_by(str(tmp_path / "none"))


@pytest.mark.skipif(
    find_spec("sentence_transformers") is not None, reason="sentence-transformers is installed"
)
def test_without_the_extra_one_line_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"buttonup\[sentences\]"):
        likeness_by(str(tmp_path))


@pytest.mark.skipif(
    find_spec("sentence_transformers") is None, reason="the extra `sentences` is not installed"
)
def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no sentence model"):
        likeness_by(str(tmp_path))
