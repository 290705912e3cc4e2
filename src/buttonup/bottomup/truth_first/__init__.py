"""Truth first: sample a plan over tools that run, execute it, and word it last."""

from buttonup.bottomup.truth_first.asker import Wording
from buttonup.bottomup.truth_first.blueprint import Blueprinting, blueprints
from buttonup.bottomup.truth_first.nodes import Plan
from buttonup.bottomup.truth_first.own import own_blueprints
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.rewrite import Rewriting, rewrite
from buttonup.bottomup.truth_first.shapes import Planning, Scenes
from buttonup.bottomup.truth_first.word import Worded, word

__all__ = [
    "Blueprinting",
    "Plan",
    "Planning",
    "Rewriting",
    "Scenes",
    "Ticket",
    "Worded",
    "Wording",
    "blueprints",
    "own_blueprints",
    "plan",
    "rewrite",
    "word",
]
