"""Evaluation: a suite gives tasks, a player plays them, and what came of each is a line.

suite.py        Task, Player, Played: what the parts know of each other
worlds.py       the suite `worlds`: held-out worlds and functions, played for real
bfcl.py         the suite `bfcl`: its own checkers, in a process of their own (checker.py)
players.py      a model that writes calls in text or natively; gold, silent
native.py       chat completions with `tools`, over the one door to models
evaluation.py   plays a suite into a folder, and counts
comparison.py   two evaluations, task by task
statistics.py   intervals and tests
"""
