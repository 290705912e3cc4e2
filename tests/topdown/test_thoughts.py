from __future__ import annotations

import random
import string

from buttonup.topdown.thoughts import Thoughts, closing, going_on, setting_out, thought, thoughts


def _ways(grammar: Thoughts) -> dict[str, tuple[str, ...]]:
    return {name: getattr(grammar, name) for name in Thoughts.__struct_fields__}


def test_every_way_has_exactly_the_slots_of_its_kind() -> None:
    slots = {"more": {"done", "total"}, "close": set[str]()}
    for name, ways in _ways(thoughts()).items():
        for way in ways:
            found = {slot for _, slot, _, _ in string.Formatter().parse(way) if slot}
            assert found == slots.get(name, {"intents"}), way


def test_every_way_is_a_sentence_and_there_are_several_of_each() -> None:
    for ways in _ways(thoughts()).values():
        assert len(set(ways)) == len(ways) >= 5
        assert all(way[0].isupper() and way.endswith(".") for way in ways)


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
    assert closing(random.Random(3)) == closing(random.Random(3))
    assert len({closing(random.Random(i)) for i in range(50)}) > 5
