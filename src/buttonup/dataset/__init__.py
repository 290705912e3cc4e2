"""What a user does with ButtonUp: make a dataset, and what comes before and after.

The command line and `import buttonup` are the same few doors.
"""
