"""Where functions come from and run."""
