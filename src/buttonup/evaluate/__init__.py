"""Evaluation: a suite gives tasks, a player plays them, and what came of each is a line.

suite.py        Task, Player, Played: what the parts know of each other
suites/         one file a suite
apart.py        benchmarks in a folder and a process of their own; answering.py is that process
ways.py         how a model is shown functions and writes calls
players.py      a model that plays in one of these ways
likeness.py     how alike two texts are, by a sentence model
evaluation.py   plays a suite into a folder
measures.py     figures beside the score, and their intervals
summary.py      what all results come to; table.py tells it
reading.py      an evaluation that has ended, by task
comparison.py   two evaluations, task by task; paired.py: their measures
forgetting.py   what a student of several rounds has forgotten
statistics.py   intervals and tests
command.py      from the words of a command to an evaluation
"""
