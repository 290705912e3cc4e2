from __future__ import annotations

from pathlib import Path

import pytest

import buttonup
from buttonup.formats import exported
from buttonup.records import (
    Assistant,
    Blueprint,
    Call,
    CompositionalTask,
    Rejection,
    Sample,
    Score,
    Trajectory,
    User,
    Verdict,
    decode,
    encode,
)
from buttonup.view.index.columns import SEARCHED, SHOWN, key_of, row_of, row_of_line


def test_a_line_read_only_so_far_gives_what_the_whole_sample_gives(made: Path) -> None:
    lines = (made / "accepted.jsonl").read_bytes().splitlines()
    lines += (made / "rejected.jsonl").read_bytes().splitlines()
    assert [row_of_line(line) for line in lines] == [
        row_of(decode(line, Sample), line) for line in lines
    ]


def test_what_is_kept_is_what_the_report_counts(made: Path) -> None:
    report = buttonup.report(made)
    rows = [row_of_line(line) for line in (made / "accepted.jsonl").read_bytes().splitlines()]
    assert {row.status for row in rows} == {"accepted"}
    assert max(row.calls for row in rows) == report.variety.calls.most
    assert max(row.tokens for row in rows) == report.lengths.tokens.most
    assert max(row.messages for row in rows) == report.lengths.messages.most
    for kind, counts in {
        "world": report.worlds, "function": report.functions, "shape": report.shapes,
        "turn": report.variety.turn_kinds,
    }.items():  # fmt: skip
        assert {v: sum((kind, v) in row.tags for row in rows) for v in counts} == counts


def test_a_rejected_sample_keeps_gate_and_reason(made: Path) -> None:
    line = (made / "rejected.jsonl").read_bytes().splitlines()[0]
    failure = decode(line, Sample).failures[0]
    row = row_of_line(line)
    assert row.status == "rejected"
    assert f"{failure.gate}:{failure.reason}" in row.failures
    assert ("gate", failure.gate) in row.tags


def test_a_verdict_that_is_let_be_is_no_failure() -> None:
    blueprint = Blueprint(CompositionalTask("hi"))
    verdict = Verdict("repeats", passed=False, reason="again", masked=True)
    sample = Sample(Trajectory(blueprint, (User("hi"), Assistant(answer="hi"))), (verdict,))
    assert row_of_line(encode(sample)).status == "accepted"


def test_others_conversations_are_unchecked_and_have_no_shape(made: Path) -> None:
    sample = next(buttonup.accepted(made))
    row = row_of(exported(sample.trajectory), b"{}")
    assert (row.status, row.shape, row.worlds) == ("unchecked", "", ())
    assert row.calls == row_of(sample, b"").calls


def test_a_line_that_cannot_be_read_is_kept_as_that() -> None:
    row = row_of(Rejection("read", "not_json", "line 3"), b"{oh \xff")
    assert (row.status, row.failures) == ("unreadable", ("read:not_json",))
    assert row.request.startswith("{oh ")
    assert row_of_line(b"[]").status == "unreadable"


def test_the_lowest_median_of_a_judges_votes_is_the_score() -> None:
    scores = (Score("a", None, (5, 5, 4)), Score("b", 1, (2, 3, 3)), Score("c", None, ()))
    trajectory = Trajectory(Blueprint(CompositionalTask("hi")), (User("hi"),), scores=scores)
    assert row_of(Sample(trajectory), b"").score == 3.0


def test_calls_are_searched_by_name_and_argument_and_huge_samples_only_so_far() -> None:
    call = Call.of("1", "find_room", {"town": "Ghent"})
    messages = (User("Q" * 10**6), Assistant(calls=(call,)))
    trajectory = Trajectory(Blueprint(CompositionalTask("")), messages)
    row = row_of(Sample(trajectory), b"")
    assert (len(row.request), len(row.said)) == (SHOWN, SEARCHED)
    short = Trajectory(Blueprint(CompositionalTask("hi")), messages[1:])
    assert 'find_room {"town":"Ghent"}' in row_of(Sample(short), b"").said


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_line_is_addressed_by_its_content_whatever_ends_it(end: bytes) -> None:
    assert key_of(b'{"a":1}' + end) == key_of(b'{"a":1}')
    assert -(2**63) <= key_of(b"x") < 2**63
