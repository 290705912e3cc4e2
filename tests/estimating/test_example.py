from __future__ import annotations

from buttonup import gates
from buttonup.estimating.example import example
from buttonup.recipe import read_recipe


def test_the_example_is_a_sound_conversation_with_the_distractors_of_the_recipe() -> None:
    recipe = read_recipe(None, {"assemble.least_distractors": 4, "assemble.most_distractors": 8})
    trajectory = example(recipe)
    assert len(trajectory.blueprint.functions) == 2 + 6
    failed = {verdict.gate for verdict in gates.ask(trajectory) if not verdict.passed}
    assert not failed & {"structure", "functions", "arguments", "results", "dependency"}
