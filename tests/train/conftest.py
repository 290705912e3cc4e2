"""A small tokenizer, a student of some ten thousand weights, and runs for it to learn from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buttonup.chat import Tokens
from buttonup.chat.probe import conversation
from buttonup.formats.exported import adopt
from buttonup.records import Sample, encode
from buttonup.train.models import OURS, PARTS
from buttonup.train.results import Results

MARKS = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]


@pytest.fixture(scope="session")
def tokenizer(byte_bpe: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a byte-level BPE and save it as a folder."""
    folder = tmp_path_factory.mktemp("tokenizer")
    byte_bpe(MARKS).save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
    }
    (folder / "tokenizer_config.json").write_bytes(encode(config))
    return folder


@pytest.fixture(scope="session")
def tokens(tokenizer: Path) -> Tokens:
    """Give the tokenizer with our template."""
    return Tokens(str(tokenizer), str(OURS))


@pytest.fixture(scope="session")
def student(tokenizer: Path) -> Path:
    """Make a Llama with two layers of 16, random by a seed, beside its tokenizer."""
    for part in PARTS:
        pytest.importorskip(part, reason="needs the extra `train`")
    import torch  # noqa: PLC0415
    from transformers import LlamaConfig, LlamaForCausalLM  # noqa: PLC0415

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=600,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=8192,
    )
    made: Any = LlamaForCausalLM(config)
    made.save_pretrained(tokenizer)
    return tokenizer


RESULTS = Results(
    round=2,
    objective="imitation",
    rows={"data": 8, "round 1": 2},
    tokens=1000,
    learnt=100,
    skipped={"too_long": 3},
    steps=4,
    first_loss=2.0,
    last_loss=1.0,
    before={"data": 2.0, "round 1": 1.0},
    after={"data": 1.0, "round 1": 1.25},
    forgotten={"round 1": 0.25},
    margin=None,
    seconds=10.0,
    tokens_a_second=100.0,
    memory_mb=1,
    device="cpu",
    processes=1,
    data="x",
    template="y",
    versions={},
)


@pytest.fixture
def results() -> Results:
    """Give what a training came to."""
    return RESULTS


@pytest.fixture
def ended() -> bytes:
    """Give the same as it is written."""
    return encode(RESULTS)


def write_run(folder: Path, *thoughts: str) -> Path:
    """Write a run whose samples are one conversation, with four thoughts of several."""
    folder.mkdir(parents=True)
    lines = [
        encode(Sample(adopt(conversation(*thoughts[i : i + 4])))) for i in range(len(thoughts) - 3)
    ]
    (folder / "accepted.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Give a run of thirteen samples."""
    return write_run(tmp_path / "run", *(f"Thought {n}." for n in range(16)))
