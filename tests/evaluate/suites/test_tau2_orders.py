"""What the orders of tau2 do without tau2: let be imported what is not there."""

from __future__ import annotations

import subprocess
import sys

from buttonup.evaluate.suites import tau2_orders

PROGRAM = """
import runpy, sys
held = runpy.run_path(sys.argv[1])
sys.meta_path.insert(0, held["_Nothing"]())
from litellm.caching.caching import Cache
import litellm, pandas as pd
litellm.cache = Cache()
assert pd.DataFrame and litellm.completion
try:
    import surely_not_there
except ImportError:
    print("missing")
"""


def test_what_is_absent_can_be_imported_and_nothing_else() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, tau2_orders.__file__],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("missing\n", "")
