"""A teacher whose replies are written out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted

Script = Callable[..., tuple[Teacher, list[Request]]]


@pytest.fixture
def script() -> Script:
    """Make a teacher that gives these replies in order, the last for ever, and its requests."""

    def make(*replies: Any) -> tuple[Teacher, list[Request]]:
        texts = [json.dumps(reply) for reply in replies]
        model = Scripted(lambda _: texts[min(len(model.asked), len(texts)) - 1])
        return Teacher(model, "scripted"), model.asked

    return make
