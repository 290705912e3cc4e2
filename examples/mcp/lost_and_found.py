"""A lost-and-found office as an MCP server over stdio: what was found where, and who claims it.

buttonup tools "mcp:python examples/mcp/lost_and_found.py"
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

Kind = Literal["umbrella", "bag", "phone", "keys", "clothing", "other"]
READS = ToolAnnotations(read_only_hint=True)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False)

server = MCPServer("lost-and-found")


@dataclass
class Item:
    """Something that was found."""

    item_id: str
    kind: Kind
    looks: str
    found_at: Annotated[str, Field(description="Place where it was found.")]
    found_on: Annotated[str, Field(description="Day as YYYY-MM-DD.")]
    shelf: int
    claimed_by: str | None = None


@dataclass
class Receipt:
    """What whoever claims an item brings along."""

    receipt_id: str
    item_id: str
    fee: Annotated[float, Field(description="Euros to be paid when it is collected.")]


FOUND = (
    Item("LF-204", "umbrella", "green, wooden handle", "tram 9", "2026-05-04", 3),
    Item("LF-211", "bag", "grey rucksack, a bear hangs from it", "Museum Square", "2026-05-06", 7),
    Item("LF-217", "keys", "three keys on a blue ribbon", "tram 9", "2026-05-09", 1),
    Item("LF-223", "phone", "black, cracked glass", "harbour ferry", "2026-05-09", 2),
)
ITEMS = {item.item_id: item for item in FOUND}


@server.tool(annotations=READS)
def find_items(kind: Kind | None = None, found_at: str | None = None) -> list[Item]:
    """List what was found, newest first; all of it, or of one kind or from one place."""
    found = [
        item
        for item in ITEMS.values()
        if kind in (None, item.kind) and found_at in (None, item.found_at)
    ]
    return sorted(found, key=lambda item: item.found_on, reverse=True)


@server.tool(annotations=READS)
def get_item(item_id: str) -> Item:
    """Give one item by its number, such as LF-204."""
    if item_id not in ITEMS:
        raise ToolError(f"There is no item {item_id}.")
    return ITEMS[item_id]


@server.tool(annotations=WRITES)
def claim_item(item_id: str, name: str) -> Receipt:
    """Put an item aside for the person whose it is."""
    item = get_item(item_id)
    if item.claimed_by:
        raise ToolError(f"{item_id} is claimed already.")
    item.claimed_by = name
    return Receipt(receipt_id=f"R-{item_id[3:]}", item_id=item_id, fee=5.0)


if __name__ == "__main__":
    server.run()
