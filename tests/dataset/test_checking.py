from __future__ import annotations

from pathlib import Path

import msgspec

from buttonup.dataset.checking import KEPT, Failure, check
from buttonup.dataset.exporting import export
from buttonup.records import encode

N = 6


def test_a_check_names_line_gate_and_reason(finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "data.jsonl"
    export(finished, "openai", out)
    first, *others = out.read_text().splitlines()
    row = msgspec.json.decode(first)
    row["messages"][-1]["content"] = "All 98765 of them were sent to zq@example.org on 3 May 1987."
    out.write_text("\n".join(["{", *others, encode(row).decode()]) + "\n")
    told: list[Failure] = []
    checked = check(out, tell=told.append)
    assert (checked.lines, checked.passed) == (N + 1, N - 1)
    assert tuple(told) == checked.failures
    assert {(f.line, f.gate, f.reason) for f in checked.failures} == {
        (1, "read", "not_json"),
        (N + 1, "answer", "unsupported"),
    }
    assert "98765" in checked.failures[-1].detail


def test_a_run_can_be_checked_as_it_is(finished: Path) -> None:
    checked = check(finished)
    assert (checked.failures, checked.lacking) == ((), ())
    assert set(checked.asked.values()) == {N}


def test_what_cannot_be_asked_is_not_counted_as_asked(tmp_path: Path) -> None:
    call = {"name": "f", "arguments": {"x": 7}}
    tools = [{"name": "f", "description": "", "parameters": {"x": {"type": "int"}}}]
    row = {
        "query": "Do it with 7.",
        "tools": encode(tools).decode(),
        "answers": encode([call]).decode(),
    }
    (tmp_path / "x.jsonl").write_bytes(encode(row) + b"\n")
    checked = check(tmp_path / "x.jsonl")
    assert (checked.passed, checked.stopped) == (1, 1)
    assert (checked.asked["provenance"], checked.asked["arguments"]) == (1, 1)
    unasked = {gate for gate, _, _ in checked.lacking}
    assert {"answer", "results", "replay", "plan", "turns", "dependency"} <= unasked
    assert all(checked.asked[gate] == 0 for gate in unasked)


def test_only_the_first_failures_are_kept_and_all_are_told(tmp_path: Path) -> None:
    good = b'{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"Yes."}]}\n'
    (tmp_path / "x.jsonl").write_bytes(good + b"{\n" * (KEPT + 5))
    told: list[Failure] = []
    checked = check(tmp_path / "x.jsonl", tell=told.append)
    assert (len(told), len(checked.failures), checked.failing) == (KEPT + 5, KEPT, KEPT + 5)
    assert checked.reasons == (("read", "not_json", KEPT + 5),)
