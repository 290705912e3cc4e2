"""ButtonUp makes multi-turn function-calling training data and proves it.

recipe = buttonup.read_recipe(None, {"n": 20})
made = asyncio.run(buttonup.make(recipe, Path("runs/first")))
buttonup.export(Path("runs/first"), "openai", Path("data.jsonl"))
"""

__version__ = "0.1.0"

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from buttonup.dataset import (
        Checked,
        Failure,
        Made,
        Progress,
        accepted,
        check,
        contamination,
        dedup,
        estimate,
        export,
        make,
        negatives,
        pilot,
        report,
    )
    from buttonup.engine.report import Report
    from buttonup.errors import BadInput, Fault, Reject
    from buttonup.estimate import Estimate, Measured
    from buttonup.formats import Exported, Negatives
    from buttonup.model.door import Model, Reply, Request
    from buttonup.recipe import Recipe, Teaching, read_recipe
    from buttonup.records import Sample, Trajectory

__all__ = [
    "BadInput",
    "Checked",
    "Estimate",
    "Exported",
    "Failure",
    "Fault",
    "Made",
    "Measured",
    "Model",
    "Negatives",
    "Progress",
    "Recipe",
    "Reject",
    "Reply",
    "Report",
    "Request",
    "Sample",
    "Teaching",
    "Trajectory",
    "accepted",
    "check",
    "contamination",
    "dedup",
    "estimate",
    "export",
    "make",
    "negatives",
    "pilot",
    "read_recipe",
    "report",
]

_HOMES = {
    "dataset": (
        "Checked Failure Made Progress "
        "accepted check contamination dedup estimate export make negatives pilot report"
    ),
    "engine.report": "Report",
    "estimate": "Estimate Measured",
    "errors": "BadInput Fault Reject",
    "formats": "Exported Negatives",
    "model.door": "Model Reply Request",
    "recipe": "Recipe Teaching read_recipe",
    "records": "Sample Trajectory",
}


def __getattr__(name: str) -> object:
    """Load what a name stands for when it is first asked for; a worker process asks for little."""
    for home, names in _HOMES.items():
        if name in names.split():
            return getattr(import_module(f"buttonup.{home}"), name)
    raise AttributeError(f"module 'buttonup' has no attribute {name!r}")
