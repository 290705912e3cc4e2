"""`buttonup templates`: tells what chat templates keep of calls."""

from __future__ import annotations

import click

from buttonup.chat import examine, named
from buttonup.chat.table import as_json as findings_as_json
from buttonup.chat.table import as_text as findings_as_text


@click.command()
@click.argument("names", metavar="[PATH_OR_PACKAGE]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="As one JSON array.")
def templates(names: tuple[str, ...], as_json: bool) -> int:
    """Tell what chat templates keep of calls, and what to do about what they lose.

    A path is a .jinja file, a folder of them or of a tokenizer; a package is an installed one.
    Without any: those of TRL and axolotl, as far as they are installed.
    """
    found = list(map(examine, named(names)))
    click.echo(findings_as_json(found) if as_json else findings_as_text(found))
    return 0
