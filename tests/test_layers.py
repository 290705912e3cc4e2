"""Imports flow one way, and this says so."""

from __future__ import annotations

import ast
from pathlib import Path

import buttonup
from buttonup.worlds.catalogue import WORLDS

ROOT = Path(buttonup.__file__).parent
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"records", "errors", "once", "chunks", "loop", "intervals", "ranked"}),
    frozenset({"prompts", "store", "alike"}),
    frozenset({"model", "tools", "worlds"}),
    frozenset({"bottomup", "topdown", "gates", "formats"}),
    frozenset({"overlap", "judge", "chat"}),
    frozenset({"engine", "push"}),
    frozenset({"showing", "progress"}),
    frozenset({"evaluate", "train"}),
    frozenset({"recipe"}),
    frozenset({"doors", "owned"}),
    frozenset({"engines", "estimating", "trial", "listing", "learning"}),
    frozenset({"dataset"}),
    frozenset({"view"}),
    frozenset({"cli"}),
)
NEIGHBOURS = {
    ("tools", "model"),
    ("tools", "worlds"),
    ("errors", "records"),
    ("store", "prompts"),
    ("topdown", "gates"),  # an episode is scored
}
FORBIDDEN_NAMES = {"utils", "common", "helpers", "misc", "base", "manager"}


def level(part: str) -> int:
    return next((i for i, layer in enumerate(LAYERS) if part in layer), len(LAYERS))


def imported(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    names = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return {name.split(".")[1] for name in names if name.startswith("buttonup.")}


def test_imports_flow_one_way() -> None:
    wrong = []
    for file in sorted(ROOT.rglob("*.py")):
        part = file.relative_to(ROOT).parts[0].removesuffix(".py")
        for other in imported(file) - {part}:
            allowed = level(other) < level(part) or (part, other) in NEIGHBOURS
            if not allowed and part != "__init__":
                wrong.append(f"{part} must not import {other} ({file.relative_to(ROOT)})")
    assert wrong == []


def test_every_part_has_its_place_in_the_layers() -> None:
    parts = {
        p.name.removesuffix(".py") for p in ROOT.iterdir() if not p.name.startswith(("_", "."))
    }
    assert {p for p in parts if level(p) == len(LAYERS)} == {"py.typed"}


def test_no_module_is_an_attic() -> None:
    assert [f for f in ROOT.rglob("*.py") if f.stem in FORBIDDEN_NAMES] == []


def test_tests_mirror_the_source() -> None:
    tests = Path(__file__).parent
    twins = {
        file: tests / file.relative_to(ROOT).with_name(f"test_{file.name}")
        for file in ROOT.rglob("*.py")
        if file.name != "__init__.py" and file.stem not in WORLDS  # all worlds: one test
    }
    assert sorted(str(file) for file, twin in twins.items() if not twin.exists()) == []
