"""Top-down: the cast acts a blueprint out."""

from buttonup.topdown.simulate import Simulating, simulate

__all__ = ["Simulating", "simulate"]
