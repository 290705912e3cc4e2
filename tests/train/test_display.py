"""What is shown of a training, and what it came to, as text."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from buttonup.train.curve import Point
from buttonup.train.display import as_text, shown, sparkline
from buttonup.train.fit import At
from buttonup.train.measured import Preferred
from buttonup.train.results import Results


def at(step: int, sitting: float) -> At:
    return At(Point(step, 2.0 / step, 1e-4, 50 * step, sitting), 4, sitting, 50 * step)


def test_a_falling_loss_is_a_falling_line_of_blocks() -> None:
    assert sparkline([]) == ""
    assert (sparkline([3.0]), sparkline([9.0, 9.0])) == ("▁", "▁▁")
    line = sparkline([9.0, 8.0, 5.0, 1.0])
    assert (line[0], line[-1]) == ("█", "▁")


def test_without_a_terminal_there_is_a_line_at_first_now_and_then_and_at_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with shown(quiet=False) as watch:
        for step, sitting in ((1, 1.0), (2, 2.0), (3, 12.0), (4, 13.0)):
            watch(at(step, sitting))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["step 1/4", "step 3/4", "step 4/4"]
    assert lines[0].endswith("loss 2.0000, 50 tokens/s")


@pytest.mark.parametrize(("quiet", "rank"), [(True, "0"), (False, "1")])
def test_quiet_and_all_processes_but_the_first_say_nothing(
    quiet: bool, rank: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", rank)
    with shown(quiet=quiet) as watch:
        watch(at(1, 1.0))
    assert capsys.readouterr().err == ""


def test_the_text_says_what_was_learnt_left_out_and_forgotten(results: Results) -> None:
    told = as_text(results, Path("out"))
    assert "2.0000 at first, 1.0000 at last" in told
    assert "Left out 3: too_long" in told
    assert "round 1 is forgotten: its loss rose by 0.2500" in told


def test_a_source_cannot_write_to_the_terminal(results: Results) -> None:
    hostile = replace(results, rows={"a\x1b[2Jb": 1})
    assert "\x1b" not in as_text(hostile, Path("out"))


def test_pairs_held_back_and_shared_adapters_are_told(results: Results) -> None:
    weighed = Preferred(pairs=8, loss=0.5, accuracy=0.75, low=0.4, high=0.9, margin=0.3)
    told = as_text(replace(results, preferred={"data": weighed}, shared=2), Path("out"))
    [row] = [line.split() for line in told.splitlines() if " to " in line]
    assert row == ["data", "8", "75.0", "%", "40.0", "to", "90.0", "0.5000", "0.3000"]
    assert "Adapters of 2 rounds are merged into out/shared" in told
