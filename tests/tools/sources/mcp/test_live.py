from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.tools.source import Away, Limits, Source, opened

Json = Any
Use = Callable[[Source], Awaitable[Any]]
EXAMPLE = Path(__file__).parents[4] / "examples" / "mcp" / "lost_and_found.py"
LIMITS = Limits(seconds=5)

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")


def using(spec: str, use: Use, limits: Limits = LIMITS, env: tuple[str, ...] = ()) -> Any:
    async def story() -> Any:
        async with opened(f"mcp:{spec}", limits, env) as source:
            return await use(source)

    return asyncio.run(story())


async def calls(source: Source, *wanted: tuple[str, Json]) -> list[Json]:
    return [await source.call(name, arguments) for name, arguments in wanted]


def test_what_a_server_gives_is_data(bad: str) -> None:
    async def use(source: Source) -> list[Json]:
        return await calls(
            source,
            ("add", {"a": 1, "b": 2}),
            ("said", {"text": '{"a": [1]}'}),
            ("said", {"text": "plain"}),
            ("picture", {}),
            ("fails", {}),
            ("nobody", {}),
            ("prints", {}),
            ("said", {"text": "still there"}),
        )

    assert using(bad, use) == [
        {"result": 3},
        {"a": [1]},
        "plain",
        {"type": "image", "media": "image/png", "bytes": 10},
        {"error": "Error executing tool fails: there is no such thing"},
        {"error": "There is no function 'nobody'."},
        "done",
        "still there",
    ]


def test_arguments_that_do_not_fit_are_the_servers_to_refuse(bad: str) -> None:
    (result,) = using(bad, lambda s: calls(s, ("add", {"a": "x"})))
    assert list(result) == ["error"]


@pytest.mark.parametrize(
    ("name", "says"),
    [("dies", "the server ended: last words"), ("hangs", "no answer within 1.5 s")],
)
def test_a_server_that_dies_or_hangs_costs_its_call_and_is_started_again(
    bad: str, name: str, says: str
) -> None:
    async def use(source: Source) -> list[Json]:
        return await calls(source, ("counted", {}), (name, {}), ("counted", {}))

    first, failed, again = using(bad, use, Limits(seconds=1.5))
    assert failed == {"error": says}
    assert again["count"] == 1
    assert again["pid"] != first["pid"]


def test_a_reset_starts_the_server_anew_unless_it_is_to_be_reused(bad: str) -> None:
    async def use(source: Source) -> list[int]:
        counts = [(await source.call("counted", {}))["count"]]
        await source.reset()
        return [*counts, (await source.call("counted", {}))["count"]]

    assert using(bad, use) == [1, 1]
    assert using(f"--reuse {bad}", use) == [1, 2]


def test_a_result_that_is_too_large_costs_its_call_alone(bad: str) -> None:
    async def use(source: Source) -> list[Json]:
        return await calls(
            source,
            ("megabytes", {"count": 1}),
            ("megabytes", {"count": 20}),
            ("add", {"a": 1, "b": 1}),
        )

    large, larger, after = using(bad, use)
    assert large == {"error": "the result is larger than 100000 bytes"}
    assert list(larger) == ["error"]
    assert after == {"result": 2}


@pytest.mark.skipif(sys.platform != "linux", reason="no other system limits it")
def test_memory_has_a_limit(bad: str) -> None:
    async def use(source: Source) -> list[Json]:
        return await calls(source, ("eats", {"count": 600}), ("eats", {"count": 10}))

    too_much, enough = using(bad, use, Limits(seconds=5, megabytes=300))
    assert list(too_much) == ["error"]
    assert enough == {"result": 10 * 2**20}


def test_a_server_sees_only_the_variables_that_are_named(
    bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_A", "a")
    monkeypatch.setenv("SECRET_B", "b")
    (seen,) = using(bad, lambda s: calls(s, ("sees", {})), env=("SECRET_A",))
    assert "SECRET_A" in seen["result"]
    assert "SECRET_B" not in seen["result"]
    assert "PATH" in seen["result"]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_nothing_of_a_server_is_left_when_it_is_closed(bad: str) -> None:
    async def use(source: Source) -> list[Json]:
        return await calls(source, ("counted", {}), ("leaves", {}))

    server, left = using(bad, use)
    deadline = time.monotonic() + 5
    while (alive(server["pid"]) or alive(left["result"])) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(server["pid"])
    assert not alive(left["result"])


def test_calls_may_come_from_several_tasks_at_once(bad: str) -> None:
    async def use(source: Source) -> list[Json]:
        given: list[Json] = await asyncio.gather(
            *(source.call("add", {"a": n, "b": 0}) for n in range(20))
        )
        return given

    assert using(bad, use) == [{"result": n} for n in range(20)]


def test_a_server_over_http_is_called_and_keeps_its_state(over_http: str) -> None:
    async def use(source: Source) -> list[Json]:
        one = await calls(source, ("add", {"a": 1, "b": 2}), ("fails", {}), ("counted", {}))
        await source.reset()
        return [*one, *await calls(source, ("counted", {}))]

    added, failed, first, second = using(over_http, use)
    assert added == {"result": 3}
    assert failed["error"].endswith("there is no such thing")
    assert (first["count"], second["count"]) == (1, 2)


def test_a_server_over_http_that_dies_costs_its_call_and_is_away_for_the_next(
    over_http: str,
) -> None:
    async def use(source: Source) -> tuple[list[Json], int]:
        died = await calls(source, ("dies", {}))
        with pytest.raises(Away, match="connection"):
            await calls(source, ("add", {"a": 1, "b": 2}))
        return died, source.losses

    [died], losses = using(over_http, use)
    assert (list(died), losses) == (["error"], 1)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("no-such-command x", "there is no command 'no-such-command'"),
        ("false", "is no MCP server that answers"),
        ("http://127.0.0.1:1/mcp", "is no MCP server that answers"),
        ("http://127.0.0.1:1/mcp auth=NOT_SET_AT_ALL", "the variable NOT_SET_AT_ALL is not set"),
    ],
)
def test_a_server_that_cannot_be_had_is_told(spec: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        using(spec, calls)


def test_the_example_finds_and_claims() -> None:
    async def use(source: Source) -> list[Json]:
        assert [tool.writes for tool in source.tools] == [False, False, True]
        return await calls(
            source,
            ("find_items", {"found_at": "tram 9"}),
            ("claim_item", {"item_id": "LF-217", "name": "Ann Lee"}),
            ("claim_item", {"item_id": "LF-217", "name": "Bo"}),
            ("get_item", {"item_id": "LF-217"}),
        )

    found, receipt, refused, item = using(f"{sys.executable} {EXAMPLE}", use)
    assert [one["item_id"] for one in found["result"]] == ["LF-217", "LF-204"]
    assert receipt == {"receipt_id": "R-217", "item_id": "LF-217", "fee": 5.0}
    assert refused["error"].endswith("LF-217 is claimed already.")
    assert item["claimed_by"] == "Ann Lee"
