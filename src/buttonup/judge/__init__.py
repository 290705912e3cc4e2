"""A model that scores samples with a rubric: the stage, its votes, and how good it is at it.

Nothing is imported here: who counts its scores needs neither the stage nor the gates.
"""
