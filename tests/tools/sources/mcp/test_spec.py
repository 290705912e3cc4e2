from __future__ import annotations

import sys

import pytest

from buttonup.errors import BadInput
from buttonup.tools.source import opened
from buttonup.tools.sources.mcp.spec import Address, Command, taken_apart


def test_a_command_is_split_as_a_shell_would_and_no_shell_sees_it() -> None:
    spec = taken_apart(f"mcp:{sys.executable} 'a b.py' $HOME ; ls", (), {})
    assert spec == Command((sys.executable, "a b.py", "$HOME", ";", "ls"), {})


def test_a_command_sees_what_is_named_and_little_else() -> None:
    environment = {"PATH": "/bin", "HOME": "/h", "SECRET": "s", "MINE": "m"}
    spec = taken_apart(f"mcp:--reuse {sys.executable}", ("MINE",), environment)
    seen = {"PATH": "/bin", "HOME": "/h", "MINE": "m"}
    assert spec == Command((sys.executable,), seen, reuse=True)


def test_an_address_may_have_keys() -> None:
    environment = {"A": "one", "B": "two"}
    spec = taken_apart("mcp:https://a.example/mcp auth=A auth=X-Key:B", (), environment)
    headers = {"Authorization": "Bearer one", "X-Key": "two"}
    assert spec == Address("https://a.example/mcp", headers)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("mcp:", "names no MCP server"),
        ("mcp:--reuse", "names no MCP server"),
        ("mcp:python 'x", "names no MCP server"),
        ("mcp:no-such-command", "there is no command"),
        ("mcp:https://a.example x=1", "'x=1' is no setting"),
        ("mcp:https://a.example auth=GONE", "the variable GONE is not set"),
    ],
)
def test_what_names_no_server_is_refused(spec: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        taken_apart(spec, (), {})


def test_where_the_sdk_is_absent_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.delitem(sys.modules, "buttonup.tools.sources.mcp.live", raising=False)
    with pytest.raises(BadInput, match=r"mcp is not installed.*pip install 'buttonup\[mcp\]'"):
        opened("mcp:python")
