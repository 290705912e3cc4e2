from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from buttonup.gates.fit import arguments, misfit, results, validator
from buttonup.records import Assistant, Call, Function, Tool, Trajectory

Edit = Callable[..., Trajectory]
Failures = Callable[[Trajectory], list[tuple[str, str]]]


def test_fitting_arguments_and_results_pass(base: Trajectory) -> None:
    assert arguments(base).passed
    assert results(base).passed


def test_malformed_arguments_fail(bare: Trajectory, edit: Edit, failures: Failures) -> None:
    call = Call.parse("call_3", "quote_hire", '{"bike_id": "BK-1042", ')
    assert failures(edit(bare, {4: Assistant(calls=(call,))})) == [("arguments", "malformed")]


def test_arguments_off_the_schema_fail(bare: Trajectory, edit: Edit, failures: Failures) -> None:
    call = Call.of("call_3", "quote_hire", {"bike_id": "BK-1042", "days": "3"})
    spoilt = edit(bare, {4: Assistant(calls=(call,))})
    assert failures(spoilt) == [("arguments", "misfit")]
    assert "/days" in arguments(spoilt).evidence[0]


def test_results_off_the_schema_fail(bare: Trajectory, edit: Edit, failures: Failures) -> None:
    result = {"total": "73.5 euros", "bike_id": "BK-1042"}
    spoilt = edit(bare, {5: Tool("call_3", "quote_hire", result)})
    assert failures(spoilt) == [("results", "misfit")]


def test_an_error_fits_any_responses_schema(bare: Trajectory, edit: Edit) -> None:
    assert results(edit(bare, {5: Tool("call_3", "quote_hire", {"error": "out on hire"})})).passed


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "dict"},
        {"properties": {"a": "string"}},
        {"pattern": "("},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/nowhere"},
        {"$schema": "http://localhost/mine", "type": "object"},
    ],
)
def test_a_schema_that_cannot_be_used_is_a_verdict_not_a_crash(
    bare: Trajectory, planned: Edit, failures: Failures, schema: dict[str, Any]
) -> None:
    odd = Function("odd", "Is never called.", schema)
    assert failures(planned(bare, functions=(*bare.functions, odd))) == [
        ("arguments", "bad_schema")
    ]
    odd = Function("odd", "Is never called.", {}, schema)
    assert failures(planned(bare, functions=(*bare.functions, odd))) == [("results", "bad_schema")]


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "object"}')

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}/schema.json", asked
        http.shutdown()
        thread.join()


def test_a_reference_to_the_network_is_never_followed(server: tuple[str, list[str]]) -> None:
    address, asked = server
    for schema in ({"$ref": address}, {"properties": {"a": {"$ref": f"{address}#/x"}}}):
        check, fault = validator(schema)
        assert check is None
        assert fault
        assert misfit(schema, {"a": 1}) == ""
    assert asked == []


def test_equal_schemas_are_compiled_once() -> None:
    one, other = {"type": "object", "required": ["a"]}, {"type": "object", "required": ["a"]}
    assert validator(one)[0] is validator(other)[0]


def test_a_value_too_deep_for_the_validator_is_a_misfit() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    assert misfit({"type": "object"}, deep)


def test_a_local_reference_is_followed() -> None:
    schema = {"$defs": {"n": {"type": "integer"}}, "properties": {"a": {"$ref": "#/$defs/n"}}}
    assert misfit(schema, {"a": 1}) == ""
    assert misfit(schema, {"a": "x"})
