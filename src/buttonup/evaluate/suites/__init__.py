"""One file a suite; a file NAME_orders.py is run in a process of its own (apart.py).

worlds.py       held-out worlds, and functions that training data never shows
feedback.py     the same tasks, several rounds: what failed is told
bfcl.py         the Berkeley Function Calling Leaderboard
tau2.py         tau2's telecom desk, without a user
gta.py          General Tool Agents, from a path
tool_query.py   AgentBoard's Tool-Query, from a path
languages.py    a dataset of ours by language: names and values apart (normal.py)
figures.py      what all of these count beside the score, by name
"""
