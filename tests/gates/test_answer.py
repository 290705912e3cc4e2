from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from buttonup.gates.answer import answer, reports
from buttonup.gates.said import said
from buttonup.records import Assistant, Goal, Json, Step, Trajectory

Edit = Callable[..., Trajectory]
Failures = Callable[[Trajectory], list[tuple[str, str]]]

GOOD = "Done: BK-1042 is yours until 8 May 2026 for €73.50 (HI-55120). Your balance is €80."


@pytest.mark.parametrize(
    "words",
    [
        "It costs €73.50 and 51.00 is the deposit.",
        "It is due on 8 May.",
        "It is due on May 8th, 2026; that is 3 days.",
        "There were 2 bikes:\n1. BK-1042\n2. BK-2077",
        "Two were free: 1) BK-1042 at €24.50 and 2) BK-2077 at €26.",
        'I booked it for "Ana Ruiz".',
        "After paying you have €6.50 left.",
        "The second one costs €1.50 more.",
        "With the deposit that is €124.50.",
        "Both together would be €50.50 a day.",
        "That is about €74.",
        "Hire HI-55120 for M-20431 is ready.",
    ],
)
def test_what_results_and_words_support_may_be_stated(
    bare: Trajectory, edit: Edit, words: str
) -> None:
    assert answer(edit(bare, {8: Assistant(answer=words)})).evidence == ()


@pytest.mark.parametrize(
    "words",
    [
        "It costs €79.50.",
        "It is due on 9 May 2026.",
        "It is due on 19 May.",
        "Your hire number is HI-55121.",
        "Pick it up at 14:30.",
        'I booked it for "Bob Stone".',
        "There were 19 bikes.",
        "Write to help2@example.com.",
    ],
)
def test_what_nothing_supports_fails_for_that_alone(
    bare: Trajectory, edit: Edit, failures: Failures, words: str
) -> None:
    assert failures(edit(bare, {8: Assistant(answer=words)})) == [("answer", "unsupported")]


def test_small_talk_states_what_it_likes(bare: Trajectory, edit: Edit) -> None:
    chat = dict.fromkeys(range(1, 8))
    assert answer(edit(bare, {**chat, 8: Assistant(answer="Bikes date from 1817.")})).passed


def test_an_answer_of_no_words_fails(bare: Trajectory, edit: Edit, failures: Failures) -> None:
    assert failures(edit(bare, {8: Assistant(answer="…")})) == [("answer", "empty")]


@pytest.mark.parametrize(
    "words",
    [
        GOOD.replace("8 May 2026", "Friday"),
        GOOD.replace("HI-55120", "booked"),
        GOOD.replace("€80", "fine"),
        GOOD.replace("for €73.50 ", ""),
    ],
)
def test_a_fact_left_out_fails_for_that_alone(
    base: Trajectory, edit: Edit, failures: Failures, words: str
) -> None:
    assert failures(edit(base, {8: Assistant(answer=GOOD)})) == []
    assert failures(edit(base, {8: Assistant(answer=words)})) == [("answer", "missing_fact")]


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ("It costs €1,200.", 1200.0),
        ("It costs 1200.50 euros.", 1200.5),
        ("Three bikes.", 3),
        ("No bikes.", 0),
        ("It is in transit.", "in_transit"),
        ("On May 8th.", "2026-05-08"),
        ("At 2:30 pm.", "14:30"),
        ("Anything.", True),
        ("BK-1042 and BK-2077", ["BK-1042", "BK-2077"]),
    ],
)
def test_a_fact_is_reported_in_any_form(words: str, fact: Json) -> None:
    assert reports(said(words), fact)


@pytest.mark.parametrize(
    ("words", "fact"),
    [("It costs €1,200.50.", 1200), ("BK-10421", "BK-1042"), ("9 May", "2026-05-08")],
)
def test_a_fact_nearly_reported_is_not(words: str, fact: Json) -> None:
    assert not reports(said(words), fact)


def test_a_fact_inside_a_list_is_asked_for(base: Trajectory, planned: Edit) -> None:
    assert answer(planned(base, goal=Goal(facts=(["HI-55120"],)))).passed
    assert answer(planned(base, goal=Goal(facts=([{"id": "HI-1"}],)))).reason == "missing_fact"


def test_what_the_plan_concludes_is_supported_once_its_calls_are_made_whatever_else_was_read(
    base: Trajectory, planned: Edit, edit: Edit
) -> None:
    task = msgspec.structs.replace(base.blueprint.task, edges=((0, 2), (2, 3), (0, 4)))
    total = Step(conclusion=8765.5)
    concluding = planned(base, task=task, plan=(*base.blueprint.plan, total))
    last = concluding.messages[-1]
    assert isinstance(last, Assistant)
    told = msgspec.structs.replace(last, answer=f"{last.answer} That makes €8,765.50 in all.")
    at = len(base.messages) - 1
    assert answer(edit(concluding, {at: told})).passed
    assert answer(edit(base, {at: told})).reason == "unsupported"
    unread = edit(concluding, {1: None, 2: None, 3: None, at: told})
    assert answer(unread).reason == "unsupported"
