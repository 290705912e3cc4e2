"""What a person says of a sample: what is asked for, and what is said now."""

from __future__ import annotations

from typing import Any

import msgspec

from buttonup.errors import BadInput
from buttonup.records import decode
from buttonup.store.marks import MARKS, Change, Said, labels_of
from buttonup.view.index.columns import as_key
from buttonup.view.pages import Viewed

LARGEST = 1 << 16  # bytes of a request; ours


def said(viewed: Viewed, key: int) -> Said:
    """Give all that is said of a sample, whose key the index has."""
    known = as_key(key)
    return viewed.marks.said().get(known, Said(known))


def page(viewed: Viewed, key: int) -> dict[str, Any]:
    """Give the part of a page in which one says something what it shows."""
    everything = viewed.marks.said().values()
    return {"said": said(viewed, key), "marks": MARKS, "labels": labels_of(everything)}


def change(viewed: Viewed, called: str, body: bytes) -> Said:
    """Say something of a sample: a `Change` as JSON.

    Raises  BadInput where nothing may be said, the sample is not there, or it is no such thing
    """
    if viewed.read_only:
        raise BadInput("this viewer is read-only", "start it without --read-only")
    try:
        wanted = decode(body, Change)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"this is no change: {error}") from error
    key = as_key(viewed.index.listed(viewed.source.id_of(called)).key)
    return viewed.marks.change(key, wanted)
