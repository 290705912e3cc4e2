"""What a page keeps asking for while something goes on: how far it has come, what is new."""

from __future__ import annotations

from typing import Any

from buttonup.view.filters import Filter
from buttonup.view.pages import Viewed

NEWEST = 6  # samples shown as they come; ours


def page(viewed: Viewed) -> dict[str, Any]:
    """Give the template `live.html` what it shows."""
    progress = viewed.index.progress()
    if not viewed.source.run:
        return {"progress": progress, "standing": None, "accepted": 0, "newest": []}
    [accepted] = [one.all for one in viewed.index.tallied("status") if one.value == "accepted"] or [
        0
    ]
    standing = viewed.counting.standing(accepted)
    newest = Filter(has=(("status", "accepted"),), sort="-")
    rows = viewed.index.page(newest).rows[:NEWEST] if standing.state == "running" else ()
    return {
        "progress": progress,
        "standing": standing,
        "accepted": accepted,
        "newest": [(viewed.source.called(row.id), row) for row in rows],
    }
