from __future__ import annotations

from pathlib import Path

import pytest
from tests.view.pages.conftest import indexed

from buttonup.errors import BadInput
from buttonup.records import decode
from buttonup.store.marks import Said
from buttonup.view.pages import Viewed, curate


def test_what_is_said_is_kept_in_the_runs_folder(viewed: Viewed) -> None:
    curate.change(viewed, "accepted-2", b'{"mark":"keep"}')
    curate.change(viewed, "accepted-2", b'{"label":"short"}')
    said = curate.change(viewed, "accepted-2", b'{"note":"why?"}')
    *_, last = (viewed.source.path / "marks.jsonl").read_bytes().splitlines()
    assert decode(last, Said) == said == Said(said.sample, "keep", ("short",), "why?")
    key = viewed.index.listed(viewed.source.id_of("accepted-2")).key
    assert curate.page(viewed, key)["said"] == said
    assert curate.page(viewed, key)["labels"] == ["short"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"mark":"maybe"}', b'{"colour":"red"}', b'{"note":"\xff"}']
)
def test_what_is_no_change_is_refused_and_nothing_is_written(viewed: Viewed, body: bytes) -> None:
    with pytest.raises(BadInput, match="this is no change"):
        curate.change(viewed, "accepted-2", body)
    assert not viewed.source.marks.exists()


def test_of_a_sample_that_is_not_there_nothing_is_said(viewed: Viewed) -> None:
    with pytest.raises(BadInput, match="there is no sample"):
        curate.change(viewed, "accepted-999", b'{"mark":"keep"}')


def test_a_viewer_that_is_read_only_says_nothing(run: Path) -> None:
    with pytest.raises(BadInput, match="read-only"):
        curate.change(indexed(run, read_only=True), "accepted-2", b'{"mark":"keep"}')
