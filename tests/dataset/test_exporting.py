from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from buttonup.dataset.checking import check
from buttonup.dataset.exporting import export, negatives
from buttonup.errors import BadInput
from buttonup.formats import FORMATS

N = 6


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "xlam"])
def test_what_is_exported_passes_every_gate(name: str, finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "data.jsonl"
    assert export(finished, name, out).count == N
    checked = check(out)
    assert (checked.lines, checked.passed, checked.failures) == (N, N, ())
    assert (checked.asked["provenance"], checked.asked["answer"]) == (N, N)
    card = (tmp_path / "data.jsonl.card.md").read_text()
    assert "worlds:library,bike_hire" in card, "the card tells the recipe"


def test_an_export_overwrites_nothing_unless_told_to(finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "data.jsonl"
    out.write_text("mine")
    with pytest.raises(BadInput, match="exists"):
        export(finished, "openai", out)
    assert out.read_text() == "mine"
    assert export(finished, "openai", out, overwrite=True).count == N


def test_negatives_name_the_gate_that_finds_each_and_overwrite_nothing(
    finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "pairs.jsonl"
    written = asyncio.run(negatives(finished, out))
    rows = [msgspec.json.decode(line) for line in out.read_text().splitlines()]
    assert (len(rows), written.skipped) == (written.count, {})
    assert written.count == sum(written.corruptions.values()) > N
    assert all(row["reason"] and row["gate"] and row["chosen"] != row["rejected"] for row in rows)
    with pytest.raises(BadInput, match="exists"):
        asyncio.run(negatives(finished, out))
    assert asyncio.run(negatives(finished, out, overwrite=True)) == written
