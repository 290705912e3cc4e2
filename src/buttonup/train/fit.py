"""The training itself, which is TRL's: its trainers get our rows as they are.

Source: TRL 1.16.0, `SFTTrainer` with `skip_prepare_dataset` and `DPOTrainer`; transformers 5.24.0,
`Trainer` (checkpoints with optimizer, schedule, random state and place in the data).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from buttonup.errors import BadInput
from buttonup.records import Record
from buttonup.store.whole import put
from buttonup.train.curve import Curve, Point
from buttonup.train.measured import Preferred
from buttonup.train.rows import Pair, Rows
from buttonup.train.training import Training

WHOLE = "whole"  # file in a checkpoint, written last: a kill in the middle leaves none
KEPT = 2  # checkpoints


class At(Record):
    """Where a training stands."""

    point: Point
    steps: int
    """Steps it will take."""
    sitting: float
    """Seconds of this sitting."""
    read: int
    """Tokens read in this sitting."""


Watch = Callable[[At], None]
Measure = Callable[[Any], Preferred | None]
"""Measures a model on pairs that are held back; None where there are none."""


def load(folder: Path, k: Training) -> Any:
    """Load a model as it is trained."""
    import torch  # noqa: PLC0415 - an extra
    from transformers import AutoModelForCausalLM, set_seed  # noqa: PLC0415

    set_seed(k.seed)
    kind = torch.bfloat16 if k.precision == "bfloat16" else torch.float32
    return AutoModelForCausalLM.from_pretrained(str(folder.resolve()), dtype=kind)


def last_checkpoint(folder: Path) -> tuple[Path | None, int]:
    """Find the last checkpoint that is whole, and its step; none: step 0."""
    found = {int(p.parent.name.rpartition("-")[2]): p.parent for p in folder.glob(f"*/{WHOLE}")}
    return (found[max(found)], max(found)) if found else (None, 0)


def unmeasured(_model: Any) -> None:
    """Measure nothing on the way."""


def fit(
    model: Any,
    rows: Rows,
    k: Training,
    folder: Path,
    curve: Curve | None,
    watch: Watch,
    measure: Measure = unmeasured,
) -> Any:
    """Train, from the last checkpoint on where there is one; give the trainer when it is done.

    Every step is a point of the curve, which of several processes only the first one has; at every
    checkpoint and at last it says what was measured. A model with an adapter trains that one.
    """
    from peft import PeftModel  # noqa: PLC0415 - an extra
    from transformers import AutoTokenizer  # noqa: PLC0415

    checkpoint, _ = last_checkpoint(folder / "checkpoints")
    given = {
        "model": model,
        "processing_class": AutoTokenizer.from_pretrained(str(folder / "tokenizer")),
        "callbacks": [_callback(curve, watch, measure, k.save_every)] if curve else [],
        "peft_config": None if isinstance(model, PeftModel) else adapter(k),
    }
    make = _preferring if isinstance(rows[0], Pair) else _imitating
    trainer = make(rows, k, _settings(k, folder), given)
    for progress in ("PrinterCallback", "ProgressCallback"):
        _without(trainer, progress)
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    return trainer


def _without(trainer: Any, name: str) -> None:
    for one in list(trainer.callback_handler.callbacks):
        if type(one).__name__ == name:
            trainer.remove_callback(one)


def _settings(k: Training, folder: Path) -> dict[str, Any]:
    """Say it in the words of transformers' `TrainingArguments`."""
    import torch  # noqa: PLC0415 - an extra

    return {
        "output_dir": str(folder / "checkpoints"),
        "num_train_epochs": k.epochs,
        "max_steps": k.steps or -1,
        "per_device_train_batch_size": k.batch,
        "gradient_accumulation_steps": k.accumulate,
        "learning_rate": k.rate,
        "warmup_steps": k.warmup,
        "lr_scheduler_type": k.schedule,
        "weight_decay": k.decay,
        "bf16": k.precision == "autocast",
        "activation_checkpointing": k.checkpointing,
        "max_length": k.max_length,
        "seed": k.seed,
        "data_seed": k.seed,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "save_steps": k.save_every,
        "save_total_limit": KEPT,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": torch.cuda.is_available(),
        "use_cpu": not torch.cuda.is_available(),
    }


def adapter(k: Training) -> Any:
    """Say in PEFT's words which adapter is trained; None for the whole model."""
    if k.tune == "full":
        return None
    from peft import LoraConfig  # noqa: PLC0415 - an extra

    return LoraConfig(
        r=k.lora.rank,
        lora_alpha=k.lora.alpha,
        lora_dropout=k.lora.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def _imitating(rows: Rows, k: Training, settings: dict[str, Any], given: dict[str, Any]) -> Any:
    """Learn the labelled tokens of rows."""
    from datasets import Dataset  # noqa: PLC0415 - an extra
    from trl import SFTConfig, SFTTrainer, pack_dataset  # noqa: PLC0415

    data = Dataset.from_list([{k: v for k, v in asdict(r).items() if k != "source"} for r in rows])
    if k.packing:
        data = pack_dataset(data, k.max_length, "bfd")  # nothing is longer, so nothing is cut
    settings |= {"packing": k.packing, "dataset_kwargs": {"skip_prepare_dataset": True}}
    return SFTTrainer(args=SFTConfig(**settings), train_dataset=data, **given)


def _preferring(rows: Rows, k: Training, settings: dict[str, Any], given: dict[str, Any]) -> Any:
    """Learn to prefer the chosen side of pairs (arXiv 2305.18290)."""
    from datasets import Dataset  # noqa: PLC0415 - an extra
    from trl import DPOConfig, DPOTrainer  # noqa: PLC0415

    class Trainer(DPOTrainer):  # type: ignore[misc] # no types
        """TRL's, which takes the ids of pairs as they are."""

        def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
            return dataset

    data = Dataset.from_list([{k: v for k, v in asdict(r).items() if k != "source"} for r in rows])
    settings |= {"beta": k.beta}
    return Trainer(args=DPOConfig(**settings), train_dataset=data, **given)


def _callback(curve: Curve, watch: Watch, measure: Measure, every: int) -> Any:
    """Hear of every step and checkpoint, and measure every so many steps."""
    from transformers import TrainerCallback  # noqa: PLC0415 - an extra

    class Hears(TrainerCallback):  # type: ignore[misc] # no types
        def on_train_begin(self, _args: Any, _state: Any, _control: Any, **_: Any) -> None:
            self.began = time.monotonic()
            last = curve.points[-1] if curve.points else None
            self.before = (last.tokens, last.seconds) if last else (0, 0.0)

        def on_log(self, _args: Any, state: Any, _control: Any, **told: Any) -> None:
            logs = told["logs"]
            if "loss" not in logs:
                return
            if not math.isfinite(logs["loss"]):
                what = f"the loss is {logs['loss']} at step {state.global_step}"
                raise BadInput(what, "lower the rate, or set precision to float32")
            due = state.global_step % every == 0 or state.global_step == state.max_steps
            held = measure(told["model"]) if due else None
            sitting = time.monotonic() - self.began
            tokens, seconds = self.before
            read = int(logs["num_tokens"])  # TRL counts those of this sitting
            point = Point(
                step=state.global_step,
                loss=logs["loss"],
                rate=logs["learning_rate"],
                tokens=tokens + read,
                seconds=round(seconds + sitting, 2),
                margin=logs.get("rewards/margins"),
                held_loss=held.loss if held else None,
                held_accuracy=held.accuracy if held else None,
            )
            curve.add(point)
            watch(At(point, state.max_steps, sitting, read))

        def on_save(self, args: Any, state: Any, _control: Any, **_: Any) -> None:
            put(Path(args.output_dir) / f"checkpoint-{state.global_step}" / WHOLE, b"")

    return Hears()
