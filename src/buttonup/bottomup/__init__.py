"""Bottom-up: text first (the paper's stages) and truth first (plan, then word)."""
