from __future__ import annotations

from typing import Any

from buttonup.bottomup.text_first.parts import Parts
from buttonup.model.schemas import schema_of


def test_reasoning_comes_before_the_functions_in_the_schema() -> None:
    assert list(schema_of(Parts)["properties"]) == ["reasoning", "parts"]


def test_schemas_within_the_reply_stay_free_form() -> None:
    part: dict[str, Any] = schema_of(Parts)["properties"]["parts"]["items"]
    draft = part["properties"]["functions"]["items"]
    assert draft["properties"]["parameters"]["type"] == "object"
    assert draft["properties"]["parameters"].get("additionalProperties") is not False
    assert draft["additionalProperties"] is False
