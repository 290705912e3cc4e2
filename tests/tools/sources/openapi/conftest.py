"""Small descriptions, made of what a test is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from buttonup.tools.sources.openapi.document import Document
from buttonup.tools.sources.openapi.operations import Offered, offered

Json = Any
Describe = Callable[..., Document]
Offer = Callable[..., Offered]


@pytest.fixture
def describe() -> Describe:
    """Make a description of OpenAPI 3 with the given paths, and whatever else is in its root."""

    def make(paths: Json = None, /, **root: Json) -> Document:
        return Document("/api.json", {"/api.json": {"openapi": "3.1.0", "paths": paths, **root}})

    return make


@pytest.fixture
def offer(describe: Describe) -> Offer:
    """Make a description with one operation, and read it."""

    def make(operation: Json, /, path: str = "/pets", method: str = "get", **root: Json) -> Offered:
        root.setdefault("servers", [{"url": "http://127.0.0.1:1"}])
        document = describe({path: {method: operation}}, **root)
        return next(iter(offered(document, "openapi:pets.json")))

    return make
