"""Preference rows of anybody, read by their chosen way; `pairs` writes our own.

Rows are as TRL's `DPOTrainer` takes them (TRL 1.16.0, "Preference", conversational): `prompt`,
`chosen` and `rejected` as lists of messages, or `chosen` and `rejected` alone, with the prompt in
each.
"""

from __future__ import annotations

from typing import Any, Literal

from buttonup.errors import Reject
from buttonup.formats import openai
from buttonup.records import Conversation, Json

NAME = "preference"


def is_pair(row: Json) -> bool:
    """Tell whether a row is a preference row."""
    return (
        isinstance(row, dict)
        and isinstance(row.get("chosen"), list)
        and isinstance(row.get("rejected"), list)
        and isinstance(row.get("prompt", []), list)
    )


def parse(row: dict[str, Json]) -> Conversation:
    """Read the conversation that goes on in the chosen way. Rejects as `parse_way` does."""
    return parse_way(row, "chosen")


def parse_way(row: dict[str, Any], way: Literal["chosen", "rejected"]) -> Conversation:
    """Read the conversation that goes on in one of the two ways.

    Rejects  "off_format" for no preference row, and as the format `openai` does
    """
    if not is_pair(row):
        raise Reject("off_format", '"chosen" and "rejected" are not lists of messages')
    return openai.parse({**row, "messages": [*row.get("prompt", []), *row[way]]})
