"""`buttonup learn`: learns about a user's own tools and writes it into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from buttonup import learning
from buttonup.cli import options
from buttonup.loop import run_to_end
from buttonup.recipe import Teaching, read_recipe
from buttonup.showing.wording import plain
from buttonup.tools.own.run import Owning


@click.command()
@click.argument("tools", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="learned.toml",
    help="File to write.  [default: learned.toml]",
)
@options.force
@click.option("--learned", "learned", type=click.Path(), help="What is known already; it stays.")
@click.option("--include", "include", multiple=True, metavar="PATTERN", help="Tools wanted.")
@click.option("--exclude", "exclude", multiple=True, metavar="PATTERN", help="Tools not wanted.")
@click.option(
    "--overlay",
    "overlays",
    multiple=True,
    type=click.Path(),
    help="Better words for them (docs/tools.md).",
)
@click.option("--env", "env", multiple=True, metavar="NAME", help="Variable they may see.")
@click.option("--sample", "sample", type=int, help="Calls of one at most.  [default: 8]")
@click.option("--seed", type=int, help="Which calls are made follows from it.  [default: 0]")
@click.option("--teacher", "model", help="Model that proposes feeds, values and words.")
@options.base_url
@click.option("--key-env", "key_env", help="Variable that holds the key.")
@click.option("--budget", type=float, metavar="USD", help="Dollars it may cost.  [default: any]")
@options.prices
@options.as_json
def learn(out: Path, force: bool, as_json: bool, **asked: Any) -> int:
    """Learn about your tools: what feeds what, which values exist, what reads and writes.

    Functions that read are called a few times. What was learned is a file for you to edit, and for
    run --learned to go by. With a model, what is missing is proposed, tried on the tools, and
    marked in the file. SOURCE is as for buttonup tools.
    """
    names = {
        **{name: f"own.{name}" for name in Owning.__struct_fields__},
        **{name: f"teacher.{name}" for name in Teaching.__struct_fields__},
    }
    given = {names.get(k, k): v for k, v in asked.items() if v not in (None, ())}
    recipe = read_recipe(None, given)
    lesson = run_to_end(learning.learned(recipe, out, over=force))
    click.echo(learning.as_json(lesson) if as_json else learning.as_text(lesson))
    for name, why in lesson.refused.items():
        click.echo(f"{plain(name)}: nothing is proposed: {plain(why)}", err=True)
    return 3 if lesson.short else 0
