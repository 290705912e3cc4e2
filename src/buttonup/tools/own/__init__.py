"""A user's tools as a world: planned with, called, simulated where they write, called again."""
