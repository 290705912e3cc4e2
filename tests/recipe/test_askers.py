from __future__ import annotations

from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.model.ask import Teacher
from buttonup.model.scripted import Scripted
from buttonup.model.teachers import Teachers
from buttonup.recipe import pipeline, read_recipe
from buttonup.recipe.settings import ASKING, ROLES

TEACHER = Teacher(Scripted(lambda _: "{}"), "scripted")
NOBODY, TEACHERS = Teachers(), Teachers(dict.fromkeys((*ROLES, *ASKING), TEACHER))
JUDGED = {"judge.votes": 1, "teacher.model": "m"}


@pytest.mark.parametrize(
    ("given", "wrote"),
    [
        ({**JUDGED}, "rewrite"),
        ({**JUDGED, "models.judge.model": "m"}, "rewrite"),
        ({**JUDGED, "rewrite": False, "simulate.user": "llm"}, "user"),
        ({**JUDGED, "models.judge.model": "j", "models.rewrite.model": "j"}, "rewrite"),
    ],
)
def test_nobody_judges_what_they_wrote_unless_the_recipe_says_so(
    given: dict[str, Any], wrote: str
) -> None:
    with pytest.raises(BadInput, match=rf"would judge what it wrote itself \({wrote}\)"):
        pipeline(read_recipe(None, given), TEACHERS)
    pipeline(read_recipe(None, {**given, "judge.same_model": True}), TEACHERS)


def test_another_model_may_judge_and_so_may_any_where_no_model_wrote() -> None:
    pipeline(read_recipe(None, {**JUDGED, "models.judge.model": "j"}), TEACHERS)
    pipeline(read_recipe(None, {**JUDGED, "rewrite": False}), TEACHERS)
