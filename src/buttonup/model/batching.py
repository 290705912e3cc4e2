"""How requests are put into batches, and how those stand that are on their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

from buttonup.records import Record

MOST_REQUESTS = 50_000
MOST_BYTES = 200_000_000
"""What one input file may hold: "up to 50,000 requests" and "up to 200 MB in size".
Source: https://developers.openai.com/api/docs/guides/batch and the reference of POST /batches"""

Some = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]


class Batching(Record):
    """When a batch is sent off and looked after: how fast a run is, not what it makes."""

    items: Some = 10_000
    """Items in flight at most, where so many samples are wanting: what bounds the memory."""
    requests: Annotated[int, msgspec.Meta(ge=1, le=MOST_REQUESTS)] = MOST_REQUESTS
    """Requests that a batch has at most."""
    quiet: Seconds = 5.0
    """Seconds without a new request, after which those that wait are sent off."""
    longest: Seconds = 300.0
    """Seconds between two looks at a batch, once it has been looked at for a while."""
    tries: Some = 3
    """Batches that a request may be in, before it is given up or, where it is not its fault, the
    run stops."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the batches stand that are on their way; requests as the provider counts them."""

    batches: int = 0
    requests: int = 0
    done: int = 0
    failed: int = 0
