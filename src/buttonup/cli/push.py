"""`buttonup push`: sends an export to a dataset hub."""

from __future__ import annotations

from pathlib import Path

import click

from buttonup.push import push as push_export


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.argument("repo", metavar="[OWNER/]NAME")
@click.option("--private", is_flag=True, help="Make the repository private, where it is made.")
@click.option("--revision", default="", metavar="BRANCH", help="Branch to write to.")
@click.option("--endpoint", default="", help="Address of the hub.  [default: HF_ENDPOINT]")
@click.option("--dry-run", is_flag=True, help="List what would be sent; send nothing.")
def push(data: Path, repo: str, private: bool, revision: str, endpoint: str, dry_run: bool) -> int:
    """Send an export, the file given as its --out, to a dataset hub.

    The token is HF_TOKEN's.
    """
    pushed = push_export(
        data, repo, private=private, revision=revision, endpoint=endpoint, dry=dry_run
    )
    for sent in pushed.files:
        click.echo(f"{sent.size:12}  {sent.name}")
    click.echo(f"would go to {repo}" if dry_run else f"sent to {pushed.url}")
    return 0
