"""An adapter for each round, and one that all rounds share.

A round trains an adapter of its own over the model that the first of them started from. What it
learns is then merged into the shared one, which is what is served: later rounds move it less and
less. Nothing grows with the number of rounds.

Source: SLAO, "Merge before Forget", arXiv 2512.23017: a round starts from the orthonormal basis of
the last one's A and from its B; of the shared adapter, A is the last round's, and B moves by
1 / sqrt(i) of the way to the i-th round's. PEFT 0.21.2, `get_peft_model_state_dict`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from buttonup.errors import BadInput
from buttonup.train.results import read_results
from buttonup.train.training import Lora

OWN, SHARED = "adapter", "shared"
"""Folders in that of a training: the adapter that it trained, and the one of all rounds so far."""
DOWN, UP = ".lora_A.", ".lora_B."
"""In the names of an adapter's weights: into the low rank, and out of it."""

Weights = Mapping[str, Any]
"""Name -> tensor."""


class Past(NamedTuple):
    """The adapters that a round goes on from."""

    base: Path
    """The model that they are for."""
    own: Weights
    """Of the last round by itself."""
    shared: Weights
    """Of all rounds so far."""
    rounds: int
    """How many these are."""


def read_past(after: Path, lora: Lora) -> Past:
    """Read the adapters of an earlier training.

    Raises  BadInput where it has none, they are of another shape than is asked for, they are
            damaged, or the model that they are for is not there
    """
    results = read_results(after)
    if not (after / OWN).is_dir():
        mend = "train the round before with --tune lora, or leave round.shared out"
        raise BadInput(f"{after} has no adapter of its own", mend)
    base, own = _read(after / OWN, lora)
    if not (after / SHARED).is_dir():
        return Past(base, own, own, 1)
    _, shared = _read(after / SHARED, lora)
    return Past(base, own, shared, results.shared)


def started(own: Weights) -> dict[str, Any]:
    """Give the weights that a round starts from, out of those of the round before.

    The basis keeps the directions of the rows that it is made of: each lies on the side of its own.
    """
    import torch  # noqa: PLC0415 - an extra

    def basis(rows: Any) -> Any:
        columns, triangle = torch.linalg.qr(rows.T.float())
        sides = torch.where(triangle.diagonal() < 0, -1.0, 1.0)
        return (columns * sides).T.to(rows.dtype).contiguous()

    return {name: basis(w) if DOWN in name else w.clone() for name, w in own.items()}


def merged(shared: Weights, own: Weights, rounds: int) -> dict[str, Any]:
    """Merge a round's own weights into those that `rounds` rounds shared before it."""
    pace = 1 / math.sqrt(rounds + 1)
    return {
        name: shared[name] + pace * (w - shared[name]) if UP in name else w.clone()
        for name, w in own.items()
    }


def weights_of(model: Any) -> dict[str, Any]:
    """Give a copy of the adapter's weights in a model."""
    from peft import get_peft_model_state_dict  # noqa: PLC0415 - an extra

    return {name: w.detach().clone() for name, w in get_peft_model_state_dict(model).items()}


def put_weights(model: Any, weights: Weights) -> None:
    """Lay an adapter's weights into a model. Raises BadInput where its own are of other shapes."""
    from peft import get_peft_model_state_dict, set_peft_model_state_dict  # noqa: PLC0415

    there = get_peft_model_state_dict(model)
    if {n: w.shape for n, w in there.items()} != {n: w.shape for n, w in weights.items()}:
        what = "the adapter of the round before does not fit the model that it says it is for"
        raise BadInput(what, "train that round again, or leave round.shared out")
    set_peft_model_state_dict(model, dict(weights))


def _read(folder: Path, lora: Lora) -> tuple[Path, Weights]:
    from peft import PeftConfig  # noqa: PLC0415 - an extra
    from peft.utils.save_and_load import load_peft_weights  # noqa: PLC0415
    from safetensors import SafetensorError  # noqa: PLC0415

    try:
        config: Any = PeftConfig.from_pretrained(str(folder))
        weights = load_peft_weights(str(folder), device="cpu")
        base = Path(config.base_model_name_or_path)
        shape = (config.r, config.lora_alpha)
    except (OSError, ValueError, TypeError, AttributeError, KeyError, SafetensorError) as error:
        told = " ".join(str(error).split())[:120]
        mend = "train that round again, or leave round.shared out"
        raise BadInput(f"{folder} is no adapter that is whole: {told}", mend) from error
    if shape != (lora.rank, lora.alpha):
        told = f"rank {shape[0]} and alpha {shape[1]}"
        mend = f"--set lora.rank={shape[0]} --set lora.alpha={shape[1]}"
        raise BadInput(f"the adapter in {folder} has {told}, and all rounds share them", mend)
    if not (base / "config.json").is_file():
        what = f"the model that {folder} is for is not in {base}"
        raise BadInput(what, "put it back, or name its folder in adapter_config.json")
    if narrow := [name for name, w in weights.items() if DOWN in name and w.shape[0] > w.shape[1]]:
        what = f"rank {lora.rank} is more than {narrow[0].partition(DOWN)[0]} is wide"
        raise BadInput(what, "train all rounds with a smaller lora.rank")
    return base, weights
