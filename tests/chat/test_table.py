"""The tables say what was found. `python tests/chat/test_table.py` writes them into the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from buttonup.chat import Template, examine, named
from buttonup.chat.table import as_json, as_markdown, as_text

PAGE = Path(__file__).parents[2] / "docs" / "templates.md"
TABLE = re.compile(r"(?s)(<!-- trl 1\.16\.0, axolotl 0\.19\.0 -->\n).*?(?=<!-- end -->)")
Of = Callable[[str], Template]


def page() -> str:
    """Give the page with the tables as they come out."""
    tables = as_markdown([examine(one) for one in named(("trl", "axolotl"))])
    return TABLE.sub(lambda found: found[1] + tables, PAGE.read_text("utf-8"))


def test_the_page_has_what_the_templates_of_the_wheels_keep() -> None:
    try:
        there = (version("trl"), version("axolotl"))
    except PackageNotFoundError:
        there = ("", "")
    if there != ("1.16.0", "0.19.0"):
        pytest.skip("trl 1.16.0 and axolotl 0.19.0 are not installed (requirements-templates.txt)")
    assert page() == PAGE.read_text("utf-8"), "run python tests/chat/test_table.py"


def test_each_template_has_a_line_and_what_to_do_is_under_it(template: Of) -> None:
    told = as_text([examine(template(name)) for name in ("keeping", "forgetting", "silent")])
    head, first, second, advice, third, _, last = told.splitlines()
    assert head.split()[:3] == ["template", "calls", "tools"]
    assert first.split()[:2] == ["keeping", "hermes"]
    assert second.endswith("2  <|im_end|>")
    assert advice.strip().startswith("history is rewritten")
    assert third.startswith("silent") and "shows no call" in third  # noqa: PT018
    assert last == "2 of 3 can teach calls"


def test_json_says_whether_a_template_trains(template: Of) -> None:
    told = json.loads(as_json([examine(template(name)) for name in ("keeping", "silent")]))
    assert [one["trains"] for one in told] == [True, False]
    assert told[1]["do"] == ["train with another template"]


def test_a_strangers_text_cannot_break_a_table() -> None:
    hostile = Template("x", "{{ raise_exception('a | b `c`\\n| d') }}")
    [*_, last] = as_markdown([examine(hostile)]).strip().splitlines()
    assert last == "| x | `refuses: a \\| b 'c' \\| d` |"


def test_a_strangers_text_cannot_steer_a_terminal() -> None:
    hostile = Template("x\x1b[31m", "{{ raise_exception('\x1b]0;owned\x07') }}")
    assert "\x1b" not in as_text([examine(hostile)])
    assert "\x07" not in as_text([examine(hostile)])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
