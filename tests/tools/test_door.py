from __future__ import annotations

import pytest

from buttonup.records import Call, Function, Json, Schema
from buttonup.tools.door import failed, misfit, refusal

KNOWN = (Function("f", "Does f.", {"type": "object"}),)


def test_a_call_of_an_unknown_function_is_answered_with_an_error() -> None:
    assert refusal(Call.of("call_1", "g", {}), KNOWN) == {"error": "There is no function 'g'."}


def test_malformed_arguments_are_answered_with_an_error() -> None:
    assert failed(refusal(Call.parse("call_1", "f", "{oops"), KNOWN))


def test_a_call_that_can_run_is_not_refused() -> None:
    assert refusal(Call.of("call_1", "f", {}), KNOWN) is None


@pytest.mark.parametrize(
    ("result", "says"),
    [({"error": "no"}, True), ({"ok": 1}, False), (["error"], False), (None, False)],
)
def test_a_result_that_is_an_object_with_an_error_has_failed(result: Json, says: bool) -> None:
    assert failed(result) is says


def test_a_misfit_says_where_and_what() -> None:
    schema: Schema = {"type": "object", "properties": {"days": {"type": "integer"}}}
    assert misfit({"days": 3}, schema) == ""
    assert misfit({"days": "three"}, schema).startswith("days: ")


@pytest.mark.parametrize(
    "schema", [{"type": "nonsense"}, {"$ref": "http://127.0.0.1:9/x"}, {"pattern": "("}]
)
def test_nothing_fits_an_unusable_schema_and_nothing_is_fetched(schema: Schema) -> None:
    assert "unusable" in misfit("x", schema)
