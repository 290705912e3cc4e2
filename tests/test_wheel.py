"""What is installed from a wheel holds all that it needs, and runs away from this folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pytest

import buttonup

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src"
AWAY = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

pytestmark = pytest.mark.slow


def told(words: Sequence[object], where: Path) -> str:
    done = subprocess.run(
        list(map(str, words)), cwd=where, env=AWAY, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    plain = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
    told([sys.executable, "-m", "pip", "wheel", ROOT, *plain, "--wheel-dir", folder], folder)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        ours = ("buttonup/", "buttonup_rl/")
        held = {name for name in archive.namelist() if name.startswith(ours)}
    wanted = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == wanted
    for ending in (".md", ".toml", "shipped_scenarios.txt", "py.typed"):
        assert any(name.endswith(ending) for name in held), ending


def test_what_is_installed_makes_samples(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--quiet")
    told([*pip, "install", "--no-deps", "--no-index", wheel], tmp_path)
    folder = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    borrowed = tmp_path / "venv" / folder / "borrowed.pth"
    borrowed.write_text(f"{sysconfig.get_path('purelib')}\n")

    where = told([python, "-c", "import buttonup; print(buttonup.__file__)"], tmp_path)
    assert where.startswith(str(tmp_path))
    printed = told([python.with_name("buttonup"), "run", "-n", 5, "--out", "run"], tmp_path)
    assert "5 of 5 wanted accepted" in printed
    words = [
        python.with_name("buttonup"),
        "export",
        "run",
        "--format",
        "button",
        "--out",
        "x.jsonl",
    ]
    told(words, tmp_path)
    told([python.with_name("buttonup"), "check", "x.jsonl"], tmp_path)


def test_the_version_is_the_same_everywhere() -> None:
    assert buttonup.__version__ == version("buttonup")
