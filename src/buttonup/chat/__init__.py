"""Chat templates: a conversation as a model sees it, what of it is learnt, and the proof."""

from buttonup.chat.probe import Findings, examine, usable
from buttonup.chat.rendered import Rendered, Span, render
from buttonup.chat.template import Template, named
from buttonup.chat.tokens import Labelled, Tokens, labelled

__all__ = [
    "Findings",
    "Labelled",
    "Rendered",
    "Span",
    "Template",
    "Tokens",
    "examine",
    "labelled",
    "named",
    "render",
    "usable",
]
