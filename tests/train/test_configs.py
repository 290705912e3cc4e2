"""Configs for other trainers: YAML that says the same training, or a line why not."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.train.configs import CONFIGS, write_config
from buttonup.train.training import Lora, Mixed, Round, Training

K = Training(model="owner/name", tune="lora", lora=Lora(rank=4), seed=7, epochs=2.0)
DATA = Path("made/data.jsonl")


def read(path: Path) -> dict[str, Any]:
    """Read YAML of the kind that is written: a key and JSON on each line."""
    lines = (line.split(": ", 1) for line in path.read_text().splitlines())
    return {key: json.loads(value) for key, value in lines}


def test_llama_factory_gets_the_same_training(tmp_path: Path) -> None:
    write_config("llama-factory", DATA, K, tmp_path / "a.yaml")
    told = read(tmp_path / "a.yaml")
    assert (told["model_name_or_path"], told["lora_rank"], told["seed"]) == ("owner/name", 4, 7)
    assert (told["dataset_dir"], told["dataset"]) == ("made", "data")
    assert told["cutoff_len"] == K.max_length


def test_axolotl_is_told_of_turns_that_are_not_learnt(tmp_path: Path) -> None:
    write_config("axolotl", DATA, K, tmp_path / "a.yaml")
    told = read(tmp_path / "a.yaml")
    [rows] = told["datasets"]
    assert (rows["path"], rows["message_field_training"]) == (str(DATA), "train")
    assert (told["adapter"], told["lora_r"], told["num_epochs"]) == ("lora", 4, 2.0)


def test_a_value_cannot_make_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write_config("axolotl", Path("x\nhub_model_id: evil"), K, path)
    assert "hub_model_id" not in read(path)


@pytest.mark.parametrize("trainer", CONFIGS)
@pytest.mark.parametrize(
    ("k", "data", "told"),
    [
        (K, Path(), "export it first: buttonup export"),
        (Training(), DATA, "does not know the model smollm2"),
        (Training(model="a/b", mix=(Mixed("x", 0.1),)), DATA, "shares and rounds"),
        (Training(model="a/b", round=Round("x")), DATA, "shares and rounds"),
    ],
)
def test_what_a_trainer_cannot_do_is_refused_and_nothing_written(
    trainer: str, k: Training, data: Path, told: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=told):
        write_config(trainer, data, k, tmp_path / "a.yaml")
    assert not (tmp_path / "a.yaml").exists()


def test_axolotl_knows_every_key_that_is_written(tmp_path: Path) -> None:
    spec = find_spec("axolotl")  # its wheel is there to be read; nothing of it is imported
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("axolotl is not installed")
    [place] = spec.submodule_search_locations
    known = "".join(p.read_text() for p in (Path(place) / "utils" / "schemas").glob("*.py"))
    fields = set(re.findall(r"^    (\w+): ", known, re.MULTILINE))
    for k in (K, Training(model="a/b", steps=3, template="x.jinja")):
        path = tmp_path / f"{k.tune}.yaml"
        write_config("axolotl", DATA, k, path)
        told = read(path)
        used = {*told, *told["datasets"][0]}
        assert used - fields == set()
