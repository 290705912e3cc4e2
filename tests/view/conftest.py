"""A run to look at: gold samples, and samples spoilt by one mistake each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import buttonup
from buttonup import gates
from buttonup.dataset.folder import report
from buttonup.loop import run_to_end
from buttonup.recipe import Recipe
from buttonup.records import encode
from buttonup.topdown.corrupt import corruptions

ACCEPTED, REJECTED = 24, 8


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("view") / "made"
    run_to_end(buttonup.make(Recipe(n=ACCEPTED, cores=1), folder))
    spoilt = (
        gates.sift(pair.trajectory)
        for sample in buttonup.accepted(folder)
        for pair in list(corruptions(sample))[:1]
    )
    failed = [sample for sample in spoilt if not sample.accepted][:REJECTED]
    lines = (encode(sample) + b"\n" for sample in failed)
    (folder / "rejected.jsonl").write_bytes(b"".join(lines))
    (folder / "report.json").write_bytes(encode(report(folder)))
    return folder


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """Give a run of one's own."""
    return Path(shutil.copytree(made, tmp_path / "run"))


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
