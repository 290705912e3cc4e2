"""The command line: parses words, calls one function, prints. A file a command.

A command's file, which is called as it is, is loaded when that command is asked for, and no other:
what training needs is no burden to `buttonup check`.
"""

from __future__ import annotations

import errno
import sys
from importlib import import_module

import click

from buttonup import __version__
from buttonup.errors import BadInput, Fault, OverBudget

EXITS = """\
Exit status: 0 done; 1 a bug; 2 wrong usage or bad input; 3 ended short of -n, or a check that
fails; 130 interrupted."""

COMMANDS = {
    "check": "Run the gates on any function-calling dataset; exit 3 when too much fails.",
    "contamination": "Tell what a dataset shares with benchmarks; exit 3 when there are hits.",
    "dedup": "Keep the first of what is nearly the same; what is dropped is written beside.",
    "evaluate": "Score a model on tasks whose right answers are known; the same command goes on.",
    "export": "Write a run's accepted samples in a training format, with a dataset card beside.",
    "learn": "Learn about your tools: what feeds what, which values exist, what reads and writes.",
    "negatives": "Spoil a run's accepted samples: the same prompt, well and badly gone on with.",
    "push": "Send an export, the file given as its --out, to a dataset hub.",
    "report": "Show the funnel of a run: what was made, what was rejected and why.",
    "run": "Make a dataset (by default from the worlds that ship with the package).",
    "templates": "Tell what chat templates keep of calls, and what to do about what they lose.",
    "tools": "Show what is read of your tools, and what is missing or doubtful in it.",
    "train": "Train a model on a run, or on a file of conversations, token ids or pairs.",
    "trial": "Try a judge: how many known mistakes it finds, and how often it cries wolf.",
    "view": "Look at a run, while it is made or after, or at any dataset that check reads.",
    "worlds": "List the worlds that ship with the package, or one world's functions.",
}
"""Command -> the first line of its help, so that all can be listed without one being loaded."""


class Commands(click.Group):
    """A group that knows of its commands what the table says, until one of them is asked for."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the words begin with, and load it."""
        name, known, rest = super().resolve_command(ctx, args)
        return name, known and load(name or ""), rest


def load(name: str) -> click.Command:
    """Load one command of the table."""
    command: click.Command = getattr(import_module(f"buttonup.cli.{name}"), name)
    command.epilog = EXITS
    return command


@click.group(
    cls=Commands,
    commands=[click.Command(name, short_help=told) for name, told in COMMANDS.items()],
    epilog=EXITS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="buttonup")
def buttonup() -> None:
    """Make multi-turn function-calling training data that is verified."""


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
