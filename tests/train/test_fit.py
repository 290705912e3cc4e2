"""The labels that are learnt are ours, packing keeps rows apart, and a kill loses nothing."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from buttonup.train.curve import Curve
from buttonup.train.fit import WHOLE, At, Watch, fit, last_checkpoint, load
from buttonup.train.measured import loss_on
from buttonup.train.models import OURS
from buttonup.train.rows import Pair, Row
from buttonup.train.training import Training

pytestmark = pytest.mark.filterwarnings("ignore")  # what torch and TRL warn of is not ours
ROWS = tuple(Row(tuple(range(10, 30 + n)), (-100,) * 10 + tuple(range(20, 30 + n))) for n in (0, 5))
K = Training(steps=3, accumulate=1, rate=0.01, warmup=0.0, save_every=2)


def unwatched(_at: At) -> None:
    """Watch nothing."""


def trained(
    rows: Any, k: Training, student: Path, folder: Path, model: Any = None, watch: Watch = unwatched
) -> Curve:
    from transformers import AutoTokenizer  # noqa: PLC0415

    folder.mkdir(exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(str(student))
    tokenizer.chat_template = OURS.read_text()
    tokenizer.save_pretrained(folder / "tokenizer")
    curve = Curve(folder / "curve.jsonl", last_checkpoint(folder / "checkpoints")[1])
    fit(model or load(student, k), rows, k, folder, curve, watch)
    return curve


def losses(curve: Curve) -> list[float]:
    return [p.loss for p in curve.points]


def test_the_loss_is_that_of_our_labels_and_of_no_other_token(
    student: Path, tmp_path: Path
) -> None:
    model = load(student, K)
    before = loss_on(model, ROWS[:1])["data"]
    curve = trained(ROWS[:1], K, student, tmp_path / "a", model)
    assert math.isclose(curve.points[0].loss, before, abs_tol=2e-4)
    whole = Row(ROWS[0].input_ids, ROWS[0].input_ids)
    assert not math.isclose(loss_on(load(student, K), [whole])["data"], before, abs_tol=2e-4)
    assert curve.points[-1].loss < before


def test_the_same_seed_gives_the_same_losses_and_another_seed_others(
    student: Path, tmp_path: Path
) -> None:
    first, again = (losses(trained(ROWS, K, student, tmp_path / n)) for n in "ab")
    assert first == again
    others = {
        tuple(losses(trained(ROWS, replace(K, seed=seed), student, tmp_path / f"{seed}")))
        for seed in range(1, 5)
    }
    assert others - {tuple(first)}  # there are two orders of two rows


def test_rows_that_are_packed_together_do_not_see_each_other(student: Path, tmp_path: Path) -> None:
    apart = Training(steps=1, batch=2, accumulate=1, warmup=0.0)
    packed = Training(steps=1, accumulate=1, warmup=0.0, packing=True, max_length=64)
    one, other = (
        losses(trained(ROWS, k, student, tmp_path / n)) for n, k in (("a", apart), ("b", packed))
    )
    assert math.isclose(one[0], other[0], abs_tol=2e-4)


@pytest.mark.parametrize(
    "k",
    [
        Training(steps=2, tune="lora", precision="autocast", rate=0.01),
        Training(steps=2, precision="bfloat16", checkpointing=True, rate=0.01),
    ],
    ids=["lora in autocast", "bfloat16 with checkpointing"],
)
def test_every_way_to_save_memory_trains(k: Training, student: Path, tmp_path: Path) -> None:
    first, last = losses(trained(ROWS, k, student, tmp_path / "a"))
    assert math.isfinite(first)
    assert math.isfinite(last)


def test_what_saves_memory_does_not_change_what_is_learnt(student: Path, tmp_path: Path) -> None:
    ways = {
        "plain": K,
        "recomputed": replace(K, checkpointing=True),
        "in bf16": replace(K, precision="autocast"),
    }
    plain, recomputed, rounded = (
        losses(trained(ROWS, k, student, tmp_path / name)) for name, k in ways.items()
    )
    assert recomputed == pytest.approx(plain, abs=1e-4)
    assert rounded == pytest.approx(plain, abs=0.05)
    assert rounded != plain


def test_a_training_that_goes_on_makes_the_losses_of_one_that_was_not_killed(
    student: Path, tmp_path: Path
) -> None:
    whole = losses(trained(ROWS, K, student, tmp_path / "whole"))

    class Killed(Exception):  # noqa: N818
        pass

    def kill(at: At) -> None:
        if at.point.step == 3:
            raise Killed

    folder = tmp_path / "cut"
    with pytest.raises(Killed):
        trained(ROWS, K, student, folder, watch=kill)
    (folder / "checkpoints" / "checkpoint-3").mkdir()  # a kill while it was written
    assert last_checkpoint(folder / "checkpoints")[1] == 2
    assert losses(trained(ROWS, K, student, folder)) == whole


def test_pairs_raise_what_was_chosen_above_what_was_rejected(student: Path, tmp_path: Path) -> None:
    pairs = (Pair((10, 11), (20, 21, 22), (30, 31)), Pair((12,), (23, 24), (33,)))
    k = Training(steps=4, batch=2, accumulate=1, rate=0.01, warmup=0.0)
    curve = trained(pairs, k, student, tmp_path / "a")
    margins = [p.margin for p in curve.points]
    assert math.isclose(curve.points[0].loss, math.log(2), abs_tol=1e-3)
    assert margins[0] == 0.0
    assert (margins[-1] or 0.0) > 0.0


def test_a_checkpoint_that_was_not_written_to_its_end_is_none(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path) == (None, 0)
    for step in (5, 10, 20):
        (tmp_path / f"checkpoint-{step}").mkdir()
    for step in (5, 10):
        (tmp_path / f"checkpoint-{step}" / WHOLE).touch()
    assert last_checkpoint(tmp_path) == (tmp_path / "checkpoint-10", 10)
