from __future__ import annotations

import pytest
from jinja2 import TemplateNotFound, UndefinedError

pytest.importorskip("starlette", reason="needs the extra view")

from buttonup.view.rendering import environment, rendered


def test_what_is_given_is_escaped_and_what_would_hide_is_shown() -> None:
    page = rendered("told.html", {"words": "<b>\u202e\x00"})
    assert "&lt;b&gt;\\u202e\\x00" in page


def test_a_template_that_is_not_given_what_it_shows_is_a_bug_that_is_heard() -> None:
    with pytest.raises(UndefinedError):
        rendered("told.html", {})
    with pytest.raises(TemplateNotFound):
        rendered("nowhere.html", {})


def test_every_template_can_be_read() -> None:
    for name in environment().list_templates():
        environment().get_template(name)
