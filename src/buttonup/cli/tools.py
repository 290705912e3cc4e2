"""`buttonup tools`: shows what is read of a user's own tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from buttonup import listing
from buttonup.cli import options
from buttonup.errors import BadInput
from buttonup.loop import run_to_end
from buttonup.showing.wording import plain


@click.command()
@click.argument("specs", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--include", multiple=True, metavar="PATTERN", help="Only tools called so (get_*).")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="No tools called so.")
@click.option(
    "--overlay",
    "overlays",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Better words for them, as TOML (docs/tools.md).",
)
@click.option("--env", multiple=True, metavar="NAME", help="Variable that the tools may see.")
@click.option("--megabytes", type=click.IntRange(1), default=512, help="Memory.  [default: 512]")
@click.option("--json", "as_json", is_flag=True, help="As one JSON array.")
@click.option("--teacher", help="Model that proposes descriptions: an overlay is printed.")
@options.base_url
@click.option("--key-env", help="Variable that holds the key.  [default: OPENAI_API_KEY]")
@click.option("--budget", type=float, metavar="USD", help="Dollars it may cost.  [default: any]")
@options.prices
@click.option("--out", type=click.Path(path_type=Path), help="File for the proposed overlay.")
@options.force
def tools(as_json: bool, **asked: Any) -> int:
    """Show what is read of your tools, and what is missing or doubtful in it.

    SOURCE is python:MODULE, python:FILE.py[:NAME,NAME], langchain:FILE.py, "openapi:FILE_OR_URL",
    "mcp:COMMAND", mcp:URL or json:FILE (docs/tools.md); python and langchain run your code, in a
    process of its own.
    """
    order = listing.Order(**{k: v for k, v in asked.items() if v is not None})
    if as_json and order.teacher:
        raise BadInput("--json and --teacher together", "give one of them: an overlay is TOML")
    found = run_to_end(listing.listed(order))
    click.echo(listing.as_json(found) if as_json else listing.as_text(found))
    for name, why in found.refused.items():
        click.echo(f"{name} is left as it is: {plain(why)}", err=True)
    return 3 if found.short else 0
