from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.bottomup.text_first.names import canonical, is_opaque


@pytest.mark.parametrize(
    "name", ["getWeatherReport", "Get-Weather Report", "get_weather_report", "GetWeatherReport()"]
)
def test_a_name_in_any_style_is_one_name(name: str) -> None:
    assert canonical(name) == "get_weather_report"


def test_abbreviations_stay_together() -> None:
    assert canonical("getHTTPStatus2") == "get_http_status2"


@given(st.text())
def test_a_canonical_name_stays_as_it_is(name: str) -> None:
    assert canonical(canonical(name)) == canonical(name)


def test_ids_and_tokens_are_what_nobody_can_guess() -> None:
    assert all(map(is_opaque, ["id", "order_id", "orderId", "session_token", "track_ids"]))
    assert not any(map(is_opaque, ["city", "paid", "idea", "keyword", "date"]))
