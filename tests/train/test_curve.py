"""The curve is there to be read at any time, and goes on where the training does."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from msgspec.structs import replace

from buttonup.store.lines import read_records
from buttonup.train.curve import Curve, Point, as_svg, smoothed

POINT = Point(1, 2.5, 1e-4, 100, 1.0)


def test_points_behind_the_checkpoint_are_made_again(tmp_path: Path) -> None:
    path = tmp_path / "curve.jsonl"
    first = Curve(path, 0)
    for step in range(1, 6):
        first.add(replace(POINT, step=step))
    path.write_bytes(path.read_bytes() + b'{"step": 6, "lo')  # killed in the middle
    again = Curve(path, 3)
    again.add(replace(POINT, step=4, loss=9.0))
    assert again.points == list(read_records(path, Point))
    assert [(p.step, p.loss) for p in again.points] == [(1, 2.5), (2, 2.5), (3, 2.5), (4, 9.0)]


def test_a_running_mean_lags_behind_and_starts_at_the_first_loss() -> None:
    assert smoothed([]) == []
    assert smoothed([4.0, 4.0, 2.0]) == [4.0, 4.0, 3.8]


def test_the_picture_is_xml_with_two_lines_whatever_its_title_says() -> None:
    points = [replace(POINT, step=n, loss=3.0 / n) for n in range(1, 5)]
    root = ET.fromstring(as_svg(points, "<script>&\"'"))
    assert len(root.findall("{*}polyline")) == 2
    assert "<script>&\"'" in [e.text for e in root.iter()]
    ET.fromstring(as_svg([], "no step yet"))


def test_losses_held_back_are_a_third_line_as_high_as_they_are() -> None:
    points = [replace(POINT, step=n, held_loss=4.0 if n % 2 else None) for n in range(1, 6)]
    root = ET.fromstring(as_svg(points, "pairs"))
    *_, held = root.findall("{*}polyline")
    assert len(str(held.get("points")).split()) == 3
    words = [e.text for e in root.iter()]
    assert "held back" in words
    assert "4.00" in words
