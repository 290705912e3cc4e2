"""Phrase books are closed: a misspelt key is told, not ignored."""

from __future__ import annotations

import msgspec
import pytest

from buttonup.worlds.phrases import PhraseBook, grammar, phrase_book


def test_a_misspelt_key_is_refused_with_its_place() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `sey`"):
        msgspec.convert({"functions": {"f": {"ask": [], "sey": []}}, "entities": {}}, PhraseBook)


def test_a_phrase_book_is_read_once() -> None:
    assert phrase_book("bike_hire") is phrase_book("bike_hire")


def test_the_grammar_has_words_for_every_conclusion() -> None:
    g = grammar()
    rules = {"pick", "count", "total", "difference"}
    assert g.reduce.keys() == g.reduce_among.keys() == g.reduce_task.keys() == rules
    assert g.reduce_say.keys() == {*rules, "nth"}


def test_the_grammar_leads_up_to_every_place_of_a_sentence() -> None:
    g = grammar()
    assert g.question.keys() == g.named.keys() == {"first", "follow", "beside"}
    assert g.wish.keys() == {"follow", "beside"}
    assert set(g.checked) == {"is", "over_yes", "over_no", "under_yes", "under_no"}
    assert set(g.chat) == {"before", "after"}


def test_thanks_and_stories_may_be_left_out_and_no_small_talk_decides_anything() -> None:
    g = grammar()
    assert all(register.openers and register.wishes for register in g.registers.values())
    for pairs in g.chat.values():
        assert len(pairs) >= 5
        assert not any(char.isdigit() for pair in pairs for char in pair.user + pair.assistant)


def test_forms_of_a_register_are_ways_to_ask_and_every_register_can_always_ask() -> None:
    for register in grammar().registers.values():
        assert set(register.forms) <= {"ask", "question", "wish", "np"}
        assert register.forms["ask"] > 0
        assert 0 <= register.together <= 1


def test_a_world_without_a_phrase_book_is_a_missing_file() -> None:
    with pytest.raises(FileNotFoundError):
        phrase_book("atlantis")
