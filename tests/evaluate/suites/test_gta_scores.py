"""GTA's metrics, each where it is easy to see what it must be."""

from __future__ import annotations

import pytest

from buttonup.evaluate.measures import summed
from buttonup.evaluate.suites.gta_scores import (
    ANS_ACC,
    STEP_MEASURES,
    SUMM_ACC,
    WHOLE_MEASURES,
    Truth,
    accepted,
    asked_counts,
    read_truth,
    step_counts,
    whole_counts,
)
from buttonup.records import Assistant, Call, Function

OCR = Function(
    "OCR",
    "",
    {
        "type": "object",
        "properties": {"image": {"type": "string"}},
        "required": ["image"],
        "additionalProperties": False,
    },
)
ADD = Function("Calculator", "", {"type": "object", "properties": {"expression": {}}})
DRAW = Function("TextToImage", "", {"type": "object", "properties": {"keywords": {}}})
TOOLS = (OCR, ADD, DRAW)
FIVE = Truth(wanted=(("5", "five"), ("euro",)), banned=("dollar",))
ALIKE = Truth(like=("a red house", "a house that is red"))


def same(one: str, other: str) -> float:
    return float(one == other)


def calls(name: str, **arguments: object) -> Assistant:
    return Assistant(calls=(Call.of("call_1", name, arguments),))


READ, SUM = calls("OCR", image="a.jpg"), calls("Calculator", expression="2+3")


def figures(*heard: Assistant, truth: Truth = FIVE) -> dict[str, float | None]:
    """Score three steps: two with tools, and the answer."""
    gold = (READ, SUM, Assistant(answer="It is 5 euro."))
    counted = [step_counts(h, g, TOOLS, truth, same) for h, g in zip(heard, gold, strict=True)]
    sums = summed([asked_counts("summary", truth), *counted])
    return {m.name: m.of(sums) for m in (*STEP_MEASURES, SUMM_ACC)}


def test_gold_steps_score_all() -> None:
    assert set(figures(READ, SUM, Assistant(answer="It is 5 euro.")).values()) == {1.0}


def test_a_step_of_the_other_kind_is_not_aligned() -> None:
    told = figures(Assistant(answer="No."), SUM, READ)
    assert told["InstAcc"] == pytest.approx(1 / 3)
    assert told["ToolAcc"] == told["ArgAcc"] == pytest.approx(1 / 2)
    assert told["SummAcc"] == 0


def test_another_tool_is_aligned_and_another_argument_is_the_right_tool() -> None:
    told = figures(calls("Calculator", expression="1"), calls("Calculator", expression="1"), READ)
    assert told["InstAcc"] == pytest.approx(2 / 3)
    assert told["ToolAcc"] == pytest.approx(1 / 2)
    assert told["ArgAcc"] == 0


@pytest.mark.parametrize(
    "heard",
    [
        calls("Oracle"),
        calls("OCR"),
        calls("OCR", image=1),
        calls("OCR", image="a.jpg", lang="en"),
        Assistant(calls=(Call.parse("call_1", "OCR", "{oops"),)),
    ],
)
def test_a_call_that_cannot_run_is_not_aligned(heard: Assistant) -> None:
    assert figures(heard, SUM, Assistant(answer="5 euro"))["InstAcc"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("FIVE euro", True),
        ("5 euro", True),
        ("5", False),
        ("5 euro, not a dollar", False),
        ("15 euro", False),
        ("5 euros", False),
    ],
)
def test_an_objective_answer_has_a_phrase_of_each_list_as_a_word_and_none_that_is_banned(
    answer: str, right: bool
) -> None:
    assert accepted(answer, FIVE) is right


def test_a_subjective_answer_is_scored_by_the_likest_or_not_at_all() -> None:
    told = figures(READ, SUM, Assistant(answer="a red house"), truth=ALIKE)
    assert told["SummAcc"] == 1
    assert told["SummAcc, objective"] is None
    assert (
        step_counts(Assistant(answer="x"), Assistant(), TOOLS, ALIKE, None).get("summary") is None
    )


def whole(*heard: Assistant, truth: Truth = FIVE) -> dict[str, float | None]:
    last = Assistant(answer="It is 5 euro.") if truth else calls("TextToImage", keywords="a house")
    gold = (READ, *((SUM,) if truth else ()), last)
    counts = whole_counts(heard, gold, TOOLS, truth, same)
    return {m.name: m.of(counts) for m in (*WHOLE_MEASURES, *ANS_ACC)}


def test_the_f1_of_a_category_counts_calls_made_and_calls_wanted() -> None:
    told = whole(READ, READ, Assistant(answer="5 euro"))
    precision, recall = 1 / 2, 1
    assert told["P F1"] == pytest.approx(2 * precision * recall / (precision + recall), abs=1e-4)
    assert told["L F1"] == 0
    assert told["O F1"] is told["C F1"] is None
    assert told["AnsAcc"] == told["AnsAcc, objective"] == told["Ans+I"] == 1


def test_whoever_ends_with_a_call_has_not_answered() -> None:
    assert whole(READ, SUM)["AnsAcc"] == 0


def test_a_query_for_an_image_is_answered_by_its_tool_and_arguments() -> None:
    drawn = calls("TextToImage", keywords="a house")
    assert whole(drawn, truth=Truth())["Ans+I"] == 1
    assert whole(calls("TextToImage", keywords="x"), truth=Truth())["Ans+I"] == 0
    assert whole(READ, truth=Truth())["Ans+I"] == 0
    assert whole(drawn, truth=Truth())["AnsAcc"] is None


def test_an_answer_is_read_as_gta_writes_it() -> None:
    assert read_truth({"whitelist": [["5", "five"], ["euro"]], "blacklist": [["dollar"]]}) == FIVE
    assert read_truth({"whitelist": [["5"]], "blacklist": None}).banned == ()
    assert read_truth(list(ALIKE.like)) == ALIKE
    assert not read_truth(None)
    for wrong in ("5", {"whitelist": 5}, [5], {"whitelist": [[5]]}):
        with pytest.raises(ValueError, match=r"gt_answer|no text"):
            read_truth(wrong)
