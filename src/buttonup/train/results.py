"""What a training came to, and where that stands."""

from __future__ import annotations

from pathlib import Path

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Record, decode
from buttonup.train.measured import Preferred

RESULTS = "results.json"


class Results(Record, omit_defaults=False):
    """What a training came to."""

    round: int
    """1 for the first; a round goes on from the model of the one before."""
    objective: str
    """imitation (the labelled tokens) or preference (DPO)."""
    rows: dict[str, int]
    """Source -> rows that were learnt."""
    tokens: int
    """In these rows, once through."""
    learnt: int
    """Of these, the ones with a label."""
    skipped: dict[str, int]
    """Reason -> what was left out."""
    steps: int
    first_loss: float
    last_loss: float
    """Mean of the last tenth of the steps."""
    before: dict[str, float]
    """Source -> mean loss of a learnt token on the rows held back, before training."""
    after: dict[str, float]
    forgotten: dict[str, float]
    """Earlier round -> by how much the loss on its held-back rows rose; less than 0: it fell."""
    margin: float | None
    """DPO: mean reward margin in the last tenth of the steps."""
    seconds: float
    tokens_a_second: float
    memory_mb: int
    """The most that was held at a time."""
    device: str
    processes: int
    """Each with a device of its own."""
    data: str
    """Digest of the rows."""
    template: str
    """Digest of the chat template."""
    versions: dict[str, str]
    preferred: dict[str, Preferred] = {}
    """DPO: source -> how the pairs held back are weighed after training."""
    shared: int = 0
    """Rounds whose adapters are merged into the shared one; 0 where there is none."""


def read_results(folder: Path) -> Results:
    """Read what a training came to. Raises BadInput where it has not ended."""
    path = folder / RESULTS
    try:
        return decode(path.read_bytes(), Results)
    except (OSError, msgspec.MsgspecError) as error:
        what = f"{folder} holds no training that has ended"
        raise BadInput(what, "name a folder that `buttonup train --out` made") from error
