"""`buttonup train`: trains a model on what was made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from buttonup.cli import options
from buttonup.records import encode
from buttonup.train.command import train as train_model
from buttonup.train.configs import CONFIGS, write_config
from buttonup.train.display import as_text, shown, speaks
from buttonup.train.training import read_training


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--recipe", type=click.Path(path_type=Path), help="Settings as TOML (docs/train.md).")
@click.option(
    "--model",
    help="smollm2, gemma3-270m, a folder, a .gguf file, or OWNER/NAME.  [default: smollm2]",
)
@click.option("--tune", type=click.Choice(["full", "lora"]), help="[default: full]")
@click.option("--epochs", type=float, help="[default: 1]")
@click.option("--max-length", type=int, help="Tokens; longer rows are left out.  [default: 8192]")
@click.option("--seed", type=int, help="Everything random follows from it.  [default: 0]")
@click.option("--after", help="Folder of an earlier training that this is the next round of.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Any other setting.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of results.")
@click.option(
    "--write-config",
    "trainer",
    type=click.Choice(list(CONFIGS)),
    help="Do not train: write OUT as a config for another trainer.",
)
@options.as_json
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def train(
    data: Path,
    recipe: Path | None,
    settings: tuple[str, ...],
    out: Path,
    trainer: str | None,
    as_json: bool,
    quiet: bool,
    **asked: Any,
) -> int:
    """Train a model on a run, or on a file of conversations, token ids or pairs.

    The same command goes on from its last checkpoint.
    """
    given = {"round.after" if k == "after" else k: v for k, v in asked.items() if v is not None}
    k = read_training(recipe, {**given, **dict(map(options.setting, settings))})
    if trainer:
        write_config(trainer, data, k, out)
        click.echo(out)
        return 0
    with shown(quiet=quiet) as watch:
        results = train_model(data, k, out, watch)
    if speaks():
        click.echo(encode(results).decode() if as_json else as_text(results, out))
    return 0
