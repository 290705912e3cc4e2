from __future__ import annotations

from buttonup.formats import exported, trl
from buttonup.records import Assistant, Conversation, Trajectory
from buttonup.view.sample.pairs import as_pair


def test_a_row_of_negatives_is_what_is_in_common_and_two_ways_on(bikes: Trajectory) -> None:
    c = exported(bikes)
    chosen, rejected = c.messages[5], Assistant(answer="I don't know.")
    assert isinstance(chosen, Assistant)
    prompt = Conversation(c.functions, c.messages[:5], c.parallel, c.context)
    pair = as_pair({"gate": "answer", **trl.preference(prompt, chosen, rejected)})
    assert pair.prompt == 5
    assert pair.chosen == (chosen,)
    assert pair.rejected == (rejected,)
    assert pair.about == (("gate", "answer"),)


def test_ways_that_have_the_prompt_in_each_are_parted_where_they_part() -> None:
    def told(words: str) -> list[dict[str, str]]:
        return [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": words}]

    pair = as_pair({"chosen": told("Hello"), "rejected": told("Go away")})
    assert pair.prompt == 1
    assert pair.rejected == (Assistant(answer="Go away"),)
