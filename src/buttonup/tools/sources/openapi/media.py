"""Media types, as far as bodies and replies are concerned. Source: RFC 6838, RFC 6839."""

from __future__ import annotations

from typing import Literal

Kind = Literal["json", "form", "multipart", "text"]


def kind_of(media: str) -> Kind | None:
    """Say how what has a media type is written; None for what cannot be written here."""
    essence = media.partition(";")[0].strip().lower()
    if essence.endswith(("/json", "+json")) or essence in ("*/*", "application/*"):
        return "json"
    named: dict[str, Kind] = {
        "application/x-www-form-urlencoded": "form",
        "multipart/form-data": "multipart",
        "text/plain": "text",
        "application/octet-stream": "text",
    }
    return named.get(essence)
