"""Templates: text with `{slots}`, filled with words. Read once each; no format specifications.

A slot is a name, dotted where it reaches into an object ("{address.city}"); `{}` is the only value.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping


@functools.cache
def _parsed(template: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Split into the text before the first slot, and each slot with the text behind it."""
    head, *rest = template.split("{")
    parts = tuple((slot, text) for slot, _, text in (part.partition("}") for part in rest))
    return head, parts


def fill(template: str, slots: Mapping[str, str]) -> str:
    """Put words into a template. Raises KeyError where there are none for a slot."""
    head, parts = _parsed(template)
    return head + "".join([slots[slot] + text for slot, text in parts]) if parts else head


@functools.cache
def slots_of(template: str) -> tuple[str, ...]:
    """List the slots of a template, each once, in their order (the dice are thrown in it)."""
    return tuple(dict.fromkeys(slot for slot, _ in _parsed(template)[1]))
