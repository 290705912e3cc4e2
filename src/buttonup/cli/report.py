"""`buttonup report`: the funnel of a run."""

from __future__ import annotations

from pathlib import Path

import click

from buttonup.cli import options
from buttonup.engine.report import read_report
from buttonup.errors import BadInput
from buttonup.records import encode
from buttonup.showing.html import as_html
from buttonup.showing.text import as_text
from buttonup.store.whole import put


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@options.as_json
@click.option(
    "--html",
    "page",
    is_flag=False,
    flag_value="",
    metavar="[FILE]",
    help="As one page with plots, written to FILE.  [default: DIR/report.html]",
)
def report(folder: Path, as_json: bool, page: str | None) -> int:
    """Show the funnel of a run: what was made, what was rejected and why.

    --html writes one file that can be mailed: nothing is fetched, no script runs.
    """
    if page is not None and as_json:
        raise BadInput("--html and --json together", "give one of them")
    read = read_report(folder)
    if page is not None:
        path = Path(page) if page else folder / "report.html"
        put(path, as_html(read, folder).encode())
        click.echo(path)
        return 0
    click.echo(encode(read).decode() if as_json else as_text(read))
    return 0
