"""Words for figures, the same in the terminal and on the page."""

from __future__ import annotations


def dollars_in_words(dollars: float | None) -> str:
    """Say dollars, small ones with four digits that count."""
    if dollars is None:
        return "no price"
    return f"${dollars:,.2f}" if dollars >= 1 or not dollars else f"${dollars:.4g}"


def many(count: int, noun: str) -> str:
    """Count things: "1 call", "2 calls"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def plain(text: str, longest: int = 120) -> str:
    """Escape what could steer a terminal (controls, direction marks), and cut what is too long."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
