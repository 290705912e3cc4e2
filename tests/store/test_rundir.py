from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from buttonup.errors import BadInput
from buttonup.records import (
    Blueprint,
    CompositionalTask,
    Function,
    Rejection,
    Sample,
    Scenario,
    Trajectory,
    Usage,
    Verdict,
    decode,
    encode,
)
from buttonup.store.journal import Entry
from buttonup.store.rundir import Line, line_of, open_run

ACCEPTED = Sample(Trajectory(Blueprint(CompositionalTask("do it"))), (Verdict("known", True),))
FAILED = Sample(ACCEPTED.trajectory, (Verdict("known", False, "unknown_function"),))


def test_a_run_folder_holds_what_its_documentation_says(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "first"
    with open_run(folder, "n = 1\n", "abc") as run:
        run.journal()
        run.write(line_of(ACCEPTED, "gates"))
        run.write(line_of(FAILED, "gates"))
        run.write(line_of(Scenario("Baking"), "scenarios"))
        run.write(line_of(Rejection("atoms", "unfit"), ""))
        run.write_report(Usage(calls=1))
    names = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert names - {".lock"} == {
        "recipe.toml",
        "identity",
        "journal.sqlite",
        "accepted.jsonl",
        "rejected.jsonl",
        "rejections.jsonl",
        "records/scenarios.jsonl",
        "report.json",
    }
    assert (folder / "recipe.toml").read_text() == "n = 1\n"
    assert decode((folder / "accepted.jsonl").read_bytes(), Sample) == ACCEPTED
    assert decode((folder / "rejected.jsonl").read_bytes(), Sample) == FAILED


def test_the_line_of_a_sample_is_its_canonical_json_whichever_functions_it_shows() -> None:
    schema = {"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "integer"}}}
    shown = [Function("find", "Find “it”.", schema, {"type": "array"}), Function("put", "", {})]
    for functions in (shown, shown[::-1], [replace(shown[0], description="Look.")], shown, []):
        blueprint = Blueprint(CompositionalTask("do it"), tuple(functions))
        sample = Sample(Trajectory(blueprint), ACCEPTED.verdicts)
        assert line_of(sample, "gates") == Line("accepted.jsonl", encode(sample) + b"\n")


def test_the_same_recipe_goes_on_where_it_was(tmp_path: Path) -> None:
    entry = Entry(key="k", model="m", prompt="p", usage=Usage(1), request=b"", reply=b"r")

    async def put() -> None:
        await run.journal().put(entry)

    with open_run(tmp_path, "n = 1\n", "abc") as run:
        asyncio.run(put())
        run.write(line_of(ACCEPTED, "gates"))
    with open_run(tmp_path, "n = 2\n", "abc") as run:
        assert run.journal().get("k") == b"r"
        run.write(line_of(ACCEPTED, "gates"))
        run.write(line_of(ACCEPTED, "gates"))
    assert len((tmp_path / "accepted.jsonl").read_bytes().splitlines()) == 2
    assert (tmp_path / "recipe.toml").read_text() == "n = 2\n"


def test_another_recipe_is_refused_in_a_line_and_changes_nothing(tmp_path: Path) -> None:
    with open_run(tmp_path, "n = 1\n", "abc"):
        pass
    with pytest.raises(BadInput, match=r"another recipe.*--out"), open_run(tmp_path, "x", "xyz"):
        pass
    assert (tmp_path / "recipe.toml").read_text() == "n = 1\n"


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(BadInput, match="no run"), open_run(tmp_path, "", "abc"):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(BadInput, match="is a file"), open_run(tmp_path / "run", "", "abc"):
        pass
    with pytest.raises(BadInput, match="cannot use"), open_run(tmp_path / "run" / "x", "", "abc"):
        pass


def test_a_run_that_was_killed_before_it_was_marked_can_begin_again(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    (tmp_path / "identity.4711.part").write_text("ab")
    with open_run(tmp_path, "", "abc"):
        pass
    assert (tmp_path / "identity").read_text() == "abc\n"


def test_a_place_that_cannot_be_used_is_told_in_a_line(tmp_path: Path) -> None:
    too_long = tmp_path / ("x" * 300)
    with pytest.raises(BadInput, match="cannot use"), open_run(too_long, "", "abc"):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="takes on another user's rights for a moment")
@pytest.mark.parametrize("rights", [0o755, 0o700])
def test_another_users_folder_is_told_in_a_line(tmp_path: Path, rights: int) -> None:
    parent = tmp_path / "theirs"
    parent.mkdir()
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    parent.chmod(rights)
    os.seteuid(65534)
    try:
        with pytest.raises(BadInput, match="cannot use"), open_run(parent / "run", "", "abc"):
            pass
    finally:
        os.seteuid(0)


def test_a_mark_that_is_damaged_is_another_run(tmp_path: Path) -> None:
    (tmp_path / "identity").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="another recipe"), open_run(tmp_path, "", "abc"):
        pass


def test_a_report_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with open_run(tmp_path, "", "abc") as run:
        run.write_report(Usage(calls=1))
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(BadInput, match=r"report\.json.*make room"):
            run.write_report(Usage(calls=2))
        monkeypatch.undo()
    assert (tmp_path / "report.json").read_bytes() == b'{"calls":1}\n'


SECOND = """
import pathlib, sys
from buttonup.errors import BadInput
from buttonup.store.rundir import Line, line_of, open_run
try:
    with open_run(pathlib.Path(sys.argv[1]), "n = 2", "abc"):
        print("opened")
except BadInput as error:
    print(error)
"""


def test_two_processes_cannot_write_one_run(tmp_path: Path) -> None:
    def second() -> str:
        command = [sys.executable, "-c", SECOND, str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    with open_run(tmp_path, "n = 1", "abc"):
        assert "another process is working" in second()
        with pytest.raises(BadInput, match="working"), open_run(tmp_path, "n = 1", "abc"):
            pass
    with open_run(tmp_path, "n = 1", "abc"):
        pass
