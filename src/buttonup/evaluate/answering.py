"""The process that holds somebody else's code: it answers orders with the functions of one file.

Run as `answering.py FILE FOLDER`: FILE has `prepare(folder)` and `ORDERS`, name -> function. Orders
come on stdin, one JSON object a line, and each is answered by a line on stdout. No answer depends
on an order before it, so that a process which hung or crashed is simply replaced. Neither this file
nor FILE knows anything of the package.
"""

from __future__ import annotations

import json
import os
import runpy
import sys


def main(file: str, folder: str) -> None:
    """Answer orders until there are no more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is printed must not get in between
    sys.path.insert(0, folder)
    held = runpy.run_path(file)
    held["prepare"](folder)
    for line in sys.stdin:
        order = json.loads(line)
        answer = held["ORDERS"][order.pop("do")](**order)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
