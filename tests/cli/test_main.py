from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buttonup import __version__, cli

Command = Callable[..., Any]
Files = Callable[[Path], dict[str, bytes]]


TEXT_FIRST = ("run", "--tools", "simulated", "--teacher", "m")
CLOSED = "http://127.0.0.1:9/v1"
WRONG: dict[str, tuple[object, ...]] = {
    "No such command 'make'": ("make",),
    "No such option '--nope'": ("run", "--nope"),
    "is not a valid integer": ("run", "-n", "many"),
    "unexpected extra argument": ("run", "a.toml", "b.toml"),
    "Missing argument": ("report",),
    "give --format, or --tokenizer": ("export", "x", "--out", "y"),
    "rows are either in a format or token ids": (
        *("export", "x", "--format", "openai", "--tokenizer", "t", "--out", "y"),
    ),
    "there is no moon; give a .jinja file": ("templates", "moon"),
    "cannot read missing.toml": ("run", "missing.toml"),
    "broken.toml is not TOML": ("run", "broken.toml"),
    "unknown field `samples`": ("run", "key.toml"),
    "unknown field `deep` - at `$.plan`": ("run", "nested.toml"),
    "Expected `int`, got `str` - at `$.n`": ("run", "type.toml"),
    "Expected `int` >= 1 - at `$.n`": ("run", "-n", 0),
    "--set plan; write it as KEY=VALUE": ("run", "--set", "plan"),
    "there is no world 'moon'; choose from": ("run", "--tools", "worlds:moon"),
    "there is no file t.py": ("run", "--tools", "python:t.py"),
    "'soap:serve' is no source of tools": ("run", "--tools", "soap:serve"),
    "a budget needs prices, and there is none for m": (*TEXT_FIRST, "--budget", 1),
    "cannot read the prices in none.toml": (*TEXT_FIRST, "--prices", "none.toml"),
    "Expected `float` >= 0.0 - at `$.budget`": ("run", "--budget", -1),
    "give --dry-run too": ("run", "--pilot", 3),
    "give --teacher MODEL": ("run", "--tools", "simulated"),
    "user needs a model to ask": ("run", "--set", 'simulate.user="llm"'),
    "m would judge what it wrote itself (rewrite)": (
        "run",
        "--teacher",
        "m",
        "--set",
        "judge.votes=1",
    ),
    "judge needs a model to ask": ("run", "--set", "judge.votes=1"),
    "a trial needs a model to be the judge": ("trial", "--out", "x"),
    "start the server, or mend --base-url": (*TEXT_FIRST, "--base-url", CLOSED),
    "the base URL is no address": (*TEXT_FIRST, "--base-url", "localhost"),
    "Missing option '--out'": ("trial", "--teacher", "m"),
    "no seed file at none.jsonl": (*TEXT_FIRST, "--seeds", "none.jsonl"),
    "the seed file empty is empty": (*TEXT_FIRST, "--seeds", "empty"),
    "no seed conversation in garbage": (*TEXT_FIRST, "--seeds", "garbage"),
    "seeds are for text first": ("run", "--seeds", "garbage"),
    "garbage is a file; give a folder": ("run", "--out", "garbage"),
    "cannot use garbage/run: Not a directory": ("run", "--out", "garbage/run"),
    "other holds files that are no run": ("run", "--out", "other"),
    "other holds no run": ("report", "other"),
    "nowhere holds no run": ("export", "nowhere", "--format", "openai", "--out", "x"),
    "there is no file nowhere": ("check", "nowhere"),
    "empty is empty": ("check", "empty"),
    "garbage holds no row in a known format": ("check", "garbage"),
    "binary holds no row in a known format": ("check", "binary"),
    "--split-by 90,10": ("export", "run", "--format", "trl", "--out", "x", "--split-by", "90,10"),
    "two or three shares": (
        "export",
        "run",
        "--format",
        "trl",
        "--out",
        "x",
        "--split-by",
        ".5,.4",
    ),
    "--max-failing 1e9": ("check", "garbage", "--max-failing", "1e9"),
    "there is no format 'parquet'": ("check", "garbage", "--format", "parquet"),
    "there is no world 'moon'; choose": ("worlds", "moon"),
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_input_is_told_in_one_line_and_leaves_nothing(
    words: str, buttonup: Command, files: Files, tmp_path: Path
) -> None:
    for name, content in {
        "broken.toml": b"n = = 3\n",
        "key.toml": b"samples = 3\n",
        "nested.toml": b"[plan]\ndeep = 3\n",
        "type.toml": b'n = "ten"\n',
        "empty": b"",
        "garbage": b"neither JSON\nnor a dataset\n",
        "binary": bytes(range(256)) * 9,
        "other/notes.txt": b"mine",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    before = files(tmp_path)
    done = buttonup(*WRONG[words])
    assert (done.status, done.out) == (2, "")
    assert words in done.told
    assert files(tmp_path) == before
    assert list(tmp_path.glob("runs/*")) == []


def test_no_command_shows_the_help(buttonup: Command) -> None:
    done = buttonup()
    assert done.status == 2
    assert "\n  run " in done.err + done.out
    helped = buttonup("--help")
    assert helped.status == 0
    assert "130 interrupted" in helped.out


def test_a_wrong_word_in_a_real_process_brings_no_traceback(process: Command) -> None:
    done = process("run", "--set", "plan.shapes.star=1")
    assert done.status == 2
    assert "plan.shapes has no star; choose from chain" in done.told


def test_the_version_is_told(buttonup: Command) -> None:
    assert buttonup("--version").out == f"buttonup, version {__version__}\n"


def test_a_reader_that_goes_away_is_no_bug(made: Path) -> None:
    words = f"{sys.executable} -m buttonup report {made} | true"
    told = subprocess.run(words, check=False, shell=True, capture_output=True, text=True)
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("words", ["report {0} --json", "check {0}", "check {0} --json"])
def test_a_full_disk_behind_the_output_is_told_in_a_line(made: Path, words: str) -> None:
    line = f"{sys.executable} -m buttonup {words.format(made)} >/dev/full"
    told = subprocess.run(line, check=False, shell=True, capture_output=True, text=True)
    full = "buttonup: cannot write the output: No space left on device; make room\n"
    assert (told.returncode, told.stderr) == (2, full)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_table_of_commands_says_what_the_commands_say(name: str) -> None:
    told = cli.load(name).help or ""
    assert cli.COMMANDS[name] == " ".join(told.split("\n\n")[0].split())


def test_every_file_of_a_command_is_in_the_table(buttonup: Command) -> None:
    there = {path.stem for path in Path(cli.__file__).parent.glob("[!_]*.py")}
    assert there == {*cli.COMMANDS, "options"}
    listed = re.findall(r"(?m)^  (\w+)  ", buttonup("--help").out.split("Commands:")[1])
    assert listed == sorted(cli.COMMANDS)


MODELS = {"torch", "transformers", "tokenizers", "xllamacpp", "ray", "pyarrow"}
FREE_OF: dict[str, set[str]] = {
    "--help": {"numpy", "msgspec", "asyncio", "buttonup.records"},
    "nonsense": {"numpy", "msgspec", "asyncio", "buttonup.records"},
    "run --help": {"buttonup.evaluate", "buttonup.train", "buttonup.trial", "buttonup.push"},
    "worlds --help": {"buttonup.dataset", "buttonup.evaluate", "buttonup.gates", "numpy"},
    "push --help": {"buttonup.dataset", "buttonup.worlds.library", "buttonup.train"},
    "check --help": {"buttonup.evaluate", "buttonup.train", "buttonup.trial"},
    "tools --help": {"buttonup.dataset", "buttonup.worlds.library", "buttonup.train"},
    "evaluate --help": {"buttonup.dataset", "buttonup.train"},
    "train --help": {"buttonup.dataset", "buttonup.evaluate", "buttonup.overlap"},
}


@pytest.mark.parametrize("words", FREE_OF)
def test_no_command_costs_another_its_start_up(words: str) -> None:
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "buttonup", *words.split()],
        check=False,
        capture_output=True,
        text=True,
    )
    loaded = set(re.findall(r"(?m)^import time:.*\| +([\w.]+)$", told.stderr))
    assert "click" in loaded
    assert loaded & (FREE_OF[words] | MODELS) == set()
