"""ButtonUp makes multi-turn function-calling training data and proves it."""

__version__ = "0.1.0"
