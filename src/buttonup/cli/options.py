"""Options that several commands have, and how a setting is read."""

from __future__ import annotations

import tomllib
from typing import Any

import click

from buttonup.errors import BadInput

as_json = click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
base_url = click.option(
    "--base-url", help="OpenAI-compatible endpoint, such as http://127.0.0.1:8000/v1."
)
force = click.option("--force", is_flag=True, help="Write over a file that is there.")
prices = click.option("--prices", type=click.Path(), help="Prices of your own (docs/money.md).")


def setting(text: str) -> tuple[str, Any]:
    """Read KEY=VALUE; the value is TOML, or a plain string where it is not."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise BadInput(f"--set {text}", "write it as KEY=VALUE, such as plan.optional=0.5")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value
