from __future__ import annotations

from buttonup.records import Tool
from buttonup.topdown.corrupt import Pair
from buttonup.topdown.corrupt.gold import Gold, acted, pair


def test_gold_lines_acted_out_again_are_the_gold_trajectory(golds: list[Gold]) -> None:
    for gold in golds:
        trajectory, changes = acted(gold, gold.lines)
        assert trajectory == gold.trajectory
        assert gold.blueprint.goal is None or changes == gold.blueprint.goal.changes
        assert pair(gold, "wrong_function", "plan", gold.lines) is None


def test_each_line_of_the_assistant_is_the_beat_whose_calls_it_makes(golds: list[Gold]) -> None:
    for gold in golds:
        for i, beat in gold.beats.items():
            assert [c.name for c in gold.line(i).calls] == [c.function for c in gold.calls_of(i)]
            assert beat.last == bool(gold.line(i).answer)


def test_the_results_after_a_mistake_are_what_the_world_gives(pairs: list[Pair]) -> None:
    for made in pairs:
        lines = [m for m in made.trajectory.messages if not isinstance(m, Tool)]
        assert acted(Gold(made.trajectory), lines)[0] == made.trajectory


def test_what_nobody_needs_only_reads_and_is_shown(golds: list[Gold]) -> None:
    for gold in golds:
        for i in gold.acting:
            spare = gold.spare(i)
            assert not any(f.writes or f.name in gold.needed for f in spare)
            assert {f.name for f in spare} <= {f.name for f in gold.trajectory.functions}
