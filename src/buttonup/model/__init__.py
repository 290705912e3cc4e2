"""The one door to language models, and the wrappers that have the same door."""
