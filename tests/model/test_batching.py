from __future__ import annotations

import pytest

from buttonup.errors import BadInput
from buttonup.model.batching import MOST_REQUESTS, Batching
from buttonup.recipe import read_recipe


def test_a_batch_has_as_many_requests_as_the_provider_takes() -> None:
    assert Batching().requests == MOST_REQUESTS == 50_000


@pytest.mark.parametrize(
    ("key", "value"),
    [("requests", 50_001), ("requests", 0), ("quiet", 0), ("longest", -1), ("tries", 0)],
)
def test_a_value_that_cannot_work_is_refused(key: str, value: float) -> None:
    with pytest.raises(BadInput, match=rf"batch\.{key}"):
        read_recipe(None, {f"batch.{key}": value})
