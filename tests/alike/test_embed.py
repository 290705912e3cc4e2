from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.alike import embed
from buttonup.alike.embed import Lexical, WordLlama, pick_embedder
from buttonup.bottomup.text_first.scenarios import shipped
from buttonup.errors import BadInput

REWORDED = [
    (
        "Finding a plumber for a leaking kitchen tap",
        "Finding a plumber to fix a leaking kitchen tap",
    ),
    ("Buying theatre tickets for a group", "Buying group tickets for the theatre"),
    ("Disputing a parking fine", "Contesting a parking fine"),
]


@given(st.lists(st.text(), max_size=4))
def test_vectors_have_length_one_or_are_empty(texts: list[str]) -> None:
    vectors = Lexical()(texts)
    assert vectors.dtype == np.float32
    assert len(vectors) == len(texts)
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all(np.isclose(lengths, 1, atol=1e-4) | (lengths == 0))


def test_a_text_has_the_same_vector_in_any_company() -> None:
    lexical = Lexical()
    assert np.array_equal(lexical(["one text"])[0], lexical(["another", "one text"])[1])


def test_rewordings_are_over_the_threshold_and_the_shipped_scenarios_under_it() -> None:
    lexical = Lexical()
    for one, other in REWORDED:
        first, second = lexical([one, other])
        assert first @ second >= lexical.similar
    vectors = lexical([s.text for s in shipped()])
    cosines = vectors @ vectors.T - 2 * np.eye(len(vectors), dtype=np.float32)
    assert cosines.max() < lexical.similar


def test_auto_does_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "find_spec", lambda _: None)
    assert pick_embedder("auto").name == "lexical"
    assert pick_embedder("lexical").name == "lexical"
    with pytest.raises(BadInput, match="pip install"):
        pick_embedder("wordllama")


def test_wordllama_loads_from_its_package_and_knows_meaning() -> None:
    pytest.importorskip("wordllama")
    embedder = pick_embedder("auto")
    assert isinstance(embedder, WordLlama)
    laptop, computer, garden = embedder(
        ["Choosing a laptop for editing films", "Choosing a computer for video", "Mowing a lawn"]
    )
    assert laptop @ computer > laptop @ garden
