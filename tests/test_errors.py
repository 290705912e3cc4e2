"""Errors say what they are in one line."""

from __future__ import annotations

from buttonup.errors import BadInput, Fault, Reject


def test_a_reject_has_a_reason_to_count_and_words_to_read() -> None:
    no = Reject("echo", "the same words")
    assert (no.reason, str(no)) == ("echo", "echo: the same words")


def test_bad_input_says_what_and_how_to_mend_it() -> None:
    assert str(BadInput("no such file", "give another")) == "no such file; give another"


def test_a_fault_knows_how_long_to_wait() -> None:
    assert Fault("busy", 3.0).retry_after == 3.0
