"""ButtonUp makes multi-turn function-calling training data and proves it."""
