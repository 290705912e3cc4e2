from __future__ import annotations

import pytest

from buttonup.errors import BadInput
from buttonup.tools.source import Limits, opened


def test_tools_of_no_known_kind_are_refused_with_what_to_write() -> None:
    with pytest.raises(BadInput, match="nowhere:x"):
        opened("nowhere:x", Limits())
