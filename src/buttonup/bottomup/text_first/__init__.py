"""Text first: BUTTON's own way up, from seeds to functions made for the task."""

from buttonup.alike.embed import EmbedderName, pick_embedder
from buttonup.bottomup.text_first.assemble import AssembleKnobs, assemble
from buttonup.bottomup.text_first.atoms import AtomKnobs, atoms
from buttonup.bottomup.text_first.compose import ComposeKnobs, compose, deepen
from buttonup.bottomup.text_first.consistent import consistent
from buttonup.bottomup.text_first.dedup import DedupKnobs, near_duplicates
from buttonup.bottomup.text_first.functions import FunctionsKnobs, functions
from buttonup.bottomup.text_first.library import LibraryKnobs, library
from buttonup.bottomup.text_first.scenarios import (
    ExpandKnobs,
    expand,
    extract,
    shipped,
)
from buttonup.bottomup.text_first.seeds import read_seeds

__all__ = [
    "AssembleKnobs",
    "AtomKnobs",
    "ComposeKnobs",
    "DedupKnobs",
    "EmbedderName",
    "ExpandKnobs",
    "FunctionsKnobs",
    "LibraryKnobs",
    "assemble",
    "atoms",
    "compose",
    "consistent",
    "deepen",
    "expand",
    "extract",
    "functions",
    "library",
    "near_duplicates",
    "pick_embedder",
    "read_seeds",
    "shipped",
]
