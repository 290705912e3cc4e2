from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.overlap import By, Of, dedup, dropped_path, finder

Write = Callable[..., Path]

HIRE = "Hire bike BK-1042 in Ghent for 3 days, and tell me what it costs."
AGAIN = "Hire bike BK-2077 in Porto for 14 days, and tell me what it costs."
POLITE = "Hire bike BK-1042 in Ghent for 3 days, and tell me what it costs, please."
OTHER = "Which of my library books are overdue?"


def done(path: Path, of: Of = "requests", by: By = "minhash") -> tuple[list[Any], list[Any]]:
    """Give the rows that are kept, and those that are dropped."""
    out = path.with_name("kept.jsonl")
    dedup(path, of, by, finder(of, by), out)
    kept, gone = (p.read_text().splitlines() for p in (out, dropped_path(out)))
    return [json.loads(line) for line in kept], [json.loads(line) for line in gone]


def places(dropped: list[Any]) -> list[tuple[int, int]]:
    return [(d["line"], d["twin_line"]) for d in dropped]


def test_exact_drops_what_differs_in_values_alone(rows: Write) -> None:
    kept, dropped = done(rows(HIRE, OTHER, AGAIN, POLITE), by="exact")
    assert [row["messages"][0]["content"] for row in kept] == [HIRE, OTHER, POLITE]
    assert places(dropped) == [(3, 1)]


def test_minhash_drops_what_shares_most_words_and_tells_the_twin(rows: Write) -> None:
    kept, dropped = done(rows(HIRE, OTHER, POLITE))
    assert len(kept) == 2
    [gone] = dropped
    assert (gone["line"], gone["twin_line"], gone["reason"]) == (3, 1, "near_duplicate")
    assert 0.7 <= gone["likeness"] < 1
    assert len(gone["id"]) == len(gone["twin"]) == 16


@pytest.mark.skipif(find_spec("wordllama") is None, reason="the `embed` extra is not installed")
def test_embedding_drops_what_is_said_in_like_words(rows: Write) -> None:
    one = "Book a table for two at the Harbour Grill on Friday at eight"
    other = "Please book a table for two people at the Harbour Grill at eight on Friday"
    _, dropped = done(rows(one, OTHER, other), by="embedding")
    assert places(dropped) == [(3, 1)]


def test_lines_are_kept_byte_for_byte(rows: Write) -> None:
    path = rows(HIRE)
    odd = b'{ "tools": [],  "messages":[{"content":"Caf\\u00e9?","role":"user"}], "mine": 1}'
    path.write_bytes(path.read_bytes() + odd)
    out = path.with_name("kept.jsonl")
    dedup(path, "requests", "minhash", finder("requests", "minhash"), out)
    assert out.read_bytes() == path.read_bytes() + b"\n"


def test_a_line_that_cannot_be_read_is_told_with_its_reason_and_the_rest_goes_on(
    rows: Write,
) -> None:
    path = rows(HIRE, OTHER)
    path.write_text(path.read_text() + "{broken\n" + rows(HIRE, name="more").read_text())
    kept, dropped = done(path)
    assert len(kept) == 2
    assert [(d["line"], d["reason"]) for d in dropped] == [(3, "not_json"), (4, "near_duplicate")]


def test_a_whole_trajectory_is_compared_with_what_the_user_says_later(rows: Write) -> None:
    path = rows(f"{HIRE} / {OTHER}", f"{HIRE} / {AGAIN}", f"{HIRE} / {OTHER}")
    assert places(done(path, "trajectories")[1]) == [(3, 1)]


def test_of_functions_each_definition_is_kept_once_and_its_near_copies_are_dropped(
    rows: Write, function: Callable[..., dict[str, Any]]
) -> None:
    about = "Find the rooms of a hotel that are free on a given day, the cheapest first."
    tools = [function("find_rooms", "town", about=about), function("book_room", "room")]
    near = function("find_rooms", "town", about=about.replace("the cheapest", "cheapest"))
    path = rows("Hello", "Hello", tools=[*tools, near])
    kept, dropped = done(path, "functions")
    assert [f["name"] for f in kept] == ["find_rooms", "book_room"]
    [gone] = dropped
    assert gone["id"].startswith("find_rooms ")
    assert gone["twin"].startswith("find_rooms ")
    assert gone["id"] != gone["twin"]
    told = dedup(path, "functions", "exact", finder("functions", "exact"), path.with_name("again"))
    assert (told.kept, told.dropped, told.again) == (3, 0, 3)


def test_nothing_is_written_over_and_nothing_is_left_where_the_input_is_bad(rows: Write) -> None:
    path = rows(HIRE)
    find = finder("requests", "exact")
    with pytest.raises(BadInput, match="exists"):
        dedup(path, "requests", "exact", find, path)
    folder = path.parent / "new"
    folder.mkdir()
    with pytest.raises(BadInput, match="there is no file"):
        dedup(path.with_name("absent"), "requests", "exact", find, folder / "kept.jsonl")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.5, float("nan")])
def test_a_threshold_that_cannot_be_is_refused(threshold: float) -> None:
    with pytest.raises(BadInput, match="threshold"):
        finder("requests", "minhash", threshold)


def test_exact_has_no_threshold() -> None:
    with pytest.raises(BadInput, match="no threshold"):
        finder("requests", "exact", 0.5)


def test_embedding_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buttonup.alike.embed.find_spec", lambda _: None)
    with pytest.raises(BadInput, match=r"buttonup\[embed\]"):
        finder("requests", "embedding")
