"""What parts of an evaluation know of each other."""

from __future__ import annotations

import asyncio

from buttonup.evaluate.suite import offered, silent, taken
from buttonup.records import Assistant, Conversation, Function, User

ONE, TWO = (Function(name=n, description="", parameters={}) for n in ("one", "two"))


def test_functions_offered_later_are_shown_like_any_other() -> None:
    talk = Conversation((ONE,), (User("Do it."), Assistant(answer="No."), User("Now?", (TWO,))))
    shown = offered(talk)
    assert [f.name for f in shown.functions] == ["one", "two"]
    assert shown.messages[2] == User("Now?")
    assert taken(shown) == 1


def test_the_silent_player_neither_speaks_nor_calls() -> None:
    assert asyncio.run(silent(Conversation())) == Assistant()
