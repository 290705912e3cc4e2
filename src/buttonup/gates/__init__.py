"""Pure predicates over trajectories, each with a reason."""
