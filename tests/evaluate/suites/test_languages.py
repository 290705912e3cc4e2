"""A dataset by language: names and values apart, and no call as a class of its own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from buttonup.errors import BadInput
from buttonup.evaluate.evaluation import evaluate, play
from buttonup.evaluate.suite import Player, Suite, silent, taken
from buttonup.evaluate.suites.languages import languages, turn_counts
from buttonup.evaluate.summary import Summary
from buttonup.evaluate.ways import way_of
from buttonup.formats import openai
from buttonup.model.door import Request
from buttonup.records import Assistant, Call, Conversation, Function, Tool, User

FIND = Function("find", "Find.", {"type": "object", "properties": {"town": {}, "day": {}}})


def call(town: str, **more: Any) -> Call:
    return Call.of("call_1", "find", {"town": town, **more})


def talk(says: str, made: Call | None) -> Conversation:
    answer = Assistant(answer="Gut.")
    turns = (Assistant(calls=(made,)), Tool("call_1", "find", []), answer) if made else (answer,)
    return Conversation((FIND,), (User(says), *turns), parallel=None)


ROWS = {
    "de": [talk("Finde etwas in Köln.", call("Köln")), talk("Hallo!", None)],
    "ja": [talk("2026年7月8日、京都で。", call("京都", day="2026年7月8日"))],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    rows = [{**openai.render(c), "language": language} for language, cs in ROWS.items() for c in cs]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    there = tmp_path / "data"
    there.mkdir()
    for language, cs in ROWS.items():
        lines = (json.dumps(openai.render(c)) + "\n" for c in cs)
        (there / f"{language}.jsonl").write_text("".join(lines))
    return there


async def suite_of(path: Path, *wanted: str) -> Suite:
    async with languages(wanted, path) as suite:
        return suite


def summed(path: Path, out: Path, player: Player) -> Summary:
    async def run() -> Summary:
        suite = await suite_of(path)
        return await evaluate(suite, lambda _n: player, out, model="m", settings={})

    return asyncio.run(run())


async def shouting(conversation: Conversation) -> Assistant:
    """Call for everything, in other letters, and never answer."""
    if "京都" in str(conversation.messages[0]):
        return Assistant(calls=(call("京都", day="8 July 2026"),))
    return Assistant(calls=(call(" KÖLN"),))


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_each_language_has_its_scores_and_intervals(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    summary = summed(request.getfixturevalue(kind), tmp_path / "e", shouting)
    groups = {g.name: g for g in summary.groups}
    assert {"language=de", "language=ja"} < set(groups)
    german = groups["language=de"].measures
    assert german["names F1"].value == pytest.approx(2 * 1 / (1 + 3))
    assert german["values"].value == 1.0
    assert german["no call, recall"].value == 0.0
    assert german["no call, precision"].value is None
    assert groups["language=ja"].measures["values"].value == 1.0
    low, high = german["turns"].low, german["turns"].high
    assert low <= 1 / 3 <= high
    assert high - low > 0
    assert (groups["all"].ceiling, groups["all"].measures["turns"].ceiling) == (1.0, 1.0)


def test_the_silent_player_is_right_where_nothing_is_to_be_called(file: Path) -> None:
    async def run() -> list[bool]:
        return [(await play(task, silent)).passed for task in (await suite_of(file, "de")).tasks]

    assert asyncio.run(run()) == [False, True]


def test_a_turn_is_asked_for_behind_its_own_history(file: Path) -> None:
    seen: list[Conversation] = []

    async def player(conversation: Conversation) -> Assistant:
        seen.append(conversation)
        return Assistant()

    asyncio.run(play(asyncio.run(suite_of(file)).tasks[0], player))
    assert [taken(c) for c in seen] == [0, 1]
    assert isinstance(seen[1].messages[-1], Tool)


def test_a_masked_turn_is_read_and_not_asked_for(tmp_path: Path) -> None:
    talk_ = talk("Finde etwas in Köln.", call("Köln"))
    masked = replace(talk_.messages[1], masked=True)
    row = openai.render(replace(talk_, messages=(talk_.messages[0], masked, *talk_.messages[2:])))
    (tmp_path / "d.jsonl").write_text(json.dumps({**row, "language": "de"}) + "\n")
    seen: list[Conversation] = []

    async def player(conversation: Conversation) -> Assistant:
        seen.append(conversation)
        return Assistant()

    asyncio.run(play(asyncio.run(suite_of(tmp_path / "d.jsonl")).tasks[0], player))
    [asked] = seen
    assert way_of("native").write(asked, Request("m", ())).messages[1].tool_calls


@pytest.mark.parametrize(
    ("made", "wanted", "named", "values", "right"),
    [
        ([call("a")], [call("a")], 1, 1, 1),
        ([call("A", day="x")], [call("a")], 1, 2, 1),
        ([call("a")], [call("a", day="x")], 1, 2, 1),
        ([call("b"), call("a")], [call("a"), call("b")], 2, 2, 2),
        ([Call.of("", "seek", {"town": "a"})], [call("a")], 0, 0, 0),
        ([Call.parse("", "find", "{oops")], [call("a")], 1, 1, 0),
        ([call("a"), call("a")], [call("a")], 1, 1, 1),
    ],
)
def test_names_and_values_are_counted_apart(
    made: list[Call], wanted: list[Call], named: int, values: int, right: int
) -> None:
    counts = turn_counts(made, wanted)
    assert (counts["named"], counts["values"], counts["values right"]) == (named, values, right)
    exact = named == len(made) == len(wanted) and values == right
    assert counts["turns right"] == exact


def test_no_call_is_a_class_of_its_own() -> None:
    both, missed, invented = (
        turn_counts([], []),
        turn_counts([], [call("a")]),
        turn_counts([call("a")], []),
    )
    kinds = ("none made", "none wanted", "none both")
    assert [both[k] for k in kinds] == [1, 1, 1]
    assert [missed[k] for k in kinds] == [1, 0, 0]
    assert [invented[k] for k in kinds] == [0, 1, 0]


def test_what_cannot_be_evaluated_is_told_with_its_place(file: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    nameless = tmp_path / "nameless.jsonl"
    nameless.write_text(json.dumps(openai.render(ROWS["de"][0])) + "\n")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "de.jsonl").write_text(json.dumps(openai.render(ROWS["de"][0])) + "\n{oops\n")
    twins = tmp_path / "twins"
    twins.mkdir()
    (twins / "de.json").touch()
    (twins / "de.jsonl").touch()
    for path, wanted, words in (
        (file, ("fr",), "has no fr; choose from de, ja"),
        (tmp_path / "empty", (), "holds no dataset"),
        (nameless, (), "nameless.jsonl:1 says no language"),
        (broken, (), r"de.jsonl:2 cannot be read: not_json"),
        (tmp_path / "none.jsonl", (), "there is no file"),
        (twins, (), "are of one language"),
    ):
        with pytest.raises(BadInput, match=words):
            asyncio.run(suite_of(path, *wanted))
