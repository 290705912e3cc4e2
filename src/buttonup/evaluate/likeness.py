"""How alike two texts are, by a sentence model that the user has: the extra `sentences`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from buttonup.errors import BadInput


def likeness_by(folder: str) -> Callable[[str, str], float]:
    """Give the cosine of two texts' embeddings, 0 where it is less, by a model in a folder.

    Nothing is fetched. Raises BadInput when it cannot be loaded, or the extra is not installed
    Source  open-compass/GTA, opencompass/opencompass/datasets/gta_bench.py, `bert_score`
            (sentence-transformers, all-mpnet-base-v2)
    """
    if not Path(folder).is_dir():
        mend = "give the folder of a sentence-transformers model, such as all-mpnet-base-v2"
        raise BadInput(f"there is no folder {folder}", mend)
    try:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - an extra
    except ImportError as error:
        mend = 'install it with pip install "buttonup[sentences]"'
        raise BadInput("likeness of texts needs sentence-transformers", mend) from error
    try:
        model = SentenceTransformer(folder, local_files_only=True)
    except Exception as error:  # what a damaged folder raises has no class of its own
        what = f"{folder} holds no sentence model: {' '.join(str(error).split())[:120]}"
        raise BadInput(what, "give the folder of a sentence-transformers model") from error

    @functools.lru_cache(maxsize=4096)
    def embedded(text: str) -> Any:
        return model.encode(text, normalize_embeddings=True)

    def likeness(one: str, other: str) -> float:
        return min(1.0, max(0.0, float(embedded(one) @ embedded(other))))

    return likeness
