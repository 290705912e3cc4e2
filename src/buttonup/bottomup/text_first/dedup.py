"""Near-duplicates among scenarios, tasks or composites: the first of them stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from buttonup.alike.embed import Embedder, Vectors
from buttonup.errors import Reject
from buttonup.records import AtomicTask, CompositionalTask, Record, Scenario

Worded = Scenario | AtomicTask | CompositionalTask


class DedupKnobs(Record):
    """What counts as a near-duplicate."""

    threshold: float | None = None
    """Cosine from which the later item is dropped; not set: the embedder's own `similar`."""


@dataclass(slots=True)
class Shelf:
    """Vectors under names, in one array that doubles when it is full."""

    width: int
    names: list[str] = field(default_factory=list)
    rows: Vectors = field(init=False)

    def __post_init__(self) -> None:
        import numpy as np  # noqa: PLC0415 - few processes need it

        self.rows = np.empty((64, self.width), dtype=np.float32)

    def add(self, name: str, vector: Vectors) -> None:
        """Put a vector on the shelf."""
        if len(self.names) == len(self.rows):
            import numpy as np  # noqa: PLC0415 - few processes need it

            self.rows = np.concatenate([self.rows, np.empty_like(self.rows)])
        self.rows[len(self.names)] = vector
        self.names.append(name)

    def nearest(self, vector: Vectors) -> tuple[str, float]:
        """Give the nearest vector's name and its cosine; ("", 0.0) on an empty shelf."""
        if not self.names:
            return "", 0.0
        cosines = self.rows[: len(self.names)] @ vector
        best = int(cosines.argmax())  # the first of equals: order of arrival decides
        return self.names[best], float(cosines[best])


def near_duplicates(
    embedder: Embedder, knobs: DedupKnobs
) -> Callable[[], Callable[[Worded], list[Worded]]]:
    """Start a pass that keeps an item only when nothing kept so far reads almost the same.

    Rejects  "near_duplicate", with the key of the kept twin
    Units    time and memory grow with the items kept: one dot product with each
    Source   BUTTON drops near-same scenarios by embeddings; it names no model and no threshold
    """
    threshold = embedder.similar if knobs.threshold is None else knobs.threshold

    def start() -> Callable[[Worded], list[Worded]]:
        shelf: Shelf | None = None

        def keep(item: Worded) -> list[Worded]:
            nonlocal shelf
            vector = embedder([item.text])[0]
            shelf = shelf or Shelf(len(vector))
            twin, cosine = shelf.nearest(vector)
            if twin and cosine >= threshold:
                raise Reject("near_duplicate", twin)
            shelf.add(item.key, vector)
            return [item]

        return keep

    return start
