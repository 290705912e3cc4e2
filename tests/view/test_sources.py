from __future__ import annotations

from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.view.index.tables import SECOND
from buttonup.view.sources import open_source


def test_the_index_of_a_run_is_kept_in_its_folder(run: Path) -> None:
    assert open_source(run).index == run / "view" / "index.sqlite"


def test_the_index_of_a_file_is_kept_in_the_cache_and_not_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text('{"messages":[]}\n')
    assert open_source(file).index.parent == tmp_path / "cache" / "buttonup" / "view"


def test_samples_of_a_run_are_called_by_file_and_line(run: Path) -> None:
    source = open_source(run)
    assert [source.called(id) for id in (17, SECOND + 3)] == ["accepted-17", "rejected-3"]
    assert [source.id_of(name) for name in ("accepted-17", "rejected-3")] == [17, SECOND + 3]


def test_samples_of_a_file_are_called_by_their_line(tmp_path: Path) -> None:
    file = tmp_path / "my-data-1.jsonl"
    file.write_text('{"messages":[]}\n')
    source = open_source(file)
    assert source.called(17) == "17"
    assert source.id_of("17") == 17


@pytest.mark.parametrize("name", ["", "17", "accepted-", "accepted-x", "../recipe-1", "rejected-²"])
def test_a_name_that_is_no_sample_is_told(run: Path, name: str) -> None:
    with pytest.raises(BadInput, match="there is no sample"):
        open_source(run).id_of(name)


def test_what_is_no_run_and_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no run"):
        open_source(tmp_path)
    with pytest.raises(BadInput, match="there is no file or folder"):
        open_source(tmp_path / "nowhere")
