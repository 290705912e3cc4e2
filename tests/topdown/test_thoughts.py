from __future__ import annotations

import random
from typing import get_args

from buttonup.records import Reply
from buttonup.topdown.thoughts import (
    Thoughts,
    closing,
    going_on,
    setting_out,
    thought,
    thoughts,
    trying_again,
)
from buttonup.worlds.templates import slots_of


def _ways(grammar: Thoughts) -> dict[str, tuple[str, ...]]:
    ways = {name: getattr(grammar, name) for name in Thoughts.__struct_fields__}
    return {**{name: w for name, w in ways.items() if name != "close"}, **grammar.close}


SLOTS = {
    "more": {"done", "total"},
    "why": {"intents", "aim"},
    "again": set[str](),
    "bland": set[str](),
}
SLOTS |= {reply: set() for reply in get_args(Reply)}


def test_every_way_has_the_slots_of_its_kind() -> None:
    for name, ways in _ways(thoughts()).items():
        for way in ways:
            found = set(slots_of(way)) - ({"error"} if name == "again" else set())
            assert found == SLOTS.get(name, {"intents"}), way


def test_every_way_is_a_sentence_and_there_are_several_of_each() -> None:
    for ways in _ways(thoughts()).values():
        assert len(set(ways)) == len(ways) >= 5
        assert all(
            (way[0].isupper() or way[0] == "{") and way.endswith((".", "?", "!")) for way in ways
        )


def test_every_kind_of_reply_is_led_up_to() -> None:
    assert thoughts().close.keys() == set(get_args(Reply))


def test_what_a_look_up_is_wanted_for_is_told_with_it() -> None:
    for seed in range(20):
        said = setting_out(random.Random(seed), ["find a bike"], "open", "hire the cheapest one")
        assert "find a bike" in said
        assert "hire the cheapest one" in said


def test_another_try_is_told_of_as_one() -> None:
    said = {trying_again(random.Random(seed), "It took too long.") for seed in range(40)}
    assert len(said) >= 5
    assert any("It took too long." in words for words in said)
    assert not any("{" in words for words in said)


def test_intents_are_joined_inside_one_sentence() -> None:
    intents = ["Hire it.", "check the dock", "check the dock"]
    said = setting_out(random.Random(1), intents, "open_together")
    assert "hire it and check the dock" in said
    assert "PDF the bill" in setting_out(random.Random(1), ["PDF the bill"], "fed")


def test_findings_become_sentences_and_empty_ones_vanish() -> None:
    said = thought(["the dock is full", "", "It costs €12."], "Now I can reply.")
    assert said == "The dock is full. It costs €12. Now I can reply."


def test_going_on_says_how_far_it_is() -> None:
    said = going_on(random.Random(0), 2, 5)
    assert "2" in said
    assert "5" in said


def test_the_same_dice_give_the_same_words() -> None:
    assert closing(random.Random(3), "answer") == closing(random.Random(3), "answer")
    assert len({closing(random.Random(i), "answer") for i in range(50)}) > 5
