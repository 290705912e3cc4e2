"""`buttonup check`: runs the gates on a dataset, ours or not."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import click

from buttonup.dataset import checking
from buttonup.dataset.checking import Checked, Failure
from buttonup.errors import BadInput
from buttonup.formats import READABLE
from buttonup.gates import GATES, explain, judged
from buttonup.records import encode
from buttonup.showing.wording import plain


@click.command()
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
    checked = checking.check(file, name, lambda failure: tell(failure, next(told)))
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


def _tell_json(f: Failure, n: int) -> None:
    shown = {"line": f.line, "gate": f.gate, "reason": f.reason, "detail": f.detail, "at": f.at}
    click.echo(("," if n else '{"failures":[') + encode(shown).decode())


def _json_end(checked: Checked, told: int) -> str:
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


def _tell(f: Failure, n: int) -> None:
    if n < SHOWN:
        click.echo(f"line {f.line}: {f.gate}: {f.reason}: {plain(f.detail)}")


def _print_checked(checked: Checked, told: int) -> None:
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
