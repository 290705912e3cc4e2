"""The orders of the Berkeley Function Calling Leaderboard: its data and its checkers.

Run in a process of its own by answering.py, where the folder of bfcl-eval can be imported from.

Calls are evaluated as text by bfcl-eval. They are made of known function names, parameter names
that are identifiers, and the `repr` of parsed JSON; any other call gives an error instead.
"""

from __future__ import annotations

import ast
import copy
import functools
import keyword
import sys
import types
from collections.abc import Callable
from itertools import count
from typing import Any
from unicodedata import is_normalized

MODEL = "buttonup"
UNKNOWN = "no_such_function()"  # evaluates to an error, as the call that it stands for would
runs = count()


def prepare(_folder: str) -> None:
    """Put a small table of models in the place of bfcl-eval's.

    That imports the SDK of every vendor; all that is read of it is whether a dot in a name is
    written as an underscore.
    """
    table: Any = types.ModuleType("bfcl_eval.constants.model_config")
    table.MODEL_CONFIG_MAPPING = {MODEL: types.SimpleNamespace(underscore_to_dot=True)}
    sys.modules[table.__name__] = table


# --- the tasks ------------------------------------------------------------------------------------


@functools.cache
def entries(category: str) -> dict[str, dict[str, Any]]:
    """Read the tasks of a category by id, each with its truth."""
    from bfcl_eval.utils import load_dataset_entry, load_ground_truth_entry  # noqa: PLC0415

    found = {entry["id"]: entry for entry in load_dataset_entry(category)}
    if category != "irrelevance":
        for truth in load_ground_truth_entry(category):
            found[truth["id"]]["truth"] = truth["ground_truth"]
    return found


def entry_of(id: str) -> dict[str, Any]:
    """Find a task by its id, which begins with its category."""
    return entries(id.rpartition("_")[0])[id]


def tasks(category: str) -> list[dict[str, Any]]:
    """List the tasks of a category: functions and turns as a model is shown them, and the truth."""
    return [
        {
            "id": id,
            "functions": list(map(shown, entry["function"])),
            "turns": [
                {"said": said, "offers": list(map(shown, late.get(str(n), ())))}
                for n, said in enumerate(entry["question"])
            ],
            "gold": gold(entry),
        }
        for id, entry in entries(category).items()
        for late in [entry.get("missed_function", {})]
    ]


def shown(function: dict[str, Any]) -> dict[str, Any]:
    """Write a definition as bfcl-eval's own runner gives it to a chat-completions endpoint."""
    return {
        "name": function["name"].replace(".", "_"),
        "description": function["description"],
        "parameters": {**schema(function["parameters"]), "type": "object"},
    }


def schema(node: dict[str, Any]) -> dict[str, Any]:
    """Name the types of a schema as JSON Schema does."""
    from bfcl_eval.constants.type_mappings import GORILLA_TO_OPENAPI  # noqa: PLC0415

    made = copy.copy(node)
    made["type"] = GORILLA_TO_OPENAPI.get(node.get("type", "string"), "string")
    if node.get("type") == "float":
        made["description"] = f"{node.get('description', '')} This is a float type value.".strip()
    if isinstance(node.get("properties"), dict):
        made["properties"] = {name: schema(one) for name, one in node["properties"].items()}
    if isinstance(node.get("items"), dict):
        made["items"] = schema(node["items"])
    return made


def gold(entry: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Give the calls of the truth, turn by turn."""
    if "truth" not in entry:
        return [[]]
    if "involved_classes" not in entry:
        return [[chosen(one) for one in entry["truth"]]]
    return [[parsed(call, parameters(entry)) for call in turn] for turn in entry["truth"]]


def chosen(truth: dict[str, Any]) -> dict[str, Any]:
    """Take for each parameter the first value that is accepted."""
    [(name, accepted)] = truth.items()
    given = {key: first(values) for key, values in accepted.items() if values[0] != ""}
    return {"name": name.replace(".", "_"), "arguments": given}


def first(values: list[Any]) -> Any:
    """Take the first of some accepted values; in an object each field has a list of them."""
    value = values[0]
    if isinstance(value, dict):
        return inside(value)
    if isinstance(value, list):
        return [inside(one) if isinstance(one, dict) else one for one in value]
    return value


def inside(accepted: dict[str, Any]) -> dict[str, Any]:
    """Take the first accepted value of each field of an object."""
    return {
        key: first(values) if isinstance(values, list) else values
        for key, values in accepted.items()
        if not (isinstance(values, list) and values[0] == "")
    }


def parsed(call: str, names: dict[str, list[str]]) -> dict[str, Any]:
    """Read a call that is written as Python."""
    node: Any = ast.parse(call, mode="eval").body
    given = dict(zip(names[node.func.id], map(ast.literal_eval, node.args), strict=False))
    given |= {k.arg: ast.literal_eval(k.value) for k in node.keywords}
    return {"name": node.func.id, "arguments": given}


def parameters(entry: dict[str, Any]) -> dict[str, list[str]]:
    """Name the functions of a task's environments, shown or not, with their parameters."""
    late = [f for functions in entry.get("missed_function", {}).values() for f in functions]
    return {f["name"]: list(f["parameters"]["properties"]) for f in [*entry["function"], *late]}


# --- running and checking -------------------------------------------------------------------------


def results(id: str, turns: list[list[list[dict[str, Any]]]]) -> list[str]:
    """Run calls, turn by turn and step by step, and give the results of the last step."""
    from bfcl_eval.eval_checker.multi_turn_eval import multi_turn_utils  # noqa: PLC0415

    entry, run = entry_of(id), fresh()
    last: list[str] = []
    for step in (step for turn in turns for step in turn):
        last, _ = multi_turn_utils.execute_multi_turn_func_call(
            func_call_list=written(step, entry),
            initial_config=entry["initial_config"],
            involved_classes=entry["involved_classes"],
            model_name=run,
            test_entry_id=id,
        )
    return last


def check(id: str, turns: list[list[list[dict[str, Any]]]]) -> dict[str, Any]:
    """Say whether calls, turn by turn and step by step, are right, and if not, why."""
    entry, category = entry_of(id), id.rpartition("_")[0]
    if category == "irrelevance":
        called = any(step for turn in turns for step in turn)
        return {"passed": not called, "reason": "called" if called else ""}
    if "involved_classes" in entry:
        from bfcl_eval.eval_checker.multi_turn_eval.multi_turn_checker import (  # noqa: PLC0415
            multi_turn_checker,
        )

        calls = [[written(step, entry) for step in turn] for turn in turns]
        said = multi_turn_checker(calls, entry["truth"], entry, category, fresh())
    else:
        from bfcl_eval.constants.enums import Language  # noqa: PLC0415
        from bfcl_eval.eval_checker.ast_eval.ast_checker import ast_checker  # noqa: PLC0415

        made = [{c["name"]: c["arguments"] or {}} for turn in turns for step in turn for c in step]
        said = ast_checker(
            entry["function"], made, entry["truth"], Language.PYTHON, category, MODEL
        )
    return {"passed": bool(said["valid"]), "reason": said.get("error_type", "")}


def fresh() -> str:
    """Name a run as none before, and forget the environments of those: they are module globals."""
    from bfcl_eval.eval_checker.multi_turn_eval import multi_turn_utils  # noqa: PLC0415

    held = vars(multi_turn_utils)
    for name in [name for name in held if name.endswith("_instance")]:
        del held[name]
    return f"{MODEL}{next(runs)}"


def written(step: list[dict[str, Any]], entry: dict[str, Any]) -> list[str]:
    """Write calls as Python, for bfcl-eval to evaluate."""
    known = parameters(entry)
    return [_written(call["name"], call["arguments"], known) for call in step]


def _written(name: str, arguments: Any, known: dict[str, list[str]]) -> str:
    plain = isinstance(arguments, dict) and all(
        key.isidentifier() and not keyword.iskeyword(key) and is_normalized("NFKC", key)
        for key in arguments  # Python reads a name that is not normal as another
    )
    if name not in known or not plain:
        return UNKNOWN
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"


ORDERS: dict[str, Callable[..., Any]] = {"tasks": tasks, "results": results, "check": check}
