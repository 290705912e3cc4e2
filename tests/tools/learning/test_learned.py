from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.tools.learning.learned import (
    Feed,
    Learned,
    LearnedFunction,
    LearnedParameter,
    read_learned,
    read_text,
    written,
)

NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
VALUES = st.lists(
    st.text(max_size=12) | st.integers(-(2**62), 2**62) | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False),
    max_size=4,
).map(tuple)  # fmt: skip
PARAMETERS = st.builds(LearnedParameter, values=VALUES, says=st.text(max_size=9))
FUNCTIONS = st.builds(
    LearnedFunction,
    writes=st.booleans(),
    because=st.text(max_size=9),
    gives=st.sampled_from(["one", "list", ""]),
    noun=st.text(max_size=9),
    doubts=st.lists(st.text(max_size=9), max_size=2).map(tuple),
    parameters=st.dictionaries(st.text(min_size=1, max_size=8), PARAMETERS, max_size=3),
)
FEEDS = st.builds(
    Feed,
    field=st.text(max_size=9),
    parameter=st.text(max_size=9),
    score=st.sampled_from([0.5, 0.75, 1.0]),
    because=st.lists(st.text(max_size=9), max_size=2).map(tuple),
)


@given(st.dictionaries(NAMES, FUNCTIONS, max_size=3), st.lists(FEEDS, max_size=3))
def test_the_file_is_read_back_as_it_was_written(
    functions: dict[str, LearnedFunction], feeds: list[Feed]
) -> None:
    learned = Learned(("python:x.py",), "the x tools", "2026-11-25", "", functions, tuple(feeds))
    assert read_text(written(learned), "here") == learned


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tools = [", "not TOML"),
        ('[functions.a]\nwrites = "no"', "writes"),
        ("[functions.a]\nwrites = true\nread = true", "read"),
        ('[functions.a]\nwrites = true\nresponses = "{"', "not JSON"),
        ('[functions.a]\nwrites = true\nresponses = "[]"', "no JSON object"),
        ('feeds = [{field = "a.b", parameter = "c.d", score = 7}]', "score"),
    ],
)
def test_a_slip_in_the_file_is_told_in_a_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "learned.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match=told):
        read_learned(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot read"):
        read_learned(tmp_path / "none.toml")


def test_a_parameter_without_values_stands_there_to_be_filled_in_and_is_read_back() -> None:
    function = LearnedFunction(writes=True, parameters={"tenant": LearnedParameter()})
    learned = Learned(functions={"lease": function})
    assert "[functions.lease.parameters.tenant]\n" in written(learned)
    assert read_text(written(learned), "x") == learned
