"""Our tasks as an environment for the package `verifiers` (the extra `rl`; its API as of 0.4).

    buttonup export RUN --format rl --out tasks.jsonl
    vf-eval buttonup-rl --env.taskset.file tasks.jsonl --env.agent.runtime.type subprocess

`verifiers` finds it by this module's name. `Tasks` reads the file, `Player` plays an `Episode`:
the user's turns come from the blueprint, the calls run in its worlds, functions that the user
offers later are shown from then on. The player runs in this process and asks the model through the
endpoint that it is given, so the trace has every turn.

The reward is `verify`'s share: how far the steps of the plan were done, from 0 to 1, and nothing
where the assistant did what it should have held back from. Metrics: `passed` (1 where all is as it
should be), `calls`, and `off_schema` (calls of no function shown, or whose arguments do not fit).
"""

from __future__ import annotations

from buttonup_rl.environment import Player, Tasks

__all__ = ["Player", "Tasks"]
