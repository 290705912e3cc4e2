"""What a tool of an MCP server gave, as JSON.

Source: MCP specification 2025-11-25, "Tools", "Tool Result".
"""

from __future__ import annotations

import msgspec
from mcp_types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)

from buttonup.records import Json

LONGEST_ERROR = 2000  # characters


def result_of(result: CallToolResult) -> Json:
    """Give the structured content where there is some, else what the blocks say.

    One block stands alone, several are a list, none is null. What is no text is told, not shown.
    """
    if result.is_error:
        return {"error": _error(result)}
    if result.structured_content is not None:
        return result.structured_content
    said = [_block(block) for block in result.content]
    return said[0] if len(said) == 1 else said or None


def _error(result: CallToolResult) -> str:
    said = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    return said.strip()[:LONGEST_ERROR] or "the tool failed and does not say why"


def _block(block: ContentBlock) -> Json:
    match block:
        case TextContent(text=text):
            return _value(text)
        case ImageContent(mime_type=kind, data=data) | AudioContent(mime_type=kind, data=data):
            return {"type": block.type, "media": kind, "bytes": _size(data)}
        case ResourceLink(uri=uri, name=name, mime_type=kind):
            return {"type": "resource_link", "uri": str(uri), "name": name, "media": kind}
        case EmbeddedResource(resource=BlobResourceContents(uri=uri, mime_type=kind, blob=data)):
            return {"type": "resource", "uri": str(uri), "media": kind, "bytes": _size(data)}
        case EmbeddedResource(resource=TextResourceContents(uri=uri, text=text)):
            return {"type": "resource", "uri": str(uri), "text": text}
    raise AssertionError(block)


def _value(text: str) -> Json:
    """Read text that is an object or a list; other text is what it is."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return text


def _size(data: str) -> int:
    """Count the bytes that base64 stands for."""
    return len(data.rstrip("=")) * 3 // 4
