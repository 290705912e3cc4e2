"""Settings as TOML: a file of them, single ones laid over it, and all of them written out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Record


def read_settings(path: Path | None, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Read a TOML file (None: an empty one) and lay dotted `overrides` over it.

    Raises  BadInput where the file is missing or is not TOML, or an override names no table
    """
    content = _toml(path) if path else {}
    for dotted, value in overrides.items():
        _put(content, dotted, value)
    return content


def as_toml(record: Record) -> str:
    """Write a record out in full, so that the file says all that something was made from."""
    return msgspec.toml.encode(filled(record)).decode()


def filled(value: Any) -> Any:
    """Give a record as plain data with its defaults, which `encode` leaves out."""
    if isinstance(value, Record):
        fields = ((name, getattr(value, name)) for name in value.__struct_fields__)
        return {name: filled(v) for name, v in fields if v is not None}  # TOML has no null
    if isinstance(value, dict):
        return {name: filled(v) for name, v in value.items()}
    if isinstance(value, tuple):
        return [filled(v) for v in value]
    return msgspec.to_builtins(value)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not TOML: {error}") from error


def _put(content: dict[str, Any], dotted: str, value: Any) -> None:
    *tables, key = dotted.split(".")
    for table in tables:
        content = content.setdefault(table, {})
        if not isinstance(content, dict):
            raise BadInput(f"--set {dotted}: {table} is not a table of the recipe")
    content[key] = value
