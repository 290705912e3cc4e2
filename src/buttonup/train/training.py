"""How a student is trained: every setting, read from TOML as recipes are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Record
from buttonup.store.settings import read_settings

Some = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(ge=0, lt=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]


class Lora(Record):
    """Low-rank adapters on every linear layer (arXiv 2106.09685), as PEFT makes them."""

    rank: Some = 16
    alpha: Some = 32
    """The adapter's share is alpha / rank."""
    dropout: Share = 0.0


class Mixed(Record):
    """Another dataset that is mixed in."""

    data: str
    """A run's folder, or a file that `buttonup train` reads."""
    share: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    """Share of all rows that are trained on."""


class Round(Record):
    """An earlier training that this one goes on from."""

    after: str = ""
    """Its folder; "" for none. The student is the model that stands in it."""
    replay: Share = 0.2
    """Share of all rows that are drawn from its rows (which have those of the rounds before)."""
    shared: bool = False
    """Whether this round's adapter is merged into one that all rounds share (arXiv 2512.23017)."""


class Training(Record, omit_defaults=False):
    """A training. What is shown in the class is the default."""

    model: str = "smollm2"
    """A model that a package carries, a folder, a GGUF file, or a name on the Hugging Face hub."""
    template: str = ""
    """Chat template; "" for the model's own, or ours where its own can teach no call."""
    tune: Literal["full", "lora"] = "full"
    lora: Lora = Lora()
    epochs: Positive = 1.0
    steps: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Steps of the optimizer; 0 for as many as the epochs take."""
    batch: Some = 1
    """Rows at a time, on each device."""
    accumulate: Some = 8
    """Batches to a step."""
    rate: Positive = 1e-4
    warmup: Share = 0.05
    """Share of the steps in which the rate rises to its full height."""
    schedule: Literal["cosine", "linear", "constant_with_warmup"] = "cosine"
    decay: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    max_length: Some = 8192
    """Tokens of the longest row; longer ones are left out."""
    cut: bool = False
    """Whether a longer row ends with the last turn of the assistant that fits, instead."""
    packing: bool = False
    """Whether short rows share one of `max_length`; none sees another."""
    precision: Literal["float32", "autocast", "bfloat16"] = "float32"
    """autocast: sums in bf16, weights in float32. bfloat16: all in bf16; learns more slowly."""
    checkpointing: bool = False
    """Whether activations are computed again instead of kept: less memory, more time."""
    save_every: Some = 50
    """Steps between two checkpoints."""
    held_back: Annotated[int, msgspec.Meta(ge=0)] = 32
    """Rows of each source that are not learnt but measured, at most a tenth of them."""
    beta: Positive = 0.1
    """DPO: how dear it is to leave the model that training starts from (arXiv 2305.18290)."""
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**32)] = 0
    mix: tuple[Mixed, ...] = ()
    round: Round = Round()


def read_training(path: Path | None, overrides: Mapping[str, Any]) -> Training:
    """Read settings from TOML (None: the defaults) and lay dotted `overrides` over them.

    Raises  BadInput where the file is missing or no TOML, a key or a value does not belong there,
            or settings do not go together
    """
    try:
        k = msgspec.convert(read_settings(path, overrides), Training)
    except msgspec.ValidationError as error:
        where = str(path) if path else "the options"
        raise BadInput(f"{where}: {error}", "see docs/train.md for the keys") from error
    numbers = {name: getattr(k, name) for name in ("epochs", "rate", "decay", "beta")}
    if endless := [name for name, value in numbers.items() if not math.isfinite(value)]:
        raise BadInput(f"{endless[0]} is {numbers[endless[0]]}", "give a number that is finite")
    if k.round.shared and not (k.round.after and k.tune == "lora"):
        what = "round.shared is for a round with an adapter, after another"
        raise BadInput(what, "give --tune lora and --after DIR")
    named = [m.data for m in k.mix]
    if len(set(named)) < len(named):
        raise BadInput("a dataset is mixed in twice", "give it once, with one share")
    shares = sum(m.share for m in k.mix) + (k.round.replay if k.round.after else 0.0)
    if shares >= 1:
        raise BadInput(
            f"the shares of other data come to {shares:g}", "leave some to the data itself"
        )
    return k
