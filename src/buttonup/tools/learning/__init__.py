"""What is learned of a user's tools beyond their definitions.

sampler ── calls ─►  evidence  ── told by ─►  known  ── under the user's file ─►  learned.toml
"""
