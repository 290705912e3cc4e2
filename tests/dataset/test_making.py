from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.dataset.folder import accepted, report
from buttonup.dataset.making import Made, make
from buttonup.dataset.standing import Progress, Watch
from buttonup.errors import BadInput, Fault
from buttonup.model.door import Reply, Request
from buttonup.model.scripted import Scripted
from buttonup.recipe import read_recipe
from buttonup.records import Sample, User, encode

N = 6


def run(folder: Path, *, watch: Watch | None = None, model: Any = None, **given: Any) -> Made:
    """Make a few samples from one world."""
    keys = {key.replace("__", "."): value for key, value in given.items()}
    recipe = read_recipe(None, {"n": N, "tools": "worlds:library,bike_hire", **keys})
    return asyncio.run(make(recipe, folder, watch, model))


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_run_has_the_samples_that_were_wanted(tmp_path: Path) -> None:
    made = run(tmp_path / "run")
    assert (made.report.accepted, made.short) == (N, "")
    samples = list(accepted(tmp_path / "run"))
    assert len({sample.key for sample in samples}) == N
    assert made.example == samples[0]
    assert all(s.accepted and s.trajectory.blueprint.tools.worlds for s in samples)


def test_a_finished_run_is_left_as_it_is(finished: Path) -> None:
    before = files(finished)
    made = run(finished)
    assert (made.report.accepted, files(finished)) == (N, before)


def test_a_longer_run_begins_with_the_same_samples(finished: Path, tmp_path: Path) -> None:
    run(tmp_path / "run", n=2)
    made = run(tmp_path / "run", n=N)
    after = files(tmp_path / "run")
    assert after["accepted.jsonl"] == files(finished)["accepted.jsonl"]
    assert made.report.ending is not None
    assert made.report.ending.wanted == N


@pytest.mark.parametrize("concurrency", [1, 3, 64])
def test_concurrency_does_not_change_a_byte(
    concurrency: int, finished: Path, tmp_path: Path
) -> None:
    run(tmp_path / "run", concurrency=concurrency)
    written, expected = files(tmp_path / "run"), files(finished)
    for free in ("report.json", "recipe.toml"):
        del written[free], expected[free]
    assert written == expected


def test_another_seed_makes_other_samples_and_needs_another_folder(
    finished: Path, tmp_path: Path
) -> None:
    before = files(finished)
    with pytest.raises(BadInput, match="another --out"):
        run(finished, seed=1)
    assert files(finished) == before
    run(tmp_path / "run", seed=1)
    assert files(tmp_path / "run")["accepted.jsonl"] != before["accepted.jsonl"]


def test_a_run_that_gives_up_says_why_and_can_go_on(tmp_path: Path, finished: Path) -> None:
    scant: dict[str, Any] = {
        "plan__tries": 1,
        "plan__shapes": {"diamond": 1},
        "plan__depth": {"7": 1},
    }
    made = run(tmp_path / "run", n=N, patience=2, **scant)
    assert f"of {N} samples" in made.short
    assert made.report.accepted < N
    assert made.report.rejections["blueprints"]["no_plan"] > 0
    assert "none of the last 2 items became one" in made.short
    again = run(tmp_path / "run", n=N, patience=999, **scant)
    assert again.report.accepted > made.report.accepted


def test_the_seconds_of_all_sittings_add_up(tmp_path: Path) -> None:
    short = run(tmp_path / "run", n=1).report.ending
    long = run(tmp_path / "run", n=N).report.ending
    assert short is not None
    assert long is not None
    assert (long.seconds or 0.0) > (short.seconds or 0.0) > 0


def test_a_watch_sees_the_end(tmp_path: Path) -> None:
    seen: list[Progress] = []
    run(tmp_path / "run", watch=seen.append)
    assert (seen[-1].accepted, seen[-1].wanted) == (N, N)


def test_a_bug_in_a_stage_is_raised_and_not_taken_for_a_bad_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_trajectory: object, masking: object) -> list[Sample]:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("buttonup.recipe.stages.sifted", broken)
    with pytest.raises(ZeroDivisionError, match="a bug"):
        run(tmp_path / "run")


def test_a_model_rewords_the_requests_and_is_asked_once_for_each(tmp_path: Path) -> None:
    model = Scripted(reworded)
    made = run(tmp_path / "run", model=model, teacher__model="scripted")
    assert made.report.accepted == N
    assert made.report.usage["rewrite"].calls >= N
    assert len({request.key for request in model.asked}) == len(model.asked)
    for sample in accepted(tmp_path / "run"):
        turns = sample.trajectory.blueprint.turns
        said = [m.content for m in sample.trajectory.messages if isinstance(m, User)]
        request = next(n for n, turn in enumerate(turns) if turn.kind == "request")
        assert said[request].endswith("Thank you ever so much.")
        assert said[request] in sample.trajectory.blueprint.task.text


def reworded(request: Request) -> str:
    text = request.messages[1].content.split("The request:\n")[1].split("\n\nAnswer")[0]
    return encode({"request": f"{text} Thank you ever so much."}).decode()


JUDGED: dict[str, Any] = {"teacher__model": "j", "rewrite": False, "judge__votes": 2}


def judging(score: int) -> Callable[[Request], str]:
    axes = ("realism", "coherence", "naturalness", "plan", "usefulness")
    vote = {axis: {"why": "A1 is odd.", "score": score} for axis in axes}
    return lambda _request: encode({"reading": "r", **vote}).decode()


def test_a_judge_scores_what_passes_and_its_votes_stand_in_the_samples(tmp_path: Path) -> None:
    model = Scripted(judging(4))
    made = run(tmp_path / "run", model=model, **JUDGED)
    assert (made.report.accepted, made.report.rejected) == (N, 0)
    assert {one.axis: one.scored for one in made.report.judged}["plan"] >= N
    for sample in accepted(tmp_path / "run"):
        assert {score.votes for score in sample.trajectory.scores} == {(4, 4)}
        assert sample.verdicts[-1].gate == "judged"
        assert sample.trajectory.usage["j"].calls == 2
    assert {request.prompt for request in model.asked} == {"judge"}


def test_what_the_judge_scores_too_low_is_kept_as_failed_with_the_reason(tmp_path: Path) -> None:
    made = run(tmp_path / "run", model=Scripted(judging(2)), patience=3, **JUDGED)
    assert made.report.accepted == 0
    assert made.report.failures == {"judged": {"low_realism": made.report.rejected}}
    assert "none of the last 3 items" in made.short


def test_a_judge_that_cannot_be_read_fails_nothing_and_is_counted(tmp_path: Path) -> None:
    made = run(tmp_path / "run", model=Scripted(lambda _: "Lovely!"), teacher__tries=1, **JUDGED)
    assert made.report.accepted == N
    assert {(one.scored, one.unscored >= N) for one in made.report.judged} == {(0, True)}


def test_a_judged_run_that_was_stopped_goes_on_and_pays_for_no_vote_twice(tmp_path: Path) -> None:
    def drying_up(request: Request) -> str:
        if len(broken.asked) > 5:
            raise Fault("gone")
        return judging(4)(request)

    broken, mended, whole = Scripted(drying_up), Scripted(judging(4)), Scripted(judging(4))
    with pytest.raises(Fault):
        run(tmp_path / "run", model=broken, concurrency=1, **JUDGED)
    run(tmp_path / "run", model=mended, concurrency=1, **JUDGED)
    run(tmp_path / "whole", model=whole, concurrency=1, **JUDGED)
    assert not {r.key for r in broken.asked[:5]} & {r.key for r in mended.asked}
    written = [(tmp_path / name / "accepted.jsonl").read_bytes() for name in ("run", "whole")]
    assert written[0] == written[1]


def test_a_judge_changes_no_word_of_a_sample(finished: Path, tmp_path: Path) -> None:
    run(tmp_path / "run", model=Scripted(judging(5)), **JUDGED)
    pairs = zip(accepted(finished), accepted(tmp_path / "run"), strict=True)
    for plain, judged in pairs:
        assert plain.trajectory.messages == judged.trajectory.messages
        assert plain.trajectory.scores == ()
        assert plain.verdicts == judged.verdicts[:-1]


def test_what_is_wrong_before_anything_is_made_leaves_no_folder(tmp_path: Path) -> None:
    def no_model(_request: Request) -> str:
        raise BadInput("no model 'scripted' there", "mend --teacher")

    with pytest.raises(BadInput, match="mend --teacher"):
        run(tmp_path / "run", model=Scripted(no_model), teacher__model="scripted")
    with pytest.raises(BadInput, match="--teacher"):
        run(tmp_path / "run", simulate__assistant="guided")
    assert not (tmp_path / "run").exists()


def test_batches_without_a_teacher_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="batches need a teacher"):
        run(tmp_path / "run", teacher__batch=True)
    assert not (tmp_path / "run").exists()


def test_a_run_begun_one_request_at_a_time_goes_on_in_batches(
    tmp_path: Path, provide: Callable[..., Any]
) -> None:
    said = {"role": "assistant", "content": '{"request": "no"}'}
    used = {"prompt_tokens": 7, "completion_tokens": 3}
    provider = provide(lambda _body: (200, {"choices": [{"message": said}], "usage": used}))
    teacher: dict[str, Any] = {"teacher__model": "m", "teacher__base_url": provider.address}
    fast: dict[str, Any] = {"batch__quiet": 0.05, "batch__longest": 0.02}
    single = Scripted(lambda _request: Reply(said["content"], prompt_tokens=7, completion_tokens=3))
    alone = run(tmp_path / "alone", model=single, patience=9, **teacher)
    run(tmp_path / "run", model=single, patience=3, **teacher)
    going_on = run(tmp_path / "run", teacher__batch=True, patience=9, **teacher, **fast)
    assert provider.batches
    assert going_on.report.rejections == alone.report.rejections
    name = "rejections.jsonl"
    assert files(tmp_path / "run")[name] == files(tmp_path / "alone")[name]


def test_what_goes_wrong_later_leaves_what_was_made(tmp_path: Path) -> None:
    asked: list[Request] = []

    def drying_up(request: Request) -> str:
        asked.append(request)
        if len(asked) > 3:
            raise BadInput("wants to be paid first", "top up")
        return reworded(request)

    with pytest.raises(BadInput, match="top up"):
        run(tmp_path / "run", model=Scripted(drying_up), teacher__model="m", concurrency=1)
    assert report(tmp_path / "run").usage["rewrite"].calls == 3
    made = run(tmp_path / "run", model=Scripted(reworded), teacher__model="m")
    assert made.report.accepted == N


@settings(max_examples=12, deadline=None)
@given(budget=st.floats(0, 0.08), concurrency=st.integers(1, 32), seed=st.integers(0, 2**32))
def test_no_run_costs_more_than_its_budget_in_however_many_sittings(
    budget: float, concurrency: int, seed: int
) -> None:
    luck, billed = random.Random(seed), [0.0]

    def bills(request: Request) -> Reply:
        took = luck.randint(500, 2000), luck.randint(20, 300)
        billed[0] += (took[0] * 1 + took[1] * 10) / 1e6
        return Reply(reworded(request), "stop", *took)

    with TemporaryDirectory() as folder:
        prices = Path(folder) / "prices.toml"
        prices.write_text("[m]\ninput = 1\noutput = 10\n")
        for share in (0.5, 1.0):
            made = run(
                Path(folder) / "run",
                model=Scripted(bills),
                n=20,
                teacher__model="m",
                teacher__max_tokens=300,
                concurrency=concurrency,
                budget=budget * share,
                prices=str(prices),
            )
            assert billed[0] <= budget * share + 1e-9
            assert made.report.dollars is not None
            assert made.report.dollars <= billed[0] + 1e-9
            enough = made.report.accepted == 20
            assert enough or "--budget" in made.short
            assert enough or billed[0] >= budget * share - 0.02, "all but the most of one call"


def test_a_fault_that_stays_ends_the_run_and_it_can_go_on(tmp_path: Path) -> None:
    def away(_request: Request) -> str:
        raise Fault("nobody is there")

    with pytest.raises(Fault, match="nobody is there"):
        run(tmp_path / "run", model=Scripted(away), teacher__model="m")
    assert report(tmp_path / "run").ending is None
    made = run(tmp_path / "run", model=Scripted(reworded), teacher__model="m")
    assert made.report.accepted == N


def test_an_accepted_sample_can_be_read_while_the_next_one_is_still_awaited(tmp_path: Path) -> None:
    folder, seen = tmp_path / "run", list[int]()

    async def slow(request: Request, /) -> Reply:
        made = folder / "accepted.jsonl"
        while made.exists() and len(seen) < 100 and not max(seen, default=0):
            await asyncio.sleep(0.05)
            seen.append(made.stat().st_size)
        return Reply(text=json.dumps({"request": _request(request)}))

    recipe = read_recipe(None, {"n": 2, "concurrency": 1, "teacher.model": "slow"})
    asyncio.run(make(recipe, folder, model=slow))
    assert max(seen, default=0) > 0


def _request(request: Request) -> str:
    """Give the request that is to be rewritten as it is."""
    told = request.messages[1].content
    return told.partition("The request:\n")[2].partition("\n\nAnswer with")[0]
