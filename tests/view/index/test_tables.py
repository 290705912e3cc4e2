from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from buttonup.view.filters import Kind
from buttonup.view.index import tables
from buttonup.view.index.columns import Row
from buttonup.view.index.tables import Indexed, Standing


def a_row(id: int, said: str = "") -> Indexed:
    tags: tuple[tuple[Kind, str], ...] = (("status", "accepted"), ("world", "library"))
    return Indexed(id, 0, 1, id, Row("hi", "accepted", calls=id, tags=tags, said=said))


def test_rows_and_how_far_their_file_was_read_go_in_together(tmp_path: Path) -> None:
    with closing(tables.opened(tmp_path / "i.sqlite")) as db:
        standing = Standing("a.jsonl", 2, 20, 20, 5, "m")
        tables.put(db, [a_row(1), a_row(2)], standing)
        assert tables.standings(db) == {"a.jsonl": standing}
        assert db.execute("SELECT count(*) FROM sample").fetchone() == (2,)


def test_a_batch_that_cannot_go_in_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    with closing(tables.opened(path)) as db:
        tables.put(db, [a_row(1)], Standing("a", 1))
        with pytest.raises(sqlite3.IntegrityError):
            tables.put(db, [a_row(2), a_row(1)], Standing("a", 2))
    with closing(tables.opened(path)) as db:
        assert db.execute("SELECT count(*) FROM sample").fetchone() == (1,)
        assert tables.standings(db)["a"].lines == 1


def test_tallies_add_up_over_batches_and_are_gone_once_cleared(tmp_path: Path) -> None:
    wanted = "SELECT accepted, others FROM tally WHERE kind = 'world'"
    with closing(tables.opened(tmp_path / "i.sqlite")) as db:
        tables.put(db, [a_row(1)], Standing("a"))
        tables.put(db, [a_row(2), a_row(3)], Standing("a"))
        assert db.execute(wanted).fetchall() == [(3, 0)]
        tables.clear(db)
        assert db.execute(wanted).fetchall() == []
        assert db.execute("SELECT rowid FROM fts WHERE fts MATCH 'hi'").fetchall() == []
        tables.put(db, [a_row(1)], Standing("a"))


def test_a_version_is_told_and_none_of_what_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    assert tables.version_of(path) == 0
    with closing(tables.opened(path)):
        assert tables.version_of(path) == tables.VERSION
    path.with_name("other").write_text("hello" * 1000)
    assert tables.version_of(path.with_name("other")) == 0
