"""`buttonup trial`: tries a judge on mistakes that are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from buttonup.cli import options
from buttonup.loop import run_to_end
from buttonup.progress import shown
from buttonup.recipe import read_recipe
from buttonup.records import encode
from buttonup.trial import as_text, try_judge


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path), required=False)
@click.option("-n", type=int, default=50, show_default=True, help="Gold conversations.")
@click.option(
    "--each",
    type=click.IntRange(0),
    help="Spoilt twins of each gold conversation.  [default: all that can be made]",
)
@click.option("--seed", type=int, help="Everything random follows from it.  [default: 0]")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the trial.")
@click.option("--teacher", help="Model that is the judge, where the recipe names none.")
@options.base_url
@click.option("--concurrency", type=int, help="Calls in flight.  [default: 16]")
@click.option("--budget", type=float, metavar="USD", help="Dollars it may cost.  [default: any]")
@options.prices
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Any recipe key.")
@options.as_json
def trial(
    recipe: Path | None,
    out: Path,
    each: int | None,
    settings: tuple[str, ...],
    as_json: bool,
    **asked: Any,
) -> int:
    """Try a judge: how many known mistakes it finds, and how often it cries wolf."""
    names = {"teacher": "teacher.model", "base_url": "teacher.base_url"}
    given = {names.get(k, k): v for k, v in asked.items() if v is not None}
    cooked = read_recipe(recipe, {**given, **dict(map(options.setting, settings))})
    with shown("judged", quiet=False) as watch:
        told = run_to_end(try_judge(cooked, out, each, watch))
    click.echo(encode(told).decode() if as_json else as_text(told))
    if told.short:
        click.echo(f"buttonup: {told.short}", err=True)
        return 3
    return 0
