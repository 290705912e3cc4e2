"""A user's code, run in processes of its own.

process (ours)  ─ orders ─►  guard ── forks ─►  template ── forks ─►  worker
                             sees us end        has imported the      runs calls, until it hangs,
                             runs no user code  code, runs no call    dies, or a reset ends it
"""
