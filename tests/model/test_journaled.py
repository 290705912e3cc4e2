from __future__ import annotations

import asyncio
import gc
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.door import Reply, Request, Turn
from buttonup.model.journaled import Journaled
from buttonup.model.limited import Limited
from buttonup.model.scripted import Scripted
from buttonup.store.journal import Entry, Journal

Play = Callable[[Coroutine[Any, Any, Any]], Any]
REPLY = Reply(text="yes", prompt_tokens=5, completion_tokens=2, cached_tokens=1, reasoning="hm")


def request(words: str = "hello") -> Request:
    return Request(model="m", messages=(Turn("user", words),), prompt="p")


class Held:
    """A model that answers only when it is let go, and counts what it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.cancelled = 0
        self.fault: Exception | None = None
        self.go = asyncio.Event()
        self.reached = asyncio.Event()

    async def __call__(self, _request: Request, /) -> Reply:
        self.asked += 1
        self.reached.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.fault:
            raise self.fault
        return REPLY


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def gone(task: asyncio.Task[Reply]) -> None:
    """Cancel a task, and see that it ends as a cancelled one."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_reply_is_paid_for_once_and_comes_back_the_same(tmp_path: Path, play: Play) -> None:
    model = Scripted(lambda _: REPLY)

    async def story() -> None:
        with Journal(tmp_path / "j") as journal:
            door = Journaled(model, journal)
            assert await door(request()) == await door(request()) == REPLY
            await door(request("other"))
        with Journal(tmp_path / "j") as journal:
            assert await Journaled(model, journal)(request()) == REPLY

    play(story())
    assert len(model.asked) == 2


def test_a_reply_is_durable_before_it_is_used(tmp_path: Path, play: Play) -> None:
    async def story() -> None:
        with Journal(tmp_path / "j") as journal, Journal(tmp_path / "j") as reader:
            await Journaled(Scripted(lambda _: REPLY), journal)(request())
            assert reader.get(request().key) is not None
            assert reader.usage()[0].usage.prompt_tokens == 5

    play(story())


def test_twins_in_flight_are_one_request(tmp_path: Path, play: Play) -> None:
    async def story() -> None:
        model = Held()
        with Journal(tmp_path / "j") as journal:
            door = Journaled(model, journal)
            asking = [asyncio.create_task(door(request())) for _ in range(5)]
            await model.reached.wait()
            model.go.set()
            assert await asyncio.gather(*asking) == [REPLY] * 5
        assert model.asked == 1

    play(story())


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_waiter_that_is_cancelled_does_no_harm_to_its_twins(
    tmp_path: Path, play: Play, which: int
) -> None:
    async def story() -> None:
        model = Held()
        with Journal(tmp_path / "j") as journal:
            door = Journaled(model, journal)
            asking = [asyncio.create_task(door(request())) for _ in range(3)]
            await model.reached.wait()
            await gone(asking.pop(which))
            model.go.set()
            assert await asyncio.gather(*asking) == [REPLY] * 2
        assert (model.asked, model.cancelled) == (1, 0)

    play(story())


def test_a_request_that_nobody_waits_for_is_cancelled(tmp_path: Path, play: Play) -> None:
    async def story() -> None:
        model = Held()
        with Journal(tmp_path / "j") as journal:
            door = Journaled(model, journal)
            asking = [asyncio.create_task(door(request())) for _ in range(2)]
            await model.reached.wait()
            for task in asking:
                await gone(task)
            await settled()
            assert model.cancelled == 1
            model.go.set()
            assert await door(request()) == REPLY
        assert model.asked == 2

    play(story())


@pytest.mark.parametrize("steps", range(6))
def test_whoever_asks_while_a_request_is_being_cancelled_gets_a_reply(
    tmp_path: Path, play: Play, steps: int
) -> None:
    async def story() -> None:
        model = Held()
        with Journal(tmp_path / "j") as journal:
            door = Journaled(model, journal)
            first = asyncio.create_task(door(request()))
            for _ in range(steps):
                await asyncio.sleep(0)
            first.cancel()
            second = asyncio.create_task(door(request()))
            await settled()
            third = asyncio.create_task(door(request()))
            model.go.set()
            assert list(await asyncio.gather(second, third)) == [REPLY] * 2

    play(story())


@pytest.mark.parametrize("steps", range(8))
def test_a_reply_that_has_come_is_kept_though_its_asker_is_cancelled(
    tmp_path: Path, play: Play, steps: int
) -> None:
    came: list[Request] = []

    async def model(request: Request, /) -> Reply:
        await asyncio.sleep(0)
        came.append(request)
        return REPLY

    async def story() -> None:
        with Journal(tmp_path / "j") as journal:
            asking = asyncio.create_task(Journaled(model, journal)(request()))
            for _ in range(steps):
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.wait([asking])
        with Journal(tmp_path / "j") as journal:
            assert (journal.get(request().key) is not None) == bool(came)

    play(story())


class HeldJournal(Journal):
    """A journal whose writes wait to be acknowledged."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.reached = asyncio.Event()
        self.acknowledge = asyncio.Event()

    def put(self, entry: Entry) -> asyncio.Future[None]:
        self.reached.set()
        return asyncio.ensure_future(self._held(super().put(entry)))

    async def _held(self, written: asyncio.Future[None]) -> None:
        await self.acknowledge.wait()
        await written


def test_a_reply_that_is_being_written_serves_whoever_asks_next(tmp_path: Path, play: Play) -> None:
    async def story() -> None:
        model = Scripted(lambda _: REPLY)
        with HeldJournal(tmp_path / "j") as journal:
            door = Journaled(model, journal)
            first = asyncio.create_task(door(request()))
            await journal.reached.wait()
            await gone(first)
            second = asyncio.create_task(door(request()))
            await settled()
            journal.acknowledge.set()
            assert await second == REPLY
        assert len(model.asked) == 1

    play(story())


def test_a_reply_is_kept_when_the_whole_program_is_interrupted(tmp_path: Path) -> None:
    """Ctrl-C: the event loop cancels everything at once, and does not come back."""
    came = asyncio.Event()

    async def model(_request: Request, /) -> Reply:
        came.set()
        return REPLY

    async def story(journal: Journal) -> None:
        asyncio.create_task(Journaled(model, journal)(request()))  # noqa: RUF006 - left behind
        await came.wait()
        raise KeyboardInterrupt

    with Journal(tmp_path / "j") as journal, pytest.raises(KeyboardInterrupt):
        asyncio.run(story(journal))
    with Journal(tmp_path / "j") as journal:
        assert journal.get(request().key) is not None


def test_a_failure_reaches_every_waiter_and_the_next_ask_tries_again(
    tmp_path: Path, play: Play
) -> None:
    async def story() -> None:
        model = Held()
        with Journal(tmp_path / "j") as journal:
            door = Journaled(model, journal)

            async def stubborn() -> Reply:
                with pytest.raises(Fault, match="down"):
                    await door(request())
                model.fault = None
                return await door(request())

            model.fault = Fault("down")
            asking = [asyncio.create_task(stubborn()) for _ in range(3)]
            await model.reached.wait()
            model.go.set()
            assert await asyncio.gather(*asking) == [REPLY] * 3
            assert model.asked == 2

    play(story())


def test_a_refusal_is_met_again_and_not_asked_for_again(tmp_path: Path, play: Play) -> None:
    def refuse(_request: Request) -> str:
        raise Reject("refused_by_endpoint", "400 too long")

    model = Scripted(refuse)

    async def story() -> None:
        with Journal(tmp_path / "j") as journal:
            door = Journaled(model, journal)
            both = await asyncio.gather(door(request()), door(request()), return_exceptions=True)
        with Journal(tmp_path / "j") as journal, pytest.raises(Reject) as again:
            await Journaled(model, journal)(request())
        said = [(e.reason, e.detail) for e in (*both, again.value) if isinstance(e, Reject)]
        assert said == [("refused_by_endpoint", "400 too long")] * 3

    play(story())
    assert len(model.asked) == 1


def test_a_failure_that_nobody_waits_for_any_more_is_not_complained_of(
    tmp_path: Path, play: Play
) -> None:
    async def stubborn(request: Request, /) -> Reply:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError as error:
            raise Fault("failed while it was cancelled") from error
        raise AssertionError

    async def story() -> None:
        with Journal(tmp_path / "j") as journal:
            asking = asyncio.create_task(Journaled(stubborn, journal)(request()))
            await settled()
            await gone(asking)
            del asking
            await settled()
            gc.collect()  # a task that failed unheard complains when it is collected

    play(story())  # which fails on "Task exception was never retrieved"


def test_a_request_is_journalled_with_its_reply_but_never_a_key(
    tmp_path: Path, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")

    async def story() -> None:
        with Journal(tmp_path / "j") as journal:
            await Journaled(Scripted(lambda _: REPLY), journal)(request("find me"))

    play(story())
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"find me" in held
    assert b"sk-very-secret" not in held


def test_a_damaged_reply_is_told_in_one_line(tmp_path: Path, play: Play) -> None:
    async def story() -> None:
        with Journal(tmp_path / "j") as journal:
            door = Journaled(Scripted(lambda _: REPLY), journal)
            await door(request())
        spoil(tmp_path / "j")
        with Journal(tmp_path / "j") as journal, pytest.raises(BadInput, match="damaged"):
            await Journaled(Scripted(lambda _: REPLY), journal)(request())

    play(story())


def spoil(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE replies SET reply = CAST('{\"text\": 1}' AS BLOB)")


def test_a_reply_on_its_way_is_kept_though_nobody_wants_it_and_what_only_waits_is_not_sent(
    tmp_path: Path, play: Play
) -> None:
    sent: list[str] = []

    async def slow(request: Request, /) -> Reply:
        sent.append(request.messages[0].content)
        await asyncio.sleep(0.05)
        return Reply("there")

    async def story() -> None:
        with Journal(tmp_path / "journal.sqlite") as journal:
            model = Journaled(Limited(slow, in_flight=2), journal)
            tasks = [asyncio.create_task(model(request(f"number {n}"))) for n in range(6)]
            await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await model.ended(5.0)
            kept = [journal.get(request(f"number {n}").key) is not None for n in range(6)]
            assert kept == [True, True, False, False, False, False]

    play(story())
    assert sent == ["number 0", "number 1"]


def test_whoever_asks_again_for_a_reply_on_its_way_gets_it(tmp_path: Path, play: Play) -> None:
    sent = 0

    async def slow(_request: Request, /) -> Reply:
        nonlocal sent
        sent += 1
        await asyncio.sleep(0.05)
        return Reply("there")

    async def story() -> Reply:
        with Journal(tmp_path / "journal.sqlite") as journal:
            model = Journaled(Limited(slow, in_flight=2), journal)
            first = asyncio.create_task(model(request()))
            await asyncio.sleep(0.01)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            return await model(request())

    assert play(story()) == Reply("there")
    assert sent == 1


def test_what_is_on_its_way_for_too_long_is_given_up(tmp_path: Path, play: Play) -> None:
    async def never(_request: Request, /) -> Reply:
        await asyncio.sleep(1000)
        raise AssertionError

    async def story() -> None:
        with Journal(tmp_path / "journal.sqlite") as journal:
            model = Journaled(Limited(never, in_flight=2), journal)
            task = asyncio.create_task(model(request()))
            await asyncio.sleep(0.01)
            task.cancel()
            await model.ended(0.05)

    play(story())
