"""The page of one sample: what is known of it, where it stands in the list it was chosen from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from buttonup import gates
from buttonup.errors import BadInput
from buttonup.formats import adopt, read_line
from buttonup.model.prices import Prices, read_prices
from buttonup.recipe import Recipe, read_recipe
from buttonup.records import Conversation, Rejection, Sample
from buttonup.store.rundir import PRICES
from buttonup.view import sample
from buttonup.view.filters import as_query, read_filter
from buttonup.view.pages import Viewed, curate


def page(viewed: Viewed, called: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Give the template `sample.html` what it shows. Raises BadInput where there is no such sample.

    `pairs` are the filter of the list from which it was chosen, and what is to be shown of it.
    """
    listed_by = [(key, value) for key, value in pairs if key not in sample.PARAMETERS]
    id, f = viewed.source.id_of(called), read_filter(listed_by)
    listed, line = viewed.index.listed(id), viewed.index.line(id)
    before, after = viewed.index.beside(f, id, viewed.chosen(f))
    return {
        "filter": f,
        "query": as_query(f),
        "called": called,
        "listed": listed,
        "before": viewed.source.called(before) if before else "",
        "after": viewed.source.called(after) if after else "",
        **curate.page(viewed, listed.key),
        **sample.page(shown(viewed, called, line), pairs),
    }


def shown(viewed: Viewed, called: str, line: bytes) -> sample.Shown:
    """Read a line, and ask the gates of it where nobody has."""
    number = int(called.rpartition("-")[2])
    about = sample.About(called, line, _recipe(viewed), viewed.tokenizer, _prices(viewed))
    item = read_line(line, number)
    if isinstance(item, Rejection):
        return sample.Shown(about, None, item)
    if isinstance(item, Sample) and item.verdicts:
        return sample.Shown(about, item)
    foreign = not isinstance(item, Sample)
    trajectory = adopt(item) if isinstance(item, Conversation) else item.trajectory
    verdicts = gates.let_be(trajectory, gates.ask(trajectory))
    lacking = gates.lacking(trajectory)
    return sample.Shown(about, Sample(trajectory, verdicts), None, foreign, lacking)


def raw(viewed: Viewed, called: str) -> bytes:
    """Give the line of a sample as it stands in its file. Raises BadInput for no such sample."""
    return viewed.index.line(viewed.source.id_of(called))


def _prices(viewed: Viewed) -> Prices:
    path = viewed.source.path / PRICES
    return read_prices(path) if viewed.source.run and path.exists() else {}


def _recipe(viewed: Viewed) -> Recipe | None:
    path = viewed.source.path / "recipe.toml"
    if not (viewed.source.run and path.exists()):
        return None
    try:
        return read_recipe(path, {})
    except BadInput:
        return None  # of another version: it is shown as text elsewhere
