"""Function and parameter names: one style, and what a name gives away."""

from __future__ import annotations

import re

OPAQUE = frozenset({"id", "ids", "uuid", "guid", "token", "tokens", "handle", "reference", "key"})


def canonical(name: str) -> str:
    """Give a name in snake_case: `getWeather`, `Get-Weather` and `get weather` are one name."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^A-Za-z0-9]+", "_", spaced).strip("_").lower()[:64].rstrip("_")


def is_opaque(parameter: str) -> bool:
    """Tell whether a parameter takes a value that only a system hands out: an id, a token."""
    return canonical(parameter).rsplit("_", 1)[-1] in OPAQUE
