"""The way to a model: an endpoint, how many requests it takes at once, and what is tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from buttonup.model.batching import Batching
from buttonup.model.door import Model
from buttonup.model.limited import Limited
from buttonup.model.metered import Metered, Purse
from buttonup.model.retrying import Retrying, Tell, untold
from buttonup.store.submitted import Submitted

if TYPE_CHECKING:
    from buttonup.model.batched import Batched
    from buttonup.model.batches import Batches
    from buttonup.model.endpoint import Endpoint


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


@asynccontextmanager
async def reached(
    way: Way, purse: Purse | None = None, tell: Tell = untold
) -> AsyncIterator[Model]:
    """Reach an endpoint for as long as the context lasts: tried first, then limited and retried.

    Every call is paid from the purse. `tell` is told in words when the endpoint is away, and ""
    when it is back.
    Raises  BadInput when nobody is there, or the key is refused
    """
    async with _endpoint(way) as endpoint:
        paid = Metered(endpoint, purse or Purse())
        yield Retrying(Limited(paid, way.in_flight), tell=tell)


@asynccontextmanager
async def batches_of(way: Way) -> AsyncIterator[Batches]:
    """Reach the batches of an endpoint, which have limits and retries of their own.

    Raises  BadInput when nobody is there, or the key is refused
    """
    from buttonup.model.batches import Batches  # noqa: PLC0415 - loads what few runs need

    async with _endpoint(way) as endpoint:
        yield Batches(endpoint)


@asynccontextmanager
async def in_batches(
    batches: Batches, submitted: Submitted, known: Callable[[str], bool], knobs: Batching
) -> AsyncIterator[Batched]:
    """Ask in batches for as long as the context lasts."""
    from buttonup.model.batched import Batched  # noqa: PLC0415 - loads what few runs need

    async with Batched(batches, submitted, known, knobs) as model:
        yield model


@asynccontextmanager
async def _endpoint(way: Way) -> AsyncIterator[Endpoint]:
    from buttonup.model.endpoint import Endpoint  # noqa: PLC0415 - loads what few runs need

    async with Endpoint(
        way.base_url, way.key, key_env=way.key_env, timeout=way.timeout
    ) as endpoint:
        await endpoint.probe()
        yield endpoint
