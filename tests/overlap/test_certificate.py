from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from buttonup.overlap import Certificate, contamination, read_benchmark
from buttonup.overlap.measures import Measure

Write = Callable[..., Path]
Define = Callable[..., dict[str, Any]]

needs_embed = pytest.mark.skipif(
    find_spec("wordllama") is None, reason="the `embed` extra is not installed"
)

TASK = "Find the area of a triangle with a base of 10 units and height of 5 units."
QUOTED = f"I was told to ask you this. {TASK.lower()} Thank you!"
HALF = "find the area of a triangle with a base I have yet to measure, will you"
OURS = "Hire a bike in Ghent for three days, and tell me what it costs me."


@pytest.fixture
def against(tmp_path: Path) -> Callable[..., Certificate]:
    """Compare a dataset with a list of texts, or with a file."""

    def compare(ours: Path, theirs: Sequence[str] | Path) -> Certificate:
        path = theirs if isinstance(theirs, Path) else tmp_path / "benchmark.txt"
        if not isinstance(theirs, Path):
            path.write_text("\n".join(theirs))
        return contamination(ours, [read_benchmark(str(path))])

    return compare


Against = Callable[..., Certificate]


def measure(told: Certificate, name: str) -> Measure:
    [found] = [m for m in told.measures if m.name == name]
    return found


def test_a_task_that_stands_within_a_message_is_a_hit(rows: Write, against: Against) -> None:
    told = against(rows(OURS, QUOTED), [TASK, "What is the tallest mountain on this earth?"])
    assert not told.clean
    ngrams = measure(told, "ngrams")
    assert ngrams.lines == (2,)
    [hit] = ngrams.hits
    assert (hit.benchmark, hit.line, hit.likeness) == ("benchmark.txt:1", 2, 1.0)


def test_a_task_of_which_less_than_half_is_shared_is_the_nearest_miss(
    rows: Write, against: Against
) -> None:
    ngrams = measure(
        against(rows(OURS, HALF), [f"{TASK} Then draw it for me, with care."]), "ngrams"
    )
    assert ngrams.hits == ()
    [miss] = ngrams.nearest
    assert miss.line == 2
    assert 0 < miss.likeness < 0.5


def test_what_shares_no_eight_words_in_a_row_is_neither(rows: Write, against: Against) -> None:
    ngrams = measure(against(rows(OURS), [TASK]), "ngrams")
    assert (ngrams.ours, ngrams.theirs, ngrams.hits, ngrams.nearest) == (1, 1, (), ())


def test_a_short_task_is_a_hit_only_as_a_whole(rows: Write, against: Against) -> None:
    told = against(rows("So, what is the capital of Brazil?", "Yes, please."), [
        "What is the capital of Brazil?", "What is the capital of France?", "Yes, please.",
    ])  # fmt: skip
    ngrams = measure(told, "ngrams")
    assert [hit.benchmark for hit in ngrams.hits] == ["benchmark.txt:1"]
    assert ngrams.too_short == 2  # "Yes, please." on either side


def test_every_message_of_a_conversation_is_compared(rows: Write, against: Against) -> None:
    ngrams = measure(against(rows(f"{OURS} / {TASK}"), [TASK]), "ngrams")
    assert (ngrams.ours, ngrams.lines) == (2, (1,))


@needs_embed
def test_a_reworded_task_is_found_by_its_meaning(rows: Write, against: Against) -> None:
    reworded = "With a base of 10 units and a height of 5 units, find the triangle's area."
    told = against(rows(OURS, reworded), [TASK])
    assert measure(told, "ngrams").hits == ()
    assert [hit.line for hit in measure(told, "embedding").hits] == [2]


def test_a_measure_that_could_not_be_made_says_so(
    rows: Write, against: Against, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("buttonup.overlap.certificate.find_spec", lambda _: None)
    embedding = measure(against(rows(OURS), [TASK]), "embedding")
    assert not embedding.made
    assert "buttonup[embed]" in embedding.about


def test_a_function_of_the_same_name_and_parameters_is_a_hit(
    rows: Write, against: Against, function: Define
) -> None:
    theirs = rows("Hello", tools=[function("OrderAPI.getWeather", "city", "unit")], name="b.jsonl")
    ours = [function("get_order_api_weather", "city", "unit"), function("hire_bike", "bike_id")]
    signatures = measure(against(rows("Hi", "Hi", tools=ours), theirs), "signatures")
    assert (signatures.ours, signatures.theirs, signatures.lines) == (2, 1, (1,))
    [hit] = signatures.hits
    assert hit.benchmark == "b.jsonl:1 OrderAPI.getWeather"
    assert hit.ours == "get_order_api_weather(city, unit)"


def test_a_function_of_other_parameters_is_the_nearest_miss(
    rows: Write, against: Against, function: Define
) -> None:
    theirs = rows("Hello", tools=[function("cancel_order", "order_id", "token")], name="b.jsonl")
    told = against(rows("Hi", tools=[function("cancel_order", "order_id")]), theirs)
    signatures = measure(told, "signatures")
    assert (signatures.hits, [m.likeness for m in signatures.nearest]) == ((), [0.75])
    assert told.clean


def test_the_certificate_names_what_was_compared_by_its_digest(
    rows: Write, against: Against
) -> None:
    path = rows(OURS)
    path.write_text(path.read_text() + "{broken\n")
    told = against(path, [TASK, TASK])
    assert told.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (told.file, told.samples, told.unread) == ("rows.jsonl", 1, 1)
    [one] = told.against
    assert [(f.name, f.requests) for f in one.files] == [("benchmark.txt", 2)]
    assert measure(told, "ngrams").theirs == 1  # the same text, asked twice
