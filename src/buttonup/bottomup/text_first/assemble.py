"""From an equipped task to a blueprint: distractors, the order of functions, what is allowed."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec

from buttonup.alike.embed import Embedder, Vectors
from buttonup.bottomup.text_first.clock import today_for
from buttonup.bottomup.text_first.equip import Equipped
from buttonup.bottomup.text_first.library import told
from buttonup.errors import BadInput
from buttonup.records import Blueprint, Function, Record, Tools, digest

UNLIKE = (
    0.7  # of the embedder's `similar`: a distractor that nearly does the job would be right too
)


class AssembleKnobs(Record):
    """How a blueprint is put together."""

    least_distractors: int = 1
    """Functions shown that no sub-task needs, as far as the run has any yet."""
    most_distractors: int = 6
    parallel: float = 0.7
    """Share of blueprints that allow several calls in one turn. Ours; BUTTON shows both."""
    responses: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    """Share of samples in which the student sees what the functions respond with. BUTTON: all."""
    unlike: float | None = None
    """Distractors stay below this cosine to each needed function; not set: 0.7 of the embedder's
    `similar`. A near-same one would be a second right answer."""
    pool: int = 2000
    """The latest different functions, which distractors are drawn from."""

    def __post_init__(self) -> None:
        if not 0 <= self.least_distractors <= self.most_distractors:
            raise BadInput(
                f"distractors from {self.least_distractors} to {self.most_distractors}",
                "set assemble.least_distractors to 0 or more, and no more than most_distractors",
            )


@dataclass(slots=True)
class Pool:
    """The latest functions of the run, and where they lie."""

    embedder: Embedder
    functions: deque[tuple[Function, Vectors]]
    names: set[str]

    def add(self, functions: Sequence[Function]) -> None:
        """Add those that are not in it yet; the oldest make room."""
        new = list({f.name: f for f in functions if f.name not in self.names}.values())
        if not new:
            return
        for function, vector in zip(new, self.embedder(list(map(told, new))), strict=True):
            if len(self.functions) == self.functions.maxlen:
                self.names.discard(self.functions.popleft()[0].name)
            self.functions.append((function, vector))
            self.names.add(function.name)

    def draw(
        self, needed: Sequence[Function], count: int, unlike: float, rng: random.Random
    ) -> list[Function]:
        """Draw functions that are unlike all the needed ones; fewer where there are no more."""
        names = {f.name for f in needed}
        near = self.embedder(list(map(told, needed)))
        drawn: list[Function] = []
        order = rng.sample(range(len(self.functions)), min(len(self.functions), 8 * count))
        for function, vector in (self.functions[i] for i in order):
            if len(drawn) == count:
                break
            if function.name not in names and (near @ vector).max(initial=0.0) < unlike:
                drawn.append(function)
        return drawn


def assemble(
    embedder: Embedder, knobs: AssembleKnobs, seed: int
) -> Callable[[], Callable[[Equipped], list[Blueprint]]]:
    """Start a pass that makes a blueprint of each equipped task, with simulated tools.

    Distractors are drawn from the functions of the tasks before it. What is drawn depends on the
    task, the seed and the order of tasks alone.
    """
    unlike = UNLIKE * embedder.similar if knobs.unlike is None else knobs.unlike

    def start() -> Callable[[Equipped], list[Blueprint]]:
        pool = Pool(embedder, deque(maxlen=knobs.pool), set())

        def make(item: Equipped) -> list[Blueprint]:
            number = int(digest([seed, item.key]), 16)
            rng = random.Random(number)
            needed = list({f.name: f for row in item.functions for f in row}.values())
            count = rng.randint(knobs.least_distractors, knobs.most_distractors)
            shown = [*needed, *pool.draw(needed, count, unlike, rng)]
            rng.shuffle(shown)
            pool.add(needed)
            blueprint_seed = number >> 32
            return [
                Blueprint(
                    task=item.task,
                    functions=tuple(shown),
                    needs=tuple(tuple(f.name for f in row) for row in item.functions),
                    parallel=rng.random() < knobs.parallel,
                    context=_context(item.task.text, rng),
                    responses=rng.random() < knobs.responses,
                    tools=Tools(source="simulated", seed=blueprint_seed),
                    seed=blueprint_seed,
                )
            ]

        return make

    return start


def _context(request: str, rng: random.Random) -> str:
    today = today_for(request, rng)
    return f"Today is {today:%A}, {today.day} {today:%B} {today.year}." if today else ""
