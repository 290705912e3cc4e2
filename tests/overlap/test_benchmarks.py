from __future__ import annotations

import gzip
import hashlib
import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.overlap.benchmarks import Benchmark, read_benchmark

Write = Callable[..., Path]


def texts(benchmark: Benchmark) -> list[tuple[str, str]]:
    return [(one.id, one.text) for one in benchmark.asked]


def task(id: str, *turns: str, function: Any = ()) -> str:
    """Give a task as BFCL lays it out."""
    question = [[{"role": "user", "content": t}] for t in turns]
    return json.dumps({"id": id, "question": question, "function": function}) + "\n"


def test_a_task_in_bfcls_layout_has_a_message_a_turn_and_functions(
    tmp_path: Path, function: Callable[..., dict[str, Any]]
) -> None:
    path = tmp_path / "BFCL_v4_own.json"
    shown = [function("math.factorial", "n")]
    path.write_text(task("own_0", "First.", "Then.", function=shown) + task("own_1", "Only."))
    read = read_benchmark(str(path))
    assert texts(read) == [("own_0/0", "First."), ("own_0/1", "Then."), ("own_1", "Only.")]
    assert [(s.id, s.function.name) for s in read.shown] == [("own_0", "math.factorial")]


def test_a_folder_is_read_whole_but_for_the_answers(
    tmp_path: Path, function: Callable[..., dict[str, Any]]
) -> None:
    for name in ("multi_turn_func_doc", "possible_answer"):
        (tmp_path / name).mkdir()
    (tmp_path / "a.json").write_text(task("a_0", "Hello there."))
    (tmp_path / "possible_answer" / "a.json").write_text('{"id": "a_0", "text": "secret"}\n')
    docs = tmp_path / "multi_turn_func_doc" / "files.json"
    docs.write_text(json.dumps(function("cd", "folder")) + "\n")
    (tmp_path / "README.md").write_text("Not data.")
    read = read_benchmark(str(tmp_path))
    assert texts(read) == [("a_0", "Hello there.")]
    assert [s.function.name for s in read.shown] == ["cd"]
    assert [(f.name, f.requests, f.functions) for f in read.files] == [
        ("a.json", 1, 0),
        ("files.json", 0, 1),
    ]
    assert read.files[1].sha256 == hashlib.sha256(docs.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.json", b'["One.", "Two."]'),
        ("lines.jsonl", b'"One."\n"Two."\n'),
        ("queries.jsonl", b'{"query": "One."}\n{"instruction": "Two."}\n'),
        ("zipped.jsonl.gz", gzip.compress(b'{"text": "One."}\n{"text": "Two."}\n', mtime=0)),
        ("plain.txt", b"One.\n\nTwo.\n"),
        ("chat.jsonl", b'{"messages": [{"role": "user", "content": "One."}]}\n"Two."\n'),
    ],
)
def test_lists_of_texts_and_of_conversations_are_read(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert [text for _, text in texts(read_benchmark(str(path)))] == ["One.", "Two."]


def test_rows_that_hold_nothing_known_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text('"One."\n{"a": 1}\nnot json\n[[[\n{"question": 5}\n{"messages": [7]}\n5\n')
    [file] = read_benchmark(str(path)).files
    assert (file.requests, file.unread) == (1, 6)


def test_what_is_no_benchmark_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no benchmark"):
        read_benchmark(str(tmp_path / "absent"))
    with pytest.raises(BadInput, match="no request and no function"):
        read_benchmark(str(tmp_path))
    broken = tmp_path / "broken.json.gz"
    broken.write_bytes(gzip.compress(b'"One."\n' * 1000)[:40])
    with pytest.raises(BadInput, match="cannot be read"):
        read_benchmark(str(broken))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a package of BFCL's name and shape, which must not be imported."""
    package = tmp_path / "site" / "bfcl_eval"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    (package / "data" / "BFCL_v4_own.json").write_text(task("own_0", "Hello there."))
    info = tmp_path / "site" / "bfcl_eval-2026.3.23.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bfcl-eval\nVersion: 2026.3.23\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    importlib.invalidate_caches()
    return package


def test_the_installed_bfcl_is_found_and_not_imported(installed: Path) -> None:
    read = read_benchmark("bfcl")
    assert (read.name, texts(read)) == ("bfcl-eval 2026.3.23", [("own_0", "Hello there.")])
    assert "bfcl_eval" not in sys.modules


def test_where_bfcl_is_not_installed_it_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buttonup.overlap.benchmarks.find_spec", lambda _: None)
    with pytest.raises(BadInput, match="evaluate --install bfcl"):
        read_benchmark("bfcl")


def test_bfcl_is_found_where_evaluate_has_installed_it(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("buttonup.overlap.benchmarks.find_spec", lambda _: None)
    read = read_benchmark("bfcl", installed.parent)
    assert (read.name, texts(read)) == ("bfcl-eval 2026.3.23", [("own_0", "Hello there.")])
