from __future__ import annotations

import msgspec
import pytest

from buttonup.model.prices import shipped
from buttonup.records import Sample, Trajectory, Usage, decode
from buttonup.view.sample.page import WAYS, page, raw


@pytest.mark.parametrize("way", [way for way in WAYS if way != "diff"])
def test_a_tab_leads_to_what_it_says_and_keeps_the_list(way: str, sample: Sample) -> None:
    told = page(sample, {"show": way, "world": "bikes"})
    assert told["show"] == way
    assert [href for _, href, here in told["tabs"] if here] == [f"?world=bikes&show={way}"]
    assert WAYS["diff"] not in [words for words, _, _ in told["tabs"]]


def test_what_cannot_be_shown_is_the_conversation(sample: Sample) -> None:
    assert page(sample, {"show": "diff"})["show"] == "conversation"
    assert page(sample, {"show": "<script>"})["show"] == "conversation"


def test_the_head_says_the_sample_in_a_few_words(sample: Sample) -> None:
    told = page(sample, {})
    assert [words for words, _ in told["chips"]] == [
        "sequential", "1 turn", "2 calls", "3 functions shown"
    ]  # fmt: skip
    assert told["title"].startswith("I'm M-20431.")


def test_what_was_spent_is_told_by_model_with_its_price(bikes: Trajectory) -> None:
    model = next(iter(shipped()))
    used = {model: Usage(1, 10**6, 0), "nobody-knows": Usage(1, 10, 5)}
    t = msgspec.structs.replace(bikes, usage=used)
    spent = page(Sample(t), {"show": "blueprint"}, prices=shipped())["spent"]
    assert [(name, dollars == "no price") for name, _, dollars in spent] == [
        (model, False),
        ("nobody-knows", True),
    ]


def test_the_record_is_read_back_the_same(sample: Sample) -> None:
    assert decode(raw(sample), Sample) == sample
