from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.records import Assistant, Call, Tool, Trajectory, User
from buttonup.view.sample.sources import MEANS, sources, spot

from .conftest import MESSAGES, REQUEST, edited

TODAY = dt.date(2026, 5, 4)


def test_an_argument_points_at_the_very_words_that_say_it(bikes: Trajectory) -> None:
    found = sources(bikes)
    trace = found.traces[0]["/district"]
    [mark] = [m for m in found.words[0, "content"] if m.name == trace.source]
    assert REQUEST[mark.start : mark.end] == "Riverside"
    assert trace.told == MEANS["said"]


def test_a_date_said_in_words_points_at_these(bikes: Trajectory) -> None:
    found = sources(bikes)
    assert found.traces[0]["/date"].quote == "5 May 2026"


def test_of_equal_values_the_plan_says_which_is_meant_and_who_found_it(bikes: Trajectory) -> None:
    trace = sources(bikes).traces[1]["/dock"]
    assert (trace.kind, trace.quote, trace.step) == ("result", "/1/dock", 1)


def test_without_a_plan_the_first_of_equal_values_is_the_source(foreign: Trajectory) -> None:
    trace = sources(foreign).traces[1]["/dock"]
    assert (trace.kind, trace.quote, trace.step) == ("result", "/0/dock", None)


def test_what_comes_from_nowhere_points_nowhere_and_says_so(foreign: Trajectory) -> None:
    call = Call.of("call_1", "find_bikes", {"district": "Atlantis"})
    trace = sources(edited(foreign, {1: Assistant(calls=(call,))})).traces[0]["/district"]
    assert (trace.kind, trace.source) == ("invented", "")
    assert "not traced" in trace.told


def test_two_arguments_from_the_same_words_have_one_source(foreign: Trajectory) -> None:
    calls = tuple(Call.of(f"c{n}", "find_bikes", {"district": "Riverside"}) for n in range(2))
    found = sources(edited(foreign, {1: Assistant(calls=calls)}))
    assert found.traces[0]["/district"].source == found.traces[1]["/district"].source


def test_calls_without_ids_are_told_apart(foreign: Trajectory) -> None:
    calls = tuple(Call.of("", "find_bikes", {"district": d}) for d in ("Riverside", "Nowhere"))
    found = sources(edited(foreign, {1: Assistant(calls=calls), 2: Tool("", "find_bikes", [])}))
    assert found.traces[0]["/district"].kind == "said"
    assert found.traces[1]["/district"].kind == "invented"


@pytest.mark.parametrize(
    ("text", "value", "where", "words"),
    [
        ("My card is adp-82785, thanks.", "ADP-82785", "adp 82785", "adp-82785"),
        ("From 4 May until 5 May, please.", "2026-05-05", "2026-05-05", "5 May"),
        ("On 5 May 2026.", "2026-05-05", "2026-05-05", "5 May 2026"),
        ("Book it for tomorrow.", "2026-05-05", "2026-05-05", "tomorrow"),
        ("We are two adults.", 2, "2", "two"),
        ("It costs €1,200 in all.", 1200, "1200", "€1,200"),
        ("On Tuesday, please.", "2026-05-05", "2026-05-05", "Tuesday"),
        ("In São Paulo, please", "Sao Paulo", "sao paulo", "São Paulo"),
        ("Nothing of the kind.", "ADP-1", "adp 1", None),
    ],
)
def test_words_that_say_a_value_are_found(
    text: str, value: object, where: str, words: str | None
) -> None:
    span = spot(text, value, where, TODAY)
    assert (text[span[0] : span[1]] if span else None) == words


@given(st.text(max_size=40), st.text(max_size=8), st.text(max_size=8))
def test_a_stretch_lies_in_its_text_whatever_the_text(text: str, value: str, where: str) -> None:
    span = spot(text, value, where, TODAY)
    assert span is None or 0 <= span[0] < span[1] <= len(text)


def test_five_hundred_turns_are_traced_in_a_moment(foreign: Trajectory) -> None:
    many = Trajectory(foreign.blueprint, tuple(MESSAGES) * 100)
    assert len(sources(many).traces) == 200


def test_a_message_too_long_to_look_through_is_the_source_as_a_whole(foreign: Trajectory) -> None:
    long = "We are two adults. " + "And so on. " * 500
    call = Call.of("call_1", "find_bikes", {"adults": 2})
    t = edited(foreign, {0: User(long), 1: Assistant(calls=(call,))})
    found = sources(t)
    [mark] = found.words[0, "content"]
    assert (mark.start, mark.end) == (0, len(long))
