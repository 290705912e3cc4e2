"""A user's sources of tools, one module or package a kind, and several as one."""
