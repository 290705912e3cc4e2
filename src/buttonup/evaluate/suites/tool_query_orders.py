"""The orders of AgentBoard's Tool-Query: its environments, opened and stepped.

Run in a process of its own by answering.py, in which AgentBoard's `agentboard` folder and the
packages beside ours can be imported. An environment is held from order to order: what it asks the
network for is asked once.

Actions are evaluated as text by AgentBoard. They are made of a name of the tools that were shown,
and the `repr` of parsed JSON.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

AWAY = (
    "ConnectionError", "HTTPError", "HTTPSError", "TimeoutError", "SSLError", "ProxyError",
    "TooManyRedirects", "RequestException",
)  # fmt: skip
"""What AgentBoard's `contains_network_error` looks for."""
held: dict[str, Any] = {}


def prepare(folder: str) -> None:
    """Let an environment be imported without all the others, which AgentBoard's package imports."""
    package = types.ModuleType("environment")
    package.__path__ = [str(Path(folder) / "environment")]
    sys.modules["environment"] = package


def ready(tool: str) -> str:
    """Say what keeps an environment from being loaded; "" when nothing does."""
    try:
        environment(tool)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's code raises
        return f"{type(error).__name__}: {error}"
    return ""


def environment(tool: str) -> Any:
    """Import an environment, and give its class as it has registered itself."""
    importlib.import_module(f"environment.{tool}_env")
    return importlib.import_module("common.registry").registry.get_environment_class(tool)


def opened(session: str, tool: str, dataset: dict[str, Any]) -> None:
    """Open the environment of a task."""
    held[session] = environment(tool).from_config({"dataset": dataset})


def step(session: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Take an action, and give what it brought, how far the task is, and whether it is over."""
    if session not in held:  # the process that had opened it was lost
        return {"observation": "the environment was lost", "away": True}
    text = f"Action: {name} with Action Input: {arguments!r}"
    observation, reward, done, _ = held[session].step(text)
    seen = str(observation)
    away = any(word in seen for word in AWAY)
    return {"observation": seen, "reward": float(reward), "done": bool(done), "away": away}


def closed(session: str) -> None:
    """Let go of the environment of a task."""
    held.pop(session, None)


ORDERS: dict[str, Callable[..., Any]] = {
    "ready": ready, "opened": opened, "step": step, "closed": closed,
}  # fmt: skip
