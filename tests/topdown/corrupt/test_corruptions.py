"""Each mistake is found by one gate, and by no other."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from buttonup import accepted, make
from buttonup.gates import sift
from buttonup.recipe import Recipe
from buttonup.records import Sample, Verdict
from buttonup.topdown.corrupt import CORRUPTIONS, Pair, corruptions
from buttonup.worlds.splits import worlds_of

LEAST = 0.4  # share of the samples that each mistake is made in, at least


def failing(pair: Pair) -> list[str]:
    return [v.gate for v in sift(pair.trajectory).failures]


def hold(samples: list[Sample]) -> Counter[str]:
    """Hold every claim on every pair of some samples; count the pairs."""
    made: Counter[str] = Counter()
    for sample in samples:
        gold = sample.trajectory.messages
        for pair in corruptions(sample):
            made[pair.corruption] += 1
            assert failing(pair) == [pair.gate], pair.corruption
            at = len(pair.prompt)
            assert (*pair.prompt, pair.chosen) == gold[: at + 1]
            assert (*pair.prompt, pair.rejected) == pair.trajectory.messages[: at + 1]
            assert pair.rejected != pair.chosen
    return made


def test_every_mistake_fails_its_gate_alone_and_leaves_the_gold_prompt(
    samples: list[Sample],
) -> None:
    made = hold(samples)
    assert set(made) == set(CORRUPTIONS)
    assert min(made.values()) >= LEAST * len(samples)


@pytest.mark.slow
def test_the_same_holds_over_many_samples_of_all_worlds(tmp_path: Path) -> None:
    asyncio.run(make(Recipe(n=600, seed=11), tmp_path / "run"))
    samples = list(accepted(tmp_path / "run"))
    told = {w for sample in samples for w in sample.trajectory.blueprint.tools.worlds}
    assert told == {world.name for world in worlds_of("train")}
    made = hold(samples)
    assert min(made[name] for name in CORRUPTIONS) >= LEAST * len(samples)


def test_the_same_sample_is_spoilt_the_same_way(samples: list[Sample]) -> None:
    for sample in samples[:10]:
        assert list(corruptions(sample)) == list(corruptions(sample))
        kinds = [pair.corruption for pair in corruptions(sample)]
        assert len(set(kinds)) == len(kinds)


def test_what_a_model_acted_or_a_gate_refused_is_not_spoilt(samples: list[Sample]) -> None:
    cast = msgspec.structs.replace(samples[0].trajectory.cast, assistant="llm:x")
    played = msgspec.structs.replace(samples[0].trajectory, cast=cast)
    refused = msgspec.structs.replace(samples[0], verdicts=(Verdict("plan", False, "skipped"),))
    assert list(corruptions(Sample(played))) == list(corruptions(refused)) == []
