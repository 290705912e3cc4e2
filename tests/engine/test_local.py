"""The engine: one order, whatever the clock does; nothing read, run or left behind needlessly."""

from __future__ import annotations

import asyncio
import signal
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.engine.local import AHEAD, Event, Fold, Kept, Stage, run
from buttonup.errors import BadInput, Reject
from buttonup.model.door import Reply, Request, Turn
from buttonup.model.limited import Limited
from buttonup.records import Record, Rejection, Scenario, digest

# --- pipelines that are drawn: a stage's outcome depends on its record, its delay on nothing ------


def outcome(stage: str, record: Scenario) -> list[Scenario]:
    """Give none to three children, or reject, as the record's digest says."""
    lot = int(digest([stage, record.text]), 16) % 6
    if lot == 0:
        raise Reject("unlucky", record.text)
    return [Scenario(f"{record.text}.{stage}{i}") for i in range(lot - 1)][:3]


def stage_of(name: str, delays: Random) -> Stage:
    async def verb(record: Scenario) -> Sequence[Record]:
        for _ in range(delays.randrange(6)):
            await asyncio.sleep(0)
        return outcome(name, record)

    return Stage(name, verb)


def fold_of(name: str) -> Fold:
    def start() -> Callable[[Scenario], Sequence[Record]]:
        seen: set[int] = set()

        def verb(record: Scenario) -> Sequence[Record]:
            lot = int(digest([name, record.text]), 16) % 7
            if lot in seen:
                raise Reject("seen", record.text)
            seen.add(lot)
            return [Scenario(f"{record.text}.{name}{len(seen)}")] * (lot % 3)

        return verb

    return Fold(name, start)


def drawn(plan: str, delays: Random) -> list[Stage | Fold]:
    return [
        stage_of(f"s{i}", delays) if kind == "s" else fold_of(f"f{i}")
        for i, kind in enumerate(plan)
    ]


def expected(items: Sequence[Record], plan: str) -> list[Event]:
    """Say in the plainest way what a run must give: one item after the other, depth first."""
    folds = {f"f{i}": fold_of(f"f{i}").start() for i in range(len(plan))}

    def below(record: Record, depth: int) -> Iterator[Event]:
        if depth == len(plan):
            return
        name = f"{plan[depth]}{depth}"
        assert isinstance(record, Scenario)
        try:
            made = folds[name](record) if plan[depth] == "f" else outcome(name, record)
        except Reject as no:
            yield Rejection(name, no.reason, no.detail, record.key)
            return
        for child in made:
            yield Kept(name, child)
            yield from below(child, depth + 1)

    events: list[Event] = []
    for item in items:
        events += [item] if isinstance(item, Rejection) else below(item, 0)
    return events


plans = st.text("sf", min_size=1, max_size=5)
sources = st.lists(
    st.one_of(
        st.integers(0, 99).map(lambda n: Scenario(str(n))),
        st.integers(0, 9).map(lambda n: Rejection("seeds", "unparsable", item=str(n))),
    ),
    max_size=12,
)
widths = st.sampled_from([1, 3, 17])
delays = st.integers(0, 2**16).map(Random)


async def collect(
    source: Sequence[Record] | Iterator[Record] | AsyncIterator[Record],
    stages: Sequence[Stage | Fold],
    in_flight: int = 3,
    first: int | None = None,
    got: list[Event] | None = None,
) -> list[Event]:
    """Take the first events (or all), close, and make sure that nothing is left behind."""
    got = [] if got is None else got
    async with asyncio.timeout(60), aclosing(run(source, stages, in_flight)) as events:
        async for event in events:
            got.append(event)
            if len(got) == first:
                break
    assert asyncio.all_tasks() == {asyncio.current_task()}
    return got


@settings(max_examples=150, deadline=None)
@given(items=sources, plan=plans, width=widths, delays=delays)
def test_events_come_in_one_order_whatever_is_in_flight_and_however_long_it_takes(
    items: list[Record], plan: str, width: int, delays: Random
) -> None:
    assert asyncio.run(collect(items, drawn(plan, delays), width)) == expected(items, plan)


@settings(max_examples=100, deadline=None)
@given(items=sources, plan=plans, width=widths, delays=delays, first=st.integers(1, 20))
def test_who_stops_after_the_first_n_has_seen_the_same_n_and_leaves_no_task(
    items: list[Record], plan: str, width: int, delays: Random, first: int
) -> None:
    got = asyncio.run(collect(items, drawn(plan, delays), width, first))
    assert got == expected(items, plan)[:first]


# --- streaming -----------------------------------------------------------------------------------


async def same(record: Scenario) -> Sequence[Record]:
    return [record]


def numbered(n: int) -> list[Record]:
    return [Scenario(str(i)) for i in range(n)]


def texts(events: Sequence[Event]) -> list[str]:
    return [e.record.text for e in events if isinstance(e, Kept) and isinstance(e.record, Scenario)]


def test_a_slow_item_delays_nobodys_stages_only_the_order_of_emission() -> None:
    finished: list[str] = []

    async def story() -> list[Event]:
        others_done = asyncio.Event()

        async def slow_first(record: Scenario) -> Sequence[Record]:
            if record.text == "0":
                await others_done.wait()
            return [record]

        async def last(record: Scenario) -> Sequence[Record]:
            finished.append(record.text)
            if len(finished) == 7:
                others_done.set()
            return [record]

        # two at work at a time: the slow one keeps its place, the seven others share the other
        return await collect(numbered(8), [Stage("slow", slow_first), Stage("last", last)], 2)

    events = asyncio.run(story())
    assert finished == ["1", "2", "3", "4", "5", "6", "7", "0"]
    assert texts(events)[::2] == [str(i) for i in range(8)]


def test_a_slow_child_does_not_hold_up_its_siblings() -> None:
    async def story() -> list[Event]:
        sibling_done = asyncio.Event()

        async def twins(record: Scenario) -> Sequence[Record]:
            return [Scenario("slow"), Scenario("quick")]

        async def walk(record: Scenario) -> Sequence[Record]:
            if record.text == "slow":
                await sibling_done.wait()
            return [record]

        async def last(record: Scenario) -> Sequence[Record]:
            sibling_done.set()
            return [record]

        stages = [Stage("twins", twins), Stage("walk", walk), Stage("last", last)]
        return await collect(numbered(1), stages)

    assert texts(asyncio.run(story())) == ["slow"] * 3 + ["quick"] * 3


def test_a_slow_item_does_not_keep_what_is_done_before_it_from_coming_out() -> None:
    async def story() -> str:
        never = asyncio.Event()

        async def stuck(record: Scenario) -> Sequence[Record]:
            if record.text != "0":
                await never.wait()
            return [record]

        async with aclosing(run(numbered(9), [Stage("stuck", stuck)], 3)) as events:
            return texts([await anext(events)])[0]

    assert asyncio.run(story()) == "0"


@pytest.mark.parametrize("in_flight", [1, 3])
def test_the_source_is_not_read_further_ahead_than_the_window(in_flight: int) -> None:
    read: list[int] = []

    def source() -> Iterator[Record]:
        for i in count():
            read.append(i)
            yield Scenario(str(i))

    async def story() -> None:
        release = asyncio.Event()

        async def slow_first(record: Scenario) -> Sequence[Record]:
            if record.text == "0":
                await release.wait()
            return [record]

        async with aclosing(run(source(), [Stage("slow", slow_first)], in_flight)) as events:
            first = asyncio.ensure_future(anext(events))
            for _ in range(1000):
                await asyncio.sleep(0)
            assert len(read) <= AHEAD * in_flight + 1
            release.set()
            assert await first == Kept("slow", Scenario("0"))

    asyncio.run(story())
    assert len(read) > in_flight


def test_no_more_than_in_flight_items_are_at_work_in_a_segment() -> None:
    at_work = most = 0

    async def busy(record: Scenario) -> Sequence[Record]:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        for _ in range(3):
            await asyncio.sleep(0)
        at_work -= 1
        return [record]

    asyncio.run(collect(numbered(50), [Stage("busy", busy)], 5))
    assert most == 5


@pytest.mark.parametrize("stages", [[Stage("a", same)], [Fold("a", lambda: lambda r: [r])]])
def test_an_endless_source_without_any_waiting_leaves_the_event_loop_its_turns(
    stages: list[Stage | Fold],
) -> None:
    async def story() -> None:
        turns = 0

        async def display() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(display())
        async with aclosing(run((Scenario("x") for _ in count()), stages, 8)) as events:
            async for _ in events:
                if turns > 10:
                    break
        ticking.cancel()

    asyncio.run(story())


# --- sources -------------------------------------------------------------------------------------


def test_a_rejection_in_the_source_passes_by_in_its_place() -> None:
    bad = Rejection("seeds", "unparsable", "line 2")
    events = asyncio.run(collect([Scenario("0"), bad, Scenario("1")], [Stage("a", same)]))
    assert events == [Kept("a", Scenario("0")), bad, Kept("a", Scenario("1"))]


def test_an_async_source_is_closed_when_the_consumer_stops() -> None:
    closed: list[bool] = []

    async def source() -> AsyncIterator[Record]:
        try:
            for i in count():
                await asyncio.sleep(0)
                yield Scenario(str(i))
        finally:
            closed.append(True)

    assert texts(asyncio.run(collect(source(), [Stage("a", same)], first=2))) == ["0", "1"]
    assert closed == [True]


def test_a_source_that_fails_does_so_after_the_events_of_what_it_gave() -> None:
    def source() -> Iterator[Record]:
        yield Scenario("0")
        raise BadInput("the seeds end in the middle of a line")

    got: list[Event] = []
    with pytest.raises(BadInput, match="middle of a line"):
        asyncio.run(collect(source(), [Stage("a", same)], got=got))
    assert texts(got) == ["0"]


# --- rejections and failures ---------------------------------------------------------------------


def test_a_rejection_names_the_stage_the_reason_and_the_record_it_was_given() -> None:
    async def refuse(record: Scenario) -> Sequence[Record]:
        raise Reject("echo", "it says the same")

    item = Scenario("0")
    [event] = asyncio.run(collect([item], [Stage("compose", refuse), Stage("later", same)]))
    assert event == Rejection("compose", "echo", "it says the same", item.key)


def test_a_fold_starts_afresh_in_every_run() -> None:
    stages = [fold_of("f0")]
    once = asyncio.run(collect(numbered(9), stages))
    assert asyncio.run(collect(numbered(9), stages)) == once
    assert "seen" in {e.reason for e in once if isinstance(e, Rejection)}


@pytest.mark.parametrize("in_flight", [1, 3, 17])
def test_the_failure_of_the_earliest_item_is_raised_after_all_events_before_it(
    in_flight: int,
) -> None:
    async def fragile(record: Scenario) -> Sequence[Record]:
        if record.text == "4":
            raise ZeroDivisionError(record.text)  # at once
        if record.text == "3":
            for _ in range(50):  # later by the clock, earlier in order
                await asyncio.sleep(0)
            raise ZeroDivisionError(record.text)
        return [record]

    got: list[Event] = []
    with pytest.raises(ZeroDivisionError, match="3") as caught:
        asyncio.run(collect(numbered(20), [Stage("a", fragile)], in_flight, got=got))
    assert texts(got) == ["0", "1", "2"]
    assert traceback.extract_tb(caught.value.__traceback__)[-1].name == "fragile"


def test_of_several_children_that_fail_the_first_in_order_is_raised() -> None:
    async def triplets(record: Scenario) -> Sequence[Record]:
        return numbered(3)

    async def fragile(record: Scenario) -> Sequence[Record]:
        for _ in range(9 - 3 * int(record.text)):
            await asyncio.sleep(0)
        raise LookupError(record.text)

    with pytest.raises(LookupError, match="0"):
        asyncio.run(collect(numbered(1), [Stage("triplets", triplets), Stage("a", fragile)]))


def test_nothing_behind_a_failure_is_started_once_it_is_known() -> None:
    started: list[str] = []

    async def story() -> None:
        async def fragile(record: Scenario) -> Sequence[Record]:
            started.append(record.text)
            if record.text == "1":
                raise ZeroDivisionError
            for _ in range(100):
                await asyncio.sleep(0)
            return [record]

        with pytest.raises(ZeroDivisionError):
            await collect(numbered(50), [Stage("a", fragile)], 3)

    asyncio.run(story())
    assert started == ["0", "1", "2"]


def test_two_stages_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="a name of its own"):
        asyncio.run(collect([], [Stage("a", same), Stage("a", same)]))


def test_nothing_in_flight_is_refused() -> None:
    with pytest.raises(ValueError, match="in_flight is 0"):
        asyncio.run(collect([], [], 0))


# --- ends that come early ------------------------------------------------------------------------


def hanging(seen: list[str]) -> list[Stage | Fold]:
    """Two segments whose items never finish, and tell when they are ended."""

    async def hang(record: Scenario) -> Sequence[Record]:
        seen.append("began")
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("ended")
        return []

    async def twins(record: Scenario) -> Sequence[Record]:
        return [record, record]

    fold = Fold("fold", lambda: lambda r: [r])
    return [Stage("twins", twins), fold, Stage("twins2", twins), Stage("hang", hang)]


def test_a_consumer_that_is_cancelled_ends_everything_in_flight() -> None:
    seen: list[str] = []

    async def story() -> None:
        consumer = asyncio.create_task(collect(numbered(9), hanging(seen)))
        for _ in range(1000):
            await asyncio.sleep(0)
        consumer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consumer
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(story())
    assert seen.count("began") == seen.count("ended") == 12


def test_ctrl_c_ends_everything_in_flight() -> None:
    seen: list[str] = []

    async def story() -> None:
        asyncio.get_running_loop().call_later(0.01, signal.raise_signal, signal.SIGINT)
        await collect(numbered(9), hanging(seen))

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(story())
    assert seen.count("began") == seen.count("ended") > 0


def test_a_loop_left_by_break_without_closing_leaves_nothing_behind() -> None:
    async def story() -> None:
        async for _ in run(numbered(50), [Stage("a", same), fold_of("f"), Stage("b", same)], 3):
            break

    asyncio.run(story())


def test_what_was_begun_is_finished_before_more_is_begun() -> None:
    """Six requests an item, on both sides of a fold, one request in flight, eight items at work."""
    asked: list[str] = []

    async def answer(request: Request, /) -> Reply:
        asked.append(request.messages[0].content)
        await asyncio.sleep(0)
        return Reply("")

    async def story() -> None:
        model = Limited(answer, in_flight=1)

        async def thrice(item: Scenario) -> list[Record]:
            for _ in range(3):
                await model(Request(model="m", messages=(Turn("user", item.text),)))
            return [item]

        fold = Fold("fold", lambda: lambda item: [item])
        stages: list[Stage | Fold] = [Stage("a", thrice), fold, Stage("b", thrice)]
        async for _ in run((Scenario(f"item {i}") for i in range(30)), stages, 8):
            pass

    asyncio.run(story())
    left: dict[str, int] = {}
    most = 0
    for item in asked:
        left[item] = left.get(item, 6) - 1
        most = max(most, sum(1 for requests in left.values() if requests))
    assert len(asked) == 180
    assert most <= 3
