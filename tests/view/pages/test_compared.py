from __future__ import annotations

import shutil
from pathlib import Path

from tests.view.pages.conftest import indexed

from buttonup.view.pages import compared


def two(run: Path) -> Path:
    """Give a run of half the samples, with another recipe."""
    other = Path(shutil.copytree(run, run.parent / "other"))
    lines = (other / "accepted.jsonl").read_bytes().splitlines(keepends=True)
    (other / "accepted.jsonl").write_bytes(b"".join(lines[::2]))
    recipe = (other / "recipe.toml").read_text()
    (other / "recipe.toml").write_text(recipe.replace("seed = 0", "seed = 7", 1))
    (other / "report.json").unlink()
    return other


def test_two_runs_stand_beside_one_another(run: Path) -> None:
    both = [indexed(run, "/a"), indexed(two(run), "/b")]
    page = compared.page(both)
    figures = dict(page["figures"])
    assert [one.value for one in figures["Accepted"]] == ["24", "12"]
    assert page["recipes"] == [("seed", ["0", "7"])]
    assert page["counting"] == ["other"]
    assert all(len(pair) == 2 for pair in page["plots"])


def test_shares_are_of_each_runs_own_samples_and_lead_to_its_own_list(run: Path) -> None:
    both = [indexed(run, "/a"), indexed(two(run), "/b")]
    rows = compared.shares(both, "shape")
    assert sum(row.shares[0] for row in rows) == 1.0
    assert sum(row.counts[1] for row in rows) == 12
    assert all(
        a.startswith("/a/samples?") and b.startswith("/b/") for a, b in (r.hrefs for r in rows)
    )
    apart = [abs(row.shares[0] - row.shares[1]) for row in rows]
    assert apart == sorted(apart, reverse=True)


def test_what_is_no_recipe_is_not_compared() -> None:
    assert compared.differing(["a = 1", "nonsense"]) == []
    assert compared.differing(["[t]\na = 1\nb = 2", "[t]\na = 1"]) == [("t.b", ["2", ""])]
