"""The whole way from a seed file to blueprints, as the engine runs it."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

from buttonup.alike.embed import Lexical
from buttonup.bottomup.text_first.assemble import AssembleKnobs, assemble
from buttonup.bottomup.text_first.atoms import AtomKnobs, atoms
from buttonup.bottomup.text_first.compose import ComposeKnobs, compose
from buttonup.bottomup.text_first.consistent import consistent
from buttonup.bottomup.text_first.dedup import DedupKnobs, near_duplicates
from buttonup.bottomup.text_first.functions import FunctionsKnobs, functions
from buttonup.bottomup.text_first.library import LibraryKnobs, library
from buttonup.bottomup.text_first.scenarios import extract
from buttonup.bottomup.text_first.seeds import read_seeds
from buttonup.engine.local import Event, Fold, Kept, Stage, run
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.records import Blueprint, CompositionalTask, Rejection


def replies(task: CompositionalTask, parts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    first, second = (subtask.text for subtask in task.subtasks)
    return {
        "scenario": {"reasoning": "", "scenario": "Travelling by train"},
        "atom": {"reasoning": "", "task": first},
        "sequential": {"reasoning": "", "subsequent_task": second, "composite_task": task.text},
        "consistent": {"reasoning": "", "missing": [], "surplus": [], "verdict": "yes"},
        "functions": parts,
    }


async def events(seeds: Path, teacher: Teacher, in_flight: int) -> list[Event]:
    lexical = Lexical(dims=256)
    stages = (
        Stage("scenarios", partial(extract, teacher=teacher)),
        Fold("dedup", near_duplicates(lexical, DedupKnobs())),
        Stage("atoms", partial(atoms, teacher=teacher, knobs=AtomKnobs())),
        Stage("compose", partial(compose, teacher=teacher, knobs=ComposeKnobs(("sequential",)))),
        Stage("consistent", partial(consistent, teacher=teacher)),
        Stage("functions", partial(functions, teacher=teacher, knobs=FunctionsKnobs())),
        Fold("library", library(lexical, LibraryKnobs())),
        Fold("assemble", assemble(lexical, AssembleKnobs(), seed=0)),
    )
    return [event async for event in run(read_seeds(seeds), stages, in_flight)]


def test_seeds_become_blueprints_and_what_does_not_says_why(
    tmp_path: Path, train_task: CompositionalTask, train_parts: dict[str, Any]
) -> None:
    seeds = tmp_path / "seeds.jsonl"
    seeds.write_text('{"query": "A train to Antwerp?"}\nnot json\n{"query": "And one to Ghent?"}\n')
    written = replies(train_task, train_parts)

    def script(request: Request) -> str:
        return json.dumps(written[request.prompt])

    teacher = Teacher(Scripted(script), name="scripted")
    found = asyncio.run(events(seeds, teacher, in_flight=4))
    rejected = [(e.stage, e.reason) for e in found if isinstance(e, Rejection)]
    assert rejected == [("seeds", "not_json"), ("dedup", "near_duplicate")]
    last = [e.record for e in found if isinstance(e, Kept) and e.stage == "assemble"]
    (blueprint,) = last
    assert isinstance(blueprint, Blueprint)
    assert blueprint.task.text == train_task.text
    assert blueprint.needs == (("search_trains",), ("reserve_seat",))
    assert found == asyncio.run(events(seeds, teacher, in_flight=1))
