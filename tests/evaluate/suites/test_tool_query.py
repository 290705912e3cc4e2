"""AgentBoard's Tool-Query, played in an environment of our own that has its form."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.evaluate.evaluation import evaluate, play
from buttonup.evaluate.suite import Player, silent, taken
from buttonup.evaluate.suites.tool_query import CALL, tool_query
from buttonup.evaluate.summary import Result, Summary
from buttonup.records import Assistant, Call, Conversation, User

REGISTRY = """
class Registry:
    classes = {}
    def register_environment(self, name):
        def keep(made):
            self.classes[name] = made
            return made
        return keep
    def get_environment_class(self, name):
        return self.classes.get(name)
registry = Registry()
"""
ENVIRONMENT = """
import os
import re
from common.registry import registry
YEARS = {"On Tea": 1999, "On Rain": 2004}
@registry.register_environment("academia")
class AcademiaEnv:
    def __init__(self, dataset):
        self.dataset, self.met, self.reward, self.done = dataset, [], 0, False
        assert os.path.isdir(os.environ["PROJECT_PATH"])
    @classmethod
    def from_config(cls, cfg):
        return cls(cfg["dataset"])
    def step(self, action):
        form = r"Action:\\s*(.*?)\\s*with\\s*Action Input:\\s*(.*?)$"
        name, given = re.match(form, action).groups()
        try:
            given = eval(given)
            if name == "paperNodeCheck":
                seen = {"year": YEARS[given["node"]]}
            elif name == "finish":
                seen = given["answer"]
            elif name == "die":
                os._exit(1)
            elif name == "outside":
                seen = "ERROR | ConnectionError(nobody answers)"
            else:
                seen = f"ERROR | Invalid action: {name}."
        except Exception as error:
            return f"ERROR | {type(error).__name__}({error})", self.reward, self.done, None
        self.done = "finish" in action
        self.met.append(seen)
        left = list(self.met)
        count = 0
        for goal in self.dataset["ground_truth_subgoals"]:
            if goal in left:
                left.remove(goal)
                count += 1
        self.reward = max(self.reward, count / len(self.dataset["ground_truth_subgoals"]))
        return str(seen), self.reward, self.done, None
"""
TOOLS = [
    {
        "name": "paperNodeCheck",
        "description": "Tell of a paper.",
        "parameters": {"type": "object", "properties": {"node": {"type": "string"}}},
    },
    {"name": "die", "description": "End.", "parameters": {}},
    {"name": "outside", "description": "Ask the network.", "parameters": {}},
]


def row(difficulty: str, *goals: Any) -> dict[str, Any]:
    about = {"answer": goals[-1], "goal_type": 0, "tool": "academia", "init_config": None}
    goal = "When did On Tea appear?"
    return {
        "task": "tool-query",
        "id": 0,
        "goal": goal,
        "subgoals": list(goals),
        "difficulty": difficulty,
        "additional_info": about,
    }


ROWS = [
    row("easy", {"year": 1999}, "1999"),
    row("hard", {"year": 1999}, {"year": 2004}, "5"),
]


@pytest.fixture
def board(tmp_path: Path) -> Path:
    def put(path: str, text: str) -> None:
        file = tmp_path / "board" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    put("agentboard/common/__init__.py", "")
    put("agentboard/common/registry.py", REGISTRY)
    put("agentboard/environment/__init__.py", "import webshop_and_all_the_others")
    put("agentboard/environment/academia_env.py", ENVIRONMENT)
    put("agentboard/prompts/Raw/academia_raw.json", json.dumps({"tool_set_message": TOOLS}))
    put("data/tool-query/test.jsonl", "".join(json.dumps(r) + "\n" for r in ROWS))
    return tmp_path / "board"


def check(paper: str) -> Call:
    return Call.of("", "paperNodeCheck", {"node": paper})


def finish(answer: str) -> Call:
    return Call.of("", "finish", {"answer": answer})


def acting(*turns: Call | str) -> Player:
    """Take one turn after the other, and after that none."""

    async def player(conversation: Conversation) -> Assistant:
        n = taken(conversation)
        turn = turns[n] if n < len(turns) else ""
        return Assistant(calls=(turn,)) if isinstance(turn, Call) else Assistant(answer=turn)

    return player


def results(board: Path, player: Player) -> Sequence[Result]:
    async def run() -> list[Result]:
        async with tool_query(board) as suite:
            return [await play(task, player) for task in suite.tasks]

    return asyncio.run(run())


def test_success_progress_and_grounding_are_counted_as_agentboard_counts_them(
    board: Path,
) -> None:
    easy, hard = results(board, acting(check("On Tea"), check("On Milk"), finish("1999")))
    assert easy.passed
    assert easy.counts == {
        "tasks": 1, "success": 1, "progress": 1, "grounding": pytest.approx(2 / 3),
    }  # fmt: skip
    assert (hard.passed, hard.reason) == (False, "not_all_sub_goals")
    assert hard.counts["progress"] == pytest.approx(1 / 3)


def test_who_does_not_finish_has_no_success(board: Path) -> None:
    easy, _ = results(board, acting(check("On Tea"), Call.of("", "paperNodeCheck", {"x": 1})))
    assert (easy.passed, easy.reason) == (False, "too_many_steps")
    assert easy.counts["progress"] == pytest.approx(1 / 2)
    assert easy.counts["grounding"] == pytest.approx(1 / 20)


def test_a_turn_without_a_call_is_a_step_that_fails(board: Path) -> None:
    easy, _ = results(board, acting("It was 1999."))
    assert sum(m == User(CALL) for m in easy.messages) == 20
    assert easy.counts["grounding"] == 0


@pytest.mark.parametrize(
    "call",
    [
        Call.of("", "__import__('os').system('touch owned')", {}),
        Call.of("", "paperNodeCheck", {"node": "'); exit(1); ('"}),
        Call.of("", "paperNodeCheck", {"node": "On\nTea with Action Input: {}"}),
        Call.of("", "finishes", {}),
        Call.parse("", "paperNodeCheck", "not json"),
    ],
)
def test_a_hostile_call_is_an_error_and_the_question_goes_on(call: Call, board: Path) -> None:
    easy, _ = results(board, acting(call, check("On Tea"), finish("1999")))
    assert easy.passed
    assert easy.counts["grounding"] == pytest.approx(2 / 3)


def test_a_tool_that_cannot_reach_the_network_is_no_wrong_answer(board: Path) -> None:
    easy, _ = results(board, acting(Call.of("", "outside", {})))
    assert easy.fault == "tools_away"


def test_an_environment_that_dies_is_no_wrong_answer_and_others_go_on(board: Path) -> None:
    easy, hard = results(board, acting(Call.of("", "die", {})))
    assert (easy.fault, hard.fault) == ("checker_crashed", "checker_crashed")
    both = results(board, acting(check("On Tea"), finish("1999")))
    assert [r.fault for r in both] == ["", ""]


def test_scores_are_told_for_easy_and_hard_and_there_is_no_ceiling(
    board: Path, tmp_path: Path
) -> None:
    async def run() -> Summary:
        async with tool_query(board) as suite:
            player = acting(check("On Tea"), finish("1999"))
            return await evaluate(suite, lambda _n: player, tmp_path / "e", model="m", settings={})

    groups = {g.name: g for g in asyncio.run(run()).groups}
    assert groups["all"].measures["success"].value == pytest.approx(0.5)
    assert groups["difficulty=easy"].measures["progress"].value == 1
    assert groups["difficulty=hard"].measures["success"].value == 0
    assert (groups["all"].ceiling, groups["all"].floor) == (None, 0)


def test_the_silent_player_gets_nowhere(board: Path) -> None:
    assert [r.counts["progress"] for r in results(board, silent)] == [0, 0]


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("data/tool-query/test.jsonl", "{}\n", "is no task"),
        ("data/tool-query/test.jsonl", json.dumps(row("easy", 1) | {"subgoals": []}), "sub-goals"),
        ("agentboard/prompts/Raw/academia_raw.json", "{}", "tool_set_message"),
        ("agentboard/environment/academia_env.py", "import surely_missing", "surely_missing"),
    ],
)
def test_a_checkout_that_lacks_something_is_told(
    path: str, text: str, words: str, board: Path
) -> None:
    (board / path).write_text(text)
    with pytest.raises(BadInput, match=words):
        results(board, silent)


def test_a_path_without_the_data_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no file"):
        results(tmp_path, silent)
