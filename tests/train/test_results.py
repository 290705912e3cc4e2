"""What a training came to is read again, also as it was written before it had more to tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.train.results import RESULTS, read_results


def test_results_of_before_there_were_shared_adapters_are_read(
    ended: bytes, tmp_path: Path
) -> None:
    old = json.loads(ended)
    for name in ("preferred", "shared"):
        del old[name]
    (tmp_path / RESULTS).write_text(json.dumps(old))
    assert read_results(tmp_path).shared == 0


@pytest.mark.parametrize("held", [None, "{", '{"round": 1}'])
def test_a_training_that_has_not_ended_is_told(held: str | None, tmp_path: Path) -> None:
    if held is not None:
        (tmp_path / RESULTS).write_text(held)
    with pytest.raises(BadInput, match="no training that has ended"):
        read_results(tmp_path)
