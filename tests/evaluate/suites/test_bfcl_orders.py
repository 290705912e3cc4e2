"""What the checker's process makes of calls and truths, without bfcl-eval."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from buttonup.evaluate.suites.bfcl_orders import UNKNOWN, chosen, parsed, written

ENTRY = {"function": [{"name": "cd", "parameters": {"properties": {"folder": {}}}}]}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.text(), st.dictionaries(st.text(), values))
def test_whatever_a_model_emits_is_one_call_of_literals(
    name: str, arguments: dict[str, object]
) -> None:
    for call in ({"name": name, "arguments": arguments}, {"name": "cd", "arguments": arguments}):
        [text] = written([call], ENTRY)
        node = ast.parse(text, mode="eval").body
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)
        assert node.func.id in {"cd", "no_such_function"}
        assert node.args == []
        given = {k.arg: ast.literal_eval(k.value) for k in node.keywords}
        assert given in ({}, arguments)


def test_malformed_arguments_and_unknown_names_are_errors() -> None:
    assert written([{"name": "cd", "arguments": None}], ENTRY) == [UNKNOWN]
    assert written([{"name": "rm", "arguments": {}}], ENTRY) == [UNKNOWN]
    assert written([{"name": "cd", "arguments": {"a b": 1}}], ENTRY) == [UNKNOWN]
    assert written([{"name": "cd", "arguments": {"º": 1}}], ENTRY) == [UNKNOWN]


def test_a_truth_is_read_as_the_first_values_it_accepts() -> None:
    truth = {"math.add": {"a": [1, 2], "unit": ["", "m"], "at": [{"x": [3], "y": ["", 4]}]}}
    assert chosen(truth) == {"name": "math_add", "arguments": {"a": 1, "at": {"x": 3}}}


def test_a_call_written_as_python_names_its_places() -> None:
    call = {"name": "sort", "arguments": {"file": "a.txt", "down": True}}
    assert parsed("sort('a.txt', down=True)", {"sort": ["file", "down"]}) == call
