from __future__ import annotations

import pytest

from buttonup.errors import BadInput
from buttonup.model.ask import Teacher
from buttonup.model.scripted import Scripted
from buttonup.model.teachers import Teachers

TOOLS = Teacher(Scripted(lambda _: "{}"), "cheap")


def test_a_role_asks_its_own_teacher_and_no_other() -> None:
    teachers = Teachers({"tools": TOOLS})
    assert (teachers.of("tools"), teachers.of("user")) == (TOOLS, None)
    assert teachers.needed("tools") is TOOLS


def test_who_has_nobody_to_ask_is_told_how_to_name_one() -> None:
    with pytest.raises(BadInput, match=r"user needs a model to ask; .* \[models\.user\]"):
        Teachers({"tools": TOOLS}).needed("user")
