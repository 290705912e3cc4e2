"""Top-down: the cast acts a blueprint out."""
