"""A teacher that says given things, in order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted

Say = Callable[..., Teacher]


@pytest.fixture
def asked() -> list[Request]:
    """Every request that the teacher was asked."""
    return []


@pytest.fixture
def saying(asked: list[Request]) -> Say:
    """Make a teacher that says the given texts, one a request."""

    def make(*texts: str) -> Teacher:
        replies = iter(texts)
        return Teacher(model=Scripted(lambda _: next(replies), asked), name="tiny")

    return make
