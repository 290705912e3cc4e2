"""Top-down: the cast acts a blueprint out."""

from buttonup.topdown.called_again import called_again
from buttonup.topdown.repair import repair
from buttonup.topdown.simulate import Simulating, simulate

__all__ = ["Simulating", "called_again", "repair", "simulate"]
