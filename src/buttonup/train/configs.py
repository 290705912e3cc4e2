"""The same training, written down for other trainers: LLaMA-Factory and Axolotl.

They read the data as `buttonup export` writes it; what they cannot do is refused, not dropped.
Source: LLaMA-Factory 0.9.5, `hparams/`, `examples/train_full`, `examples/train_lora`;
axolotl 0.19.0, `utils/schemas/config.py` and its page "Conversation".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from buttonup.errors import BadInput
from buttonup.formats.export import refuse_taken
from buttonup.model.carried import CARRIED
from buttonup.records import Json
from buttonup.store.whole import put
from buttonup.train.training import Training

Settings = dict[str, Json]


def write_config(trainer: str, data: Path, k: Training, path: Path) -> None:
    """Write a training as the config of a trainer (YAML; its values are JSON, which YAML is).

    Raises  BadInput where the trainer cannot do what is asked, the data is a run, or the path is
            taken
    """
    if data.is_dir():
        form = "sharegpt" if trainer == "llama-factory" else "axolotl"
        raise BadInput(
            f"{data} is a run, which {trainer} cannot read",
            f"export it first: buttonup export {data} --format {form} --out data.jsonl",
        )
    if k.model in CARRIED:
        mend = "give --model a folder of safetensors or a name of the hub"
        raise BadInput(f"{trainer} does not know the model {k.model}", mend)
    if k.mix or k.round.after:
        raise BadInput(f"shares and rounds are not written for {trainer}", "train here instead")
    refuse_taken(path, replace=False)
    rows = (f"{key}: {json.dumps(value)}\n" for key, value in CONFIGS[trainer](data, k).items())
    put(path, "".join(rows).encode())


def llama_factory(data: Path, k: Training) -> Settings:
    """Give the settings of LLaMA-Factory for an export as `sharegpt`."""
    lora = {
        "lora_rank": k.lora.rank,
        "lora_alpha": k.lora.alpha,
        "lora_dropout": k.lora.dropout,
        "lora_target": "all",
    }
    return {
        "model_name_or_path": k.model,
        "stage": "sft",
        "do_train": True,
        "finetuning_type": k.tune,
        **(lora if k.tune == "lora" else {}),
        "dataset_dir": str(data.parent),
        "dataset": data.stem,
        "template": k.template or "qwen",
        "cutoff_len": k.max_length,
        "packing": k.packing,
        "neat_packing": k.packing,
        "per_device_train_batch_size": k.batch,
        "gradient_accumulation_steps": k.accumulate,
        "learning_rate": k.rate,
        "num_train_epochs": k.epochs,
        "max_steps": k.steps or -1,
        "lr_scheduler_type": k.schedule,
        "warmup_ratio": k.warmup,
        "weight_decay": k.decay,
        "bf16": k.precision == "autocast",
        "pure_bf16": k.precision == "bfloat16",
        "disable_gradient_checkpointing": not k.checkpointing,
        "save_steps": k.save_every,
        "logging_steps": 1,
        "plot_loss": True,
        "seed": k.seed,
        "output_dir": f"saves/{data.stem}",
    }


def axolotl(data: Path, k: Training) -> Settings:
    """Give the settings of Axolotl for an export as `axolotl`, masked turns included."""
    rows = {
        "path": str(data),
        "ds_type": "json",
        "type": "chat_template",
        "field_messages": "messages",
        "message_field_training": "train",
        "roles_to_train": ["assistant"],
        "train_on_eos": "turn",
    }
    lora = {
        "adapter": "lora",
        "lora_r": k.lora.rank,
        "lora_alpha": k.lora.alpha,
        "lora_dropout": k.lora.dropout,
        "lora_target_linear": True,
    }
    template: Settings = {"chat_template": "tokenizer_default"}
    if k.template:
        template = {"chat_template": "jinja", "chat_template_jinja": k.template}
    return {
        "base_model": k.model,
        **(lora if k.tune == "lora" else {}),
        **template,
        "datasets": [rows],
        "sequence_len": k.max_length,
        "excess_length_strategy": "drop",
        "sample_packing": k.packing,
        "pad_to_sequence_len": k.packing,
        "micro_batch_size": k.batch,
        "gradient_accumulation_steps": k.accumulate,
        "learning_rate": k.rate,
        "num_epochs": k.epochs,
        **({"max_steps": k.steps} if k.steps else {}),
        "lr_scheduler": k.schedule,
        "warmup_ratio": k.warmup,
        "weight_decay": k.decay,
        "optimizer": "adamw_torch",
        "bf16": "full" if k.precision == "bfloat16" else k.precision == "autocast",
        "gradient_checkpointing": k.checkpointing,
        "save_steps": k.save_every,
        "seed": k.seed,
        "output_dir": f"outputs/{data.stem}",
    }


CONFIGS: dict[str, Callable[[Path, Training], Settings]] = {
    "llama-factory": llama_factory,
    "axolotl": axolotl,
}
"""The trainers that configs are written for."""
