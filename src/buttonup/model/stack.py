"""The way to a model: an endpoint, how many requests it takes at once, and what is tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from buttonup.model.door import Model
from buttonup.model.limited import Limited
from buttonup.model.metered import Metered, Purse
from buttonup.model.retrying import Retrying, Tell


@dataclass(frozen=True, slots=True)
class Way:
    """Where a model is asked, and how."""

    base_url: str
    key: str | None = field(default=None, repr=False)
    key_env: str = "OPENAI_API_KEY"
    """Where the key came from, for messages."""
    timeout: float = 300.0
    """Seconds one reply may take."""
    in_flight: int = 16
    """Requests at a time, at most."""


def _untold(_words: str) -> None:
    """Tell nobody."""


@asynccontextmanager
async def reached(
    way: Way, purse: Purse | None = None, tell: Tell = _untold
) -> AsyncIterator[Model]:
    """Reach an endpoint for as long as the context lasts: tried first, then limited and retried.

    Every call is paid from the purse. `tell` is told in words when the endpoint is away, and ""
    when it is back.
    Raises  BadInput when nobody is there, or the key is refused
    """
    from buttonup.model.endpoint import Endpoint  # noqa: PLC0415 - loads what few runs need

    async with Endpoint(
        way.base_url, way.key, key_env=way.key_env, timeout=way.timeout
    ) as endpoint:
        await endpoint.probe()
        paid = Metered(endpoint, purse or Purse())
        yield Retrying(Limited(paid, way.in_flight), tell=tell)
