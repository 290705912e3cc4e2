"""Settings are read, laid over and written out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from buttonup.errors import BadInput
from buttonup.records import Record
from buttonup.store.settings import as_toml, read_settings


class Inner(Record):
    word: str = "a"


class Outer(Record, omit_defaults=False):
    inner: Inner = Inner()
    several: tuple[Inner, ...] = ()
    none: int | None = None


def test_an_override_lies_over_the_file_and_makes_the_tables_it_names(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("a = 1\n[b]\nc = 2\n")
    told = read_settings(path, {"a": 5, "b.d": 6, "e.f": 7})
    assert told == {"a": 5, "b": {"c": 2, "d": 6}, "e": {"f": 7}}


def test_what_is_written_out_says_defaults_inside_lists_too_and_reads_back_the_same() -> None:
    outer = Outer(several=(Inner(), Inner("b")))
    written = msgspec.toml.decode(as_toml(outer))
    assert written == {"inner": {"word": "a"}, "several": [{"word": "a"}, {"word": "b"}]}
    assert msgspec.convert(written, Outer) == outer


@pytest.mark.parametrize(("text", "told"), [("a = ", "is not TOML"), (None, "cannot read")])
def test_what_is_no_file_of_settings_is_told(tmp_path: Path, text: str | None, told: str) -> None:
    path = tmp_path / "a.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadInput, match=told):
        read_settings(path, {})


def test_an_override_inside_what_is_no_table_is_refused() -> None:
    with pytest.raises(BadInput, match="a is not a table"):
        read_settings(None, {"a": 1, "a.b": 2})
