from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.cli.options import setting
from buttonup.errors import BadInput

KEYS = st.text(min_size=1).filter(lambda key: "=" not in key)
VALUES = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.lists(st.text("ab é\"'\\"))


@given(KEYS, VALUES)
def test_a_value_that_is_toml_is_read_as_toml(key: str, value: Any) -> None:
    written = msgspec.json.encode(value).decode()  # of these values, JSON is TOML
    assert setting(f"{key}={written}") == (key, value)


@given(KEYS, st.text("abc:/= -"))
def test_a_value_that_is_no_toml_is_a_plain_string(key: str, value: str) -> None:
    assert setting(f"{key}={value}") == (key, value)


@given(st.text())
def test_whatever_is_no_pair_is_told_how_to_write_one(text: str) -> None:
    key, equals, _ = text.partition("=")
    if key and equals:
        assert setting(text)[0] == key
        return
    with pytest.raises(BadInput, match="KEY=VALUE"):
        setting(text)
