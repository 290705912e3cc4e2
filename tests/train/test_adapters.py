"""An adapter a round and one that all share: how they begin, merge, and are read again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from buttonup.errors import BadInput
from buttonup.train.adapters import (
    OWN,
    Past,
    merged,
    put_weights,
    read_past,
    started,
    weights_of,
)
from buttonup.train.results import RESULTS
from buttonup.train.training import Lora, Training

pytestmark = pytest.mark.filterwarnings("ignore")  # what torch and PEFT warn of is not ours
A, B = "layer.lora_A.weight", "layer.lora_B.weight"


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="needs the extra `train`")


def weights(torch: Any, seed: int, rank: int = 3) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(seed)
    return {
        A: torch.randn(rank, 8, generator=generator),
        B: torch.randn(5, rank, generator=generator),
    }


def test_a_round_begins_with_the_orthonormal_basis_of_the_last_one(torch: Any) -> None:
    own = weights(torch, 0)
    begun = started(own)
    assert torch.allclose(begun[A] @ begun[A].T, torch.eye(3), atol=1e-5)
    assert torch.equal(begun[B], own[B])
    lengths = own[A].norm(dim=1)
    assert float((begun[A][0] * own[A][0]).sum() / lengths[0]) == pytest.approx(1.0, abs=1e-5)
    sides = (begun[A] * own[A]).sum(dim=1)
    assert (sides > 0).all()  # else what was learnt would begin as its opposite


def test_what_is_shared_moves_less_with_every_round(torch: Any) -> None:
    first, second = weights(torch, 0), weights(torch, 1)
    for rounds, pace in ((1, 2**-0.5), (3, 0.5), (99, 0.1)):
        found = merged(first, second, rounds)
        assert torch.equal(found[A], second[A])
        moved = (found[B] - first[B]).norm() / (second[B] - first[B]).norm()
        assert float(moved) == pytest.approx(pace, abs=1e-5)


# --- reading ------------------------------------------------------------------------------------


@pytest.fixture
def round_one(student: Path, tmp_path: Path, ended: bytes) -> Path:
    """Give the folder of a round that trained an adapter."""
    from peft import get_peft_model  # noqa: PLC0415

    from buttonup.train import fit  # noqa: PLC0415

    k = Training(tune="lora", lora=Lora(rank=4, alpha=8))
    model = get_peft_model(fit.load(student, k), fit.adapter(k))
    folder = tmp_path / "one"
    model.save_pretrained(folder / OWN)
    (folder / RESULTS).write_bytes(ended)
    assert weights_of(model)
    return folder


LORA = Lora(rank=4, alpha=8)


def test_the_adapters_of_a_round_are_read_with_the_model_that_they_are_for(
    round_one: Path, student: Path
) -> None:
    past = read_past(round_one, LORA)
    assert isinstance(past, Past)
    assert (past.base, past.rounds) == (student, 1)
    assert past.own is past.shared


def spoilt(folder: Path, how: str) -> None:
    file = folder / OWN / "adapter_model.safetensors"
    match how:
        case "none":
            shutil.rmtree(folder / OWN)
        case "cut":
            file.write_bytes(file.read_bytes()[:200])
        case "missing":
            file.unlink()
        case "settings":
            (folder / OWN / "adapter_config.json").write_text("{")
        case "base":
            config = json.loads((folder / OWN / "adapter_config.json").read_text())
            config["base_model_name_or_path"] = str(folder / "gone")
            (folder / OWN / "adapter_config.json").write_text(json.dumps(config))
        case _:
            (folder / RESULTS).unlink()


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("none", "has no adapter of its own; train the round before with --tune lora"),
        ("cut", "is no adapter that is whole"),
        ("missing", "is no adapter that is whole"),
        ("settings", "is no adapter that is whole"),
        ("base", "the model that .* is for is not in"),
        ("unended", "no training that has ended"),
    ],
)
def test_what_cannot_be_gone_on_from_is_told_in_a_line(
    how: str, told: str, round_one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    spoilt(round_one, how)
    with pytest.raises(BadInput, match=told):
        read_past(round_one, LORA)


def test_another_rank_is_told_with_the_right_one(round_one: Path) -> None:
    with pytest.raises(BadInput, match=r"rank 4 and alpha 8.*--set lora\.rank=4"):
        read_past(round_one, replace(LORA, rank=8))


def test_an_adapter_that_does_not_fit_its_model_is_not_laid_in(student: Path, torch: Any) -> None:
    from peft import get_peft_model  # noqa: PLC0415

    from buttonup.train import fit  # noqa: PLC0415

    k = Training(tune="lora", lora=LORA)
    model = get_peft_model(fit.load(student, k), fit.adapter(k))
    fitting = weights_of(model)
    put_weights(model, started(fitting))
    name = next(iter(fitting))
    for wrong in (
        {n: w for n, w in fitting.items() if n != name},
        {**fitting, name: torch.ones(2)},
    ):
        with pytest.raises(BadInput, match="does not fit the model"):
            put_weights(model, wrong)
