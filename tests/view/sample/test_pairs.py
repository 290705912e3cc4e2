from __future__ import annotations

import pytest

from buttonup.errors import Reject
from buttonup.formats import exported, trl
from buttonup.records import Assistant, Trajectory, User
from buttonup.view.sample.pairs import as_pair, is_pair


def test_a_row_of_negatives_is_a_conversation_and_two_ways_on(bikes: Trajectory) -> None:
    c = exported(bikes)
    chosen, rejected = c.messages[5], Assistant(answer="I don't know.")
    assert isinstance(chosen, Assistant)
    prompt = type(c)(c.functions, c.messages[:5], c.parallel, c.context)
    row = {"gate": "answer", **trl.preference(prompt, chosen, rejected)}
    pair = as_pair(row)
    assert pair.prompt == 5
    assert pair.sample.trajectory.messages[5:] == pair.chosen
    assert [m.answer for m in pair.rejected if isinstance(m, Assistant)] == ["I don't know."]
    assert pair.about == (("gate", "answer"),)


def test_a_row_with_the_prompt_in_both_ways_is_parted_where_they_part() -> None:
    def told(words: str) -> list[dict[str, str]]:
        return [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": words}]

    pair = as_pair({"chosen": told("Hello"), "rejected": told("Go away")})
    assert (pair.prompt, pair.sample.trajectory.messages[0]) == (1, User("Hi"))


@pytest.mark.parametrize("row", [{}, [], {"chosen": "text", "rejected": "text"}, {"chosen": []}])
def test_other_rows_are_none(row: object) -> None:
    assert not is_pair(row)


def test_messages_that_cannot_be_read_are_rejected_with_a_reason() -> None:
    with pytest.raises(Reject):
        as_pair({"chosen": [{"role": "wizard"}], "rejected": []})
