"""What an estimate assumes: ours, from runs with small and middling models."""

from __future__ import annotations

from collections.abc import Mapping

from buttonup.recipe import Recipe, Teaching

BYTES = 4.0  # of a prompt, a token: English and JSON
ASKS = 1.15  # asks for one thing: some replies do not fit and are asked for again
KEPT = 0.95  # of the items of a stage that asks: the rest is given up
DISTINCT = 0.9  # of scenarios: the rest are near-duplicates
CONSISTENT = 0.7  # of composites: the rest are found inconsistent
PASSED = 0.7  # of conversations acted out by a model: the rest fail a gate
PASSED_PLAN = 0.97  # of those acted out from a plan
JUDGED = 0.9  # of conversations that a judge is asked of: the rest it scores too low
REPLIES = {
    "scenarios": 60, "expand": 60, "atoms": 80, "compose": 190, "deepen": 150, "consistent": 200,
    "functions": 900, "rewrite": 80, "user": 80, "assistant": 120, "tools": 150,
    "judge": 500,
}  # fmt: skip
"""Tokens of a reply."""
DRAWN = 24  # blueprints that truth first is measured on


def assumed(k: Recipe, taught: Mapping[str, Teaching]) -> dict[str, str]:
    """List what the figures rest on, beside the recipe."""
    acted = k.tools == "simulated" or k.simulate.assistant in ("guided", "blind")
    shares = {"conversations that pass every gate": f"{PASSED if acted else PASSED_PLAN:.0%}"}
    if k.tools == "simulated":
        shares |= {
            "composites found consistent": f"{CONSISTENT:.0%}",
            "scenarios that are no near-duplicate": f"{DISTINCT:.0%}",
            "prompts": "those of one example: two or three sub-tasks, a call each",
        }
    else:
        shares["prompts"] = f"those of {DRAWN} blueprints drawn from the worlds"
    if "judge" in taught:
        shares["conversations that the judge lets pass"] = f"{JUDGED:.0%}"
    replies = ", ".join(f"{name} {REPLIES[name]}" for name in taught)
    return {
        **shares,
        "items that a stage keeps": f"{KEPT:.0%}",
        "asks for one thing": f"{ASKS}",
        "bytes a token": f"{BYTES:g}, of a prompt and of the schema sent beside it",
        "tokens a reply": replies,
        "prompt tokens that are cached": "none; where the provider caches, it costs less",
        "not known": "what a reasoning model thinks before it replies: it is billed as output",
    }
