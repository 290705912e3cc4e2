from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.alike import twins
from buttonup.alike.embed import Lexical, Vectors
from buttonup.alike.twins import BANDS, RECALL, Finder, Meaning, Same, SharedWords, Twin, shingles

BOOK = "please book me a table for two at the harbour grill this friday at eight in the evening"
REWORDED = BOOK.replace("evening", "night")
TRAIN = "which trains leave for ghent tomorrow morning before nine and have a place for a bicycle"


def finders() -> list[Finder]:
    return [Same(), SharedWords(), Meaning(Lexical(), 0.8)]


@pytest.mark.parametrize("find", finders(), ids=lambda f: type(f).__name__)
def test_the_first_of_the_same_texts_stays_and_is_the_twin_of_all(find: Finder) -> None:
    assert find([BOOK, TRAIN, BOOK])[:2] == [None, None]
    [twin] = find([BOOK])
    assert twin is not None
    assert twin.place == 0
    assert twin.likeness == pytest.approx(1.0)


@pytest.mark.parametrize("find", finders(), ids=lambda f: type(f).__name__)
def test_texts_without_words_are_nobodys_twin(find: Finder) -> None:
    assert find(["", " ", ""]) == [None, None, None]
    assert find([BOOK, ""]) == [None, None]


@pytest.mark.parametrize(
    "find", [SharedWords(0.7), Meaning(Lexical(), 0.8)], ids=["words", "sense"]
)
def test_a_text_with_one_word_changed_has_a_twin_and_its_likeness_is_told(find: Finder) -> None:
    none, twin, other = find([BOOK, REWORDED, TRAIN])
    assert (none, other) == (None, None)
    assert twin is not None
    assert twin.place == 0
    assert 0.7 < twin.likeness < 1


def test_the_likeness_of_shared_words_is_the_true_jaccard_index() -> None:
    one, other = shingles(BOOK), shingles(REWORDED)
    _, twin = SharedWords(0.5)([BOOK, REWORDED])
    assert twin == Twin(0, len(one & other) / len(one | other))


def test_nothing_that_was_dropped_is_a_twin() -> None:
    """A chain: each is like the one before, and the third is not like the first."""
    words = BOOK.split()
    chain = [
        BOOK,
        " ".join([*words[:15], "x", "y"]),
        " ".join(["v", "w", "z", *words[3:15], "x", "y"]),
    ]
    near = [
        len(shingles(a) & shingles(b)) / len(shingles(a) | shingles(b)) for a, b in pairwise(chain)
    ]
    assert min(near) > 0.55
    assert [t and t.place for t in SharedWords(0.55)(chain)] == [None, 0, None]


@given(
    st.lists(st.sampled_from([BOOK, REWORDED, TRAIN, "", "hello"]), max_size=12), st.integers(1, 5)
)
def test_how_many_are_shown_at_a_time_makes_no_difference(texts: list[str], size: int) -> None:
    for whole, parts in zip(finders(), finders(), strict=True):
        at_once = whole(texts)
        bit_by_bit = [t for i in range(0, len(texts), size) for t in parts(texts[i : i + size])]
        assert [t and t.place for t in at_once] == [t and t.place for t in bit_by_bit]


def test_more_vectors_than_a_block_holds_are_all_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "BLOCK", 4)

    class Axes(Lexical):
        def __call__(self, texts: Sequence[str], /) -> Vectors:
            return np.eye(16, dtype=np.float32)[[int(t) for t in texts]]

    find = Meaning(Axes(), 0.9)
    assert find([str(i) for i in range(11)]) == [None] * 11
    assert find(["2", "9", "12", "12"]) == [(2, 1.0), (9, 1.0), None, (13, 1.0)]


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
def test_texts_just_as_alike_as_the_threshold_are_found(threshold: float) -> None:
    r = twins.rows(threshold)
    assert 1 - (1 - threshold**r) ** BANDS >= RECALL
