"""Counted part by part, a file gives what it gives as a whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from buttonup.engine.counted import Counted, counted_in
from buttonup.engine.variety import NGRAMS_OF
from buttonup.errors import BadInput
from buttonup.records import (
    Assistant,
    Blueprint,
    Call,
    CompositionalTask,
    Function,
    Sample,
    Tools,
    Trajectory,
    User,
    encode,
)
from buttonup.store.lines import STRETCH, Stretch, stretches


def line(n: int) -> bytes:
    """Give the line of a sample that is like some and unlike others."""
    request = f"find {n % 7} bikes in {'town' if n % 3 else 'the old harbour'}"
    calls = tuple(Call.of(f"call_{i}", f"find_{n % 5}", {}) for i in range(n % 4))
    blueprint = Blueprint(CompositionalTask(request), tools=Tools("worlds", (f"world_{n % 2}",)))
    messages = (User(request), Assistant(calls=calls), Assistant(answer="done"))
    return encode(Sample(Trajectory(blueprint, messages))) + b"\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "accepted.jsonl"
    path.write_bytes(b"".join(map(line, range(3 * STRETCH - 5))))
    return path


def joined(parts: list[Stretch]) -> Counted:
    counted = Counted()
    for part in parts:
        counted.join(counted_in(part))
    return counted


def test_parts_give_together_what_the_whole_gives(file: Path) -> None:
    parts = list(stretches(file))
    assert len(parts) == 3
    whole = counted_in(Stretch(file, 0, 0, 3 * STRETCH - 5))
    assert joined(parts) == whole
    assert joined(parts[::-1]) == whole
    assert whole.tally.variety().ngrams_of == whole.tally.samples == 3 * STRETCH - 5


def test_the_first_requests_are_those_whose_ngrams_are_counted(file: Path) -> None:
    late = counted_in(Stretch(file, NGRAMS_OF - 2, 0, STRETCH))
    assert (late.tally.samples, late.tally.ngrams_of) == (STRETCH, 2)


def test_a_line_that_is_no_sample_is_bad_input(file: Path) -> None:
    file.write_bytes(line(0) + b'{"no": "sample"}\n')
    with pytest.raises(BadInput, match=r"accepted\.jsonl:2 is not a Sample"):
        joined(list(stretches(file)))


def test_other_processes_count_the_same(file: Path) -> None:
    ask = (
        "import sys; from pathlib import Path; from buttonup.engine.counted import counted_in; "
        "from buttonup.store.lines import stretches; "
        "print(sorted(counted_in(next(stretches(Path(sys.argv[1])))).tally.ngrams[3]))"
    )
    mine = sorted(counted_in(next(stretches(file))).tally.ngrams[3])
    for _ in range(2):
        told = subprocess.run(
            [sys.executable, "-c", ask, str(file)], capture_output=True, text=True, check=True
        )
        assert told.stdout.strip() == str(mine)


def test_a_worker_that_counts_or_exports_loads_no_world() -> None:
    ask = (
        "import sys, buttonup.engine.counted, buttonup.formats.export; "
        "print([name for name in sys.modules if name.startswith('buttonup.worlds')])"
    )
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_functions_shown_are_counted_and_their_definitions_are_part_of_the_length(
    tmp_path: Path,
) -> None:
    shown = Function("find", "Find bïkes.", {"type": "object"})
    blueprint = Blueprint(CompositionalTask("go"), functions=(shown,))
    path = tmp_path / "accepted.jsonl"
    path.write_bytes(encode(Sample(Trajectory(blueprint, (User("go"),)))) + b"\n")
    counted = counted_in(Stretch(path, 0, 0, 1))
    assert counted.offered == {"find": 1}
    assert counted.lengths.characters == {len(encode(shown).decode()) + 2: 1}
