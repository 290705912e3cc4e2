from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import buttonup


def test_the_package_gives_what_it_lists_and_not_too_much() -> None:
    listed = set(buttonup.__all__)
    assert len(buttonup.__all__) == len(listed) <= 30
    tree = ast.parse(Path(buttonup.__file__).read_text())
    imported = {
        alias.asname or alias.name
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == listed
    assert all(getattr(buttonup, name) is not None for name in listed)
    assert not hasattr(buttonup, "nothing_of_the_kind")
    assert {"make", "report", "export", "negatives", "check", "accepted"} <= listed


def test_importing_the_package_brings_in_nothing_heavy() -> None:
    heavy = "torch transformers ray pandas scipy wordllama rich click uvloop openai".split()
    told = subprocess.run(
        [sys.executable, "-c", "import sys, buttonup; buttonup.make; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [name for name in heavy if name in told.stdout.split()] == []


def test_no_public_name_is_hidden_by_a_module_of_the_same_name() -> None:
    modules = {path.stem for path in Path(buttonup.__file__).parent.iterdir()}
    assert modules & set(buttonup.__all__) == set()
