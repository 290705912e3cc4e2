from __future__ import annotations

from buttonup.estimating.assumed import REPLIES, assumed
from buttonup.recipe import asking, read_recipe
from buttonup.recipe.settings import ASKING, ROLES


def test_a_reply_of_every_stage_and_role_has_an_assumed_length() -> None:
    assert REPLIES.keys() == {*ASKING, *ROLES}


def test_what_is_assumed_of_a_judge_is_told_only_where_there_is_one() -> None:
    plain = read_recipe(None, {"teacher.model": "m"})
    judged = read_recipe(None, {"teacher.model": "m", "judge.votes": 1, "judge.same_model": True})
    told = [assumed(recipe, asking(recipe)) for recipe in (plain, judged)]
    assert told[1].keys() - told[0].keys() == {"conversations that the judge lets pass"}
