"""Which stages and roles of a run ask a model."""

from __future__ import annotations

from collections.abc import KeysView

from buttonup.errors import BadInput
from buttonup.model.local import content_name
from buttonup.recipe.settings import Recipe, Teaching, is_text_first


def asking(k: Recipe) -> dict[str, Teaching]:
    """Name the stages and roles of a run that have a model to ask, and which."""
    taught = {name: k.models.get(name, k.teacher) for name in askers(k)}
    return {name: teaching for name, teaching in taught.items() if teaching.model}


def askers(k: Recipe) -> KeysView[str]:
    """Name the stages and roles of a run that ask a model, first to last."""
    text_first, player = is_text_first(k), k.simulate.assistant
    made = k.tools == "simulated"
    asks = {
        "scenarios": text_first and (k.seeds or not made),
        "expand": made and k.expand.per_scenario,
        "atoms": text_first,
        "compose": text_first,
        "deepen": text_first and k.compose.deeper,
        "consistent": text_first,
        "functions": text_first,
        "rewrite": not text_first and k.rewrite,
        "user": k.simulate.user == "llm",
        "assistant": player in ("guided", "blind") or (player == "auto" and text_first),
        "tools": made,
        "judge": k.judge.votes,
    }
    return dict.fromkeys(name for name, does in asks.items() if does).keys()


def try_judge(k: Recipe) -> None:
    """Raise BadInput where the judge's model also writes or acts: nobody is judge of their own."""
    taught = {name: content_name(teaching.model) for name, teaching in asking(k).items()}
    mine = taught.pop("judge", None)
    own = [name for name, model in taught.items() if model == mine]
    if own and not k.judge.same_model:
        what = f"{mine} would judge what it wrote itself ({', '.join(own)})"
        raise BadInput(what, "give [models.judge] another model, or set judge.same_model = true")
