"""A lost-and-found office as an MCP server over stdio: what was found where, and who claims it.

    buttonup tools "mcp:python examples/mcp/lost_and_found.py"
"""

from __future__ import annotations

from typing import Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

Kind = Literal["umbrella", "bag", "phone", "keys", "clothing", "other"]
READS = ToolAnnotations(read_only_hint=True)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False)

server = MCPServer("lost-and-found")


class Item(BaseModel):
    """Something that was found."""

    item_id: str
    kind: Kind
    looks: str
    found_at: str = Field(description="Place where it was found.")
    found_on: str = Field(description="Day as YYYY-MM-DD.")
    shelf: int
    claimed_by: str | None = None


class Receipt(BaseModel):
    """What whoever claims an item brings along."""

    receipt_id: str
    item_id: str
    fee: float = Field(description="Euros to be paid when it is collected.")


ITEMS = {
    item.item_id: item
    for item in (
        Item(item_id="LF-204", kind="umbrella", looks="green, wooden handle", found_at="tram 9", found_on="2026-05-04", shelf=3),
        Item(item_id="LF-211", kind="bag", looks="grey rucksack, a bear hangs from it", found_at="Museum Square", found_on="2026-05-06", shelf=7),
        Item(item_id="LF-217", kind="keys", looks="three keys on a blue ribbon", found_at="tram 9", found_on="2026-05-09", shelf=1),
        Item(item_id="LF-223", kind="phone", looks="black, cracked glass", found_at="harbour ferry", found_on="2026-05-09", shelf=2),
    )
}


@server.tool(annotations=READS)
def find_items(
    kind: Kind | None = None, found_at: str | None = None
) -> list[Item]:
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
    ITEMS[item_id] = item.model_copy(update={"claimed_by": name})
    return Receipt(receipt_id=f"R-{item_id[3:]}", item_id=item_id, fee=2.5 if item.kind == "other" else 5.0)


if __name__ == "__main__":
    server.run()
