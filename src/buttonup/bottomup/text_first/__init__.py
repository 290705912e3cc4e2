"""Text first: BUTTON's own way up, from seeds to functions made for the task."""

from buttonup.bottomup.assemble import AssembleKnobs, assemble
from buttonup.bottomup.atoms import AtomKnobs, atoms
from buttonup.bottomup.compose import ComposeKnobs, compose
from buttonup.bottomup.consistent import consistent
from buttonup.bottomup.dedup import DedupKnobs, near_duplicates
from buttonup.bottomup.embed import EmbedderName, pick_embedder
from buttonup.bottomup.functions import FunctionsKnobs, functions
from buttonup.bottomup.library import LibraryKnobs, library
from buttonup.bottomup.scenarios import ExpandKnobs, expand, extract, shipped
from buttonup.bottomup.seeds import read_seeds

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
    "expand",
    "extract",
    "functions",
    "library",
    "near_duplicates",
    "pick_embedder",
    "read_seeds",
    "shipped",
]
