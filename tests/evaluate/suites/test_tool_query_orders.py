"""Orders of Tool-Query are played with the suite; here: what is a fault of the network."""

from __future__ import annotations

from typing import Any

import pytest

from buttonup.evaluate.suites.tool_query_orders import closed, held, step


class Scripted:
    def __init__(self, seen: object) -> None:
        self.seen, self.asked = seen, ""

    def step(self, action: str) -> tuple[Any, float, bool, None]:
        self.asked = action
        return self.seen, 0.5, False, None


@pytest.mark.parametrize(
    ("seen", "away"),
    [("ERROR | ConnectTimeout: ConnectionError()", True), ("ERROR | KeyError('x')", False)],
)
def test_a_fault_of_the_network_is_told_from_one_of_the_call(seen: str, away: bool) -> None:
    held["1"] = Scripted(seen)
    assert step("1", "check", {"a": "b'c"}) == {
        "observation": seen, "reward": 0.5, "done": False, "away": away,
    }  # fmt: skip
    assert held["1"].asked == "Action: check with Action Input: {'a': \"b'c\"}"
    closed("1")
    assert held == {}
    assert step("1", "check", {})["away"]
