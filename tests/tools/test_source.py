from __future__ import annotations

import pytest

from buttonup.errors import BadInput
from buttonup.tools.source import OPENERS, opened


@pytest.mark.parametrize("spec", ["shop.py", "pyton:shop.py", "", ":x", "worlds:library"])
def test_what_is_no_source_is_told_with_those_that_there_are(spec: str) -> None:
    with pytest.raises(BadInput, match="is no source of tools") as told:
        opened(spec)
    assert all(f"{kind}:" in str(told.value) for kind in OPENERS)
