"""What makes a run the run it is: all that decides its samples."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from buttonup import __version__
from buttonup.bottomup import text_first
from buttonup.model.local import content_name
from buttonup.recipe.settings import Recipe, is_text_first, own_specs
from buttonup.records import digest
from buttonup.store.settings import filled
from buttonup.tools.definitions.overlay import read_overlay
from buttonup.tools.learning.learned import Learned

NOT_IDENTITY: Mapping[str, str] = {
    "n": "a run may be made longer; the samples it has stay the first ones",
    "concurrency": "changes how fast, not what",
    "cores": "changes how fast, not what",
    "engine": "changes how fast, not what",
    "address": "changes where, not what",
    "patience": "changes when a poor run gives up, not what it makes until then",
    "batch": "changes how fast, not what",
    "budget": "changes when a run ends, not what it makes until then",
    "prices": "changes what is counted, not what is made",
    "seeds": "counted by content, not by path",
}
NOT_IDENTITY_OF_TEACHER: Mapping[str, str] = {
    "base_url": "the same model may move to another address",
    "key_env": "says who pays",
    "timeout": "changes how long to wait, not for what",
    "batch": "the same requests, another way there",
    "concurrency": "changes how fast, not what",
}
NOT_IDENTITY_OF_OWN: Mapping[str, str] = {
    "learned": "counted by content, not by path",
    "sample": "counted by what was learned",
    "sample_all": "counted by what was learned",
    "seconds": "changes how long to wait, not for what",
    "reset": "changes how the tools come to their first state, not which it is",
    "megabytes": "changes what is refused, not what is made",
    "a_second": "changes how fast, not what",
}
"""What may change while a run goes on, and why."""


def identity(recipe: Recipe, learned: Learned | None = None) -> str:
    """Digest all that decides the samples, our own version too; a run folder has one identity.

    Of a user's own tools, what was learned of them decides too.
    """
    content = {**filled(recipe), "buttonup": __version__}
    for key in NOT_IDENTITY:
        content.pop(key, None)
    if not recipe.judge.votes:
        del content["judge"]
    own = content.pop("own")
    if own_specs(recipe):
        kept = {key: value for key, value in own.items() if key not in NOT_IDENTITY_OF_OWN}
        said = [digest(read_overlay(Path(path))) for path in recipe.own.overlays]
        content["own"] = {**kept, "overlays": said, "learned": digest(learned)}
    for table in (content["teacher"], *content["models"].values()):
        for key in NOT_IDENTITY_OF_TEACHER:
            table.pop(key, None)
        table["model"] = content_name(table["model"])
    if is_text_first(recipe):
        content["embedder"] = text_first.pick_embedder(recipe.embedder).name
    if recipe.seeds:
        content["seeds"] = hashlib.sha256(Path(recipe.seeds).read_bytes()).hexdigest()
    return digest(content)
