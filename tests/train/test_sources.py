"""What is learnt and what is measured, from all that a training is given."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from buttonup.chat import Tokens
from buttonup.chat.probe import conversation
from buttonup.errors import BadInput
from buttonup.formats import openai
from buttonup.records import digest, encode
from buttonup.train import models
from buttonup.train.results import RESULTS, Results
from buttonup.train.rows import write_rows
from buttonup.train.sources import prepared
from buttonup.train.training import Mixed, Round, Training


def talks(path: Path, count: int) -> Path:
    rows = [openai.render(conversation(*(f"Talk {n}.",) * 4)) for n in range(count)]
    path.write_bytes(b"".join(encode(row) + b"\n" for row in rows))
    return path


def test_some_of_each_source_is_held_back_and_never_learnt(
    run: Path, tokens: Tokens, tmp_path: Path
) -> None:
    other = str(talks(tmp_path / "talks.jsonl", 40))
    found = prepared(run, Training(mix=(Mixed(other, 0.5),)), tokens)
    assert {row.source for row in found.held} == {"data", f"mix: {other}"}
    assert not {replace(row, source="") for row in found.held} & {
        replace(row, source="") for row in found.rows
    }


def round_one(folder: Path, results: Results, tokens: Tokens, data: Path) -> Path:
    first = prepared(data, Training(), tokens)
    folder.mkdir()
    template = digest(models.template_of(tokens).source)
    (folder / RESULTS).write_bytes(encode(replace(results, round=1, template=template)))
    (folder / "rows.jsonl").write_bytes(write_rows(first.rows))
    (folder / "held.jsonl").write_bytes(write_rows(first.held))
    return folder


def test_a_round_replays_the_one_before_and_measures_what_that_held_back(
    run: Path, tokens: Tokens, tmp_path: Path, results: Results
) -> None:
    one = round_one(tmp_path / "one", results, tokens, run)
    new = talks(tmp_path / "talks.jsonl", 11)
    found = prepared(new, Training(round=Round(str(one), 0.25)), tokens)
    assert found.round == 2
    assert sum(row.source == "round 1" for row in found.rows) == 3
    assert [row.source for row in found.held] == ["data", "round 1"]
    none = prepared(new, Training(round=Round(str(one), 0.0)), tokens)
    assert {row.source for row in none.rows} == {"data"}
    assert [row.source for row in none.held] == ["data", "round 1"]


def test_a_round_by_another_template_is_refused(
    run: Path, tokens: Tokens, tmp_path: Path, results: Results
) -> None:
    one = round_one(tmp_path / "one", results, tokens, run)
    (one / RESULTS).write_bytes(encode(results))
    with pytest.raises(BadInput, match="another chat template"):
        prepared(run, Training(round=Round(str(one), 0.0)), tokens)
