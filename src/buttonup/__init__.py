"""ButtonUp makes multi-turn function-calling training data and proves it.

recipe = buttonup.read_recipe(None, {"n": 20})
made = asyncio.run(buttonup.make(recipe, Path("runs/first")))
buttonup.export(Path("runs/first"), "openai", Path("data.jsonl"))
"""

__version__ = "0.1.0"

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from buttonup.dataset.ahead import estimate, pilot
    from buttonup.dataset.checking import Checked, Failure, check
    from buttonup.dataset.comparing import contamination, dedup
    from buttonup.dataset.exporting import export, negatives
    from buttonup.dataset.folder import accepted, report
    from buttonup.dataset.making import Made, make
    from buttonup.dataset.standing import Progress
    from buttonup.engine.report import Report
    from buttonup.errors import BadInput, Fault, Reject
    from buttonup.estimating import Estimate, Measured
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
    "dataset.ahead": "estimate pilot",
    "dataset.checking": "Checked Failure check",
    "dataset.comparing": "contamination dedup",
    "dataset.exporting": "export negatives",
    "dataset.folder": "accepted report",
    "dataset.making": "Made make",
    "dataset.standing": "Progress",
    "engine.report": "Report",
    "estimating": "Estimate Measured",
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
