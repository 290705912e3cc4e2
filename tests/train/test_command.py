"""From data to a folder that holds the model and says what it came from."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from buttonup.chat.probe import conversation
from buttonup.errors import BadInput
from buttonup.formats import openai, trl
from buttonup.records import Assistant, decode, encode
from buttonup.train import Results, Training, read_training
from buttonup.train import train as train_in
from buttonup.train.curve import Point
from buttonup.train.fit import At
from buttonup.train.measured import loss_on
from buttonup.train.models import OURS
from buttonup.train.results import read_results
from buttonup.train.rows import Row, read_rows
from buttonup.train.training import Lora, Mixed, Round

pytestmark = pytest.mark.filterwarnings("ignore")  # what torch and TRL warn of is not ours


def settings(student: Path, **more: Any) -> Training:
    k = Training(model=str(student), steps=3, accumulate=1, rate=0.01, warmup=0.0, save_every=1)
    return replace(k, **more)


def train(data: Path, k: Training, out: Path) -> Results:
    return train_in(data, k, out, lambda _: None)


def chat(path: Path, count: int) -> Path:
    talk = [conversation(*(f"Talk {n}.",) * 4) for n in range(count)]
    path.write_bytes(b"".join(encode(openai.render(c)) + b"\n" for c in talk))
    return path


def test_the_folder_has_the_model_its_template_the_curve_and_what_it_came_from(
    run: Path, student: Path, tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415

    k = settings(student)
    out = tmp_path / "out"
    results = train(run, k, out)
    assert read_training(out / "recipe.toml", {}) == k
    assert (results.rows, results.steps, results.round) == ({"data": 12}, 3, 1)
    assert results.after["data"] < results.before["data"]
    assert 0 < results.learnt < results.tokens
    assert {"torch", "trl", "buttonup"} <= results.versions.keys()
    assert len((out / "curve.jsonl").read_text().splitlines()) == 3
    ET.parse(out / "curve.svg")
    AutoModelForCausalLM.from_pretrained(str(out / "model"))
    tokenizer = AutoTokenizer.from_pretrained(str(out / "model"))
    assert (tokenizer.chat_template, tokenizer.eos_token) == (OURS.read_text(), "<|im_end|>")
    assert sorted(p.suffix for p in (out / "model").glob("*model*")) == [".safetensors"]


def test_the_same_command_trains_nothing_again_and_another_is_refused(
    run: Path, student: Path, tmp_path: Path
) -> None:
    first = train(run, settings(student, steps=1), tmp_path / "out")
    assert train(run, settings(student, steps=1), tmp_path / "out") == first
    with pytest.raises(BadInput, match="another recipe"):
        train(run, settings(student, steps=1, seed=1), tmp_path / "out")


def test_an_adapter_is_kept_beside_the_model_that_it_was_merged_into(
    run: Path, student: Path, tmp_path: Path
) -> None:
    train(run, settings(student, steps=1, tune="lora"), tmp_path / "out")
    assert (tmp_path / "out" / "adapter" / "adapter_model.safetensors").exists()
    assert (tmp_path / "out" / "model" / "model.safetensors").exists()
    assert not (tmp_path / "out" / "model" / "adapter_config.json").exists()


def test_other_data_is_mixed_in_by_its_share(run: Path, student: Path, tmp_path: Path) -> None:
    other = str(chat(tmp_path / "chat.jsonl", 30))
    k = settings(student, steps=1, mix=(Mixed(other, 0.25),))
    results = train(run, k, tmp_path / "out")
    assert results.rows == {"data": 12, f"mix: {other}": 4}
    assert results.after.keys() == {"data", f"mix: {other}"}


def test_a_round_goes_on_from_the_last_replays_it_and_says_what_was_forgotten(
    run: Path, student: Path, tmp_path: Path
) -> None:
    first = train(run, settings(student), tmp_path / "one")
    after = Round(after=str(tmp_path / "one"), replay=0.25)
    new = chat(tmp_path / "new.jsonl", 11)
    second = train(new, settings(student, round=after), tmp_path / "two")
    assert (second.round, second.rows) == (2, {"data": 10, "round 1": 3})
    assert abs(second.before["round 1"] - first.after["data"]) < 1e-3
    rose = second.after["round 1"] - second.before["round 1"]
    assert second.forgotten == {"round 1": round(rose, 4)}
    third = Round(after=str(tmp_path / "two"), replay=0.5)
    rows = train(new, settings(student, steps=1, round=third), tmp_path / "three").rows
    assert rows.keys() == {"data", "round 1", "round 2"}
    kept = [r for r in read_rows(tmp_path / "two" / "held.jsonl") if isinstance(r, Row)]
    assert {r.source for r in kept} == {"data", "round 1"}


def test_pairs_train_preferences(student: Path, tmp_path: Path) -> None:
    c = conversation("One.", "Two.", "Three.", "Four.")
    *before, last = c.messages
    assert isinstance(last, Assistant)
    wrong = Assistant(answer="No idea.")
    row = trl.preference(replace(c, messages=tuple(before)), last, wrong)
    path = tmp_path / "pairs.jsonl"
    path.write_bytes((encode(row) + b"\n") * 4)
    results = train(path, settings(student), tmp_path / "out")
    assert (results.objective, results.before) == ("preference", {})
    assert (results.margin or 0.0) > 0.0
    mixed = settings(student, mix=(Mixed(str(chat(tmp_path / "c.jsonl", 20)), 0.5),))
    with pytest.raises(BadInput, match="one kind at a time"):
        train(path, mixed, tmp_path / "mixed")


def pairs(path: Path, count: int) -> Path:
    """Write pairs in which one answer is right and another wrong."""
    rows = []
    for n in range(count):
        *before, last = conversation(f"One {n}.", "Two.", "Three.", "Four.").messages
        assert isinstance(last, Assistant)
        c = replace(conversation(), messages=tuple(before))
        rows.append(encode(trl.preference(c, last, Assistant(answer="No idea."))) + b"\n")
    path.write_bytes(b"".join(rows))
    return path


@pytest.mark.parametrize("precision", ["float32", "autocast"])
def test_pairs_that_are_held_back_are_measured_on_the_way_and_at_last(
    precision: str, student: Path, tmp_path: Path
) -> None:
    k = settings(student, steps=4, save_every=2, precision=precision)
    results = train(pairs(tmp_path / "pairs.jsonl", 20), k, tmp_path / "out")
    [(source, weighed)] = results.preferred.items()
    assert (source, weighed.pairs, results.rows) == ("data", 2, {"data": 18})
    points = [decode(line, Point) for line in curve_lines(tmp_path / "out")]
    assert [p.step for p in points if p.held_loss is not None] == [2, 4]
    assert (points[-1].held_loss, points[-1].held_accuracy) == (weighed.loss, weighed.accuracy)
    assert weighed.loss < math.log(2)
    assert weighed.accuracy == 1.0
    assert "held back" in (tmp_path / "out" / "curve.svg").read_text()


# --- rounds that share an adapter ---------------------------------------------------------------


def lora(student: Path, **more: Any) -> Training:
    return settings(student, tune="lora", lora=Lora(rank=4, alpha=8), rate=0.05, **more)


def test_rounds_share_an_adapter_that_is_served_merged(
    run: Path, student: Path, tmp_path: Path
) -> None:
    from peft import PeftModel  # noqa: PLC0415
    from transformers import AutoModelForCausalLM  # noqa: PLC0415

    def after(round: str) -> Training:
        shared = Round(after=str(tmp_path / round), replay=0.0, shared=True)
        return lora(student, round=shared)

    one = train(run, lora(student), tmp_path / "1")
    new, last = chat(tmp_path / "new.jsonl", 11), tmp_path / "3"
    two = train(new, after("1"), tmp_path / "2")
    results = train(new, after("2"), last)
    assert [r.shared for r in (one, two, results)] == [0, 2, 3]
    assert two.before["round 1"] == pytest.approx(one.after["data"], abs=1e-3)
    assert results.forgotten.keys() == {"round 1", "round 2"}
    held = [row for row in read_rows(last / "held.jsonl") if isinstance(row, Row)]
    for folder, same in (("shared", True), ("adapter", False)):
        base = AutoModelForCausalLM.from_pretrained(str(student))
        adapted = PeftModel.from_pretrained(base, str(last / folder))
        assert (loss_on(adapted, held) == pytest.approx(results.after, abs=1e-3)) == same
    served = AutoModelForCausalLM.from_pretrained(str(last / "model"))
    assert loss_on(served, held) == pytest.approx(results.after, abs=1e-3)


def test_a_shared_round_that_was_killed_goes_on_as_if_it_had_not_been(
    run: Path, student: Path, tmp_path: Path
) -> None:
    train(run, lora(student), tmp_path / "1")
    new = chat(tmp_path / "new.jsonl", 11)
    k = lora(student, round=Round(after=str(tmp_path / "1"), replay=0.0, shared=True))
    whole = train(new, k, tmp_path / "whole")

    class Killed(Exception):  # noqa: N818
        pass

    def kill(at: At) -> None:
        if at.point.step == 3:
            raise Killed

    with pytest.raises(Killed):
        train_in(new, k, tmp_path / "cut", kill)
    again = train(new, k, tmp_path / "cut")
    assert curve(tmp_path / "cut") == curve(tmp_path / "whole")
    assert (again.before, again.after) == (whole.before, whole.after)


def test_pairs_and_a_shared_adapter_do_not_go_together(
    run: Path, student: Path, tmp_path: Path
) -> None:
    train(run, lora(student, steps=1), tmp_path / "1")
    k = lora(student, round=Round(after=str(tmp_path / "1"), replay=0.0, shared=True))
    with pytest.raises(BadInput, match="not learnt into a shared adapter"):
        train(pairs(tmp_path / "pairs.jsonl", 4), k, tmp_path / "2")


def test_ids_that_the_model_does_not_know_are_refused(student: Path, tmp_path: Path) -> None:
    path = tmp_path / "ids.jsonl"
    path.write_bytes(encode({"input_ids": [5, 70_000], "labels": [-100, 70_000]}) + b"\n")
    with pytest.raises(BadInput, match="token 70000"):
        train(path, settings(student), tmp_path / "out")


@pytest.mark.parametrize(
    ("error", "free"),
    [
        (RuntimeError("PytorchStreamWriter failed writing file data/0"), 0),
        (OSError(28, "No space left on device"), 2**30),
        (ValueError("Error while serializing: I/O error: No space left on device"), 2**30),
    ],
)
def test_a_full_disk_is_told_in_a_line_however_a_library_says_it(
    error: Exception, free: int, run: Path, student: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("buttonup.train.fit.fit", fail)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    with pytest.raises(BadInput, match="the disk is full; make room; the same command goes on"):
        train(run, settings(student), tmp_path / "out")
    monkeypatch.setattr("buttonup.train.fit.fit", lambda *_: 1 / 0)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**30))
    with pytest.raises(ZeroDivisionError):
        train(run, settings(student), tmp_path / "out")


def test_a_round_after_nothing_is_refused(run: Path, student: Path, tmp_path: Path) -> None:
    k = settings(student, round=Round(after=str(tmp_path)))
    with pytest.raises(BadInput, match="no training that has ended"):
        train(run, k, tmp_path / "out")


# --- the command --------------------------------------------------------------------------------


def command(data: Path, student: Path, out: Path, *more: str) -> list[str]:
    told = ["steps=40", "accumulate=1", "save_every=3", "rate=0.01"]
    sets = [word for one in told for word in ("--set", one)]
    return ["train", str(data), "--model", str(student), "--out", str(out), *sets, *more]


PYTHON = [sys.executable, "-m", "buttonup"]
OFFLINE = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}


def curve(out: Path) -> list[tuple[int, float]]:
    points = map(json.loads, (out / "curve.jsonl").read_text().splitlines())
    return [(p["step"], p["loss"]) for p in points]


@pytest.mark.slow
def test_killed_at_any_instant_it_ends_with_the_losses_of_one_that_was_not(
    run: Path, student: Path, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    subprocess.run([*PYTHON, *command(run, student, whole)], env=OFFLINE, check=True)
    with subprocess.Popen([*PYTHON, *command(run, student, cut)], env=OFFLINE) as killed:
        while not (cut / "curve.jsonl").exists() or len(curve_lines(cut)) < 8:
            time.sleep(0.05)
        killed.send_signal(signal.SIGKILL)
    assert not (cut / "results.json").exists()
    subprocess.run([*PYTHON, *command(run, student, cut)], env=OFFLINE, check=True)
    assert curve(cut) == curve(whole)


def curve_lines(out: Path) -> list[bytes]:
    return (out / "curve.jsonl").read_bytes().splitlines()


ACCELERATE = "accelerate.commands.launch --multi_gpu --num_machines 1 --num_processes 2".split()
TORCHRUN = "torch.distributed.run --nproc_per_node 2".split()


@pytest.mark.slow
@pytest.mark.parametrize("launch", [ACCELERATE, TORCHRUN], ids=["accelerate", "torchrun"])
def test_several_processes_train_the_model_of_one_that_takes_as_many_rows(
    launch: list[str], run: Path, student: Path, tmp_path: Path
) -> None:
    whole = settings(student, steps=4, batch=2, save_every=50)
    alone = train(run, whole, tmp_path / "alone")
    words = ["train", str(run), "--model", str(student), "--out", str(tmp_path / "two")]
    told = ("steps=4", "accumulate=1", "rate=0.01", "warmup=0.0", "schedule=cosine")
    sets = [word for one in told for word in ("--set", one)]
    subprocess.run(
        [sys.executable, "-m", *launch, "-m", "buttonup", *words, *sets], env=OFFLINE, check=True
    )
    results = read_results(tmp_path / "two")
    assert (results.processes, alone.processes) == (2, 1)
    one, two = (dict(curve(tmp_path / name)) for name in ("alone", "two"))
    assert two == pytest.approx(one, abs=2e-3)
    assert results.after == pytest.approx(alone.after, abs=2e-3)


@pytest.mark.skipif(find_spec("trl") is not None, reason="the extra is installed")
def test_without_the_extra_one_line_says_what_to_install(run: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"buttonup\[train\]"):
        train(run, Training(), tmp_path / "out")
    assert not (tmp_path / "out").exists()
