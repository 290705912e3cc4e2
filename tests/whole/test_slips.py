"""A model slips once a conversation and goes on rightly: what masking and a second try save."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from buttonup import Made, accepted, check, export, make
from buttonup.bottomup.truth_first import Scenes
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.recipe import read_recipe
from buttonup.records import Assistant, Call, Message, User

N = 4
WRONG = "LC-000000"
KEYS = {"n": N, "tools": "worlds:library", "rewrite": False, "patience": 40}
KEYS |= {f"scenes.{name}": 0 for name in Scenes.__struct_fields__}


def made(folder: Path, model: Scripted | None = None, **given: Any) -> Made:
    keys = {key.replace("__", "."): value for key, value in given.items()}
    return asyncio.run(make(read_recipe(None, {**KEYS, **keys}), folder, model=model))


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Message, ...]]:
    """Give what the plan-follower does for each request of the run."""
    folder = tmp_path_factory.mktemp("gold") / "run"
    made(folder, n=40)
    messages = [s.trajectory.messages for s in accepted(folder)]
    return {told[0].content: told for told in messages if isinstance(told[0], User)}


def slipping(gold: dict[str, tuple[Message, ...]]) -> Scripted:
    """Play an assistant that first takes a card that nobody named, and then does all as planned."""

    def script(request: Request) -> str:
        told = gold.get(request.messages[1].content)
        if told is None:
            return written(Assistant("I do not know.", answer="I cannot do this."))
        moves = [m for m in told if isinstance(m, Assistant)]
        words = [turn.content for turn in request.messages[2:]]
        taken = sum(turn.role == "assistant" for turn in request.messages)
        if words and "cannot stand" in words[-1]:
            return written(moves[taken - 1])
        if taken == 0 and (slip := slipped(moves[0])):
            return written(slip)
        return written(moves[taken - any(WRONG in text for text in words)])

    return Scripted(script)


def slipped(move: Assistant) -> Assistant | None:
    for call in move.calls:
        arguments = call.arguments or {}
        if "reader_id" in arguments:
            wrong = Call.of(call.id, call.name, {**arguments, "reader_id": WRONG})
            return replace(move, calls=(wrong,))
    return None


def written(move: Assistant) -> str:
    calls = [{"name": c.name, "arguments": c.arguments} for c in move.calls]
    return json.dumps({"thought": move.thought, "calls": calls, "answer": move.answer})


BLIND = {"teacher__model": "slips", "simulate__assistant": "blind"}


def test_without_either_a_slip_costs_the_sample(
    tmp_path: Path, gold: dict[str, tuple[Message, ...]]
) -> None:
    report = made(tmp_path / "run", slipping(gold), repair=False, **BLIND).report
    assert report.failures["provenance"]["invented"] >= 1
    assert (report.saved.masked, report.saved.tried) == (0, {})


def test_a_masked_slip_stays_in_the_sample_and_is_exported_where_a_format_can_say_so(
    tmp_path: Path, gold: dict[str, tuple[Message, ...]]
) -> None:
    run = tmp_path / "run"
    report = made(run, slipping(gold), repair=False, mask__gates=["provenance"], **BLIND).report
    assert report.accepted == N
    assert 1 <= report.saved.masked <= N
    assert report.saved.turns == {"provenance": report.saved.masked}
    slips = [m for s in accepted(run) for m in s.trajectory.messages if WRONG in repr(m)]
    assert any(isinstance(m, Assistant) and m.masked for m in slips)
    exported = export(run, "openai", tmp_path / "data.jsonl")
    assert (exported.count, exported.skipped) == (N, {})
    checked = check(tmp_path / "data.jsonl")
    assert (checked.passed, checked.let_be) == (N, report.saved.masked)
    plain = export(run, "hermes", tmp_path / "plain.jsonl")
    assert plain.skipped == {"masked_turn": report.saved.masked}


def test_a_slip_that_is_tried_again_is_in_no_sample_and_the_run_says_what_it_took(
    tmp_path: Path, gold: dict[str, tuple[Message, ...]]
) -> None:
    run, model = tmp_path / "run", slipping(gold)
    report = made(run, model, **BLIND).report
    assert report.accepted == N
    assert report.saved.repaired == report.saved.tried
    assert report.saved.repaired["provenance: invented"] >= 1
    assert report.saved.usage.calls >= 1
    assert WRONG not in (run / "accepted.jsonl").read_text()
    assert "cannot stand" not in (run / "accepted.jsonl").read_text()


def test_a_run_made_again_from_its_journal_asks_for_nothing_and_has_the_same_samples(
    tmp_path: Path, gold: dict[str, tuple[Message, ...]]
) -> None:
    run, model = tmp_path / "run", slipping(gold)
    made(run, model, concurrency=1, **BLIND)
    before, asked = (run / "accepted.jsonl").read_bytes(), len(model.asked)
    for name in ("accepted.jsonl", "rejected.jsonl", "report.json"):
        (run / name).unlink(missing_ok=True)
    made(run, model, concurrency=1, **BLIND)
    assert (run / "accepted.jsonl").read_bytes() == before
    assert len({r.key for r in model.asked}) == len(model.asked) >= asked
