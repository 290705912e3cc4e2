from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from buttonup.formats.detect import FORMATS
from buttonup.formats.exported import adopt, exported
from buttonup.records import Conversation, Function, Sample, User, encode


def test_nothing_privileged_is_exported(sample: Sample) -> None:
    assert b"PRIVILEGED" in encode(sample.trajectory)
    assert b"PRIVILEGED" not in encode(exported(sample.trajectory))


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "xlam"])
def test_nothing_privileged_is_in_a_row(sample: Sample, name: str) -> None:
    assert b"PRIVILEGED" not in encode(FORMATS[name].render(exported(sample.trajectory)))


def test_what_the_student_needs_is_exported(sample: Sample) -> None:
    seen = exported(sample.trajectory)
    assert seen.messages == sample.trajectory.messages
    assert seen.functions == sample.trajectory.functions
    assert (seen.parallel, seen.context) == (True, "Today is 2026-05-01.")


def test_the_student_need_not_see_what_functions_respond_with(sample: Sample) -> None:
    t = sample.trajectory
    later = Function("later", "Offered later.", {}, {"type": "string"})
    told = (*t.messages, User("There is one now.", (later,)))
    shown = exported(replace(t, blueprint=replace(t.blueprint, responses=False), messages=told))
    assert any(f.responses for f in t.functions)
    assert not any(f.responses for f in shown.functions)
    assert shown.messages[:-1] == t.messages
    assert shown.messages[-1] == User("There is one now.", (replace(later, responses={}),))


@settings(deadline=None)
@given(data=st.data())
def test_what_was_adopted_is_exported_as_it_came(
    data: st.DataObject, any_conversations: st.SearchStrategy[Conversation]
) -> None:
    c = data.draw(any_conversations)
    assert exported(adopt(c)) == c


def test_the_task_of_foreign_data_is_what_the_user_says_first() -> None:
    adopted = adopt(Conversation(messages=(User("Find it."), User("Now."))))
    assert adopted.blueprint.task.text == "Find it."
    assert adopted.blueprint.tools.source == "unknown"
    assert adopted.cast.assistant == "unknown"
