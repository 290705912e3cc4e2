"""`buttonup run`: makes a dataset, or says what that would take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import click

from buttonup.cli import options
from buttonup.dataset import ahead, making
from buttonup.dataset.folder import batches_on_their_way
from buttonup.dataset.standing import Progress, Watch
from buttonup.errors import BadInput
from buttonup.estimating import as_text as estimate_as_text
from buttonup.estimating import pilot_in_words
from buttonup.loop import run_to_end
from buttonup.model.batching import Standing
from buttonup.progress import shown
from buttonup.recipe import Recipe, read_recipe
from buttonup.records import Assistant, Sample, Tool, User, encode
from buttonup.showing.text import as_text
from buttonup.showing.wording import plain
from buttonup.worlds.splits import Split


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path), required=False)
@click.option("-n", type=int, help="Accepted samples wanted.  [default: 200]")
@click.option("--seed", type=int, help="Everything random follows from it.  [default: 0]")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Run folder.  [default: runs/default, or runs/NAME of NAME.toml]",
)
@click.option(
    "--resume",
    is_flag=True,
    expose_value=False,  # a run in its folder always goes on; this only says so aloud
    help="Go on with the run in the folder, as happens anyway; start where there is none.",
)
@click.option(
    "--tools",
    multiple=True,
    help="worlds, worlds:NAME,NAME, simulated, or your own: python:FILE, openapi:FILE, "
    "mcp:COMMAND; may be given again, worlds too.  [default: worlds]",
)
@click.option(
    "--first",
    type=click.Choice(["auto", "truth", "text"]),
    help="Over your own tools: plan calls and word them, or have a model compose tasks (text).",
)
@click.option(
    "--learned", type=click.Path(), help="What is known of your own tools (docs/tools.md)."
)
@click.option("--include", multiple=True, metavar="PATTERN", help="Your own tools wanted.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Your own tools not wanted.")
@click.option(
    "--overlay",
    "overlays",
    multiple=True,
    type=click.Path(),
    help="Better words for your own tools (docs/tools.md).",
)
@click.option("--env", multiple=True, metavar="NAME", help="Variable that your own tools may see.")
@click.option(
    "--allow-writes",
    "writes",
    multiple=True,
    is_flag=False,
    flag_value="*",
    metavar="[PATTERN]",
    help="Really call your own tools that write, those of a name.  [default: simulate them]",
)
@click.option(
    "--reset",
    metavar="COMMAND",
    help="Takes your own tools back to their first state, after conversations that write.",
)
@click.option(
    "--split",
    type=click.Choice(get_args(Split)),
    help="Part of the worlds; what is held out is for evaluation.  [default: train]",
)
@click.option("--teacher", help="Model that writes and acts.")
@options.base_url
@click.option(
    "--batch", is_flag=True, default=None, help="Ask in the provider's batches: cheaper, slower."
)
@click.option("--seeds", type=click.Path(), help="Seed conversations (JSON or JSONL, .gz too).")
@click.option("--concurrency", type=int, help="Items and calls in flight.  [default: 16]")
@click.option("--cores", type=int, help="Processor cores used.  [default: 0, all]")
@click.option(
    "--engine", type=click.Choice(["local", "ray"]), help="Where stages run.  [default: local]"
)
@click.option("--address", help="HOST:PORT of a Ray cluster, or auto.  [default: start one here]")
@click.option("--budget", type=float, metavar="USD", help="Dollars it may cost.  [default: any]")
@options.prices
@click.option("--dry-run", is_flag=True, help="Say what it would ask of models; send nothing.")
@click.option("--pilot", type=click.IntRange(1), metavar="N", help="Dry run: make N and measure.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Any recipe key.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def run(
    recipe: Path | None,
    out: Path | None,
    settings: tuple[str, ...],
    quiet: bool,
    dry_run: bool,
    pilot: int | None,
    **asked: Any,
) -> int:
    """Make a dataset (by default from the worlds that ship with the package)."""
    names = {
        "teacher": "teacher.model", "base_url": "teacher.base_url", "batch": "teacher.batch",
        "learned": "own.learned", "writes": "own.writes", "env": "own.env", "reset": "own.reset",
        "include": "own.include", "exclude": "own.exclude", "overlays": "own.overlays",
    }  # fmt: skip
    given = {names.get(k, k): v for k, v in asked.items() if v not in (None, ())}
    if len(given.get("tools", ())) == 1:
        [given["tools"]] = given["tools"]
    cooked = read_recipe(recipe, {**given, **dict(map(options.setting, settings))})
    folder = out or Path("runs") / (recipe.stem if recipe else "default")
    if pilot is not None and not dry_run:
        raise BadInput(
            "--pilot is for a dry run", "give --dry-run too, or -n for that many samples"
        )
    if dry_run:
        return _dry_run(cooked, folder, pilot, quiet=quiet)
    with _watching(quiet=quiet) as watch:
        try:
            made = run_to_end(making.make(cooked, folder, watch))
        except KeyboardInterrupt as stop:
            raise click.Abort(_left_running(folder)) from stop
    if not quiet:
        _print_made(made, folder)
    if made.short:
        click.echo(f"buttonup: {made.short}", err=True)
        return 3
    return 0


def _left_running(folder: Path) -> str:
    """Say what goes on at the provider while the run does not."""
    out = batches_on_their_way(folder)
    return f"{out} batch{'es' * (out > 1)} left at the provider; " if out else ""


def _dry_run(cooked: Recipe, folder: Path, pilot: int | None, *, quiet: bool) -> int:
    """Say what a run will take: as estimated, or as measured on its first samples."""
    estimate = run_to_end(ahead.estimate(cooked))
    if pilot is None or not estimate.lines:
        click.echo(estimate_as_text(estimate))
        return 0
    with _watching(quiet=quiet) as watch:
        measured = run_to_end(ahead.pilot(cooked, folder, pilot, watch))
    click.echo(pilot_in_words(measured))
    return 0 if measured else 3


@contextmanager
def _watching(*, quiet: bool) -> Iterator[Watch]:
    """Give a watch that shows how a run comes along."""
    with shown("accepted", quiet=quiet) as tell:
        yield lambda at: tell(at.accepted, at.wanted, in_words(at))


MOST = 160  # characters of what is the matter with an endpoint


def in_words(at: Progress) -> str:
    """Say what there is to say of a run beside how many samples it has."""
    calls = f", {at.calls} model calls{_cost(at)}" if at.calls else ""
    batches = f", {_of_batches(at.standing)}" if at.standing and at.standing.batches else ""
    trouble = f"; {at.trouble[:MOST]}" if at.trouble else ""
    return f"{at.failed} failed a gate, {at.rejected} given up{calls}{batches}{trouble}"


def _of_batches(standing: Standing) -> str:
    out = "1 batch" if standing.batches == 1 else f"{standing.batches} batches"
    failed = f", {standing.failed} failed" if standing.failed else ""
    return f"{out} out ({standing.done} of {standing.requests} requests done{failed})"


def _cost(at: Progress) -> str:
    """Say what the run has cost so far; a model without a price is named."""
    lacking = f" (no price: {', '.join(at.unpriced)})" if at.unpriced else ""
    return f", ${at.dollars:.4f}{lacking}"


def _print_made(made: making.Made, folder: Path) -> None:
    click.echo(as_text(made.report))
    if made.example is None:
        click.echo(f"\nNothing was accepted. The reasons are in {folder / 'rejections.jsonl'}")
        return
    click.echo(f"\n{in_short(made.example)}")
    click.echo(f"\nSamples  {folder / 'accepted.jsonl'}")
    click.echo(f"Export   buttonup export {folder} --format openai --out data.jsonl")


def in_short(sample: Sample) -> str:
    """Tell one sample in a few lines, for a terminal."""
    lines = ["One of them:"]
    for message in sample.trajectory.messages:
        match message:
            case User():
                lines.append(f"  user       {plain(message.content)}")
            case Assistant() if message.calls:
                calls = ", ".join(f"{c.name}({plain(c.raw, 60)})" for c in message.calls)
                lines.append(f"  assistant  {plain(message.thought)}")
                lines.append(f"  calls      {calls}")
            case Assistant():
                lines.append(f"  assistant  {plain(message.answer)}")
            case Tool():
                lines.append(f"  tool       {plain(encode(message.result).decode())}")
    return "\n".join(lines)
