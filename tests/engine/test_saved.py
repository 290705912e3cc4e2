from __future__ import annotations

from decimal import Decimal

from buttonup.engine.saved import Saved, Savings
from buttonup.model.prices import Price
from buttonup.records import Repair, Usage, Verdict

TOOK = {"m": Usage(calls=2, prompt_tokens=1_000_000, completion_tokens=10)}
MENDED = Repair("answer", "unsupported", 4, usage=TOOK)
IN_VAIN = Repair("answer", "unsupported", 2, "answer: missing_fact", TOOK)
HIDDEN = (
    Verdict("repeats", passed=False, reason="repeated", at=(3, 5), masked=True),
    Verdict("functions", passed=False, reason="unknown_function", at=(3,), masked=True),
)


def test_second_tries_are_counted_by_reason_and_those_in_vain_cost_too() -> None:
    savings = Savings()
    savings.add((), MENDED)
    savings.add((), IN_VAIN)
    told = savings.told({"m": Price(Decimal(2), Decimal(8))})
    assert (told.tried, told.repaired) == ({"answer: unsupported": 2}, {"answer: unsupported": 1})
    assert told.usage == Usage(calls=4, prompt_tokens=2_000_000, completion_tokens=20)
    assert told.dollars is not None
    assert abs(told.dollars - 4.00016) < 1e-9


def test_masked_turns_are_counted_by_gate() -> None:
    savings = Savings()
    savings.add(HIDDEN, None)
    savings.add((Verdict("repeats", passed=True),), None)
    told = savings.told({})
    assert (told.masked, told.turns) == (1, {"functions": 1, "repeats": 2})


def test_parts_of_a_file_add_up_to_the_whole() -> None:
    one, two, whole = Savings(), Savings(), Savings()
    for part in (one, whole):
        part.add(HIDDEN, MENDED)
    for part in (two, whole):
        part.add(HIDDEN, IN_VAIN)
    one.join(two)
    assert one.told({}) == whole.told({})
    assert Savings().told({}) == Saved()
