from __future__ import annotations

import re
from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.recipe import read_recipe, source


@pytest.mark.parametrize("text", ["", "\n\n", "not json\n", '{"other": 1}\n[]\n'])
def test_seeds_without_a_seed_are_refused_before_anything_begins(text: str, tmp_path: Path) -> None:
    path = tmp_path / "seeds.jsonl"
    path.write_text(text)
    with pytest.raises(BadInput, match=re.escape(str(path))):
        source(read_recipe(None, {"tools": "simulated", "seeds": str(path)}))
