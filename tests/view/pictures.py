"""Takes the pictures of docs/view: `python -m tests.view.pictures OUT RUN [RUN]`, from the root.

Of one run its overview and list, of two the comparison; 1280 wide and light, 390 wide and dark.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.view.browser import chromium
from tests.view.serving import serving

SIZES = {1280: (720, False), 390: (844, True)}
ONE = {"overview": "/", "samples": "/samples?status=rejected&calls.from=2&sort=-tokens"}
TWO = {"compared": "/"}


def main(out: Path, runs: list[Path]) -> None:
    """Take them."""
    with serving(*runs) as served:
        for wide, (high, dark) in SIZES.items():
            with chromium(wide, high, dark=dark) as browser:
                browser.get(served.address)
                while not browser.find_elements("id", "main"):
                    time.sleep(0.1)
                for name, path in (ONE if len(runs) == 1 else TWO).items():
                    browser.get(f"http://{served.host}{path}")
                    while "being counted" in browser.page_source:
                        time.sleep(1)
                        browser.refresh()
                    browser.save_screenshot(str(out / f"{name}-{wide}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(run) for run in sys.argv[2:]])
