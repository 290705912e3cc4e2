"""A slip in the words of a user's file is told in a line, and no crash in the middle of a run."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from buttonup.errors import BadInput
from buttonup.tools.learning.learn import learn
from buttonup.tools.learning.learned import Learned, LearnedParameter, read_text, written
from buttonup.tools.learning.sampler import Learning
from buttonup.tools.own.answers import Answers
from buttonup.tools.own.world import OwnWorld
from buttonup.tools.sources.scripted import Scripted
from buttonup.worlds.phrases import Entity, Phrases

PHRASES = Phrases(ask=("check {order_id}",), say=("{order_id} is {status}.",), tell=("status",))
ENTITY = Entity(noun="order", plural="orders", name="{order_id}", item="{order_id}")


@pytest.fixture
def known(shop: Scripted) -> Learned:
    today = dt.date(2026, 11, 25)
    return asyncio.run(learn(shop, seed=0, today=today, knobs=Learning()))


def world(shop: Scripted, known: Learned, **words: Any) -> OwnWorld:
    mine = replace(known.functions["get_order"], **words)
    learned = replace(known, functions={**known.functions, "get_order": mine})
    assert read_text(written(learned), "here") == learned  # the file has all of it
    return OwnWorld(shop.tools, learned, Answers(shop))


def test_words_of_the_file_are_those_that_are_said(shop: Scripted, known: Learned) -> None:
    book = world(shop, known, phrases=PHRASES, entity=ENTITY).book
    assert book.functions["get_order"].ask == book.functions["get_order"].wish == PHRASES.ask
    assert book.functions["get_order"].omit  # what the file does not say stays as it was made
    assert book.entities["get_order"] == ENTITY


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"phrases": replace(PHRASES, ask=("check it",))}, '"check it" lacks {order_id}'),
        ({"phrases": replace(PHRASES, ask=("{order_id} {sku}",))}, "has {sku}"),
        ({"phrases": replace(PHRASES, say=("It is so.",))}, "lacks {status}"),
        ({"phrases": replace(PHRASES, say=("{status} {colour}",))}, "has {colour}"),
        ({"phrases": replace(PHRASES, tell=("colour",), say=("x",))}, "{colour}"),
        ({"phrases": replace(PHRASES, modify={"a": ("{b}",)})}, "has {b}"),
        ({"entity": replace(ENTITY, name="{title}")}, "has {title}"),
        ({"entity": replace(ENTITY, refs={"sku": ("the product",)})}, "lacks {it}"),
        ({"entity": replace(ENTITY, measures={"size": "size"})}, "has {size}"),
        ({"parameters": {"order_id": LearnedParameter(("O-1",), "order {x}")}}, "has {x}"),
    ],
)
def test_words_that_cannot_be_said_are_refused(
    shop: Scripted, known: Learned, words: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadInput, match=r"functions\.get_order") as refused:
        world(shop, known, **words)
    assert told in str(refused.value)
