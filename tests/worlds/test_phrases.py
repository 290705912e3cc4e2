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
