from __future__ import annotations

import asyncio
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from buttonup import listing
from buttonup.errors import BadInput
from buttonup.model.scripted import Scripted

TOOLS = [
    {"name": "find", "responses": {"type": "integer"}, "writes": False},
    {"name": "sell", "description": "Sells a pet.", "responses": {"type": "integer"}},
]


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "tools.json"
    path.write_text(json.dumps(TOOLS), "utf-8")
    return f"json:{path}"


def listed(*specs: str, model: Scripted | None = None, **more: Any) -> listing.Listing:
    return asyncio.run(listing.listed(listing.Order(specs, **more), model or teacher()))


def teacher() -> Scripted:
    """Propose words for one of the tools."""
    reply = '{"description": "Finds pets for sale.", "parameters": []}'
    return Scripted(lambda request: reply if '"find"' in str(request) else "no")


def test_what_is_listed_as_json_is_read_again_as_it_was(spec: str, tmp_path: Path) -> None:
    first = listed(spec)
    again = tmp_path / "again.json"
    again.write_text(listing.as_json(first), "utf-8")
    second = listed(f"json:{again}")
    assert [t.function for t in second.tools] == [t.function for t in first.tools]
    assert [t.writes for t in second.tools] == [False, None]


def test_as_json_every_field_is_there(spec: str) -> None:
    find, _ = json.loads(listing.as_json(listed(spec)))
    assert find == {
        "name": "find",
        "description": "",
        "parameters": {"type": "object", "properties": {}},
        "responses": {"type": "integer"},
        "source": spec,
        "writes": False,
        "runs": False,
        "doubts": ["no_description", "simulated"],
    }


def test_proposed_words_are_an_overlay_that_can_be_given_again(spec: str, tmp_path: Path) -> None:
    out = tmp_path / "words.toml"
    printed = listing.as_text(listed(spec, teacher="m"))
    told = listing.as_text(listed(spec, teacher="m", out=out))
    assert told == f"1 description proposed, in {out}"
    assert tomllib.loads(printed) == tomllib.loads(out.read_text("utf-8"))
    find, sell = listed(spec, overlays=(out,)).tools
    assert find.function.description == "Finds pets for sale."
    assert find.doubts == sell.doubts == ("simulated",)


def test_a_tool_for_which_nothing_good_is_proposed_is_left_and_told(tmp_path: Path) -> None:
    path = tmp_path / "tools.json"
    path.write_text('[{"name": "find"}, {"name": "lose"}]', "utf-8")
    found = listed(f"json:{path}", teacher="m")
    assert found.overlay is not None
    assert list(found.overlay) == ["find"]
    assert list(found.refused) == ["lose"]
    assert found.refused["lose"].startswith("unparsable")


def test_nothing_that_is_there_is_written_over(spec: str, tmp_path: Path) -> None:
    out = tmp_path / "words.toml"
    out.write_text("mine", "utf-8")
    with pytest.raises(BadInput, match="exists"):
        listed(spec, teacher="m", out=out)
    with pytest.raises(BadInput, match="give --teacher"):
        listed(spec, out=tmp_path / "other.toml")
    assert out.read_text("utf-8") == "mine"
    listed(spec, teacher="m", out=out, force=True)
    assert "Finds pets" in out.read_text("utf-8")


PRICES = "[m]\ninput = 1.0\noutput = 1.0\n"


def test_a_budget_ends_the_proposing_and_what_was_paid_for_is_not_asked_again(
    spec: str, tmp_path: Path
) -> None:
    prices, out = tmp_path / "prices.toml", tmp_path / "words.toml"
    prices.write_text(PRICES, "utf-8")
    given: dict[str, Any] = {"teacher": "m", "prices": str(prices), "out": out, "force": True}
    poor = listed(spec, budget=0.000001, **given)
    assert poor.short
    assert poor.overlay == {}
    model = teacher()
    assert not listed(spec, budget=1.0, model=model, **given).short
    assert len(model.asked) == 1
    assert [p.name for p in tmp_path.glob("words*")] == ["words.toml"]
