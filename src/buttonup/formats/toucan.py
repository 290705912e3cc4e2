"""Toucan's rows: messages and tools as strings of JSON, some with the roles of ms-swift.

    {"messages": "[…]", "tools" or "available_tools": "[…]", "question": "…", …}

The system message declares the tools once more, after a mark of its model.

Source: the card of Agent-Ark/Toucan-1.5M, and rows as its viewer shows them.
"""

from __future__ import annotations

import re
from typing import Any

from buttonup.errors import Reject
from buttonup.formats import foreign, swift
from buttonup.records import Conversation, Json

NAME = "toucan"

_DECLARED = re.compile(r"<\|im_system\|>tool_declare<\|im_middle\|>.*", re.DOTALL)


def parse(row: dict[str, Json]) -> Conversation:
    """Read a row.

    Rejects  "off_format", "not_text", "unknown_role", "calls_not_json"
    """
    messages = _decoded(row.get("messages"))
    if not isinstance(messages, list):
        raise Reject("off_format", '"messages" is no string of JSON that holds a list')
    tools = row["tools"] if "tools" in row else row.get("available_tools")
    kept = [m for m in map(_undeclared, messages) if m != {"role": "system", "content": ""}]
    return swift.parse({"messages": kept, "tools": tools})


def _decoded(found: Json) -> Json:
    return foreign.value(found) if isinstance(found, str) else found


def _undeclared(message: Any) -> Any:
    """Leave out the declaration of the tools, which stand beside the messages."""
    if not isinstance(message, dict) or message.get("role") != "system":
        return message
    content = message.get("content")
    if not isinstance(content, str):
        return message
    return {"role": "system", "content": _DECLARED.sub("", content).strip()}
