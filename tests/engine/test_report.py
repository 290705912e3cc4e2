"""The report: what is in the folder is what it says, however little or odd that is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from buttonup.bottomup.text_first.equip import Equipped
from buttonup.engine.report import Ending, Report, Sum, read_report
from buttonup.errors import BadInput
from buttonup.records import (
    Assistant,
    AtomicTask,
    Blueprint,
    Call,
    CompositionalTask,
    Record,
    Rejection,
    Sample,
    Scenario,
    Tools,
    Trajectory,
    Usage,
    User,
    Verdict,
    encode,
)
from buttonup.showing.text import as_text
from buttonup.store.journal import Entry, Journal


def sample(request: str, turns: list[list[str]], *failures: tuple[str, str]) -> Sample:
    """Make a sample whose assistant calls the named functions, turn by turn."""
    calling = [
        Assistant(calls=tuple(Call.of(f"call_{i}{j}", n, {}) for j, n in enumerate(names)))
        for i, names in enumerate(turns)
    ]
    subtasks = tuple(AtomicTask(f"do {i}") for i in range(len(turns)))
    edges = tuple((i, i + 1) for i in range(len(turns) - 1))
    blueprint = Blueprint(
        task=CompositionalTask(request, subtasks, edges), tools=Tools("worlds", ("bike_hire",))
    )
    verdicts = [Verdict(gate, passed=False, reason=reason) for gate, reason in failures]
    return Sample(
        Trajectory(blueprint, (User(request), *calling, Assistant(answer="done"))),
        (Verdict("structure", passed=True), *verdicts),
    )


def write(path: Path, *records: Record) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(encode(record) + b"\n" for record in records))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a run of three accepted and two rejected samples, two items given up on the way."""
    (tmp_path / "recipe.toml").write_text("")
    write(tmp_path / "records" / "scenarios.jsonl", *[Scenario(str(i)) for i in range(6)])
    write(tmp_path / "records" / "atoms.jsonl", *[AtomicTask(str(i)) for i in range(5)])
    write(
        tmp_path / "rejections.jsonl",
        Rejection("atoms", "unparsable"),
        Rejection("atoms", "unparsable"),
        Rejection("atoms", "echo"),
    )
    write(
        tmp_path / "accepted.jsonl",
        sample("hire a bike", [["find", "find"], ["hire"]]),
        sample("hire a bike", [["find"], ["hire"]]),
        sample("return it", [["give_back"]]),
    )
    write(
        tmp_path / "rejected.jsonl",
        sample("a", [["find"]], ("provenance", "not_said"), ("order", "too_early")),
        sample("b", [["find"]], ("provenance", "not_said")),
    )
    return tmp_path


def test_everything_is_counted_from_the_files(folder: Path) -> None:
    report = read_report(folder, stages=["scenarios", "atoms"])
    assert report.stages == ("scenarios", "atoms")
    assert report.made == {"scenarios": 6, "atoms": 5}
    assert report.rejections == {"atoms": {"unparsable": 2, "echo": 1}}
    assert (report.accepted, report.rejected) == (3, 2)
    assert report.failures == {"provenance": {"not_said": 2}, "order": {"too_early": 1}}
    assert report.shapes == {"sequential": 2, "single": 1}
    assert report.depth == (0, 1, 1, 1)
    assert report.functions == {"find": 2, "hire": 2, "give_back": 1}
    assert report.worlds == {"bike_hire": 3}
    assert (report.chains, report.requests) == (3, 2)
    assert report.parallel_share == 1 / 5


def test_the_text_is_the_funnel_from_top_to_bottom(folder: Path) -> None:
    ending = Ending(wanted=4, seconds=1.5, why="the seeds are used up")
    text = as_text(read_report(folder, ["scenarios", "atoms"], ending))
    assert text == (
        "stage      records  given up\n"
        "scenarios        6\n"
        "atoms            5  3: unparsable 2, echo 1\n"
        "samples          5\n"
        "accepted         3  60.0%\n"
        "\n"
        "gate        rejected  why\n"
        "provenance         2  not_said 2\n"
        "order              1  too_early 1\n"
        "\n"
        "yield      3 of 4 wanted accepted; the seeds are used up\n"
        "model      no model calls\n"
        "time       1.5 s, 2.00 accepted a second\n"
        "diversity  2 distinct requests, 3 functions called, 1 world\n"
        "depth      1 to 3 calls a trajectory, median 2; 20.0% of the turns with calls make"
        " several\n"
        "shapes     sequential 2, single 1\n"
        "variety    3 distinct call chains, none over 33.33%; 2 request skeletons, none over"
        " 66.67%\n"
        "words      0 █ (median 3, most 3) a request; distinct-1 0.625, distinct-2 0.600,"
        " distinct-3 0.500\n"
        "calls      1 █ 2 █ 3 █ (median 2, most 3)\n"
        "shown      0 █ (median 0, most 0) functions\n"
        "turns      1 █ (median 1, most 1) of the user\n"
        "kinds      plain 100.0%\n"
        "plans      parallel_turn 33.3%"
    )


def test_an_empty_run_says_that_nothing_has_been_judged(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text("")
    report = read_report(tmp_path)
    assert report == Report()
    assert "the run has not ended" in as_text(report)
    assert "there is no sample yet" in as_text(report)


def test_a_line_that_is_still_being_written_does_not_count(folder: Path) -> None:
    for name in ("accepted.jsonl", "rejections.jsonl", "records/atoms.jsonl"):
        with (folder / name).open("ab") as file:
            file.write(b'{"text": "half a li')
    report = read_report(folder)
    assert (report.accepted, report.made["atoms"]) == (3, 5)


def test_a_folder_without_a_run_is_bad_input_and_stays_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no run"):
        read_report(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no run"):
        read_report(tmp_path / "nowhere")


@pytest.mark.parametrize("line", [b"{}\n", b'{"trajectory": \xff}\n', b"[" * 9000 + b"\n"])
def test_a_line_that_is_no_record_is_named_with_its_place(folder: Path, line: bytes) -> None:
    with (folder / "accepted.jsonl").open("ab") as file:
        file.write(line)
    with pytest.raises(BadInput, match=r"accepted\.jsonl:4 is not a Sample"):
        read_report(folder)


def test_what_only_the_runner_knew_is_read_back_from_the_report_it_left(folder: Path) -> None:
    left = read_report(folder, ["scenarios", "atoms"], Ending(wanted=3, seconds=2.0))
    (folder / "report.json").write_bytes(encode(left))
    assert read_report(folder) == left
    assert "3 of 3 wanted accepted; the run is complete" in as_text(left)


def test_model_calls_are_counted_from_the_journal(folder: Path) -> None:
    async def call() -> None:
        with Journal(folder / "journal.sqlite") as journal:
            for key in ("one", "two"):
                await journal.put(Entry(key, "gpt-4.1", "compose", Usage(1, 100, 20), b"{}", b"{}"))
            assert read_report(folder).usage["compose"].calls >= 1  # while the run goes on

    asyncio.run(call())
    assert read_report(folder).usage == {"compose": Usage(2, 200, 40)}


def test_a_stage_that_made_samples_shows_no_count_of_its_own(folder: Path) -> None:
    write(folder / "rejections.jsonl", Rejection("dedup", "near_duplicate"))
    text = as_text(read_report(folder, ["scenarios", "atoms", "judge", "dedup"]))
    assert "dedup               1: near_duplicate 1" in text
    assert "judge " not in text


def test_what_came_to_nothing_is_priced_by_the_prices_that_the_run_left(folder: Path) -> None:
    (folder / "prices.toml").write_text('["gpt-4.1"]\ninput = 2\noutput = 8\n')
    taken = {"gpt-4.1": Usage(2, 1_000_000, 0)}
    with (folder / "rejections.jsonl").open("ab") as file:
        file.write(encode(Rejection("atoms", "unfit", usage=taken)) + b"\n")
        file.write(encode(Rejection("atoms", "unfit", usage={"mine": Usage(1, 5, 5)})) + b"\n")
        file.write(encode(Rejection("compose", "unfit", usage=taken)) + b"\n")
    given_up = read_report(folder).given_up
    assert given_up["compose"] == Sum(usage=Usage(2, 1_000_000, 0), dollars=2.0)
    assert given_up["atoms"] == Sum(usage=Usage(3, 1_000_005, 5), dollars=None)


def test_functions_taken_from_the_library_are_counted(folder: Path) -> None:
    task = CompositionalTask("x", (AtomicTask("a"), AtomicTask("b")), ((0, 1),))
    fresh = Equipped(task, ((), ()))
    write(folder / "records" / "library.jsonl", fresh, Equipped(task, ((), ()), reused=("f", "g")))
    report = read_report(folder)
    assert report.reused == 2
    assert "reused 2 times across tasks" in as_text(report)


@pytest.mark.parametrize("recipe", [b"x", b"\xff"])
def test_a_recipe_that_was_spoilt_is_bad_input(folder: Path, recipe: bytes) -> None:
    (folder / "recipe.toml").write_bytes(recipe)
    with pytest.raises(BadInput, match=r"recipe\.toml is not the recipe"):
        read_report(folder)


def test_what_was_shown_and_called_is_counted_by_world_and_shape(folder: Path) -> None:
    (folder / "recipe.toml").write_text('tools = "worlds:bike_hire"\n')
    report = read_report(folder)
    assert report.grid == {"sequential": {"2": 1, "3": 1}, "single": {"1": 1}}
    assert set(report.coverage) == {"bike_hire"}
    assert set(report.coverage["bike_hire"].values()) == {0}  # none of these is a real one
    assert set(report.coverage["bike_hire"]) == set(report.uncalled)
    assert report.lengths.messages.counts == {"3": 1, "4": 2}
    assert report.lengths.answer_words.counts == {"1": 3}
    assert report.lengths.characters.most == len("hire a bike" + "find{}" * 2 + "hire{}" + "done")
