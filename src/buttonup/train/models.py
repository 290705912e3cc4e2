"""The student before training: found by name, and as a folder of weights, tokenizer and template.

GGUF weights are unpacked once, into a cache: `~/.cache/buttonup/models`.
Source: transformers 5.24.0, `modeling_gguf_pytorch_utils.py`; docs/local.md has the packages.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from buttonup.chat import Template, Tokens, usable
from buttonup.errors import BadInput
from buttonup.model.carried import CARRIED, carried
from buttonup.store.whole import put

PARTS = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")


OURS, GEMMA = (Path(__file__).with_name(f"{name}.jinja") for name in ("chatml", "gemma"))
"""The chat templates for models whose own can teach no call."""
MARKS = {OURS: ("<|im_start|>", "<|im_end|>"), GEMMA: ("<start_of_turn>", "<end_of_turn>")}
"""How a turn begins and ends in them. A model gets the first whose marks its tokenizer knows."""


def try_installed() -> None:
    """Raise BadInput where the extra is not installed."""
    if missing := [name for name in PARTS if find_spec(name) is None]:
        mend = 'install it with pip install "buttonup[train]" (on a CPU, torch==2.13.0 first)'
        raise BadInput(f"training needs {', '.join(missing)}", mend)


def folder_of(model: str) -> Path:
    """Find a model's folder; GGUF weights are unpacked, a name of the hub is fetched from there.

    Raises  BadInput when there is no such model, or it cannot be read
    """
    if model in CARRIED:
        return _unpacked(carried(model))
    path = Path(model).expanduser()
    if path.suffix == ".gguf":
        return _unpacked(path)
    if path.is_dir():
        return _whole(path)
    if path.exists() or model.startswith((".", "/", "~")) or model.count("/") != 1:
        known = ", ".join(CARRIED)
        raise BadInput(
            f"there is no model {model}",
            f"give {known}, a folder, a .gguf file, or OWNER/NAME of the hub",
        )
    return _fetched(model)


def tokens_of(folder: Path, template: str) -> Tokens:
    """Say by which tokenizer and template a model reads: the one named, its own, or ours.

    Raises  BadInput when that can teach no call, or the tokenizer lacks the template's marks
    """
    if template:
        return Tokens(str(folder), template)
    try:
        usable(Template.load(folder))
    except BadInput:
        return Tokens(str(folder), str(_ours(folder)))
    return Tokens(str(folder))


def template_of(tokens: Tokens) -> Template:
    """Read the chat template that rows are written by."""
    return Template.load(Path(tokens.template or tokens.tokenizer))


def end_of_turn(tokens: Tokens) -> str:
    """Give how a turn ends in a template of ours; "" for any other."""
    return MARKS.get(Path(tokens.template), ("", ""))[1]


def _ours(folder: Path) -> Path:
    """Choose of our templates. Raises BadInput where the tokenizer knows the marks of none."""
    from buttonup.chat.tokens import load  # noqa: PLC0415 - an extra is behind it

    tokenizer = load(folder / "tokenizer.json")
    for template, marks in MARKS.items():
        if None not in map(tokenizer.token_to_id, marks):
            return template
    missing = " or ".join(end for _, end in MARKS.values())
    raise BadInput(
        f"the chat template of {folder.name} can teach no call, and its tokenizer has no "
        f"{missing}, which ours write",
        "name a chat template for it with --set template=FILE",
    )


def _whole(folder: Path) -> Path:
    for name in ("config.json", "tokenizer.json"):
        if not (folder / name).is_file():
            raise BadInput(
                f"{folder} holds no {name}", "give a folder that `save_pretrained` has written"
            )
    return folder


def _fetched(name: str) -> Path:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - comes with transformers

    try:
        wanted = ["*.json", "*.safetensors", "*.jinja", "*.model"]
        return _whole(Path(snapshot_download(name, allow_patterns=wanted)))
    except BadInput:
        raise
    except Exception as error:  # what the hub's client raises has no class in common
        told = str(error).strip().partition("\n")[0][:200]
        raise BadInput(
            f"{name} cannot be had from the hub: {told}", "check the name, or give a folder"
        ) from error


def _unpacked(file: Path) -> Path:
    """Give the folder of a GGUF file's weights, which is made when it is first asked for."""
    try:
        with file.open("rb") as content:
            magic = content.read(4)
            content.seek(0)
            name = hashlib.file_digest(content, "sha256").hexdigest()[:16]
    except OSError as error:
        what = f"cannot read the model {file}: {error.strerror}"
        raise BadInput(what, "check the path") from error
    if magic != b"GGUF":
        raise BadInput(f"{file} is no GGUF file", "give one, or a folder of safetensors")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "buttonup" / "models" / name
    if not (folder / "config.json").exists():
        _unpack(file, folder)
    return folder


def _unpack(file: Path, folder: Path) -> None:
    """Write a GGUF file's weights as safetensors, with its tokenizer; whole or not at all."""
    if find_spec("gguf") is None:
        raise BadInput("GGUF weights need the package gguf", 'pip install "buttonup[train]"')
    import torch  # noqa: PLC0415 - an extra
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415

    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        read: Any = AutoModelForCausalLM.from_pretrained(
            str(file.parent), gguf_file=file.name, dtype=torch.float32
        )
        if hasattr(read.config, "quantization_config"):
            del read.config.quantization_config  # or it would be saved as a GGUF that it is not
        plain = AutoModelForCausalLM.from_config(read.config, dtype=torch.float32)
        plain.load_state_dict(read.state_dict())
        plain.save_pretrained(draft)
        AutoTokenizer.from_pretrained(str(file.parent), gguf_file=file.name).save_pretrained(draft)
        put(draft / "from.txt", f"{file.name}\n".encode())
        draft.rename(folder)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        if not (folder / "config.json").exists():  # else another process was faster
            told = str(error).strip().partition("\n")[0][:200]
            raise BadInput(f"{file} cannot be unpacked: {told}", "give a folder") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
