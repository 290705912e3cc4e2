"""What can go wrong, and the one road each kind takes.

Reject      the sample is bad     recorded with its reason; the run goes on
Fault       the world is bad      retried in `model/retrying.py`, nowhere else
BadInput    the user's input is   one line on stderr that says what and how to mend it; exit 2
OverBudget  the money is gone     the run ends in good order; exit 3
(rest)      the code is bad       crash, loudly; exit 1
"""

from __future__ import annotations


class Reject(Exception):  # noqa: N818 - a verdict on a sample, not an error of the program
    """An item that cannot become a sample.

    `reason` is a short stable identifier that reports count ("unparsable"); `detail` is the
    evidence in words.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Fault(Exception):  # noqa: N818 - it passes
    """The outside world failed in a way that may pass: refused, timed out, overloaded.

    `retry_after` is in seconds, when the world said how long to wait. `busy` says that it has too
    much to do: less should be asked of it. `billed` says whether what failed may have been charged
    for all the same: false only where that is known.
    """

    def __init__(
        self,
        detail: str,
        retry_after: float | None = None,
        *,
        busy: bool = False,
        billed: bool = True,
    ) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.busy = busy
        self.billed = billed


class BadInput(Exception):  # noqa: N818 - the user's to mend
    """Something the user gave is wrong: `what` it is, and how to `mend` it."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(f"{what}; {mend}" if mend else what)


class OverBudget(Exception):  # noqa: N818 - not an error: the run ends in good order
    """The next call could cost more than is left, and nothing is in flight that may free some."""


OVER = "over_budget"
"""Reason of what was not asked for, because the budget had no room for it."""
