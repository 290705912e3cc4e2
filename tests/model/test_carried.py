"""A model in packages is found by its name, and joined whole or not at all."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.model import carried as module
from buttonup.model.carried import CARRIED, Carried, carried
from buttonup.model.local import model_file


@pytest.fixture
def parted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Carried:
    """Give a model in two packages that are installed."""
    for n, content in enumerate((b"GGUF", b"rest")):
        package = tmp_path / "site" / f"a_model_part{n}"
        (package / "data").mkdir(parents=True)
        (package / "__init__.py").write_text("raise RuntimeError('imported')")
        (package / "data" / "m.part").write_bytes(content)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Carried(
        parts=(("a_model_part0", "data/m.part"), ("a_model_part1", "data/m.part")),
        install="pip install a-model",
        file="m.gguf",
        sha256=hashlib.sha256(b"GGUFrest").hexdigest(),
    )
    monkeypatch.setitem(module.CARRIED, "a-model", made)
    return made


def test_parts_are_joined_once_and_no_package_is_imported(parted: Carried, tmp_path: Path) -> None:
    file = carried("a-model")
    assert file.read_bytes() == b"GGUFrest"
    (tmp_path / "site" / "a_model_part0" / "data" / "m.part").write_bytes(b"else")
    assert carried("a-model") == file
    assert model_file("local:a-model") == file.resolve()


def test_a_part_that_is_damaged_is_told_and_leaves_nothing(parted: Carried, tmp_path: Path) -> None:
    (tmp_path / "site" / "a_model_part1" / "data" / "m.part").write_bytes(b"re")
    with pytest.raises(BadInput, match=r"damaged.*pip install a-model --force-reinstall"):
        carried("a-model")
    assert [p for p in (tmp_path / "cache").rglob("*") if p.is_file()] == []


def test_a_part_that_is_missing_is_told_with_its_package(parted: Carried, tmp_path: Path) -> None:
    (tmp_path / "site" / "a_model_part1" / "data" / "m.part").unlink()
    with pytest.raises(BadInput, match="No such file"):
        carried("a-model")
    module.CARRIED["a-model"] = parted._replace(parts=(("a_model_part7", "m"),))
    with pytest.raises(BadInput, match="a-model-part7 is not installed; pip install a-model"):
        carried("a-model")


@pytest.mark.parametrize("name", CARRIED)
def test_every_carried_model_that_is_missing_says_how_it_is_installed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    with pytest.raises(BadInput, match="pip install"):
        model_file(f"local:{name}")
