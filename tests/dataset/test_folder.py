from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buttonup.dataset.exporting import export
from buttonup.dataset.folder import accepted, report
from buttonup.errors import BadInput

N = 6


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    "ask", [accepted, report, lambda p: export(p, "openai", p.parent / "x.jsonl")]
)
@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_is_no_run_is_named(
    ask: Callable[[Path], Any], there: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "other"
    if there:
        folder.mkdir()
    with pytest.raises(BadInput, match="other holds no run"):
        list(ask(folder))
    assert not there or list(folder.iterdir()) == []


def test_a_line_that_no_run_wrote_is_named(finished: Path, tmp_path: Path) -> None:
    for name, content in files(finished).items():
        (tmp_path / name).write_bytes(content)
    with (tmp_path / "accepted.jsonl").open("ab") as file:
        file.write(b'{"edited": true}\n{"torn')
    with pytest.raises(BadInput, match=f"accepted.jsonl:{N + 1}"):
        list(accepted(tmp_path))
