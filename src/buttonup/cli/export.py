"""`buttonup export`: writes a run's accepted samples in a training format."""

from __future__ import annotations

import re
from pathlib import Path

import click

from buttonup.chat import Tokens
from buttonup.cli import options
from buttonup.cli.contamination import print_certificate
from buttonup.dataset import exporting
from buttonup.errors import BadInput
from buttonup.formats import EXPORTS
from buttonup.overlap import Certificate, certificate_path
from buttonup.records import decode
from buttonup.store.marks import MARKS, Choice, Mark


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--format", "name", help=f"One of: {', '.join(EXPORTS)}.")
@click.option(
    "--tokenizer",
    type=click.Path(path_type=Path),
    help="Instead of a format: token ids and labels, by this folder's tokenizer.json.",
)
@click.option(
    "--template",
    type=click.Path(path_type=Path),
    help="Chat template for --tokenizer.  [default: the tokenizer's own]",
)
@click.option("--max-length", type=click.IntRange(1), help="Tokens; longer rows are left out.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write.")
@click.option(
    "--split-by",
    "shares",
    metavar="SHARE,SHARE[,SHARE]",
    default="",
    help="Shares of train, validation and test (or train, test), which have no task in common.",
)
@click.option("--shards", type=int, default=1, help="Files of each split.  [default: 1]")
@options.force
@click.option(
    "--against",
    multiple=True,
    metavar="PATH_OR_bfcl",
    help="Benchmark to compare with; the certificate is written beside. May be given again.",
)
@click.option("--marked", type=click.Choice(MARKS), help="Only samples marked so (view).")
@click.option("--not-marked", type=click.Choice(MARKS), help="No samples marked so.")
@click.option("--label", "labels", multiple=True, help="Only samples with it; all, if given again.")
def export(
    folder: Path,
    name: str | None,
    tokenizer: Path | None,
    template: Path | None,
    max_length: int | None,
    out: Path,
    shares: str,
    shards: int,
    force: bool,
    against: tuple[str, ...],
    marked: Mark | None,
    not_marked: Mark | None,
    labels: tuple[str, ...],
) -> int:
    """Write a run's accepted samples in a training format, with a dataset card beside.

    A file that ends in .parquet is Parquet, any other JSON Lines. With --against, exit 3 says that
    there are hits; the file is written all the same.
    """
    parted, to = _shares(shares), _form(name, tokenizer, template, max_length)
    exported = exporting.export(
        folder,
        to,
        out,
        overwrite=force,
        shares=parted,
        shards=shards,
        against=against,
        choice=Choice(marked, not_marked, labels),
    )
    told = f"{name or 'tokens'}, {exported.lines} rows" if exported.lines else name or "tokens"
    click.echo(f"{exported.count} samples to {out} ({told})")
    for split, count in exported.splits.items():
        click.echo(f"  {count} {split}")
    for reason, count in sorted(exported.skipped.items()):
        click.echo(f"{count} left out: {reason}", err=True)
    if not against:
        return 0
    certificate = decode(certificate_path(out).read_bytes(), Certificate)
    print_certificate(certificate)
    click.echo(f"\nCertificate  {certificate_path(out)}")
    return 0 if certificate.clean else 3


def _form(
    name: str | None, tokenizer: Path | None, template: Path | None, longest: int | None
) -> str | Tokens:
    """Tell what rows are wanted: a format, or token ids."""
    if tokenizer and not name:
        return Tokens(str(tokenizer), str(template or ""), longest or 0)
    if name and not (tokenizer or template or longest):
        return name
    raise BadInput(
        "rows are either in a format or token ids",
        "give --format, or --tokenizer (and --template, --max-length) without it",
    )


def _shares(text: str) -> tuple[float, ...]:
    """Read shares parted by commas."""
    parts = text.split(",") if text else []
    if not all(re.fullmatch(r"0?\.\d{1,9}", part) for part in parts):
        raise BadInput(f"--split-by {text}", "write shares such as 0.9,0.05,0.05")
    return tuple(map(float, parts))
