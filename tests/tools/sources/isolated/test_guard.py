from __future__ import annotations

from buttonup.errors import BadInput
from buttonup.tools.sources.isolated.guard import LONGEST, in_words


class Nasty(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise RuntimeError


def test_an_exception_is_said_in_one_short_line() -> None:
    assert in_words(ValueError("no such\n  pet")) == "ValueError: no such pet"
    assert in_words(ValueError()) == "ValueError"
    assert in_words(BadInput("what", "mend")) == "what; mend"
    assert len(in_words(ValueError("x" * 10**6))) == LONGEST


def test_an_exception_that_cannot_be_said_is_named() -> None:
    assert in_words(Nasty()) == "Nasty"
