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
from buttonup.errors import BadInput
from buttonup.gates import GATES
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.owned import learn
from buttonup.recipe import Recipe, read_recipe
from buttonup.records import Sample, Tool, encode
from buttonup.showing.text import as_text
from buttonup.tools.learning.learned import read_learned, written
from buttonup.tools.own.run import Owning
from buttonup.tools.sources.scripted import Scripted as Kit

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
        ({"tools": [SHOP, "worlds"]}, "worlds goes with no other"),
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
