from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec
import pytest

from buttonup import gates
from buttonup.formats import adopt, exported, preference, trl
from buttonup.model.prices import shipped
from buttonup.records import (
    Assistant,
    Conversation,
    Rejection,
    Sample,
    Trajectory,
    Usage,
    encode,
)
from buttonup.view.sample.page import WAYS, About, Shown, page


def of(sample: Sample, **about: object) -> Shown:
    return Shown(About("accepted-1", encode(sample), **about), sample)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", [way for way in WAYS if way != "diff"])
def test_a_tab_leads_to_what_it_says_and_keeps_the_list(way: str, sample: Sample) -> None:
    listed = [("world", "bikes"), ("world", "ships & sails")]
    told = page(of(sample), [*listed, ("show", way), ("template", "x")])
    assert told["show"] == way
    [here] = [href for _, href, here in told["tabs"] if here]
    assert parse_qsl(here.removeprefix("?")) == [*listed, ("show", way)]


def test_what_cannot_be_shown_is_the_conversation(sample: Sample) -> None:
    assert page(of(sample), [("show", "diff")])["show"] == "conversation"
    assert page(of(sample), [("show", "<script>")])["show"] == "conversation"


def test_the_head_says_the_sample_in_a_few_words(sample: Sample) -> None:
    told = page(of(sample))
    assert [words for words, _ in told["chips"]] == [
        "sequential", "1 turn", "2 calls", "3 functions shown"
    ]  # fmt: skip
    assert told["title"].startswith("I'm M-20431.")


def test_what_was_spent_is_told_by_model_with_its_price(bikes: Trajectory) -> None:
    model = next(iter(shipped()))
    used = {model: Usage(1, 10**6, 0), "nobody-knows": Usage(1, 10, 5)}
    t = msgspec.structs.replace(bikes, usage=used)
    spent = page(of(Sample(t), prices=shipped()), [("show", "blueprint")])["spent"]
    assert [(name, dollars == "no price") for name, _, dollars in spent] == [
        (model, False),
        ("nobody-knows", True),
    ]


def test_a_preference_row_opens_with_its_two_ways(bikes: Trajectory) -> None:
    c = exported(bikes)
    chosen = c.messages[5]
    assert isinstance(chosen, Assistant)
    prompt = Conversation(c.functions, c.messages[:5], c.parallel, c.context)
    row = trl.preference(prompt, chosen, Assistant(answer="No."))
    read = Sample(adopt(preference.parse(row)))
    told = page(Shown(About("7", encode(row)), read, foreign=True))
    assert told["show"] == "diff"
    assert [row.part for row in told["rows"]] == ["thought", "answer"]


def test_a_preference_row_is_not_blamed_for_ending_with_a_call(bikes: Trajectory) -> None:
    c = exported(bikes)
    chosen = c.messages[3]
    assert isinstance(chosen, Assistant)
    prompt = Conversation(c.functions, c.messages[:3], c.parallel, c.context)
    row = trl.preference(prompt, chosen, Assistant(answer="No."))
    trajectory = adopt(preference.parse(row))
    read = Sample(trajectory, gates.ask(trajectory))
    assert [v.gate for v in read.failures] == ["structure"]
    told = page(Shown(About("7", encode(row)), read, foreign=True), [("show", "conversation")])
    assert told["failures"] == []
    [structure] = [one for one in told["asked"] if one.gate == "structure"]
    assert structure.state == "not asked"
    assert "preference" in structure.evidence[0]


@pytest.mark.parametrize("line", [b"{not json", b"\xff\x00", b"[[[[" * 10_000, b""])
def test_a_line_that_cannot_be_read_is_shown_as_it_stands_with_the_reason(line: bytes) -> None:
    told = page(Shown(About("3", line), None, Rejection("read", "not_json")))
    assert (told["show"], told["record"], len(told["tabs"])) == ("raw", None, 1)
    assert told["unread"].reason == "not_json"
