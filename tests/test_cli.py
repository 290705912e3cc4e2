from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from buttonup import __version__, cli
from buttonup.worlds.catalogue import WORLDS


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """The one line on stderr."""
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("buttonup: "), self.err
        return self.err


Command = Callable[..., Done]


@pytest.fixture
def buttonup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run the command in this process, in the test's folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "PROXY_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["buttonup", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, out, err)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Command:
    """Run the command as a process of its own, in the test's folder."""

    def run(*words: object, env: dict[str, str] | None = None) -> Done:
        told = subprocess.run(
            [sys.executable, "-m", "buttonup", *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )
        return Done(told.returncode, told.stdout, told.stderr)

    return run


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- run -----------------------------------------------------------------------------------------


def test_a_run_shows_the_funnel_a_sample_and_where_everything_is(
    process: Command, tmp_path: Path
) -> None:
    done = process("run", "-n", 20, "--out", "first")
    assert done.status == 0
    for words in ("accepted       20", "One of them:", "first/accepted.jsonl", "buttonup export"):
        assert words in done.out
    assert "20/20 accepted" in done.err
    assert (tmp_path / "first" / "accepted.jsonl").read_bytes().count(b"\n") == 20
    assert json.loads((tmp_path / "first" / "report.json").read_bytes())["accepted"] == 20


def test_the_printed_export_command_works_as_it_stands(buttonup: Command, tmp_path: Path) -> None:
    printed = buttonup("run", "-n", 3).out.splitlines()[-1].split()
    assert printed[:2] == ["Export", "buttonup"]
    assert buttonup(*printed[2:]).status == 0
    assert (tmp_path / "data.jsonl").read_bytes().count(b"\n") == 3


def test_neither_hashing_nor_concurrency_changes_a_byte(process: Command, tmp_path: Path) -> None:
    for hashing, concurrency in (("0", 1), ("1", 16), ("4711", 3)):
        out = f"run{hashing}"
        words = ("run", "-n", 12, "-q", "--out", out, "--concurrency", concurrency)
        done = process(*words, env={"PYTHONHASHSEED": hashing})
        assert (done.status, done.out, done.err) == (0, "", "")
    made = {(tmp_path / f"run{h}" / "accepted.jsonl").read_bytes() for h in ("0", "1", "4711")}
    assert len(made) == 1


def test_a_second_run_goes_on_and_changes_nothing(buttonup: Command, tmp_path: Path) -> None:
    words = ("run", "-n", 4, "--out", "run")
    first = buttonup(*words)
    before = files(tmp_path / "run")
    again = buttonup(*words, "--resume")
    assert (again.status, again.out) == (0, first.out)
    assert files(tmp_path / "run") == before


def test_resume_starts_afresh_where_there_is_nothing(buttonup: Command) -> None:
    assert buttonup("run", "-n", 1, "--out", "new", "--resume").status == 0


def test_another_recipe_in_the_same_folder_is_refused(buttonup: Command, tmp_path: Path) -> None:
    buttonup("run", "-n", 2, "--out", "run")
    before = files(tmp_path / "run")
    for other in (("--seed", 1), ("--tools", "worlds:museum"), ("--set", "plan.optional=0.5")):
        done = buttonup("run", "-n", 2, "--out", "run", *other)
        assert done.status == 2
        assert "another recipe; give another --out" in done.told
    assert files(tmp_path / "run") == before


def test_a_recipe_names_its_folder(buttonup: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("n = 2\n")
    assert "runs/mine/accepted.jsonl" in buttonup("run", "mine.toml").out
    assert "runs/default/accepted.jsonl" in buttonup("run", "-n", 1).out


def test_the_recipe_that_a_run_leaves_makes_the_same_run(buttonup: Command, tmp_path: Path) -> None:
    buttonup("run", "-n", 3, "--out", "run", "--set", "plan.shapes={chain=1, fan_in=2}")
    assert buttonup("run", "run/recipe.toml", "--out", "again").status == 0
    made = [(tmp_path / name / "accepted.jsonl").read_bytes() for name in ("run", "again")]
    assert made[0] == made[1]


def test_a_run_that_ends_short_says_so(buttonup: Command) -> None:
    deep = ("--set", "plan.shapes={diamond=1}", "--set", "plan.depth={10=1}")
    scant = ("--set", "patience=2", "--set", "plan.tries=1", *deep)
    done = buttonup("run", "-n", 4, "--out", "run", *scant)
    assert done.status == 3
    assert "of 4 samples" in done.err
    assert "no_plan" in buttonup("report", "run").out


# --- wrong input: one line, exit 2, nothing left behind ------------------------------------------

TEXT_FIRST = ("run", "--tools", "simulated", "--teacher", "m")
CLOSED = "http://127.0.0.1:9/v1"

WRONG: dict[str, tuple[object, ...]] = {
    "No such command 'make'": ("make",),
    "No such option '--nope'": ("run", "--nope"),
    "is not a valid integer": ("run", "-n", "many"),
    "unexpected extra argument": ("run", "a.toml", "b.toml"),
    "Missing argument": ("report",),
    "give --format, or --tokenizer": ("export", "x", "--out", "y"),
    "rows are either in a format or token ids": (
        *("export", "x", "--format", "openai", "--tokenizer", "t", "--out", "y"),
    ),
    "there is no moon; give a .jinja file": ("templates", "moon"),
    "cannot read missing.toml": ("run", "missing.toml"),
    "broken.toml is not TOML": ("run", "broken.toml"),
    "unknown field `samples`": ("run", "key.toml"),
    "unknown field `deep` - at `$.plan`": ("run", "nested.toml"),
    "Expected `int`, got `str` - at `$.n`": ("run", "type.toml"),
    "Expected `int` >= 1 - at `$.n`": ("run", "-n", 0),
    "--set plan; write it as KEY=VALUE": ("run", "--set", "plan"),
    "there is no world 'moon'; choose from": ("run", "--tools", "worlds:moon"),
    "there is no file t.py": ("run", "--tools", "python:t.py"),
    "'soap:serve' is no source of tools": ("run", "--tools", "soap:serve"),
    "a budget needs prices, and there is none for m": (*TEXT_FIRST, "--budget", 1),
    "cannot read the prices in none.toml": (*TEXT_FIRST, "--prices", "none.toml"),
    "Expected `float` >= 0.0 - at `$.budget`": ("run", "--budget", -1),
    "give --dry-run too": ("run", "--pilot", 3),
    "give --teacher MODEL": ("run", "--tools", "simulated"),
    "user needs a model to ask": ("run", "--set", 'simulate.user="llm"'),
    "m would judge what it wrote itself (rewrite)": (
        "run",
        "--teacher",
        "m",
        "--set",
        "judge.votes=1",
    ),
    "judge needs a model to ask": ("run", "--set", "judge.votes=1"),
    "a trial needs a model to be the judge": ("trial", "--out", "x"),
    "start the server, or mend --base-url": (*TEXT_FIRST, "--base-url", CLOSED),
    "the base URL is no address": (*TEXT_FIRST, "--base-url", "localhost"),
    "Missing option '--out'": ("trial", "--teacher", "m"),
    "no seed file at none.jsonl": (*TEXT_FIRST, "--seeds", "none.jsonl"),
    "the seed file empty is empty": (*TEXT_FIRST, "--seeds", "empty"),
    "no seed conversation in garbage": (*TEXT_FIRST, "--seeds", "garbage"),
    "seeds are for text first": ("run", "--seeds", "garbage"),
    "garbage is a file; give a folder": ("run", "--out", "garbage"),
    "cannot use garbage/run: Not a directory": ("run", "--out", "garbage/run"),
    "other holds files that are no run": ("run", "--out", "other"),
    "other holds no run": ("report", "other"),
    "nowhere holds no run": ("export", "nowhere", "--format", "openai", "--out", "x"),
    "there is no file nowhere": ("check", "nowhere"),
    "empty is empty": ("check", "empty"),
    "garbage holds no row in a known format": ("check", "garbage"),
    "binary holds no row in a known format": ("check", "binary"),
    "--split-by 90,10": ("export", "run", "--format", "trl", "--out", "x", "--split-by", "90,10"),
    "two or three shares": (
        "export",
        "run",
        "--format",
        "trl",
        "--out",
        "x",
        "--split-by",
        ".5,.4",
    ),
    "--max-failing 1e9": ("check", "garbage", "--max-failing", "1e9"),
    "there is no format 'parquet'": ("check", "garbage", "--format", "parquet"),
    "there is no world 'moon'; choose": ("worlds", "moon"),
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_input_is_told_in_one_line_and_leaves_nothing(
    words: str, buttonup: Command, tmp_path: Path
) -> None:
    for name, content in {
        "broken.toml": b"n = = 3\n",
        "key.toml": b"samples = 3\n",
        "nested.toml": b"[plan]\ndeep = 3\n",
        "type.toml": b'n = "ten"\n',
        "empty": b"",
        "garbage": b"neither JSON\nnor a dataset\n",
        "binary": bytes(range(256)) * 9,
        "other/notes.txt": b"mine",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    before = files(tmp_path)
    done = buttonup(*WRONG[words])
    assert (done.status, done.out) == (2, "")
    assert words in done.told
    assert files(tmp_path) == before
    assert list(tmp_path.glob("runs/*")) == []


def test_no_command_shows_the_help(buttonup: Command) -> None:
    done = buttonup()
    assert done.status == 2
    assert "\n  run " in done.err + done.out
    helped = buttonup("--help")
    assert helped.status == 0
    assert "130 interrupted" in helped.out


def test_a_wrong_word_in_a_real_process_brings_no_traceback(process: Command) -> None:
    done = process("run", "--set", "plan.shapes.star=1")
    assert done.status == 2
    assert "plan.shapes has no star; choose from chain" in done.told


def test_a_read_only_parent_is_named(buttonup: Command, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    if os.access(locked, os.W_OK):
        pytest.skip("this user may write anywhere")
    done = buttonup("run", "-n", 1, "--out", "locked/run")
    assert done.status == 2
    assert "cannot use locked/run: Permission denied" in done.told


def test_two_processes_do_not_work_in_one_folder(buttonup: Command, tmp_path: Path) -> None:
    buttonup("run", "-n", 1, "--out", "run")
    before = files(tmp_path / "run")
    with (tmp_path / "run" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = buttonup("run", "-n", 2, "--out", "run")
    assert done.status == 2
    assert "another process is working in run" in done.told
    assert files(tmp_path / "run") == before


@pytest.fixture
def refusing() -> Any:
    """Give the address of an endpoint that refuses every key, as some do in the key's words."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.end_headers()
            self.wfile.write(self.headers.get("Authorization", "").encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def test_a_refused_key_is_told_by_its_variable_never_by_itself(
    refusing: str, buttonup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = buttonup(*TEXT_FIRST, "--base-url", refusing)
    assert none.status == 2
    assert "set OPENAI_API_KEY to a key that is valid" in none.told
    monkeypatch.setenv("PROXY_KEY", "sk-very-secret")
    named = ("--set", "teacher.key_env=PROXY_KEY")
    wrong = buttonup(*TEXT_FIRST, "--base-url", refusing, *named)
    assert wrong.status == 2
    assert "the key in PROXY_KEY" in wrong.told
    assert "very-secret" not in wrong.told
    assert not (tmp_path / "runs").exists()


# --- report, export, check, worlds ---------------------------------------------------------------


@pytest.fixture
def made(buttonup: Command, tmp_path: Path) -> Path:
    """Make a run of five samples, in the folder `run`."""
    assert buttonup("run", "-n", 5, "-q", "--out", "run").status == 0
    return tmp_path / "run"


def test_a_report_is_a_page_in_the_folder_of_the_run_or_where_it_is_wanted(
    buttonup: Command, made: Path, tmp_path: Path
) -> None:
    assert buttonup("report", "run", "--html").out == "run/report.html\n"
    assert buttonup("report", "run", "--html", "mailed.html").status == 0
    page = (tmp_path / "mailed.html").read_bytes()
    assert page == (made / "report.html").read_bytes()
    assert b"<!doctype html>" in page
    assert "give one of them" in buttonup("report", "run", "--html", "--json").told
    assert "cannot write" in buttonup("report", "run", "--html", "nowhere/at/all.html").told


def test_a_report_is_for_people_and_for_programs(buttonup: Command, made: Path) -> None:
    text = buttonup("report", "run")
    assert text.status == 0
    assert "5 of 5 wanted accepted" in text.out
    told = json.loads(buttonup("report", "run", "--json").out)
    assert told["accepted"] == 5
    assert told["ending"]["wanted"] == 5


@pytest.mark.parametrize("name", ["button", "openai", "sharegpt", "hermes", "ms-swift"])
def test_an_export_passes_the_check_and_is_not_overwritten(
    name: str, buttonup: Command, made: Path, tmp_path: Path
) -> None:
    words = ("export", "run", "--format", name, "--out", "data.jsonl")
    first = buttonup(*words)
    assert (first.status, first.out) == (0, f"5 samples to data.jsonl ({name})\n")
    checked = buttonup("check", "data.jsonl")
    assert checked.status == 0
    assert "5 lines, 5 pass all" in checked.out
    before = files(tmp_path)
    again = buttonup(*words)
    assert again.status == 2
    assert "data.jsonl exists" in again.told
    assert files(tmp_path) == before
    assert buttonup(*words, "--force").status == 0


def test_an_export_may_be_parted_into_splits_and_shards(
    buttonup: Command, made: Path, tmp_path: Path
) -> None:
    words = ("export", "run", "--format", "trl", "--out", "data.jsonl", "--shards", "2")
    done = buttonup(*words, "--split-by", "0.5,0.5")
    assert done.status == 0
    counts = {name: int(n) for n, name in re.findall(r"(?m)^  (\d+) (\w+)$", done.out)}
    assert set(counts) == {"train", "test"}
    assert sum(counts.values()) == 5
    for split, n in counts.items():
        files = sorted(tmp_path.glob(f"data-{split}-0000?-of-00002.jsonl"))
        assert sum(len(file.read_text().splitlines()) for file in files) == n
    assert buttonup(*words, "--split-by", "0.5,0.5").status == 2


def test_negatives_are_counted_by_what_is_wrong_in_one_line(
    buttonup: Command, made: Path, tmp_path: Path
) -> None:
    words = ("negatives", "run", "--out", "pairs.jsonl")
    first = buttonup(*words)
    assert first.status == 0
    rows = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    counts = Counter(row["corruption"] for row in rows)
    told = ", ".join(f"{name} {counts[name]}" for name in sorted(counts))
    assert first.out == f"{len(rows)} pairs to pairs.jsonl: {told}\n"
    assert buttonup(*words).status == 2
    assert buttonup(*words, "--force").status == 0


def test_a_check_of_spoilt_data_names_line_gate_and_reason(
    buttonup: Command, made: Path, tmp_path: Path
) -> None:
    buttonup("export", "run", "--format", "openai", "--out", "data.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "data.jsonl").read_text().splitlines()]
    call = next(m for m in rows[2]["messages"] if m.get("tool_calls"))["tool_calls"][0]
    call["function"]["name"] = "no_such_function"
    rows[4]["messages"] = rows[4]["messages"][:-1]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    done = buttonup("check", "data.jsonl", "--json")
    assert done.status == 3
    told = json.loads(done.out)
    assert (told["lines"], told["passed"]) == (5, 3)
    named = {(f["line"], f["gate"], f["reason"]) for f in told["failures"]}
    assert (3, "functions", "unknown_function") in named
    assert {line for line, _, _ in named} == {3, 5}
    assert any(line == 5 and gate == "structure" for line, gate, _ in named)

    text = buttonup("check", "data.jsonl")
    assert text.status == 3
    assert "line 3: functions: unknown_function" in text.out
    assert "5 lines, 3 pass all" in text.out


@pytest.mark.parametrize(
    ("limit", "status"), [("0", 3), ("1", 0), ("20%", 0), ("19.9%", 3), ("0%", 3)]
)
def test_a_check_fails_only_above_what_the_user_allows(
    buttonup: Command, tmp_path: Path, limit: str, status: int
) -> None:
    said = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello."}]
    rows = [{"messages": said}] * 4 + [{"messages": said[:1]}]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert buttonup("check", "data.jsonl", "--max-failing", limit).status == status


def test_a_check_says_what_it_could_not_ask(buttonup: Command, tmp_path: Path) -> None:
    said = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello."}]
    (tmp_path / "data.json").write_text(json.dumps([{"messages": said}, {"messages": said}]))
    out = buttonup("check", "data.json").out
    assert "2 lines, 2 pass all gates that could be asked" in out
    assert "not asked, for want of information:" in out
    assert "2 replay: no world is known" in out
    told = json.loads(buttonup("check", "data.json", "--json").out)
    assert (told["lines"], told["passed"], told["failures"]) == (2, 2, [])
    assert (told["asked"]["structure"], told["asked"]["replay"]) == (2, 0)


def test_hostile_text_in_a_dataset_does_not_reach_the_terminal_as_it_is(
    buttonup: Command, tmp_path: Path
) -> None:
    row = {
        "messages": [{"role": "user", "content": "hi"}, {"role": "\x1b[2J\u202e", "content": ""}]
    }
    (tmp_path / "data.jsonl").write_text(json.dumps(row) + "\n")
    out = buttonup("check", "data.jsonl").out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_worlds_are_listed_and_told(buttonup: Command) -> None:
    listed = buttonup("worlds")
    assert listed.status == 0
    assert [line.split()[0] for line in listed.out.splitlines()] == list(WORLDS)
    told = buttonup("worlds", "library")
    assert told.status == 0
    assert "Requests it gives:" in told.out
    functions = json.loads(buttonup("worlds", "library", "--json").out)
    assert {f["name"] for f in functions} == set(WORLDS["library"].functions)


def test_the_version_is_told(buttonup: Command) -> None:
    assert buttonup("--version").out == f"buttonup, version {__version__}\n"


def test_a_reader_that_goes_away_is_no_bug(made: Path) -> None:
    words = f"{sys.executable} -m buttonup report {made} | true"
    told = subprocess.run(words, check=False, shell=True, capture_output=True, text=True)
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("words", ["report {0} --json", "check {0}", "check {0} --json"])
def test_a_full_disk_behind_the_output_is_told_in_a_line(made: Path, words: str) -> None:
    line = f"{sys.executable} -m buttonup {words.format(made)} >/dev/full"
    told = subprocess.run(line, check=False, shell=True, capture_output=True, text=True)
    full = "buttonup: cannot write the output: No space left on device; make room\n"
    assert (told.returncode, told.stderr) == (2, full)


# --- tools ----------------------------------------------------------------------------------------


def test_your_tools_are_listed_with_what_is_doubtful_in_them(
    buttonup: Command, tmp_path: Path
) -> None:
    pytest.importorskip("docstring_parser", reason="the extra `tools` is not installed")
    (tmp_path / "shop.py").write_text(
        "print('junk')\n"
        "def find(kind: str) -> list[str]:\n    'Find pets.'\n    return [kind]\n"
        "def sell(kind): ...\n",
        "utf-8",
    )
    (tmp_path / "more.json").write_text('[{"name": "find"}]', "utf-8")
    done = buttonup("tools", "python:shop.py", "json:more.json")
    assert done.status == 0
    for told in (
        "find(kind: string) -> [string]   unknown",
        "more_find()   simulated",
        "? no_description, untyped:kind",
        "3 tools (2 unknown, 1 simulated)",
    ):
        assert told in done.out
    assert "junk" not in done.out
    shown = buttonup("tools", "python:shop.py", "--exclude", "se*", "--json").out
    (find,) = json.loads(shown)
    assert (find["name"], find["doubts"]) == ("find", ["undescribed:kind"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("tools",), "Missing argument 'SOURCE...'"),
        (("tools", "shop.py"), "'shop.py' is no source of tools; write json:…"),
        (("tools", "json:none.json"), "cannot read none.json: No such file or directory"),
        (("tools", "json:a.json", "--include", "x"), "no tool is called 'x'; there are a, …"),
        (("tools", "json:a.json", "--out", "b.toml"), "--out is for what a model proposes"),
        (("tools", "json:a.json", "--overlay", "none.toml"), "cannot read none.toml"),
        (("tools", "json:a.json", "--teacher", "m", "--json"), "--json and --teacher together"),
    ],
)
def test_tools_that_cannot_be_listed_are_told_in_one_line(
    buttonup: Command, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "a.json").write_text('[{"name": "a"}]', "utf-8")
    done = buttonup(*words)
    assert (done.status, done.out) == (2, "")
    assert told in done.told


# --- dedup and contamination ---------------------------------------------------------------------


def chats(path: Path, *requests: str) -> Path:
    """Write a dataset, a row a request."""
    rows = [{"messages": [{"role": "user", "content": r}], "tools": []} for r in requests]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def test_dedup_keeps_the_first_and_says_where_the_others_are(
    buttonup: Command, tmp_path: Path
) -> None:
    path = chats(tmp_path / "data.jsonl", "Hire bike BK-1 today.", "Hire bike BK-2 tomorrow.")
    done = buttonup("dedup", path, "--by", "exact", "--out", "kept.jsonl")
    assert (done.status, done.err) == (0, "")
    assert "1 requests kept, in kept.jsonl" in done.out
    assert len((tmp_path / "kept.jsonl").read_text().splitlines()) == 1
    [gone] = (tmp_path / "kept.jsonl.dropped.jsonl").read_text().splitlines()
    assert json.loads(gone)["twin_line"] == 1
    again = buttonup("dedup", path, "--by", "exact", "--out", "kept.jsonl")
    assert (again.status, "exists" in again.told) == (2, True)


def test_contamination_ends_with_3_when_there_is_a_hit_and_with_0_when_there_is_none(
    buttonup: Command, tmp_path: Path
) -> None:
    task = "Find the area of a triangle with a base of 10 units and a height of 5 units."
    (tmp_path / "bench.txt").write_text(task)
    chats(tmp_path / "clean.jsonl", "Hire a bike for me in Ghent, please, for two days.")
    chats(tmp_path / "dirty.jsonl", f"Please help. {task}")
    clean = buttonup("contamination", "clean.jsonl", "--against", "bench.txt")
    assert (clean.status, clean.err) == (0, "")
    words = ["contamination", "dirty.jsonl", "--against", "bench.txt", "--out", "told.json"]
    dirty = buttonup(*words)
    assert dirty.status == 3
    assert "hit 1.00: bench.txt:1" in dirty.out
    told = json.loads((tmp_path / "told.json").read_text())
    assert (told["clean"], told["against"][0]["files"][0]["requests"]) == (False, 1)
    assert (buttonup(*words).status, buttonup(*words, "--force").status) == (2, 3)


def test_an_export_against_a_benchmark_has_its_certificate_beside_it(
    buttonup: Command, tmp_path: Path
) -> None:
    buttonup("run", "-n", 2, "--tools", "worlds:library", "--out", "r", "-q")
    words = ["export", "r", "--format", "openai", "--out", "x.jsonl", "--against"]
    assert "there is no benchmark" in buttonup(*words, "absent").told
    assert not (tmp_path / "x.jsonl").exists()
    (tmp_path / "bench.txt").write_text("Find the area of a triangle with a base of 10 units.")
    assert buttonup(*words, "bench.txt").status == 0
    told = json.loads((tmp_path / "x.jsonl.contamination.json").read_text())
    assert (told["file"], told["samples"], told["clean"]) == ("x.jsonl", 2, True)


# --- evaluate -------------------------------------------------------------------------------------


def test_an_evaluation_needs_a_suite_and_a_model(buttonup: Command) -> None:
    assert "--suite is missing" in buttonup("evaluate").told
    lacking = buttonup("evaluate", "--suite", "worlds")
    assert (lacking.status, "--model is missing" in lacking.told) == (2, True)


def test_what_is_no_evaluation_is_not_compared(buttonup: Command, tmp_path: Path) -> None:
    done = buttonup("evaluate", "--compare", str(tmp_path), str(tmp_path))
    assert (done.status, "holds no evaluation" in done.told) == (2, True)


def test_a_suite_that_is_not_installed_says_how(
    buttonup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUTTONUP_BFCL", str(tmp_path / "none"))
    done = buttonup("evaluate", "--suite", "bfcl", "--model", "m", "--out", str(tmp_path / "e"))
    assert (done.status, "evaluate --install bfcl" in done.told) == (2, True)
