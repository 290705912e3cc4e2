"""Truth first: sample a plan over tools that run, execute it, and word it last."""

from buttonup.bottomup.truth_first.blueprint import Blueprinting, blueprints
from buttonup.bottomup.truth_first.nodes import Plan
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.rewrite import Rewriting, rewrite
from buttonup.bottomup.truth_first.shapes import Planning
from buttonup.bottomup.truth_first.word import Wording, word

__all__ = [
    "Blueprinting",
    "Plan",
    "Planning",
    "Rewriting",
    "Ticket",
    "Wording",
    "blueprints",
    "plan",
    "rewrite",
    "word",
]
