"""`buttonup view`: looks at a run or a dataset in the web browser."""

from __future__ import annotations

from pathlib import Path

import click

from buttonup.errors import BadInput
from buttonup.view import command


@click.command()
@click.argument(
    "paths", metavar="RUN_OR_FILE [RUN]", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="[default: one that is free]"
)
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@click.option("--read-only", is_flag=True, help="Let no one mark or label samples.")
@click.option(
    "--tokenizer",
    type=click.Path(path_type=Path, exists=True),
    help="Folder of a tokenizer: samples are shown as its tokens too.",
)
def view(
    paths: tuple[Path, ...], port: int, no_browser: bool, read_only: bool, tokenizer: Path | None
) -> int:
    """Look at a run, while it is made or after, or at any dataset that check reads.

    Prints an address of this machine, and opens it; Ctrl-C ends it. Two runs are compared.
    """
    if len(paths) > len(command.ROOTS):
        raise BadInput(f"{len(paths)} things to look at", "give one, or two to be compared")
    command.view(
        paths,
        port=port,
        browser=not no_browser,
        read_only=read_only,
        tokenizer=tokenizer,
        tell=click.echo,
    )
    return 0
