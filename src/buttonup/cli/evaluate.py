"""`buttonup evaluate`: scores a model on tasks whose right answers are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from buttonup.cli import options
from buttonup.errors import BadInput
from buttonup.evaluate import command
from buttonup.evaluate.comparison import compare, comparison_as_text
from buttonup.evaluate.forgetting import forgetting, forgetting_as_text
from buttonup.evaluate.suites.worlds import Tables
from buttonup.evaluate.table import as_text
from buttonup.evaluate.ways import NAMES as WAYS
from buttonup.loop import run_to_end
from buttonup.owned import opened_again
from buttonup.progress import shown
from buttonup.recipe import read_recipe
from buttonup.records import encode


@click.command()
@click.option(
    "--suite",
    metavar="NAME[:PART,PART]",
    help=f"One of: {', '.join(command.SUITES)}; all parts, or some.",
)
@click.option(
    "--model", metavar="MODEL", help="At the endpoint; or local, local:NAME, local:PATH.gguf."
)
@options.base_url
@click.option("--key-env", help="Variable that holds the key.  [default: OPENAI_API_KEY]")
@click.option(
    "--calls",
    type=click.Choice(WAYS),
    metavar="WAY",
    help=f"How the model writes calls: {', '.join(WAYS)}.  [default: native; hermes if local]",
)
@click.option(
    "--template", type=click.Path(), help="The model's chat template, for --calls template."
)
@click.option(
    "-n",
    "each",
    type=click.IntRange(1),
    help="Tasks of each part.  [default: all; 200 of worlds and feedback]",
)
@click.option("--seed", type=int, help="Draws the tasks, and is sent along.  [default: 0]")
@click.option("--data", type=click.Path(), help="Of gta, tool-query or languages; run of tools.")
@click.option(
    "--recipe",
    type=click.Path(path_type=Path),
    help="Tasks of worlds and feedback as this recipe makes them (docs/recipes.md).",
)
@click.option("--tools", metavar="URL", help="Server of the tools of gta:end_to_end.")
@click.option("--sentences", type=click.Path(), help="Sentence model for answers of gta.")
@click.option("--trials", type=click.IntRange(1), help="Times each task is played.  [default: 1]")
@click.option("--rounds", type=click.IntRange(1), help="Of the suite feedback.  [default: 3]")
@click.option("--temperature", type=click.FloatRange(0), help="[default: 0]")
@click.option("--max-tokens", type=click.IntRange(1), help="Of one reply.  [default: 1024]")
@click.option("--concurrency", type=click.IntRange(1), help="Tasks at a time.  [default: 16]")
@click.option("--budget", type=click.FloatRange(0), metavar="USD", help="Dollars it may cost.")
@options.prices
@click.option("--out", type=click.Path(path_type=Path), help="Folder.  [default: runs/evaluation]")
@options.as_json
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
@click.option(
    "--compare",
    "pair",
    nargs=2,
    type=click.Path(path_type=Path),
    metavar="A B",
    help="Compare two folders, task by task.",
)
@click.option(
    "--after-round",
    "rounds_played",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="What was forgotten: an evaluation, or a folder of some, once for each round of training.",
)
@click.option("--by", default="", metavar="LABEL", help="Of --after-round: by part, world, ….")
@click.option(
    "--own",
    multiple=True,
    metavar="SLICE=ROUND",
    help="Of --after-round: the round that taught a slice.  [default: the first that asked it]",
)
@click.option(
    "--install", type=click.Choice(list(command.PACKAGES)), help="Install what a suite needs."
)
def evaluate(
    out: Path | None,
    as_json: bool,
    quiet: bool,
    pair: tuple[Path, Path] | None,
    rounds_played: tuple[Path, ...],
    by: str,
    own: tuple[str, ...],
    install: str | None,
    **asked: Any,
) -> int:
    """Score a model on tasks whose right answers are known; the same command goes on."""
    given = {k: v for k, v in asked.items() if v is not None}
    if install:
        package = command.PACKAGES[install]
        click.echo(f"{package.distribution} {package.version} is in {package.install()}")
        return 0
    if pair:
        compared = compare(*pair)
        click.echo(encode(compared).decode() if as_json else comparison_as_text(compared))
        return 0
    if rounds_played:
        lost = forgetting(rounds_played, by, dict(map(_own, own)))
        click.echo(encode(lost).decode() if as_json else forgetting_as_text(lost))
        return 0
    if by or own:
        raise BadInput("--by and --own go with --after-round", "see docs/evaluate.md")
    for name in ("suite", "model"):
        if not given.get(name):
            raise BadInput(f"--{name} is missing", "see buttonup evaluate --help")
    folder = out or Path("runs/evaluation")
    over = Path(given["data"]) if _over_own(given["suite"]) and given.get("data") else None
    tools = opened_again(over) if over else None
    if recipe := given.pop("recipe", over and over / "recipe.toml"):
        read = read_recipe(recipe, {})
        given["tables"] = Tables(read.plan, read.scenes, read.wording, read.blueprint)
    with shown("played", quiet=quiet) as watch:
        summary = run_to_end(command.run(command.Order(**given), folder, watch, tools))
    click.echo(encode(summary).decode() if as_json else as_text(summary))
    return 0


def _over_own(suite: str) -> bool:
    """Say whether a suite is over tools of the user's own."""
    return suite.partition(":")[0] == "tools"


def _own(words: str) -> tuple[str, int]:
    """Read which round taught a slice; its name may have a = of its own."""
    name, _, number = words.rpartition("=")
    if not (name and number.isascii() and number.isdigit()):
        raise BadInput(f"--own {words} is not SLICE=ROUND", "write it as world=library=2")
    return name, int(number)
