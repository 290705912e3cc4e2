"""Settings of a training: closed, and refused where they do not go together."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
import pytest

from buttonup.errors import BadInput
from buttonup.store.settings import as_toml
from buttonup.train.training import Mixed, Training, read_training


def test_without_a_file_the_defaults_are_taken_and_overrides_laid_over() -> None:
    k = read_training(None, {"lora.rank": 4, "tune": "lora"})
    assert (k.lora.rank, k.tune, k.rate) == (4, "lora", Training().rate)


def test_settings_written_out_are_the_same_settings(tmp_path: Path) -> None:
    mix = [{"data": "chat.jsonl", "share": 0.25}]
    k = read_training(None, {"mix": mix, "epochs": 3, "round.after": "x"})
    path = tmp_path / "again.toml"
    path.write_text(as_toml(k))
    assert read_training(path, {}) == k
    assert k.mix == (Mixed("chat.jsonl", 0.25),)
    assert set(msgspec.toml.decode(as_toml(k))) == set(Training.__struct_fields__)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("rat", 1, "unknown field `rat`"),
        ("rate", 0, "> 0"),
        ("tune", "half", "Invalid enum value 'half'"),
        ("batch", "two", "Expected `int`"),
        ("lora", 3, "Expected `object`"),
        ("round", {"after": "x", "shared": True}, "give --tune lora and --after DIR"),
        ("epochs", math.inf, "epochs is inf"),
        ("rate", math.nan, "rate"),
        ("round", {"shared": 1}, "Expected `bool`"),
        ("mix", [{"data": "a", "share": 0.1}, {"data": "a", "share": 0.2}], "mixed in twice"),
        ("mix", [{"data": "a", "share": 0.6}, {"data": "b", "share": 0.5}], "come to 1.1"),
    ],
)
def test_a_setting_that_cannot_be_is_told(key: str, value: Any, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read_training(None, {key: value})


def test_the_page_shows_every_setting_with_its_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "train.md").read_text("utf-8")
    shown = page.partition("<!-- defaults -->\n```toml\n")[2].partition("```")[0]
    assert msgspec.toml.decode(shown) == msgspec.toml.decode(as_toml(Training()))
