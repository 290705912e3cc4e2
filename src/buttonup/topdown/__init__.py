"""Top-down: the cast acts a blueprint out."""

from buttonup.topdown.repair import repair
from buttonup.topdown.simulate import Simulating, simulate

__all__ = ["Simulating", "repair", "simulate"]
