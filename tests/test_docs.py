"""What the documents say is so. `python tests/test_docs.py` puts the true outputs into them."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from buttonup import accepted, cli, gates, make
from buttonup.judge.rubric import rubric
from buttonup.recipe import Recipe, read_recipe
from buttonup.records import Assistant, Message, Tool, User, encode

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUNNABLE = [ROOT / "docs" / "tour.md", ROOT / "docs" / "python.md"]

PYTHON = re.compile(
    r"```python\n(?P<code>.*?)```(?P<output>\n\n```text\n(?P<shown>.*?)```)?", re.DOTALL
)
SHELL = re.compile(r"(?:<!-- (?P<mark>[\w ]+) -->\n)?```sh\n(?P<code>.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)?(?:#([^)\s]+))?\)")


def blocks(page: Path) -> list[re.Match[str]]:
    return list(PYTHON.finditer(page.read_text("utf-8")))


def printed(code: str, session: dict[str, Any]) -> str:
    """Run a block of a page in the page's session, and give what it prints."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        exec(code, session)
    return told.getvalue()


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: page.stem)
def test_every_python_block_runs_and_prints_what_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    session: dict[str, Any] = {"__name__": "page"}
    for block in blocks(page):
        assert printed(block["code"], session) == (block["shown"] or ""), block["code"]


# --- the README ---------------------------------------------------------------------------------


def shell(mark: str | None) -> list[str]:
    """Give the README's shell blocks that bear a mark, or none."""
    text = README.read_text("utf-8")
    return [found["code"] for found in SHELL.finditer(text) if found["mark"] == mark]


def test_the_commands_that_need_no_model_run(tmp_path: Path) -> None:
    commands = shell(None)
    assert any("buttonup run" in command for command in commands)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for command in commands:
        run = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", command.replace("| head -40", "")],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr


def test_the_commands_that_need_a_model_have_only_options_and_settings_that_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line for code in shell("needs a model") for line in code.splitlines()]
    commands = [shlex.split(line, comments=True)[1:] for line in lines]
    assert commands
    monkeypatch.chdir(tmp_path)
    for name, *words in commands:
        given = cli.load(name).make_context(name, words).params
        if name == "run":
            settings = dict(pair.split("=", 1) for pair in given["settings"])
            assert isinstance(read_recipe(given["recipe"], settings), Recipe)


def flat(message: Message) -> str:
    """Say a message as the README's sample does."""
    match message:
        case User(content=content):
            return f"user {content}"
        case Assistant(thought=thought, calls=calls, answer=answer):
            made = " ".join(f"{c.id} {c.name}({c.raw})" for c in calls)
            return f"assistant {thought} {made}" if calls else f"assistant {answer}"
        case Tool(result=result):
            return f"tool {encode(result).decode()}"


def test_the_sample_shown_is_one_that_the_command_makes(tmp_path: Path) -> None:
    shown = re.search(
        r"<!-- sample (\d+) .*?-->\n```text\n(.*?)```", README.read_text("utf-8"), re.DOTALL
    )
    assert shown is not None
    asyncio.run(make(Recipe(n=20, seed=0), tmp_path / "run"))
    sample = list(accepted(tmp_path / "run"))[int(shown[1]) - 1]
    made = "".join(" ".join(map(flat, sample.trajectory.messages)).split())
    at = 0
    for part in shown[2].split("…"):
        words = "".join(part.split())
        at = made.find(words, at)
        assert at >= 0, f"not in the sample: {part}"
        at += len(words)


def test_every_name_in_the_tree_is_there() -> None:
    tree = re.search(r"## What is where\n\n```\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert tree is not None
    folder = ROOT
    for line in tree[1].splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            folder = ROOT / name
        path = folder if not line.startswith(" ") else folder / name
        assert path.exists(), line
        assert path.is_dir() == name.endswith("/"), line


def test_the_two_commands_stand_in_the_first_ten_lines() -> None:
    head = "\n".join(README.read_text("utf-8").splitlines()[:10])
    assert "make run" in head
    assert "make test" in head


def test_the_readme_says_of_each_gate_what_it_asks() -> None:
    rows = dict(re.findall(r"(?m)^\| `(\w+)` \| (.*) \|$", README.read_text("utf-8")))
    for gate in gates.GATES:
        assert rows[gate.__name__] == gates.explain(gate.__name__)


# --- all pages ----------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as they are commonly made."""
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    for path, anchor in LINK.findall(prose):
        if "://" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


# --- the gates ----------------------------------------------------------------------------------


def reasons() -> set[str]:
    """Read the reasons off the gates' code: a text, the message, and the evidence for it.

    What is asked after (`kind in ("future", "invented")`) is none of these.
    """
    found = set()
    for module in (ROOT / "src" / "buttonup" / "gates").glob("*.py"):
        tree = ast.parse(module.read_text("utf-8"))
        if "Problem" not in module.read_text("utf-8"):
            continue
        asked = {id(n) for c in ast.walk(tree) if isinstance(c, ast.Compare) for n in ast.walk(c)}
        returned = [n for n in ast.walk(tree) if isinstance(n, ast.Return) and n.value]
        asked |= {  # origins of values
            id(part)
            for n in returned
            for part in (
                (n.value.body, n.value.orelse) if isinstance(n.value, ast.IfExp) else [n.value]
            )
        }
        for node in ast.walk(tree):
            match node:
                case ast.Tuple(elts=[ast.Constant(value=str(reason)), _, *more]) if (
                    id(node) not in asked and len(more) <= 1  # the message, where it is told
                ):
                    found.add(reason)
                case _:
                    pass
    return found


def test_the_page_on_gates_has_every_gate_and_every_reason_and_no_other() -> None:
    page = (ROOT / "docs" / "gates.md").read_text("utf-8")
    sections = dict(re.findall(r"(?ms)^## (\w+)\n(.*?)(?=^## |\Z)", page))
    every = (*gates.GATES, gates.judged)
    assert list(sections) == [gate.__name__ for gate in every]
    for gate in every:
        assert gates.explain(gate.__name__).rstrip(".") in sections[gate.__name__]
    told = set(re.findall(r"(?m)^\| `(\w+)` \|", page))
    known = reasons() | {f"low_{axis}" for axis in rubric()}
    assert {"invented", "unknown_world", "duplicate_id"} <= known
    assert told == known


# --- putting the true outputs in ----------------------------------------------------------------


def _pasted(session: dict[str, Any], block: re.Match[str]) -> str:
    output = printed(block["code"], session)
    if block["output"] is None:
        return block[0]
    return f"```python\n{block['code']}```\n\n```text\n{output}```"


def _paste(page: Path) -> None:
    session: dict[str, Any] = {"__name__": "page"}
    text = PYTHON.sub(partial(_pasted, session), page.read_text("utf-8"))
    page.write_text(text, "utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for each in RUNNABLE:
            _paste(each)
            shutil.rmtree("runs", ignore_errors=True)
        os.chdir(ROOT)
