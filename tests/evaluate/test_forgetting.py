"""What was forgotten is told by slice, with its own round, and how sure it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buttonup.errors import BadInput, Reject
from buttonup.evaluate.evaluation import evaluate
from buttonup.evaluate.forgetting import Forgetting, forgetting, forgetting_as_text
from buttonup.evaluate.suite import Played, Player, Suite, Task
from buttonup.records import Assistant, Call, Conversation, decode, encode


def named(sums: Suite, name: str, worlds: str) -> Suite:
    """Give a suite of as many tasks as there are letters, each in the world of its letter."""

    def task(n: int, world: str) -> Task:
        one = sums.tasks[0]

        async def play(player: Player) -> Played:
            heard = await player(Conversation(context=f"{world}{n}"))
            return Played(passed=bool(heard.calls), credit=float(bool(heard.calls)))

        return replace(one, id=f"{name}_{n}", labels={"world": world, "n": str(n)}, play=play)

    return Suite(name, f"{name} 1", tuple(task(n, world) for n, world in enumerate(worlds)))


def played(suite: Suite, folder: Path, passes: Callable[[str], bool | None]) -> Path:
    """Play a suite; the model passes what is said, and where that is None cannot be asked."""

    async def plays(conversation: Conversation) -> Assistant:
        told = passes(conversation.context)
        if told is None:
            raise Reject("too_long", "")
        return Assistant(calls=(Call.of("call_1", "add", {}),) if told else ())

    folder.mkdir(parents=True)
    asyncio.run(evaluate(suite, lambda _n: plays, folder, model=folder.name, settings={}))
    return folder


def test_a_suite_is_its_first_rounds_and_what_it_lost_since_is_forgotten(
    sums: Suite, tmp_path: Path
) -> None:
    first, second = named(sums, "first", "aaaaaaaaaa"), named(sums, "second", "bbbbb")
    one = played(first, tmp_path / "1" / "first", lambda _: True).parent
    two = played(first, tmp_path / "2" / "first", lambda told: int(told[1:]) < 6).parent
    played(second, tmp_path / "2" / "second", lambda _: True)
    found = forgetting([one, two], "", {})
    a, b = found.slices
    assert (a.suite, a.tasks, a.own, a.scores) == ("first", 10, 1, (1.0, 0.6))
    assert a.change == pytest.approx(-0.4)
    assert a.forgotten == pytest.approx(0.4)
    assert -0.8 < a.low < -0.4 < a.high <= 0
    assert (b.own, b.scores, b.change, b.forgotten) == (2, (None, 1.0), 0.0, 0.0)
    assert found.backward_transfer == pytest.approx(-0.4)  # the last round is no earlier one
    assert found.forgotten == pytest.approx(0.4)
    assert found.backward_low == pytest.approx(a.low)
    assert found.backward_high == pytest.approx(a.high)
    assert decode(encode(found), Forgetting) == found


def test_slices_by_label_have_the_rounds_that_they_are_said_to_have(
    sums: Suite, tmp_path: Path
) -> None:
    suite = named(sums, "worlds", "aaaabbbb")
    rounds = [
        played(suite, tmp_path / name, passes)
        for name, passes in {
            "1": lambda told: told[0] == "a",
            "2": lambda told: told[0] == "b" or told == "a0",
            "3": lambda told: told in ("a0", "a1", "b4"),
        }.items()
    ]
    found = forgetting(rounds, "world", {"world=b": 2})
    a, b = found.slices
    assert (a.name, a.own, a.scores, a.change) == ("world=a", 1, (1.0, 0.25, 0.5), -0.5)
    assert (b.name, b.own, b.scores, b.change) == ("world=b", 2, (0.0, 1.0, 0.25), -0.75)
    assert found.backward_transfer == pytest.approx(-0.625)
    unsaid = forgetting(rounds, "world", {})
    assert unsaid.slices[1].change == pytest.approx(0.25)
    assert unsaid.slices[1].forgotten == pytest.approx(0.75)  # the best of any round before


def test_only_tasks_that_every_round_answered_are_compared(sums: Suite, tmp_path: Path) -> None:
    suite = named(sums, "worlds", "aaaa")
    one = played(suite, tmp_path / "1", lambda told: None if told == "a0" else True)
    two = played(suite, tmp_path / "2", lambda told: told != "a0")
    [only] = forgetting([one, two], "", {}).slices
    assert (only.tasks, only.change) == (3, 0.0)


def test_what_cannot_be_compared_is_told_in_a_line(sums: Suite, tmp_path: Path) -> None:
    suite, other = named(sums, "worlds", "aabb"), named(sums, "others", "cc")
    one, two = (played(suite, tmp_path / name, lambda _: True) for name in "12")
    three = played(other, tmp_path / "3", lambda _: True)
    for rounds, label, own, told in (
        ([one], "", {}, "one round has forgotten nothing"),
        ([one, three], "", {}, "the last round has no evaluation like .*1, of round 1"),
        ([one, two], "part", {}, "has the label 'part'; choose from n, world"),
        ([one, two], "world", {"world=c": 1}, "no slice 'world=c'"),
        ([one, two], "world", {"world=a": 3}, "no round 3"),
        ([one, tmp_path], "", {}, "are of the same tasks"),
        ([one, tmp_path / "none"], "", {}, "holds no evaluation"),
    ):
        with pytest.raises(BadInput, match=told):
            forgetting(rounds, label, own)


def test_the_table_has_every_round_and_both_figures(sums: Suite, tmp_path: Path) -> None:
    suite = named(sums, "worlds", "ab\x01")
    rounds = [played(suite, tmp_path / n, lambda told: told[0] == "a") for n in "12"]
    told = forgetting_as_text(forgetting(rounds, "world", {})).splitlines()
    assert told[:2] == ["1  1", "2  2"]
    cells = [line.split() for line in told[4:7]]
    assert cells[0][1:7] == ["world=a", "1", "1", "100.0", "100.0", "+0.0"]
    assert [row[1] for row in cells] == ["world=a", "world=b", "world=\\x01"]
    assert told[-2].startswith("backward transfer")
    assert told[-1].startswith("average forgetting")
    assert "\x01" not in "\n".join(told)
    alone = forgetting(rounds, "", {"worlds": 2})
    assert "No slice was taught by an earlier round" in forgetting_as_text(alone)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_of_two_rounds_forgetting_is_the_opposite_of_backward_transfer(
    found: list[tuple[bool, bool]], sums: Suite, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rounds")
    suite = named(sums, "worlds", "a" * len(found))
    rounds = [
        played(suite, folder / str(n), lambda told, n=n: found[int(told[1:])][n])  # type: ignore[misc]
        for n in (0, 1)
    ]
    told = forgetting(rounds, "", {})
    assert told.forgotten == pytest.approx(-(told.backward_transfer or 0.0))
    assert told.backward_low - 1e-9 <= (told.backward_transfer or 0.0) <= told.backward_high + 1e-9
