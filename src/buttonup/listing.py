"""Lists a user's tools as they are read; a model may propose better words for them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import json

from buttonup.engine.cores import cores
from buttonup.errors import OVER, BadInput
from buttonup.formats.export import refuse_taken
from buttonup.model.alone import Alone, asked_alone, forget
from buttonup.model.door import Model
from buttonup.records import Record, encode
from buttonup.showing.tools import tools_as_text
from buttonup.showing.wording import many, plain
from buttonup.store.settings import filled
from buttonup.store.whole import put
from buttonup.tools.definitions.describe import proposed, wordless
from buttonup.tools.definitions.overlay import Words, as_toml
from buttonup.tools.source import Limits, Tool
from buttonup.tools.sources.joined import joined


class Order(Record):
    """Which tools are to be listed, and who is to propose words for them."""

    specs: tuple[str, ...]
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    overlays: tuple[Path, ...] = ()
    env: tuple[str, ...] = ()
    megabytes: int = 512
    teacher: str = ""
    """Model that proposes descriptions; "" for nobody."""
    base_url: str = "https://api.openai.com/v1"
    key_env: str = "OPENAI_API_KEY"
    budget: float | None = None
    """Dollars that the proposing may cost; None for any."""
    prices: str = ""
    out: Path | None = None
    """File for what is proposed."""
    force: bool = False


class Listing(Record):
    """What was read, and what is proposed."""

    tools: tuple[Tool, ...]
    overlay: dict[str, Words] | None = None
    """Proposed words; None where nobody was asked."""
    refused: dict[str, str] = {}
    """Tool -> why nothing is proposed for it."""
    out: str = ""
    """Where the overlay was written."""

    @property
    def short(self) -> bool:
        """Say whether the budget ended the asking."""
        return any(why.startswith(OVER) for why in self.refused.values())


async def listed(order: Order, model: Model | None = None) -> Listing:
    """Read tools, and have words proposed for those that lack some.

    `model` stands in for the endpoint.
    Raises  BadInput for what cannot be read, where nothing is left, where nobody can be asked, and
            where the file is there already
    """
    if order.out is not None:
        if not order.teacher:
            raise BadInput("--out is for what a model proposes", "give --teacher, or use > FILE")
        refuse_taken(order.out, replace=order.force)
    limits = Limits(megabytes=order.megabytes)
    words = order.include, order.exclude, order.overlays
    async with joined(order.specs, limits, order.env, *words) as source:
        tools = source.tools
    if not order.teacher:
        return Listing(tools)
    alone = Alone(
        order.teacher, order.base_url, order.key_env, budget=order.budget, prices=order.prices
    )
    with TemporaryDirectory() as nowhere:
        out = order.out or Path(nowhere, "words")
        async with asked_alone(alone, out, cores(), model) as (teacher, _):
            overlay, rejects = await proposed(wordless(tools), teacher)
        refused = {name: str(reject) for name, reject in rejects.items()}
        found = Listing(tools, overlay, refused, str(order.out or ""))
        if not found.short:
            forget(out)
    if order.out is not None:
        put(order.out, as_toml(overlay).encode())
    return found


def as_text(found: Listing) -> str:
    """Draw tools for a terminal; where a model was asked, give the overlay that it proposes."""
    if found.overlay is None:
        return tools_as_text(found.tools)
    if not found.out:
        return as_toml(found.overlay).rstrip()
    return f"{many(len(found.overlay), 'description')} proposed, in {plain(found.out)}"


def as_json(found: Listing) -> str:
    """Write tools as one JSON array, which json:FILE reads again."""
    rows = [
        {**filled(tool.function), **filled(tool), "writes": tool.writes, "function": None}
        for tool in found.tools
    ]
    bare = [{k: v for k, v in row.items() if k != "function"} for row in rows]
    return json.format(encode(bare), indent=1).decode()
