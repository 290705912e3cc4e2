"""The command line: parses words, calls one function, prints. Exit statuses are in `EXITS`."""

from __future__ import annotations

import errno
import itertools
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, get_args

import click

from buttonup import __version__, dataset, listing
from buttonup.bottomup.truth_first import Planning, Scenes, Ticket, Wording, plan, word
from buttonup.chat import Tokens
from buttonup.chat.table import as_json as findings_as_json
from buttonup.chat.table import as_text as findings_as_text
from buttonup.errors import BadInput, Fault
from buttonup.estimate import as_text as estimate_as_text
from buttonup.estimate import pilot_in_words
from buttonup.evaluate import command
from buttonup.evaluate.comparison import compare, comparison_as_text
from buttonup.evaluate.suites.worlds import Tables
from buttonup.evaluate.table import as_text as evaluation_as_text
from buttonup.evaluate.ways import NAMES as WAYS
from buttonup.formats import EXPORTS, READABLE
from buttonup.gates import GATES, explain, judged
from buttonup.loop import run_to_end
from buttonup.model.metered import OverBudget
from buttonup.overlap import By, Certificate, Of, certificate_path, dropped_path
from buttonup.progress import shown
from buttonup.push import push as push_export
from buttonup.recipe import Recipe, read_recipe
from buttonup.records import Assistant, Sample, Tool, User, decode, encode
from buttonup.showing.html import as_html
from buttonup.showing.text import as_text
from buttonup.store.whole import put
from buttonup.train.command import train as train_model
from buttonup.train.configs import CONFIGS, write_config
from buttonup.train.display import as_text as results_as_text
from buttonup.train.display import shown as training_shown
from buttonup.train.display import speaks
from buttonup.train.training import read_training
from buttonup.trial import as_text as trial_as_text
from buttonup.trial import try_judge
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.session import find_world
from buttonup.worlds.splits import Split

EXITS = """\
Exit status: 0 done; 1 a bug; 2 wrong usage or bad input; 3 ended short of -n, or a check that
fails; 130 interrupted."""


@click.group(epilog=EXITS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="buttonup")
def buttonup() -> None:
    """Make multi-turn function-calling training data that is verified."""


@buttonup.command(epilog=EXITS)
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
    "mcp:COMMAND; may be given again.  [default: worlds]",
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
    "--split",
    type=click.Choice(get_args(Split)),
    help="Part of the worlds; what is held out is for evaluation.  [default: train]",
)
@click.option("--teacher", help="Model that writes and acts.")
@click.option("--base-url", help="OpenAI-compatible endpoint, such as http://127.0.0.1:8000/v1.")
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
@click.option("--prices", type=click.Path(), help="Prices of your own (docs/money.md).")
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
    **options: Any,
) -> int:
    """Make a dataset (by default from the worlds that ship with the package)."""
    names = {
        "teacher": "teacher.model", "base_url": "teacher.base_url", "batch": "teacher.batch",
        "learned": "own.learned", "writes": "own.writes", "env": "own.env",
        "include": "own.include", "exclude": "own.exclude", "overlays": "own.overlays",
    }  # fmt: skip
    given = {names.get(k, k): v for k, v in options.items() if v not in (None, ())}
    if len(given.get("tools", ())) == 1:
        [given["tools"]] = given["tools"]
    cooked = read_recipe(recipe, {**given, **dict(map(_setting, settings))})
    folder = out or Path("runs") / (recipe.stem if recipe else "default")
    if pilot is not None and not dry_run:
        raise BadInput(
            "--pilot is for a dry run", "give --dry-run too, or -n for that many samples"
        )
    if dry_run:
        return _dry_run(cooked, folder, pilot, quiet=quiet)
    with shown(quiet=quiet) as watch:
        try:
            made = run_to_end(dataset.make(cooked, folder, watch))
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
    out = dataset.batches_on_their_way(folder)
    return f"{out} batch{'es' * (out > 1)} left at the provider; " if out else ""


def _dry_run(cooked: Recipe, folder: Path, pilot: int | None, *, quiet: bool) -> int:
    """Say what a run will take: as estimated, or as measured on its first samples."""
    estimate = run_to_end(dataset.estimate(cooked))
    if pilot is None or not estimate.lines:
        click.echo(estimate_as_text(estimate))
        return 0
    with shown(quiet=quiet) as watch:
        measured = run_to_end(dataset.pilot(cooked, folder, pilot, watch))
    click.echo(pilot_in_words(measured))
    return 0 if measured else 3


def _setting(text: str) -> tuple[str, Any]:
    """Read KEY=VALUE; the value is TOML, or a plain string where it is not."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise BadInput(f"--set {text}", "write it as KEY=VALUE, such as plan.optional=0.5")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value


def _print_made(made: dataset.Made, folder: Path) -> None:
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
                lines.append(f"  user       {_clip(message.content)}")
            case Assistant() if message.calls:
                calls = ", ".join(f"{c.name}({_clip(c.raw, 60)})" for c in message.calls)
                lines.append(f"  assistant  {_clip(message.thought)}")
                lines.append(f"  calls      {calls}")
            case Assistant():
                lines.append(f"  assistant  {_clip(message.answer)}")
            case Tool():
                lines.append(f"  tool       {_clip(encode(message.result).decode())}")
    return "\n".join(lines)


def _clip(text: str, width: int = 110) -> str:
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= width else line[: width - 1] + "…"


@buttonup.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
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
    read = dataset.report(folder)
    if page is not None:
        path = Path(page) if page else folder / "report.html"
        put(path, as_html(read, folder).encode())
        click.echo(path)
        return 0
    click.echo(encode(read).decode() if as_json else as_text(read))
    return 0


@buttonup.command()
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
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option(
    "--against",
    multiple=True,
    metavar="PATH_OR_bfcl",
    help="Benchmark to compare with; the certificate is written beside. May be given again.",
)
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
) -> int:
    """Write a run's accepted samples in a training format, with a dataset card beside.

    A file that ends in .parquet is Parquet, any other JSON Lines. With --against, exit 3 says that
    there are hits; the file is written all the same.
    """
    parted, to = _shares(shares), _form(name, tokenizer, template, max_length)
    exported = dataset.export(
        folder, to, out, overwrite=force, shares=parted, shards=shards, against=against
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
    _print_certificate(certificate)
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


@buttonup.command(epilog=EXITS)
@click.argument("data", type=click.Path(path_type=Path))
@click.argument("repo", metavar="[OWNER/]NAME")
@click.option("--private", is_flag=True, help="Make the repository private, where it is made.")
@click.option("--revision", default="", metavar="BRANCH", help="Branch to write to.")
@click.option("--endpoint", default="", help="Address of the hub.  [default: HF_ENDPOINT]")
@click.option("--dry-run", is_flag=True, help="List what would be sent; send nothing.")
def push(data: Path, repo: str, private: bool, revision: str, endpoint: str, dry_run: bool) -> int:
    """Send an export, the file given as its --out, to a dataset hub; the token is HF_TOKEN's."""
    pushed = push_export(
        data, repo, private=private, revision=revision, endpoint=endpoint, dry=dry_run
    )
    for sent in pushed.files:
        click.echo(f"{sent.size:12}  {sent.name}")
    click.echo(f"would go to {repo}" if dry_run else f"sent to {pushed.url}")
    return 0


@buttonup.command()
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def negatives(folder: Path, out: Path, force: bool) -> int:
    """Spoil a run's accepted samples: the same prompt, gone on with rightly and wrongly."""
    written = dataset.negatives(folder, out, overwrite=force)
    counts = ", ".join(f"{name} {count}" for name, count in written.corruptions.items())
    click.echo(f"{written.count} pairs to {out}: {counts}")
    for reason, count in sorted(written.skipped.items()):
        click.echo(f"{count} left out: {reason}", err=True)
    return 0


@buttonup.command(epilog=EXITS)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "name", help=f"One of: {', '.join(READABLE)}.  [default: detected]")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object, failures as they come.")
@click.option(
    "--max-failing",
    "limit",
    metavar="N|N%",
    default="0",
    help="Lines that may fail, or their share, before the exit status says so.  [default: 0]",
)
def check(file: Path, name: str | None, as_json: bool, limit: str) -> int:
    """Run the gates on any function-calling dataset; exit 3 when too much fails."""
    allowed, of_hundred = _limit(limit)
    tell = _tell_json if as_json else _tell
    told = itertools.count()
    checked = dataset.check(file, name, lambda failure: tell(failure, next(told)))
    if as_json:
        click.echo(_json_end(checked, next(told)))
    else:
        _print_checked(checked, next(told))
    most = allowed * checked.lines / 100 if of_hundred else allowed
    return 3 if checked.failing > most else 0


def _limit(text: str) -> tuple[float, bool]:
    """Read N or N%: the number, and whether it is of a hundred."""
    number, of_hundred = text.removesuffix("%"), text.endswith("%")
    if not re.fullmatch(r"\d{1,15}(\.\d{1,9})?" if of_hundred else r"\d{1,15}", number):
        raise BadInput(f"--max-failing {text}", "write a number of lines, or a share such as 1%")
    return float(number), of_hundred


def _tell_json(f: dataset.Failure, n: int) -> None:
    shown = {"line": f.line, "gate": f.gate, "reason": f.reason, "detail": f.detail, "at": f.at}
    click.echo(("," if n else '{"failures":[') + encode(shown).decode())


def _json_end(checked: dataset.Checked, told: int) -> str:
    """End the one object that `check --json` prints: failures first, then what they come to."""
    end = {
        "lines": checked.lines,
        "passed": checked.passed,
        "reasons": [{"gate": g, "reason": why, "lines": n} for g, why, n in checked.reasons],
        "asked": checked.asked,
        "not_asked": [{"gate": g, "lacking": what, "lines": n} for g, what, n in checked.lacking],
        "stopped_at_calls": checked.stopped,
        "let_be": checked.let_be,
    }
    return ("" if told else '{"failures":[') + "]," + encode(end).decode()[1:]


SHOWN = 50  # failures: a screenful


def _tell(f: dataset.Failure, n: int) -> None:
    if n < SHOWN:
        click.echo(f"line {f.line}: {f.gate}: {f.reason}: {_clip(f.detail)}")


def _print_checked(checked: dataset.Checked, told: int) -> None:
    if told > SHOWN:
        click.echo(f"… and {told - SHOWN} more (--json gives all)")
    click.echo(f"{checked.lines} lines, {checked.passed} pass all gates that could be asked")
    for gate, reason, lines in checked.reasons:
        words = explain(gate) if gate in {g.__name__ for g in (*GATES, judged)} else ""
        click.echo(f"  {lines:6} {gate}: {reason}   {words}".rstrip())
    if checked.let_be:
        click.echo(f"  {checked.let_be:6} let be: nothing but turns that are kept out of the loss")
    unasked: dict[tuple[int, str], list[str]] = {}
    for gate, lacking, lines in checked.lacking:
        unasked.setdefault((lines, lacking), []).append(gate)
    if unasked:
        click.echo("not asked, for want of information:")
    for (lines, lacking), names in sorted(unasked.items(), reverse=True):
        click.echo(f"  {lines:6} {', '.join(names)}: {lacking}")
    if checked.stopped:
        click.echo(
            f"  {checked.stopped:6} whether the last calls are answered: the line ends there"
        )


@buttonup.command()
@click.argument("file", metavar="FILE_OR_RUN", type=click.Path(path_type=Path))
@click.option(
    "--of",
    type=click.Choice(get_args(Of)),
    default="requests",
    show_default=True,
    help="What is compared.",
)
@click.option(
    "--by",
    type=click.Choice(get_args(By)),
    default="minhash",
    show_default=True,
    help="exact: the same but for its values. minhash: shared words. embedding: meaning.",
)
@click.option(
    "--threshold",
    type=float,
    help="Likeness from which one is dropped.  [default: minhash 0.7, embedding 0.95 "
    "(trajectories 0.98)]",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def dedup(file: Path, of: Of, by: By, threshold: float | None, out: Path, force: bool) -> int:
    """Keep the first of what is nearly the same; what is dropped is written beside."""
    done = dataset.dedup(file, out, of=of, by=by, threshold=threshold, overwrite=force)
    click.echo(f"{done.kept} {of} kept, in {out}")
    click.echo(f"{done.dropped} dropped by {by}, each with its twin, in {dropped_path(out)}")
    if done.again:
        click.echo(f"{done.again} functions shown again, unchanged")
    if done.unread:
        click.echo(f"{done.unread} lines left out that cannot be read, with the reason", err=True)
    return 0


@buttonup.command(epilog=EXITS)
@click.argument("file", metavar="FILE_OR_RUN", type=click.Path(path_type=Path))
@click.option(
    "--against",
    multiple=True,
    required=True,
    metavar="PATH_OR_bfcl",
    help="Benchmark: a file, a folder, or bfcl where bfcl-eval is installed. May be given again.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Certificate to write, as JSON.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def contamination(file: Path, against: tuple[str, ...], out: Path | None, force: bool) -> int:
    """Tell what a dataset shares with benchmarks; exit 3 when there are hits."""
    told = dataset.contamination(file, against, out, overwrite=force)
    _print_certificate(told)
    if out:
        click.echo(f"\nCertificate  {out}")
    return 0 if told.clean else 3


def _print_certificate(told: Certificate) -> None:
    """Print a table of the measures, and under it what came nearest."""
    for one in told.against:
        asked, shown = (sum(getattr(f, n) for f in one.files) for n in ("requests", "functions"))
        click.echo(f"against {one.name}: {asked} requests, {shown} functions shown")
    click.echo(f"{'measure':12}{'from':>5}{'ours':>9}{'theirs':>8}{'hit':>6}{'our lines':>11}")
    for m in told.measures:
        counts = f"{m.ours:9}{m.theirs:8}{len(m.hits):6}{len(m.lines):11}" if m.made else m.about
        click.echo(f"{m.name:12}{m.threshold:5} {counts}")
    for m in told.measures:
        for kind, pairs in (("hit", m.hits), ("nearest miss", m.nearest)):
            for pair in pairs[:3]:
                click.echo(f"\n{m.name}, {kind} {pair.likeness:.2f}: {_clip(pair.benchmark)}")
                click.echo(f"  theirs  {_clip(pair.theirs)}")
                click.echo(f"  ours    {_clip(pair.ours)} (line {pair.line})")
    if told.unread:
        click.echo(f"{told.unread} lines cannot be read and were not compared", err=True)


@buttonup.command(epilog=EXITS)
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
@click.option("--base-url", help="OpenAI-compatible endpoint, such as http://127.0.0.1:8000/v1.")
@click.option("--concurrency", type=int, help="Calls in flight.  [default: 16]")
@click.option("--budget", type=float, metavar="USD", help="Dollars it may cost.  [default: any]")
@click.option("--prices", type=click.Path(), help="Prices of your own (docs/money.md).")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Any recipe key.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def trial(
    recipe: Path | None,
    out: Path,
    each: int | None,
    settings: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> int:
    """Try a judge: how many known mistakes it finds, and how often it cries wolf."""
    names = {"teacher": "teacher.model", "base_url": "teacher.base_url"}
    given = {names.get(k, k): v for k, v in options.items() if v is not None}
    cooked = read_recipe(recipe, {**given, **dict(map(_setting, settings))})
    told = run_to_end(try_judge(cooked, out, each, _tell_judged))
    click.echo(encode(told).decode() if as_json else trial_as_text(told))
    if told.short:
        click.echo(f"buttonup: {told.short}", err=True)
        return 3
    return 0


def _tell_judged(done: int, of: int) -> None:
    """Say how many conversations have been judged: in one line on a terminal, else ten times."""
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {of} judged", err=True, nl=done == of)
    elif done == of or done % max(1, of // 10) == 0:
        click.echo(f"{done} of {of} judged", err=True)


@buttonup.command()
@click.argument("names", metavar="[PATH_OR_PACKAGE]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="As one JSON array.")
def templates(names: tuple[str, ...], as_json: bool) -> int:
    """Tell what chat templates keep of calls, and what to do about what they lose.

    A path is a .jinja file, a folder of them or of a tokenizer; a package is an installed one.
    Without any: those of TRL and axolotl, as far as they are installed.
    """
    found = list(dataset.templates(*names))
    click.echo(findings_as_json(found) if as_json else findings_as_text(found))
    return 0


@buttonup.command("tools", epilog=EXITS)
@click.argument("specs", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--include", multiple=True, metavar="PATTERN", help="Only tools called so (get_*).")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="No tools called so.")
@click.option(
    "--overlay",
    "overlays",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Better words for them, as TOML (docs/tools.md).",
)
@click.option("--env", multiple=True, metavar="NAME", help="Variable that the tools may see.")
@click.option("--megabytes", type=click.IntRange(1), default=512, help="Memory.  [default: 512]")
@click.option("--json", "as_json", is_flag=True, help="As one JSON array.")
@click.option("--teacher", help="Model that proposes descriptions: an overlay is printed.")
@click.option("--base-url", help="OpenAI-compatible endpoint, such as http://127.0.0.1:8000/v1.")
@click.option("--key-env", help="Variable that holds the key.  [default: OPENAI_API_KEY]")
@click.option("--out", type=click.Path(path_type=Path), help="File for the proposed overlay.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def own_tools(as_json: bool, **options: Any) -> int:
    """Show what is read of your tools, and what is missing or doubtful in it.

    SOURCE is python:MODULE, python:FILE.py[:NAME,NAME], langchain:FILE.py, "openapi:FILE_OR_URL",
    "mcp:COMMAND", mcp:URL or json:FILE (docs/tools.md); python and langchain run your code, in a
    process of its own.
    """
    order = listing.Order(**{k: v for k, v in options.items() if v is not None})
    if as_json and order.teacher:
        raise BadInput("--json and --teacher together", "give one of them: an overlay is TOML")
    found = run_to_end(listing.listed(order))
    click.echo(listing.as_json(found) if as_json else listing.as_text(found))
    for name, why in found.refused.items():
        click.echo(f"{name} is left as it is: {_clip(why)}", err=True)
    return 0


@buttonup.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Function definitions as JSON.")
def worlds(name: str | None, as_json: bool) -> int:
    """List the worlds that ship with the package, or one world's functions."""
    if name is None:
        for world in WORLDS.values():
            click.echo(f"{world.name:16} {len(world.functions):3} functions  {world.title}")
        return 0
    world = find_world(name)
    definitions = [f.definition for f in world.functions.values()]
    if as_json:
        click.echo(json.dumps(json.loads(encode(definitions)), indent=1))
        return 0
    click.echo(f"{world.title}\n")
    for f in world.functions.values():
        given = ", ".join(p.name if p.required else f"{p.name}?" for p in f.parameters)
        click.echo(f"{f.name}({given}){'  writes' if f.writes else ''}")
        click.echo(f"    {f.definition.description}")
    click.echo("\nRequests it gives:")
    for i in range(12):
        ticket = Ticket(seed=0, index=i)
        worded = word(plan((world,), ticket, Planning(), Scenes()), ticket.rng("word"), Wording())
        click.echo("  - " + " / ".join(turn.says for turn in worded.turns))
    return 0


@buttonup.command(epilog=EXITS)
@click.option(
    "--suite",
    metavar="NAME[:PART,PART]",
    help=f"One of: {', '.join(command.SUITES)}; all parts, or some.",
)
@click.option("--model", metavar="MODEL", help="At the endpoint; or local, or local:PATH.gguf.")
@click.option("--base-url", help="OpenAI-compatible endpoint, such as http://127.0.0.1:8000/v1.")
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
@click.option("--data", type=click.Path(), help="Of gta, tool-query or languages.")
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
@click.option("--prices", type=click.Path(), help="Prices of your own (docs/money.md).")
@click.option("--out", type=click.Path(path_type=Path), help="Folder.  [default: runs/evaluation]")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
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
    "--install", type=click.Choice(list(command.PACKAGES)), help="Install what a suite needs."
)
def evaluate(
    out: Path | None,
    as_json: bool,
    quiet: bool,
    pair: tuple[Path, Path] | None,
    install: str | None,
    **options: Any,
) -> int:
    """Score a model on tasks whose right answers are known; the same command goes on."""
    given = {k: v for k, v in options.items() if v is not None}
    if install:
        package = command.PACKAGES[install]
        click.echo(f"{package.distribution} {package.version} is in {package.install()}")
        return 0
    if pair:
        compared = compare(*pair)
        click.echo(encode(compared).decode() if as_json else comparison_as_text(compared))
        return 0
    for name in ("suite", "model"):
        if not given.get(name):
            raise BadInput(f"--{name} is missing", "see buttonup evaluate --help")
    folder = out or Path("runs/evaluation")
    if recipe := given.pop("recipe", None):
        read = read_recipe(recipe, {})
        given["tables"] = Tables(read.plan, read.scenes, read.wording, read.blueprint)
    watch = (lambda _done, _all: None) if quiet else _played
    summary = run_to_end(command.run(command.Order(**given), folder, watch))
    click.echo(encode(summary).decode() if as_json else evaluation_as_text(summary))
    return 0


def _played(done: int, of: int) -> None:
    """Tell how far an evaluation has come: each of a hundred parts."""
    if done == of or done * 100 // of > (done - 1) * 100 // of:
        click.echo(f"\r{done}/{of} played{chr(10) if done == of else ''}", err=True, nl=False)


@buttonup.command(epilog=EXITS)
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--recipe", type=click.Path(path_type=Path), help="Settings as TOML (docs/train.md).")
@click.option("--model", help="smollm2, a folder, a .gguf file, or OWNER/NAME.  [default: smollm2]")
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
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def train(
    data: Path,
    recipe: Path | None,
    settings: tuple[str, ...],
    out: Path,
    trainer: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Train a model on a run, or on a file of conversations, token ids or pairs.

    The same command goes on from its last checkpoint.
    """
    given = {"round.after" if k == "after" else k: v for k, v in options.items() if v is not None}
    k = read_training(recipe, {**given, **dict(map(_setting, settings))})
    if trainer:
        write_config(trainer, data, k, out)
        click.echo(out)
        return 0
    with training_shown(quiet=quiet) as watch:
        results = train_model(data, k, out, watch)
    if speaks():
        click.echo(encode(results).decode() if as_json else results_as_text(results, out))
    return 0


def main() -> None:
    """Run the command; every kind of wrong has its exit status."""
    try:
        sys.exit(buttonup.main(standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _end(2, error.format_message())
    except BadInput as error:
        _end(2, str(error))
    except Fault as error:
        _end(3, f"{error}; the same command goes on from here")
    except OverBudget as over:
        _end(3, f"{over}; with more --budget the same command goes on from here")
    except (KeyboardInterrupt, click.Abort) as stop:
        _end(130, f"interrupted; {stop}the same command goes on from here")
    except OSError as error:
        if error.errno not in FULL:
            raise
        _end(2, f"cannot write the output: {error.strerror}; make room")


FULL = (errno.ENOSPC, errno.EDQUOT)
"""What a disk says that has no room left, where output goes to a file."""


def _end(status: int, words: str) -> None:
    click.echo(f"buttonup: {' '.join(words.split())}", err=True)
    sys.exit(status)
