from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.tools.sources.isolated.process import Isolated, environment_of

COUNTER = """
    STATE = [0]

    def count() -> int:
        STATE[0] += 1
        return STATE[0]
"""


def test_a_module_keeps_its_state_from_call_to_call(isolated: Any) -> None:
    async def use(process: Isolated) -> list[Any]:
        return [await process.ask("count", {}, 5) for _ in range(3)]

    assert isolated(COUNTER, use) == [1, 2, 3]


def test_a_new_worker_begins_in_the_state_right_after_the_import(isolated: Any) -> None:
    async def use(process: Isolated) -> list[Any]:
        told = [await process.ask("count", {}, 5)]
        await process.renew()
        return [*told, await process.ask("count", {}, 5)]

    assert isolated(COUNTER, use) == [1, 1]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("while True: pass", "no answer within 0.5 s"),
        ("import time; time.sleep(60)", "no answer within 0.5 s"),
        ("import os; os._exit(7)", "bad ended its process (exit status 7)"),
        ("import os; os.kill(os.getpid(), 11)", "bad ended its process (signal SIGSEGV)"),
        ("import os; os.closerange(3, 200)", "bad ended its process (exit status 0)"),
        ("raise KeyError('x')", "KeyError: 'x'"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("return 'x' * 5_000_000", "the result has 5,000,002 bytes; 100,000 is the most"),
        ("return bytearray(2_000_000_000)", "MemoryError: more than the 512 MB"),
        ("a = []; a.append(a); return a", "Circular reference"),
        ("return object()", "the result holds a object, which is nothing in JSON"),
        ("return bad", "the result holds a function, which is nothing in JSON"),
        ("return bad()", "RecursionError"),
    ],
)
def test_what_a_tool_does_wrong_costs_its_call_and_no_other(
    isolated: Any, body: str, told: str
) -> None:
    async def use(process: Isolated) -> list[Any]:
        return [await process.ask(name, {}, 0.5) for name in ("bad", "good", "bad", "good")]

    text = f"def bad():\n    {body}\n\ndef good():\n    return 'well'\n"
    first, after, again, at_last = isolated(text, use)
    assert told in first["error"]
    assert told in again["error"]
    assert (after, at_last) == ("well", "well")


@pytest.mark.parametrize(
    "body",
    [
        "print('x' * 100_000); import sys; sys.stdout.flush()",
        "import sys; sys.stderr.write('x' * 100_000); sys.stdin.read()",
        'import os; os.write(1, b\'{"id":1,"result":2}\\n\')',
        "import os; os.fork()",
        "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()",
        "import subprocess; subprocess.Popen(['sleep', '60'])",
        "import os; [os.write(f, b'{{{') for f in range(3, 30) if _there(f)]",
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    ],
)
def test_what_a_tool_does_beside_its_work_disturbs_nobody(isolated: Any, body: str) -> None:
    async def use(process: Isolated) -> list[Any]:
        told = [await process.ask("noisy", {}, 5) for _ in range(3)]
        await process.renew()
        return [*told, await process.ask("noisy", {}, 5)]

    text = f"""
    import stat, os

    def _there(fd):
        try:
            return stat.S_ISSOCK(os.fstat(fd).st_mode)
        except OSError:
            return False

    def noisy():
        {body}
        return "well"
    """
    assert isolated(text, use) == ["well"] * 4


def test_a_call_that_is_cancelled_leaves_no_answer_for_the_next(isolated: Any) -> None:
    async def use(process: Isolated) -> Any:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await process.ask("wait", {"n": 1}, 60)
        return await process.ask("wait", {"n": 0}, 5)

    text = "import time\ndef wait(n: int) -> int:\n    time.sleep(n * 60)\n    return n"
    assert isolated(text, use) == 0


def test_what_runs_threads_from_its_import_on_is_imported_anew(isolated: Any) -> None:
    async def use(process: Isolated) -> list[Any]:
        told = [await process.ask("count", {}, 5) for _ in range(2)]
        await process.renew()
        told.append(await process.ask("count", {}, 5))
        told.append(await process.ask("die", {}, 5))
        told.append(await process.ask("hang", {}, 0.5))
        return [*told, await process.ask("count", {}, 5)]

    text = f"""
    import os, threading, time
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    {COUNTER}
    def die():
        os._exit(1)

    def hang():
        time.sleep(60)
    """
    one, two, anew, died, hung, at_last = isolated(text, use)
    assert (one, two, anew, at_last) == (1, 2, 1, 1)
    assert died == {"error": "die ended its process"}
    assert "no answer" in hung["error"]


def test_a_worker_that_dies_between_two_calls_is_replaced(isolated: Any) -> None:
    async def use(process: Isolated) -> list[Any]:
        assert await process.ask("later", {}, 5) == "well"
        await asyncio.sleep(0.4)
        told = [await process.ask("later", {}, 5) for _ in range(2)]
        return [told[0], told[1]]

    text = """
    import os, threading

    def later():
        if not os.path.exists("/nowhere"):
            threading.Timer(0.2, os._exit, (9,)).start()
        return "well"
    """
    died, after = isolated(text, use)
    assert died == {"error": "later ended its process (exit status 9)"}
    assert after == "well"


# --- secrets --------------------------------------------------------------------------------------


def test_a_tool_sees_no_secret_but_those_that_are_named(
    isolated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_SECRET", "hidden")
    monkeypatch.setenv("MY_KEY", "shown")

    async def use(process: Isolated) -> Any:
        return await process.ask("seen", {}, 5)

    seen = isolated("import os\ndef seen():\n    return dict(os.environ)", use)
    assert "hidden" not in seen.values()
    assert "shown" not in seen.values()
    assert environment_of(("MY_KEY",))["MY_KEY"] == "shown"
    assert "MY_SECRET" not in environment_of(("MY_KEY",))


def test_a_variable_that_is_not_there_is_told() -> None:
    with pytest.raises(BadInput, match="there is no variable NOT_THERE_AT_ALL"):
        environment_of(("NOT_THERE_AT_ALL",))


# --- the import -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of"),
        ("def f(:", "SyntaxError"),
        ("import sys; sys.exit(1)", "SystemExit: 1"),
        ("import os; os._exit(1)", "its import ends the process"),
        ("x = 1", "it has no public function"),
        ("x = bytearray(2_000_000_000)", "MemoryError"),
    ],
)
def test_what_cannot_be_imported_is_told_in_words(isolated: Any, text: str, told: str) -> None:
    async def use(process: Isolated) -> None: ...

    with pytest.raises(BadInput, match=told):
        isolated(text, use)


def test_an_import_that_never_ends_is_ended(isolated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buttonup.tools.sources.isolated.process.OPENING", 0.5)

    async def use(process: Isolated) -> None: ...

    with pytest.raises(BadInput, match=r"its import takes more than 0\.5 s"):
        isolated("while True: pass", use)


# --- the end --------------------------------------------------------------------------------------


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def all_end(pids: list[int]) -> bool:
    """Say whether processes have ended within some seconds."""
    for _ in range(100):
        if not any(map(alive, pids)):
            return True
        time.sleep(0.05)
    return False


FAMILY = """
    import os, subprocess

    def family():
        child = subprocess.Popen(["sleep", "600"])
        return [os.getppid(), os.getpid(), child.pid]
"""


def test_nothing_is_left_when_the_context_ends(isolated: Any) -> None:
    async def use(process: Isolated) -> Any:
        return await process.ask("family", {}, 5)

    pids = isolated(FAMILY, use)
    assert all_end(pids)


def test_a_reset_ends_what_the_tools_have_started(isolated: Any) -> None:
    async def use(process: Isolated) -> Any:
        template, worker, child = await process.ask("family", {}, 5)
        await process.renew()
        assert all_end([worker, child])
        return alive(template)

    assert isolated(FAMILY, use) is True


KILLED = """
import asyncio, sys
from buttonup.tools.source import opened, Limits

async def main():
    async with opened("python:" + sys.argv[1], Limits(seconds=600)) as source:
        print(*await source.call("family", {}), flush=True)
        await source.call("hang", {})

asyncio.run(main())
"""


def test_all_end_when_we_are_killed_even_while_a_tool_hangs(tmp_path: Path) -> None:
    pytest.importorskip("docstring_parser", reason="the extra `tools` is not installed")
    file = tmp_path / "mine.py"
    hang = "\ndef hang():\n    while True: pass\n"
    file.write_text("\n".join(line[4:] for line in FAMILY.splitlines()) + hang, "utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = list(map(int, parent.stdout.readline().split()))
        assert len(pids) == 3
        time.sleep(0.2)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    assert all_end(pids)
