"""Runs stages: streaming, in item order where items meet."""
