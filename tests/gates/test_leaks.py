from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from buttonup.gates.leaks import leaks
from buttonup.records import (
    AtomicTask,
    CompositionalTask,
    PlannedCall,
    Source,
    Step,
    Trajectory,
    User,
)

Edit = Callable[..., Trajectory]
Failures = Callable[[Trajectory], list[tuple[str, str]]]

SUBTASK = "Find the cheapest cargo bike available at a station in Riverside."


def thinking(t: Trajectory, edit: Edit, thought: str) -> Trajectory:
    return edit(t, {4: msgspec.structs.replace(t.messages[4], thought=thought)})


def test_a_subtask_word_for_word_fails(base: Trajectory, edit: Edit, failures: Failures) -> None:
    spoilt = thinking(base, edit, f"First: {SUBTASK.lower()} Then the rest.")
    assert failures(spoilt) == [("leaks", "subtask")]


def test_a_subtask_in_the_users_mouth_fails(base: Trajectory, edit: Edit) -> None:
    spoilt = edit(base, {0: User(f"{base.blueprint.task.text} {SUBTASK}")})
    assert leaks(spoilt).reason == "subtask"


def test_a_request_that_is_its_only_subtask_may_be_said(
    bare: Trajectory, edit: Edit, planned: Edit
) -> None:
    request = bare.blueprint.task.text
    single = planned(bare, task=CompositionalTask(request, (AtomicTask(request),)))
    assert leaks(thinking(single, edit, f"The user says: {request}")).passed


@pytest.mark.parametrize(
    "thought",
    [
        "Next comes sub-task 2.",
        "The decomposition has three parts.",
        "According to the plan I quote it now.",
        "The plan says to quote it.",
        "This is a simulated result.",
        "That matches the ground truth.",
    ],
)
def test_words_of_the_making_fail(
    base: Trajectory, edit: Edit, failures: Failures, thought: str
) -> None:
    assert failures(thinking(base, edit, thought)) == [("leaks", "vocabulary")]


@pytest.mark.parametrize(
    "thought",
    ["My plan is simple.", "It tells how to simulate a brain.", "It is a golden opportunity."],
)
def test_words_that_people_use_pass(base: Trajectory, edit: Edit, thought: str) -> None:
    assert leaks(thinking(base, edit, thought)).passed


def test_a_word_that_the_user_uses_is_no_leak(base: Trajectory, edit: Edit) -> None:
    asked = User(f"{base.blueprint.task.text} It is for the flight simulator.")
    spoilt = thinking(edit(base, {0: asked}), edit, "A bike to the simulator, then.")
    assert leaks(spoilt).passed


def test_a_function_name_in_the_users_words_fails(
    bare: Trajectory, edit: Edit, failures: Failures
) -> None:
    asked = User(f"{bare.blueprint.task.text} Use quote_hire for that.")
    assert failures(edit(bare, {0: asked})) == [("leaks", "function_name")]


def test_a_value_that_the_user_cannot_know_fails(
    base: Trajectory, edit: Edit, failures: Failures
) -> None:
    asked = User(f"{base.blueprint.task.text} It must be BK-1042.")
    assert failures(edit(base, {0: asked})) == [("leaks", "opaque_value")]


def test_a_value_that_the_user_says_for_what_is_not_to_be_done_is_known(
    base: Trajectory, edit: Edit
) -> None:
    said = "Should none be free, give BK-1042 back instead."
    back = PlannedCall("give_back", {"bike_id": "BK-1042"}, None, {"bike_id": Source("said")})
    plan = (*base.blueprint.plan, Step(avoided=(back,)))
    planned = msgspec.structs.replace(
        base, blueprint=msgspec.structs.replace(base.blueprint, plan=plan)
    )
    asked = edit(planned, {0: User(f"{base.blueprint.task.text} {said}")})
    assert leaks(asked).passed


def test_a_clean_conversation_passes(base: Trajectory, bare: Trajectory) -> None:
    assert leaks(base).passed
    assert leaks(bare).passed
