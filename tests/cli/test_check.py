from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


def test_a_check_of_spoilt_data_names_line_gate_and_reason(
    buttonup: Command, made: Path, tmp_path: Path
) -> None:
    buttonup("export", "run", "--format", "openai", "--out", "data.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "data.jsonl").read_text().splitlines()]
    call = next(m for m in rows[2]["messages"] if m.get("tool_calls"))["tool_calls"][0]
    call["function"]["name"] = "no_such_function"
    rows[4]["messages"] = rows[4]["messages"][:-1]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    done = buttonup("check", "data.jsonl", "--json")
    assert done.status == 3
    told = json.loads(done.out)
    assert (told["lines"], told["passed"]) == (5, 3)
    named = {(f["line"], f["gate"], f["reason"]) for f in told["failures"]}
    assert (3, "functions", "unknown_function") in named
    assert {line for line, _, _ in named} == {3, 5}
    assert any(line == 5 and gate == "structure" for line, gate, _ in named)

    text = buttonup("check", "data.jsonl")
    assert text.status == 3
    assert "line 3: functions: unknown_function" in text.out
    assert "5 lines, 3 pass all" in text.out


@pytest.mark.parametrize(
    ("limit", "status"), [("0", 3), ("1", 0), ("20%", 0), ("19.9%", 3), ("0%", 3)]
)
def test_a_check_fails_only_above_what_the_user_allows(
    buttonup: Command, tmp_path: Path, limit: str, status: int
) -> None:
    said = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello."}]
    rows = [{"messages": said}] * 4 + [{"messages": said[:1]}]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert buttonup("check", "data.jsonl", "--max-failing", limit).status == status


def test_a_check_says_what_it_could_not_ask(buttonup: Command, tmp_path: Path) -> None:
    said = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello."}]
    (tmp_path / "data.json").write_text(json.dumps([{"messages": said}, {"messages": said}]))
    out = buttonup("check", "data.json").out
    assert "2 lines, 2 pass all gates that could be asked" in out
    assert "not asked, for want of information:" in out
    assert "2 replay: no world is known" in out
    told = json.loads(buttonup("check", "data.json", "--json").out)
    assert (told["lines"], told["passed"], told["failures"]) == (2, 2, [])
    assert (told["asked"]["structure"], told["asked"]["replay"]) == (2, 0)


def test_hostile_text_in_a_dataset_does_not_reach_the_terminal_as_it_is(
    buttonup: Command, tmp_path: Path
) -> None:
    row = {
        "messages": [{"role": "user", "content": "hi"}, {"role": "\x1b[2J\u202e", "content": ""}]
    }
    (tmp_path / "data.jsonl").write_text(json.dumps(row) + "\n")
    out = buttonup("check", "data.jsonl").out
    assert "\x1b" not in out
    assert "\u202e" not in out
