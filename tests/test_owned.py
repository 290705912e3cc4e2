"""Runs over a user's own tools, from the recipe to the samples."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import buttonup
from buttonup import Made, accepted, make
from buttonup.bottomup.truth_first.own import held_out
from buttonup.errors import BadInput
from buttonup.formats.rl import read_tasks
from buttonup.gates import GATES
from buttonup.gates.verify import Score
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.owned import learn, opened_again
from buttonup.recipe import Recipe, read_recipe
from buttonup.records import Assistant, Blueprint, Sample, Tool, encode
from buttonup.showing.text import as_text
from buttonup.tools.learning.learned import read_learned, written
from buttonup.tools.own.run import Own, Owning
from buttonup.tools.sources.scripted import Scripted as Kit
from buttonup.topdown.episode import Episode
from buttonup.topdown.plan_follower import follow_plan
from buttonup.worlds.session import find_world

SHOP, DESK = "python:shop.py", "python:desk.py"
Kits = dict[str, Kit]


def recipe(**settings: Any) -> Recipe:
    return read_recipe(None, {"tools": SHOP, "n": 20, **settings})


def made(folder: Path, **settings: Any) -> Made:
    return asyncio.run(make(recipe(**settings), folder))


def samples(folder: Path) -> list[Sample]:
    return list(accepted(folder))


def calls_of(sample: Sample) -> list[str]:
    return [m.name for m in sample.trajectory.messages if isinstance(m, Tool)]


def test_a_run_over_own_tools_makes_verified_samples(own_tools: Kits, tmp_path: Path) -> None:
    run = made(tmp_path / "run")
    assert (run.short, run.report.accepted) == ("", 20)
    assert own_tools[SHOP].calls
    for sample in samples(tmp_path / "run"):
        blueprint = sample.trajectory.blueprint
        assert {v.gate for v in sample.verdicts} == {gate.__name__ for gate in GATES}
        assert blueprint.tools.source == "own"
        assert blueprint.task.wording == "descriptions"


@pytest.mark.usefixtures("own_tools")
def test_an_overlays_words_are_those_of_a_run(tmp_path: Path) -> None:
    overlay = tmp_path / "better.toml"
    overlay.write_text('[get_order]\ndescription = "Look an order up in the till."\n')
    made(tmp_path / "run", own={"overlays": [str(overlay)]}, n=5)
    shown = [f for s in samples(tmp_path / "run") for f in s.trajectory.blueprint.functions]
    words = {f.description for f in shown if f.name == "get_order"}
    assert words == {"Look an order up in the till."}

    overlay.write_text('[get_order]\ndescription = "Other words."\n')
    with pytest.raises(BadInput, match="another recipe"):
        made(tmp_path / "run", own={"overlays": [str(overlay)]}, n=6)


def test_the_report_names_the_functions_that_no_sample_calls_and_why(
    own_tools: Kits, tmp_path: Path
) -> None:
    def get_voucher(_state: Any, code: str) -> dict[str, str]:
        return {"code": code}

    own_tools[SHOP].add(get_voucher, "Get a voucher.", {"code": {"type": "string"}})
    run = made(tmp_path / "run")
    assert "get_voucher" in run.report.uncalled
    assert "get_voucher (no_responses, no_values:code)" in as_text(run.report)
    assert f"called of {len(own_tools[SHOP].tools)}" in as_text(run.report)


def test_tools_of_which_none_runs_are_refused_in_one_line(
    own_tools: Kits, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kit = own_tools[SHOP]
    monkeypatch.setattr(kit, "_tools", [replace(tool, runs=False) for tool in kit.tools])
    with pytest.raises(BadInput, match="planned with: none of them runs; give a source that runs"):
        made(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_tools_of_which_nobody_knows_a_value_are_refused_with_their_doubts(
    own_tools: Kits, tmp_path: Path
) -> None:
    def get_voucher(_state: Any, code: str) -> dict[str, str]:
        return {"code": code}

    kit = Kit(SHOP)
    text = {"type": "string"}
    kit.add(
        get_voucher,
        "Get a voucher.",
        {"code": text},
        {"type": "object", "properties": {"code": text}},
    )
    own_tools[SHOP] = kit
    with pytest.raises(BadInput, match=r"planned with: get_voucher \(no_values:code\)"):
        made(tmp_path / "run")


def test_several_sources_meet_in_one_run(own_tools: Kits, tmp_path: Path) -> None:
    made(tmp_path / "run", tools=[SHOP, DESK])
    called = {name for sample in samples(tmp_path / "run") for name in calls_of(sample)}
    assert {"list_orders", "listAgents"} <= called
    assert all(kit.calls for kit in own_tools.values())


def test_what_was_simulated_never_reached_the_tools(own_tools: Kits, tmp_path: Path) -> None:
    made(tmp_path / "run")
    called = {name for sample in samples(tmp_path / "run") for name in calls_of(sample)}
    assert called & {"cancel_order", "create_order"}
    assert not {name for name, _ in own_tools[SHOP].calls} & {"cancel_order", "create_order"}


def test_writes_that_are_allowed_are_made_each_from_a_fresh_start(
    own_tools: Kits, tmp_path: Path
) -> None:
    made(tmp_path / "run", **{"own.writes": ["*"]})
    shop = own_tools[SHOP]
    assert "cancel_order" in {name for name, _ in shop.calls}
    assert shop.resets
    replays = [
        next(v for v in sample.verdicts if v.gate == "replay")
        for sample in samples(tmp_path / "run")
    ]
    assert all(v.passed and not v.evidence for v in replays)  # every call was made again


def whole(folder: Path) -> str:
    return (folder / "accepted.jsonl").read_text() + (folder / "learned.toml").read_text()


@pytest.mark.usefixtures("own_tools")
@pytest.mark.parametrize("writes", [[], ["*"]])
def test_however_many_at_a_time_the_samples_are_the_same(tmp_path: Path, writes: list[str]) -> None:
    for n, concurrency in enumerate((1, 16)):
        made(tmp_path / str(n), concurrency=concurrency, **{"own.writes": writes})
    assert whole(tmp_path / "0") == whole(tmp_path / "1")


def test_a_run_that_goes_on_calls_nothing_that_it_has_an_answer_to(
    own_tools: Kits, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    made(run, n=10, **{"own.again": False})
    first, known = samples(run), whole(run)
    (run / "report.json").unlink()  # as if it had been killed at the end
    own_tools[SHOP].calls.clear()
    made(run, n=10, **{"own.again": False})
    assert whole(run) == known
    finished = {
        encode([call.function, call.arguments])
        for sample in first
        for step in sample.trajectory.blueprint.plan
        for call in step.calls
    }
    again = {encode([name, arguments]) for name, arguments in own_tools[SHOP].calls}
    assert finished
    assert not finished & again


def test_a_run_that_is_made_longer_keeps_its_samples(own_tools: Kits, tmp_path: Path) -> None:
    made(tmp_path / "run", n=5)
    first = [s.key for s in samples(tmp_path / "run")]
    made(tmp_path / "run", n=15)
    assert [s.key for s in samples(tmp_path / "run")][:5] == first
    made(tmp_path / "other", n=15)
    assert whole(tmp_path / "run") == whole(tmp_path / "other")
    assert own_tools[SHOP].calls


def test_a_finished_run_opens_no_tools(own_tools: Kits, tmp_path: Path) -> None:
    made(tmp_path / "run", n=5)
    own_tools.clear()  # opening would fail
    assert made(tmp_path / "run", n=5).report.accepted == 5


def test_what_the_user_edits_wins(own_tools: Kits, tmp_path: Path) -> None:
    known = asyncio.run(learn([SHOP], Owning(), 0))
    path = tmp_path / "mine.toml"
    text = written(known).replace('noun = "order"', 'noun = "purchase"')
    text = text.replace('title = "the shop tools"', 'title = "the lamp shop"')
    path.write_text(text)
    own_tools[SHOP].calls.clear()
    made(tmp_path / "run", **{"own.learned": str(path)})
    words = " ".join(s.trajectory.blueprint.context for s in samples(tmp_path / "run"))
    assert "the lamp shop" in words
    kept = read_learned(tmp_path / "run" / "learned.toml")
    assert kept.functions["get_order"].noun == "purchase"


@pytest.mark.usefixtures("own_tools")
def test_a_run_whose_learned_file_has_changed_is_another_run(tmp_path: Path) -> None:
    made(tmp_path / "run", n=3)
    path = tmp_path / "run" / "learned.toml"
    path.write_text(path.read_text().replace('"the shop tools"', '"the other shop"'))
    with pytest.raises(BadInput, match="another recipe"):
        made(tmp_path / "run", n=4)


@pytest.mark.usefixtures("own_tools")
def test_another_file_for_a_run_that_has_begun_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(written(asyncio.run(learn([SHOP], Owning(), 0))))
    made(tmp_path / "run", n=3, **{"own.learned": str(path)})
    made(tmp_path / "run", n=4, **{"own.learned": str(path)})
    path.write_text(path.read_text().replace('"the shop tools"', '"the other shop"'))
    with pytest.raises(BadInput, match="another --out"):
        made(tmp_path / "run", n=5, **{"own.learned": str(path)})


def test_tools_that_changed_under_a_run_fail_their_samples(own_tools: Kits, tmp_path: Path) -> None:
    shop = own_tools[SHOP]
    call = shop.call

    async def drifting(name: str, arguments: dict[str, Any], /) -> Any:
        result = await call(name, arguments)
        return {**result, "sku": f"now {len(shop.calls)}"} if name == "get_product" else result

    known = asyncio.run(learn([SHOP], Owning(), 0))
    path = tmp_path / "mine.toml"
    path.write_text(written(known))
    shop.call = drifting  # type: ignore[method-assign] # the tools change after they were learned
    run = made(tmp_path / "run", n=10, **{"own.learned": str(path)})
    assert run.report.failures["replay"]["different_result"] > 0
    assert not any("get_product" in calls_of(s) for s in samples(tmp_path / "run"))


@pytest.mark.usefixtures("own_tools")
@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"tools": "ftp:shop"}, "not known|no source"),
        ({"tools": [SHOP, "simulated"]}, "simulated goes with no other tools"),
        ({"tools": [SHOP, "shop.py"]}, "no source of tools"),
        ({"engine": "ray"}, "not on a cluster"),
        ({"own.sample": -1}, "sample"),
        ({"own.nothing": 1}, "nothing"),
        ({"seeds": "seeds.jsonl"}, "seeds are for text first"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused_in_a_line(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        recipe(**settings)


@pytest.mark.usefixtures("own_tools")
def test_the_report_says_what_requests_are_made_of_and_what_was_not_replayed(
    tmp_path: Path,
) -> None:
    report = made(tmp_path / "run", **{"own.again": False}).report
    assert report.wordings == {"descriptions": 20}
    assert report.not_replayable == 20
    told = as_text(report)
    assert "descriptions 20" in told
    assert "20 samples whose calls could not be made again" in told


@pytest.mark.usefixtures("own_tools")
def test_a_model_rewords_the_requests_and_the_sample_says_so(tmp_path: Path) -> None:
    def same(request: Request) -> str:
        told = request.messages[-1].content
        said = told.partition("The request:\n")[2].partition("\n\nAnswer with JSON")[0]
        return json.dumps({"request": said.strip()})

    asked = recipe(n=5, **{"teacher.model": "m"})
    run = asyncio.run(make(asked, tmp_path / "run", model=Scripted(same)))
    assert run.report.wordings == {"rewritten": 5}


@pytest.mark.usefixtures("own_tools")
def test_what_models_will_be_asked_over_own_tools_is_not_guessed() -> None:
    with pytest.raises(BadInput, match="own tools"):
        asyncio.run(buttonup.estimate(recipe(**{"teacher.model": "m"})))


@pytest.mark.usefixtures("own_tools")
def test_wrong_tools_leave_no_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        made(tmp_path / "run", **{"own.include": ["nothing_*"]})
    assert not (tmp_path / "run").exists()


@pytest.mark.usefixtures("own_tools")
def test_the_samples_can_be_exported_and_checked(tmp_path: Path) -> None:
    made(tmp_path / "run", n=10)
    out = tmp_path / "data.jsonl"
    assert buttonup.export(tmp_path / "run", "openai", out).count == 10
    assert "descriptions" not in {
        key for line in out.read_text().splitlines() for key in json.loads(line)
    }
    assert buttonup.check(out).failing == 0


def test_an_object_is_said_by_its_parts_and_passes_every_gate(
    own_tools: Kits, tmp_path: Path
) -> None:
    def quote_visit(_state: Any, contact: Any, hours: int) -> dict[str, Any]:
        return {"visitor": contact["name"], "price": 20 * hours}

    text = {"type": "string"}
    contact = {
        "type": "object",
        "properties": {"name": text, "phone": text, "note": text},
        "required": ["name", "phone"],
    }
    hours = {"type": "integer", "minimum": 1, "maximum": 8}
    own_tools[SHOP].add(quote_visit, "Quote a visit.", {"contact": contact, "hours": hours})
    run = made(tmp_path / "run", n=5, **{"own.include": ["quote_visit"]})
    assert (run.short, run.report.accepted) == ("", 5)
    for sample in samples(tmp_path / "run"):
        blueprint = sample.trajectory.blueprint
        said = blueprint.plan[0].calls[0].arguments["contact"]
        asked = " ".join(turn.says for turn in blueprint.turns).lower()
        assert f"whose name is {said['name']} and whose phone is {said['phone']}".lower() in asked


# --- what is made of a run afterwards -----------------------------------------------------------


@pytest.mark.parametrize("writes", [[], ["*"]])
def test_the_samples_of_own_tools_are_spoilt_as_those_of_worlds_are(
    own_tools: Kits, tmp_path: Path, writes: list[str]
) -> None:
    made(tmp_path / "run", **{"own.writes": writes})
    spoilt = asyncio.run(buttonup.negatives(tmp_path / "run", tmp_path / "pairs.jsonl"))
    assert {"wrong_argument", "skipped_dependency", "premature_answer"} <= spoilt.corruptions.keys()
    assert spoilt.count > spoilt.skipped.get("not_alone", 0)
    rows = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    assert all(row["chosen"] != row["rejected"] for row in rows)

    calls = len(own_tools[SHOP].calls)
    again = asyncio.run(buttonup.negatives(tmp_path / "run", tmp_path / "again.jsonl"))
    assert again == spoilt
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "pairs.jsonl").read_bytes()
    assert len(own_tools[SHOP].calls) == calls  # nothing is called for it a second time


@pytest.mark.usefixtures("own_tools")
def test_the_tasks_of_own_tools_can_be_played_again(tmp_path: Path) -> None:
    made(tmp_path / "run")
    buttonup.export(tmp_path / "run", "rl", tmp_path / "tasks.jsonl")
    tasks = [blueprint for _, blueprint in read_tasks(tmp_path / "tasks.jsonl")]

    async def gold(blueprint: Blueprint, own: Own) -> Score:
        episode = await Episode.open(blueprint, own.open_door)
        while not episode.over:
            said = (await follow_plan(episode.trajectory)).messages[-1]
            assert isinstance(said, Assistant)
            await episode.take(said)
        return episode.verified()

    async def scores() -> list[Score]:
        async with opened_again(tmp_path / "run") as own:
            return [await gold(blueprint, own) for blueprint in tasks]

    assert len(tasks) == 20
    assert all(score.passed and score.share == 1 for score in asyncio.run(scores()))


@pytest.mark.usefixtures("own_tools")
def test_tasks_over_tools_that_nobody_has_opened_are_refused(tmp_path: Path) -> None:
    made(tmp_path / "run", n=1)
    [sample] = samples(tmp_path / "run")
    with pytest.raises(BadInput, match="cannot be run; name the run whose tools they are"):
        asyncio.run(Episode.open(sample.trajectory.blueprint))


def test_a_folder_that_is_no_run_over_own_tools_is_told(tmp_path: Path) -> None:
    async def opening() -> None:
        async with opened_again(tmp_path):
            pass

    with pytest.raises(BadInput, match="is no run over tools of your own"):
        asyncio.run(opening())


@pytest.mark.usefixtures("own_tools")
def test_the_same_tasks_are_kept_from_every_run(tmp_path: Path) -> None:
    made(tmp_path / "train", n=40)
    made(tmp_path / "other", n=40, seed=1, split="held_out", **{"own.held_out": 0.3})
    assert not any(held_out(s.trajectory.blueprint, 0.1) for s in samples(tmp_path / "train"))
    assert all(held_out(s.trajectory.blueprint, 0.3) for s in samples(tmp_path / "other"))
    with pytest.raises(BadInput, match="no functions that are held out, only tasks"):
        recipe(split="unseen_functions")


def test_worlds_and_own_tools_meet_in_one_run_and_show_each_others_functions(
    own_tools: Kits, tmp_path: Path
) -> None:
    made(tmp_path / "run", tools=["worlds:library,museum", SHOP], n=40)
    shop = {tool.function.name for tool in own_tools[SHOP].tools}
    where = [s.trajectory.blueprint for s in samples(tmp_path / "run")]
    assert {b.tools.source for b in where} == {"own", "worlds"}
    assert {name for b in where for name in b.tools.worlds} <= {"library", "museum"}
    over = [b for b in where if b.tools.source == "worlds"]
    assert any(shop & {f.name for f in b.distractors} for b in over)
    assert all(not shop & {name for names in b.needs for name in names} for b in over)
    again = asyncio.run(buttonup.negatives(tmp_path / "run", tmp_path / "pairs.jsonl"))
    assert again.count


def test_a_name_that_a_world_has_is_not_taken_twice(own_tools: Kits, tmp_path: Path) -> None:
    def find_books(_state: Any, words: str) -> list[dict[str, str]]:
        return [{"book_id": "B-1", "title": words}]

    kit, text = own_tools[SHOP], {"type": "string"}
    kit.add(find_books, "Find books.", {"words": text})
    taken = next(iter(find_world("library").functions))
    find_books.__name__ = taken
    kit.add(find_books, "Find books of the shop.", {"words": text})
    made(tmp_path / "run", tools=["worlds:library", SHOP], n=20)
    for sample in samples(tmp_path / "run"):
        names = [f.name for f in sample.trajectory.blueprint.functions]
        assert len(names) == len(set(names))
    assert f"shop_{taken}" in read_learned(tmp_path / "run" / "learned.toml").functions


def test_a_world_beside_own_tools_has_to_be_one() -> None:
    with pytest.raises(BadInput, match="there is no world 'nowhere'"):
        recipe(tools=[SHOP, "worlds:nowhere"])


# --- text first ---------------------------------------------------------------------------------


def composing(request: Request) -> str:
    """Play a model that composes a task over the shop, and acts it out."""
    turns = [turn.content for turn in request.messages]
    replies: dict[str, Any] = {
        "scenario_given": {
            "reasoning": "",
            "scenarios": ["Chasing an order", "Furnishing a flat", "Moving house", "Buying lamps"],
        },
        "atom": {"reasoning": "", "task": "Find the customers in Ghent."},
        "sequential": {
            "reasoning": "",
            "subsequent_task": "List what Mira Walsh has ordered.",
            "composite_task": "Find the customers in Ghent, and tell me what Mira Walsh among them "
            "has ordered.",
        },
        "consistent": {"reasoning": "", "missing": [], "surplus": [], "verdict": "yes"},
        "choose": {
            "reasoning": "",
            "parts": [
                {"subtask": 1, "why": "", "functions": [{"name": "find_customers"}]},
                {"subtask": 2, "why": "", "functions": [{"name": "list_orders", "inputs_from": [
                    {"parameter": "customer_id", "function": "find_customers",
                     "field": "[].customer_id"}]}]},
            ],
        },
        "assistant": [
            {"thought": "First I look for the customers in Ghent.",
             "calls": [{"name": "find_customers", "arguments": {"city": "Ghent"}}]},
            {"thought": "Mira Walsh is C-17, so I list her orders.",
             "calls": [{"name": "list_orders", "arguments": {"customer_id": "C-17"}}]},
            {"thought": "There are two orders.", "calls": [],
             "answer": "Mira Walsh has two orders: O-1001 (LMP-204, shipped) and O-1002 (CHR-322, "
             "four of them, open). The other customer in Ghent is Noor Haddad."},
        ],
    }  # fmt: skip
    if request.prompt == "assistant":
        made = sum('"result"' in turn for turn in turns[1:])
        return json.dumps(replies["assistant"][made])
    return json.dumps(replies[request.prompt])


def text_first(folder: Path, **settings: Any) -> Made:
    asked = {"first": "text", "teacher.model": "m", "compose.strategies": ["sequential"], "n": 1}
    return asyncio.run(make(recipe(**asked, **settings), folder, model=Scripted(composing)))


def test_text_first_a_model_composes_and_the_tools_themselves_answer(
    own_tools: Kits, tmp_path: Path
) -> None:
    made = text_first(tmp_path / "run")
    assert (made.short, made.report.accepted) == ("", 1)
    [sample] = samples(tmp_path / "run")
    blueprint = sample.trajectory.blueprint
    assert (blueprint.tools.source, blueprint.plan, blueprint.task.wording) == ("own", (), "")
    assert blueprint.needs == (("find_customers",), ("list_orders",))
    assert calls_of(sample) == ["find_customers", "list_orders"]
    assert ("list_orders", {"customer_id": "C-17"}) in own_tools[SHOP].calls
    [replayed] = [v for v in sample.verdicts if v.gate == "replay"]
    assert replayed.passed
    assert not replayed.evidence  # every call was made again


def test_text_first_goes_on_without_asking_or_calling_twice(
    own_tools: Kits, tmp_path: Path
) -> None:
    text_first(tmp_path / "run")
    known = whole(tmp_path / "run")
    (tmp_path / "run" / "report.json").unlink()
    own_tools[SHOP].calls.clear()
    asked = {"first": "text", "teacher.model": "m", "compose.strategies": ["sequential"], "n": 1}
    silent = Scripted(lambda _: "nothing")
    asyncio.run(make(recipe(**asked), tmp_path / "run", model=silent))
    assert whole(tmp_path / "run") == known
    assert ("list_orders", {"customer_id": "C-17"}) not in own_tools[SHOP].calls


@pytest.mark.usefixtures("own_tools")
@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"first": "text"}, "needs a model to ask"),
        ({"first": "text", "tools": "worlds"}, "not over worlds"),
        ({"first": "truth", "tools": "simulated", "teacher.model": "m"}, "no truth to begin with"),
    ],
)
def test_a_way_up_that_does_not_go_with_the_tools_is_refused(
    tmp_path: Path, settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        asyncio.run(make(recipe(**settings), tmp_path / "run"))
