from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., Any]

DEAF = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"


def test_a_template_that_loses_calls_is_told_in_the_table_and_as_json(
    buttonup: Command, tmp_path: Path
) -> None:
    (tmp_path / "deaf.jinja").write_text(DEAF)
    done = buttonup("templates", "deaf.jinja")
    assert done.status == 0
    assert "0 of 1 can teach calls" in done.out
    [found] = json.loads(buttonup("templates", "deaf.jinja", "--json").out)
    assert (found["template"], found["trains"]) == ("deaf", False)
