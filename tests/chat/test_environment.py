from __future__ import annotations

import pytest

from buttonup.chat import Template
from buttonup.chat.environment import TODAY, compiled
from buttonup.errors import BadInput, Reject


def said(source: str) -> str:
    return Template("x", source).text([{"role": "user", "content": "Hi"}], [])


def test_json_is_written_as_transformers_writes_it() -> None:
    assert compiled("{{ x | tojson }}").render(x={"b": "Ł<", "a": [1, None]}) == (
        '{"b": "Ł<", "a": [1, null]}'
    )
    assert compiled("{{ x | tojson(indent=1) }}").render(x=[1]) == "[\n 1\n]"


def test_blocks_are_trimmed_and_loops_can_be_left() -> None:
    assert (
        said(
            "{% for m in [1, 2, 3] %}\n  {% if m > 1 %}{% break %}{% endif %}{{ m }}\n{% endfor %}"
        )
        == "1\n"
    )


def test_the_marks_of_generation_leave_its_body_as_it_is() -> None:
    assert said("a{% generation %} {{ messages[0].content }} {% endgeneration %}b") == "a Hi b"


def test_a_template_that_asks_for_the_date_says_the_same_every_day() -> None:
    assert said('{{ strftime_now("%Y-%m-%d") }}') == TODAY.isoformat()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('{{ raise_exception("no tools") }}', "no tools"),
        ("{{ messages.append(1) }}", "not safely callable|is not safe|unsafe"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ 'a' + 1 }}", "can only concatenate"),
        ("{{ 1 / 0 }}", "division"),
        ("{{ nothing.at.all }}", "undefined"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recursion"),
        ("{{ range(999999) }}", "Range too big"),
    ],
)
def test_what_a_hostile_or_strict_template_does_is_a_refusal(source: str, told: str) -> None:
    with pytest.raises(Reject, match=told) as refused:
        said(source)
    assert refused.value.reason == "template_refuses"


def test_what_is_no_template_is_bad_input() -> None:
    with pytest.raises(BadInput, match=r"the chat template cannot be read: .*; give a Jinja"):
        compiled("{% for %}")
